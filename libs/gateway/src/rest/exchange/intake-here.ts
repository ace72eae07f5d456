import type {
  ContinuationApproval,
  ContinuationRequest,
  ExchangeAnswers,
  ExchangeSubmission,
  Producers,
} from '@ballast/contracts';
import type { ContinuationOutcome, ExchangeIntake } from '@ballast/services';
import { Problem } from '../problem.js';
import type { Intake } from './intake.js';

const REFUSALS: { readonly [C in Extract<ContinuationOutcome, { status: 'refused' }>['code']]: string } = {
  'producer-unknown': 'nothing was ever sent by a producer of this name',
  'incarnation-used': 'messages of this incarnation were taken before; name one that was never sent',
  'continuation-not-proposed': 'nobody has proposed that the producer goes on with this incarnation',
  'proposer-may-not-approve': 'another person than the proposer must approve',
};

/** The intake of this process. */
export class IntakeHere implements Intake {
  constructor(private readonly intake: ExchangeIntake) {}

  async submit(submission: ExchangeSubmission): Promise<ExchangeAnswers> {
    const outcome = await this.intake.submit(submission);
    if (outcome.status === 'refused') throw new Problem(outcome.code, outcome.detail, [], submission.producer);
    return outcome.answers;
  }

  producers(): Promise<Producers> {
    return Promise.resolve({ partitions: this.intake.partitions, producers: [...this.intake.producers()] });
  }

  async propose(producer: string, { incarnation, reason }: ContinuationRequest, person: string): Promise<Producers> {
    return this.#told(producer, await this.intake.propose(producer, incarnation, reason, person));
  }

  async approve(producer: string, { incarnation }: ContinuationApproval, person: string): Promise<Producers> {
    return this.#told(producer, await this.intake.approve(producer, incarnation, person));
  }

  async #told(name: string, outcome: ContinuationOutcome): Promise<Producers> {
    if (outcome.status === 'refused') throw new Problem(outcome.code, REFUSALS[outcome.code], [], name);
    const { partitions, producers } = await this.producers();
    return { partitions, producers: producers.filter(({ producer }) => producer === name) };
  }
}
