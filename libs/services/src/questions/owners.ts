import type { BasisStep } from '@ballast/event-sourcing';
import type { ServiceLog } from '@ballast/facts';
import type { Instant } from '@ballast/kernel';
import type { Question } from './question.js';

/** An answer, and what it contains: everything of the partition up to a position. */
export interface Told<Answer> {
  readonly answer: Answer;
  readonly position: number;
  /** Clearing time of the partition. */
  readonly clearing: Instant;
}

/** How far a partition came. */
export interface PartitionStanding {
  readonly log: ServiceLog;
  readonly partition: number;
  /** Name of the worker that decides. */
  readonly owner: string;
  readonly position: number;
  readonly clearing: Instant;
  /** How far it applied each log partition that it reads. */
  readonly applied: readonly BasisStep[];
  /** Commands that arrived and have no answer. */
  readonly waitingCommands: number;
}

/** Asks whoever owns a partition, wherever that is. */
export interface Owners {
  /**
   * Questions that are asked one behind the other without a pause between them are answered from one moment, where everything is in
   * one process.
   * @throws ModelInputError when a model can't work on what is asked
   * @throws TooManyQuestions when too many costly ones wait already
   * @throws NotStored when what the answer rests on is decided, and the store does not take it
   */
  tell<Parameters extends readonly unknown[], Answer>(
    question: Question<Parameters, Answer>,
    partition: number,
    ...parameters: Parameters
  ): Promise<Told<Answer>>;

  /** Every partition of the services whose owner is known and answers. */
  standings(): Promise<readonly PartitionStanding[]>;
}
