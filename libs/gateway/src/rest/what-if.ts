import type { z } from 'zod';
import type { HistoryEnd, ImpossibleQuestion } from '@ballast/audit';
import type { whatIfRequest } from '@ballast/contracts';
import { ModelInputError, type AccountId } from '@ballast/kernel';
import type { WhatIfAnswer, WhatIfQuestion } from '@ballast/margin-domain';
import { questions } from '@ballast/services';
import { unknownAccount } from './account-views.js';
import type { ClearingGateway } from './clearing.gateway.js';
import { noExplanation, type AskedMoment } from './past-moment.js';
import { Problem } from './problem.js';

type Request = z.output<typeof whatIfRequest>;

/**
 * Asks the owner of an account what would be if; what a model can't work on becomes a problem that names the field.
 * @throws Problem `too-many-requests` when too many wait there already
 * @see docs/spec/margin.md CLR-MRG-065
 */
export async function whatIf(clearing: ClearingGateway, accountId: AccountId, request: Request): Promise<WhatIfAnswer> {
  const question = questionOf(accountId, request);
  const partition = clearing.partitionOf(accountId);
  const answer = await answered(clearing.ask(questions.margin.whatIf, partition, question));
  if (answer === 'account-unknown') throw unknownAccount(accountId);
  if (answer === 'no-prices') throw noPrices();
  return answer;
}

/** The same of a past moment, on what the logs say of it. */
export async function pastWhatIf(
  clearing: ClearingGateway,
  accountId: AccountId,
  request: Request,
  { asked, end }: { readonly asked: AskedMoment; readonly end: HistoryEnd },
): Promise<WhatIfAnswer> {
  const answer = await clearing.history.whatIf(questionOf(accountId, request), end);
  if (answer === 'no-prices') throw noPrices();
  if (typeof answer === 'string') throw noExplanation(answer, accountId, asked);
  if ('field' in answer) throw impossible(answer);
  return answer;
}

const questionOf = (
  accountId: AccountId,
  { positions, model, parameters, parametersHash, shocks }: Request,
): WhatIfQuestion => ({
  accountId,
  ...(positions === undefined ? {} : { positions }),
  ...(model === undefined ? {} : { model }),
  ...(parameters === undefined ? {} : { parameters }),
  ...(parametersHash === undefined ? {} : { parametersHash }),
  ...(shocks === undefined ? {} : { shocks }),
});

const noPrices = (): Problem => new Problem('prices-halted', 'there was no price set yet; ask again later');

/** What a model can't work on. */
const impossible = ({ code, field, message }: ImpossibleQuestion): Problem =>
  new Problem('what-if-impossible', message, [{ field, message: code, remedy: message }]);

/** An answer of margin, or the problem that it could not be given for. */
export async function answered<Answer>(asked: Promise<Answer>): Promise<Answer> {
  try {
    return await asked;
  } catch (error) {
    if (!(error instanceof ModelInputError)) throw error;
    throw impossible(error);
  }
}
