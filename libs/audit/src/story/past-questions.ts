import { setImmediate as breathe } from 'node:timers/promises';
import type { LogDirectory } from '@ballast/event-log';
import { ModelInputError, partitionOfAccount, type AccountId } from '@ballast/kernel';
import {
  whatIfInSteps,
  type MarginState,
  type WhatIfAnswer,
  type WhatIfQuestion,
  type WhatIfRefusal,
} from '@ballast/margin-domain';
import { historyOf, type HistoryEnd } from '../explain/account-history.js';
import { placeText } from '../explain/event-place.js';
import type { ExplanationRefusal } from '../explain/explain-account.js';
import { eventAt } from '../explain/explained-event.js';
import { keep } from './keep.js';

/** Why a question cannot be answered: the field of it and what to do about it. */
export interface ImpossibleQuestion {
  readonly code: string;
  readonly field: string;
  readonly message: string;
}

export type PastAnswer = WhatIfAnswer | WhatIfRefusal | ExplanationRefusal | ImpossibleQuestion;

/** States of margin partitions that are kept: whoever asks about a moment changes the question a few times. */
const KEPT_STATES = 3;

/** Asks margin as it stood at past moments. */
export class PastQuestions {
  readonly #states = new Map<string, Promise<MarginState>>();

  constructor(private readonly logs: LogDirectory) {}

  /** @param end a time, or an event about the account */
  async answer(question: WhatIfQuestion, end: HistoryEnd): Promise<PastAnswer> {
    const event = 'event' in end ? await eventAt(this.logs, question.accountId, end.event) : undefined;
    if (typeof event === 'string') return event;
    const state = await this.#stateAt(question.accountId, end);
    try {
      const pieces = whatIfInSteps(state, question);
      for (;;) {
        const { done, value } = pieces.next();
        if (done === true) return value;
        await breathe();
      }
    } catch (error) {
      if (!(error instanceof ModelInputError)) throw error;
      const { code, field, message } = error;
      return { code, field, message };
    }
  }

  #stateAt(accountId: AccountId, end: HistoryEnd): Promise<MarginState> {
    const moment = 'at' in end ? String(end.at) : placeText(end.event);
    const key = `${partitionOfAccount(accountId, this.logs.partitions)} ${moment}`;
    const state =
      this.#states.get(key) ?? historyOf(this.logs, accountId, { end }).then(({ machine }) => machine.state);
    // What failed is asked for again.
    state.catch(() => this.#states.delete(key));
    keep(this.#states, key, state, KEPT_STATES);
    return state;
  }
}
