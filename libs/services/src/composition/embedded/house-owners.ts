import type { ServiceLog } from '@ballast/facts';
import type { Owners, PartitionStanding, Told } from '../../questions/owners.js';
import { QuestionDesk } from '../../questions/question-desk.js';
import type { Question } from '../../questions/question.js';
import type { ClearingHouse } from './clearing-house.js';

/** The owners of all partitions, in this process. */
export class HouseOwners implements Owners {
  readonly #desk = new QuestionDesk();

  constructor(private readonly house: ClearingHouse) {}

  tell<Parameters extends readonly unknown[], Answer>(
    question: Question<Parameters, Answer>,
    partition: number,
    ...parameters: Parameters
  ): Promise<Told<Answer>> {
    return this.#desk.tell(this.house.workerOf(question.log, partition), question, parameters);
  }

  standings(): Promise<readonly PartitionStanding[]> {
    const { workers, worker: owner } = this.house;
    return Promise.resolve(
      workers.map(({ log, partition, size, applied, waitingCommands, machine }) => ({
        log: log as ServiceLog,
        partition,
        owner,
        position: size,
        clearing: machine.clearing,
        applied,
        waitingCommands,
      })),
    );
  }
}
