import { setImmediate as breathe } from 'node:timers/promises';
import type { PartitionWorker } from '@ballast/partition-worker';
import type { Told } from './owners.js';
import { isSteps, type Question } from './question.js';

/** Costly questions that wait for the one in hand; who comes then is asked to come again. */
const MOST_WAITING = 8;

/** Nobody waits longer than this for what an answer rests on to be stored. */
const STORED_WITHIN_MS = 5_000;

/** What the answer rests on is decided and not stored yet: ask again later. */
export class NotStored extends Error {
  override readonly name: string = 'NotStored';
}

/** What the answer rests on will not be stored by this worker: whoever decides the partition next has what is stored, and is to be asked. */
export class GivenUp extends NotStored {
  override readonly name = 'GivenUp';
}

/** Too many questions of a costly kind wait already: ask again later. */
export class TooManyQuestions extends Error {
  override readonly name = 'TooManyQuestions';
}

/**
 * Answers questions about partitions that are decided in this process, once everything that the answer rests on is stored: nobody is
 * told what a crash could undo. What costs much is answered one after the other and each a piece at a
 * time: between two pieces the clearing and every other question have their turn.
 * @see docs/spec/margin.md CLR-MRG-065
 */
export class QuestionDesk {
  #waiting = 0;
  #last: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly mostWaiting = MOST_WAITING,
    private readonly storedWithinMs = STORED_WITHIN_MS,
  ) {}

  /**
   * Reads the state in the caller's turn, unless the answer takes steps.
   * @param gone nobody waits for the answer any more: nothing more is computed for it
   */
  async tell<Parameters extends readonly unknown[], Answer>(
    worker: PartitionWorker,
    { query }: Question<Parameters, Answer>,
    parameters: Parameters,
    gone?: AbortSignal,
  ): Promise<Told<Answer>> {
    const answer = query(worker.state as never, ...parameters);
    const told = isSteps(answer) ? await this.#inTurn(worker, answer, gone) : toldBy(worker, answer);
    await this.#stored(worker);
    return told;
  }

  async #inTurn<Answer>(
    worker: PartitionWorker,
    steps: Generator<void, Answer>,
    gone: AbortSignal | undefined,
  ): Promise<Told<Answer>> {
    if (this.#waiting > this.mostWaiting) {
      throw new TooManyQuestions(`${this.mostWaiting} questions of this kind wait already; ask again`);
    }
    this.#waiting += 1;
    const told = this.#last.then(() => inPieces(worker, steps, gone));
    this.#last = told.catch(() => undefined);
    try {
      return await told;
    } finally {
      this.#waiting -= 1;
    }
  }

  /** What is in hand now was in hand when the answer was made, or waits behind that. */
  async #stored(worker: PartitionWorker): Promise<void> {
    const place = `${worker.log}/${worker.partition}`;
    let tooLate: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      tooLate = setTimeout(() => reject(new NotStored(`${place} waits for the store; ask again`)), this.storedWithinMs);
    });
    const stored = worker.whenStored().catch((cause: unknown) => {
      throw new GivenUp(`${place} is given up (${(cause as Error).message}); ask again`, { cause });
    });
    try {
      await Promise.race([stored, late]);
    } finally {
      clearTimeout(tooLate);
    }
  }
}

async function inPieces<Answer>(
  worker: PartitionWorker,
  steps: Generator<void, Answer>,
  gone: AbortSignal | undefined,
): Promise<Told<Answer>> {
  await breathe();
  gone?.throwIfAborted();
  // All of the state is read in the first step.
  let next = steps.next();
  const { size, clearing } = standing(worker);
  while (next.done !== true) {
    await breathe();
    gone?.throwIfAborted();
    next = steps.next();
  }
  return { answer: next.value, position: size, clearing };
}

const standing = ({ size, machine }: PartitionWorker) => ({ size, clearing: machine.clearing });

function toldBy<Answer>(worker: PartitionWorker, answer: Answer): Told<Answer> {
  const { size, clearing } = standing(worker);
  return { answer, position: size, clearing };
}
