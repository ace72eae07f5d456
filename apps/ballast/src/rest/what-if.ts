import { setImmediate as breathe } from 'node:timers/promises';
import type { z } from 'zod';
import type { whatIfRequest } from '@ballast/contracts';
import { type AccountId, ModelInputError } from '@ballast/kernel';
import type { whatIfInSteps, WhatIfAnswer, WhatIfQuestion } from '@ballast/margin-domain';
import { unknownAccount } from './account-views.js';
import { Problem } from './problem.js';

type Request = z.output<typeof whatIfRequest>;

/** Begins to answer on margin's present state. */
export type AskMargin = (question: WhatIfQuestion) => ReturnType<typeof whatIfInSteps>;

/** Questions that wait for the one in hand; who comes then is asked to come again. */
const MOST_WAITING = 8;

/**
 * Answers what would be if, one question after the other and each a piece at a time: between two pieces the clearing and every other
 * request have their turn.
 * @see docs/spec/margin.md CLR-MRG-065
 */
export class WhatIfDesk {
  #waiting = 0;
  #last: Promise<unknown> = Promise.resolve();

  constructor(private readonly mostWaiting = MOST_WAITING) {}

  /**
   * @param ask asks margin, when it is the question's turn
   * @throws Problem `too-many-requests` when too many wait already
   */
  async answer(ask: AskMargin, accountId: AccountId, request: Request): Promise<WhatIfAnswer> {
    if (this.#waiting > this.mostWaiting) {
      throw new Problem('too-many-requests', `${this.mostWaiting} questions of this kind wait already; ask again`);
    }
    this.#waiting += 1;
    const answer = this.#last.then(() => inPieces(ask, accountId, request));
    this.#last = answer.catch(() => undefined);
    try {
      return await answer;
    } finally {
      this.#waiting -= 1;
    }
  }
}

/** Asks margin's present state; what a model can't work on becomes a problem that names the field. */
async function inPieces(
  ask: AskMargin,
  accountId: AccountId,
  { positions, model, parameters, parametersHash, shocks }: Request,
): Promise<WhatIfAnswer> {
  try {
    const pieces = ask({
      accountId,
      ...(positions === undefined ? {} : { positions }),
      ...(model === undefined ? {} : { model }),
      ...(parameters === undefined ? {} : { parameters }),
      ...(parametersHash === undefined ? {} : { parametersHash }),
      ...(shocks === undefined ? {} : { shocks }),
    });
    for (;;) {
      await breathe();
      const { done, value: answer } = pieces.next();
      if (done !== true) continue;
      if (answer === 'account-unknown') throw unknownAccount(accountId);
      if (answer === 'no-prices') throw new Problem('prices-halted', 'there was no price set yet; ask again later');
      return answer;
    }
  } catch (error) {
    if (!(error instanceof ModelInputError)) throw error;
    const { code, field, message } = error;
    throw new Problem('what-if-impossible', message, [{ field, message: code, remedy: message }]);
  }
}
