import type { z } from 'zod';
import type { whatIfRequest } from '@ballast/contracts';
import { type AccountId, ModelInputError } from '@ballast/kernel';
import { whatIf, type MarginState, type WhatIfAnswer } from '@ballast/margin-domain';
import { unknownAccount } from './account-views.js';
import { Problem } from './problem.js';

/** Asks margin's present state; what a model can't work on becomes a problem that names the field. */
export function answerWhatIf(
  margin: MarginState,
  accountId: AccountId,
  { positions, model, parameters, parametersHash, shocks }: z.output<typeof whatIfRequest>,
): WhatIfAnswer {
  try {
    const answer = whatIf(margin, {
      accountId,
      ...(positions === undefined ? {} : { positions }),
      ...(model === undefined ? {} : { model }),
      ...(parameters === undefined ? {} : { parameters }),
      ...(parametersHash === undefined ? {} : { parametersHash }),
      ...(shocks === undefined ? {} : { shocks }),
    });
    if (answer === 'account-unknown') throw unknownAccount(accountId);
    if (answer === 'no-prices') throw new Problem('prices-halted', 'there was no price set yet; ask again later');
    return answer;
  } catch (error) {
    if (!(error instanceof ModelInputError)) throw error;
    const { code, field, message } = error;
    throw new Problem('what-if-impossible', message, [{ field, message: code, remedy: message }]);
  }
}
