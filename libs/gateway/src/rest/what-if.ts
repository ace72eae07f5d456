import type { z } from 'zod';
import type { whatIfRequest } from '@ballast/contracts';
import { ModelInputError, type AccountId } from '@ballast/kernel';
import type { WhatIfAnswer } from '@ballast/margin-domain';
import { questions, TooManyQuestions } from '@ballast/services';
import { unknownAccount } from './account-views.js';
import type { ClearingGateway } from './clearing.gateway.js';
import { Problem } from './problem.js';

/**
 * Asks the owner of an account what would be if; what a model can't work on becomes a problem that names the field.
 * @throws Problem `too-many-requests` when too many wait there already
 * @see docs/spec/margin.md CLR-MRG-065
 */
export async function whatIf(
  clearing: ClearingGateway,
  accountId: AccountId,
  { positions, model, parameters, parametersHash, shocks }: z.output<typeof whatIfRequest>,
): Promise<WhatIfAnswer> {
  const answer = await answered(
    clearing.ask(questions.margin.whatIf, clearing.partitionOf(accountId), {
      accountId,
      ...(positions === undefined ? {} : { positions }),
      ...(model === undefined ? {} : { model }),
      ...(parameters === undefined ? {} : { parameters }),
      ...(parametersHash === undefined ? {} : { parametersHash }),
      ...(shocks === undefined ? {} : { shocks }),
    }),
  );
  if (answer === 'account-unknown') throw unknownAccount(accountId);
  if (answer === 'no-prices') throw new Problem('prices-halted', 'there was no price set yet; ask again later');
  return answer;
}

/** An answer of margin, or the problem that it could not be given for. */
export async function answered<Answer>(asked: Promise<Answer>): Promise<Answer> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof TooManyQuestions) throw new Problem('too-many-requests', error.message);
    if (!(error instanceof ModelInputError)) throw error;
    const { code, field, message } = error;
    throw new Problem('what-if-impossible', message, [{ field, message: code, remedy: message }]);
  }
}
