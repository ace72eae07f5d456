import {
  exchangeAnswers,
  problem,
  producersView,
  type ContinuationApproval,
  type ContinuationRequest,
  type ExchangeAnswers,
  type ExchangeSubmission,
  type Producers,
} from '@ballast/contracts';
import type { z } from 'zod';
import { notKept, type Intake } from '../rest/exchange/intake.js';
import { Problem } from '../rest/problem.js';

/** Whoever gets no answer by then sends the same again: what was kept is a duplicate. */
const ANSWER_WITHIN_MS = 10_000;

/** The intake in a process of its own. Its answers, and its refusals, are handed on as they are. */
export class RemoteIntake implements Intake {
  constructor(
    /** Where it may be, by what the operator says. */
    private readonly addresses: readonly string[],
    private readonly token: string | undefined,
  ) {}

  submit(submission: ExchangeSubmission): Promise<ExchangeAnswers> {
    return this.#ask(exchangeAnswers, '/exchange/messages', submission);
  }

  producers(): Promise<Producers> {
    return this.#ask(producersView, '/exchange/producers');
  }

  propose(producer: string, asked: ContinuationRequest, person: string): Promise<Producers> {
    return this.#ask(producersView, `/exchange/producers/${producer}/continuations`, asked, person);
  }

  approve(producer: string, asked: ContinuationApproval, person: string): Promise<Producers> {
    return this.#ask(producersView, `/exchange/producers/${producer}/continuations/approvals`, asked, person);
  }

  async #ask<Answer extends z.ZodType>(
    schema: Answer,
    path: string,
    body?: object,
    person?: string,
  ): Promise<z.output<Answer>> {
    if (this.addresses.length === 0) throw notKept();
    for (const address of this.addresses) {
      const response = await fetch(address + path, {
        method: body === undefined ? 'GET' : 'POST',
        headers: {
          'content-type': 'application/json',
          ...(this.token !== undefined && { authorization: `Bearer ${this.token}` }),
          ...(person !== undefined && { 'x-actor': person }),
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
      }).catch(() => undefined);
      const answer = await response?.json().catch(() => undefined);
      if (response === undefined || answer === undefined) continue;
      if (response.ok) return schema.parse(answer);
      const { success, data } = problem.safeParse(answer);
      if (success) throw new Problem(data.code, data.detail, data.errors, data.instance);
      // The process is an exchange that keeps its log itself, or plays one.
      if (response.status === 404) throw notKept();
    }
    throw new Problem(
      'not-ready',
      'the process that keeps the log of the exchange does not answer; send the same again',
    );
  }
}
