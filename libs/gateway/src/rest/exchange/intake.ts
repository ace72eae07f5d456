import type {
  ContinuationApproval,
  ContinuationRequest,
  ExchangeAnswers,
  ExchangeSubmission,
  Producers,
} from '@ballast/contracts';
import { Problem } from '../problem.js';

export const INTAKE = 'Intake';

/** Who keeps the log of an exchange outside, in this process or in another. What it refuses it throws as a Problem. */
export interface Intake {
  /** Resolves when what is kept is stored. */
  submit(submission: ExchangeSubmission): Promise<ExchangeAnswers>;
  producers(): Promise<Producers>;
  /** @returns the producer as it stands now */
  propose(producer: string, asked: ContinuationRequest, person: string): Promise<Producers>;
  /** @returns the producer as it stands now */
  approve(producer: string, asked: ContinuationApproval, person: string): Promise<Producers>;
}

export const notKept = (): Problem =>
  new Problem(
    'exchange-not-kept',
    'no messages are taken here: start serve with --exchange none, or run the process exchange-intake and name it in PEERS',
  );
