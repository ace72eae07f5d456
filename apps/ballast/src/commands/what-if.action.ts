import fs from 'node:fs/promises';
import { whatIfAccount, whatIfText } from '@ballast/audit';
import { fieldErrors, whatIfRequest, whatIfResponse, written, type FieldError } from '@ballast/contracts';
import { isAccountId, isoOf, ModelInputError, type AccountId } from '@ballast/kernel';
import type { ImaginedPosition, WhatIfQuestion } from '@ballast/margin-domain';
import { openLogs } from '../composition/open-logs.js';
import { ProgressPrinter } from '../composition/progress-printer.js';
import type { StoreOptions } from '../composition/store-options.js';
import { UsageError } from '../usage-error.js';
import { historyProgress } from './history-progress.js';
import { timeOption } from './time-option.js';

interface WhatIfOptions extends StoreOptions {
  readonly at?: string;
  readonly model?: string;
  readonly parameters?: string;
  readonly parametersHash?: string;
  readonly position?: readonly ImaginedPosition[];
  readonly spotMoves?: readonly string[];
  readonly volatilityShocks?: readonly string[];
  readonly json?: boolean;
}

/** Options of the command and the fields of the question that they fill. */
const OPTION_OF: Readonly<Record<string, string>> = {
  positions: '--position',
  model: '--model',
  parametersHash: '--parameters-hash',
  parameters: '--parameters',
  'shocks.spotMoves': '--spot-moves',
  'shocks.volatilityShocks': '--volatility-shocks',
};

/**
 * The question that `POST /accounts/{accountId}/what-if` takes, from options; held to the same schema.
 * @param document text of the file of `--parameters`
 * @throws UsageError naming the option and the remedy
 */
export function whatIfQuestion(
  accountId: AccountId,
  { model, parametersHash, position, spotMoves, volatilityShocks }: Partial<WhatIfOptions>,
  document?: string,
): WhatIfQuestion {
  if (spotMoves === undefined && volatilityShocks !== undefined) {
    throw new UsageError('--volatility-shocks go with --spot-moves; --spot-moves 0 leaves the prices as they are');
  }
  const request = whatIfRequest.safeParse(
    {
      ...(position === undefined ? {} : { positions: position }),
      ...(model === undefined ? {} : { model }),
      ...(document === undefined ? {} : { parameters: documentOf(document) }),
      ...(parametersHash === undefined ? {} : { parametersHash }),
      ...(spotMoves === undefined ? {} : { shocks: { spotMoves, volatilityShocks: volatilityShocks ?? ['0'] } }),
    },
    { reportInput: true },
  );
  if (!request.success) {
    const [{ field, message, remedy }] = fieldErrors(request.error) as [FieldError];
    const option = Object.keys(OPTION_OF).find((each) => field.startsWith(each));
    throw new UsageError(`${option === undefined ? field : OPTION_OF[option]} ${message}: ${remedy}`);
  }
  return { accountId, ...request.data };
}

function documentOf(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw new UsageError(`--parameters is no JSON: ${(error as Error).message}`);
  }
}

async function documentIn(file: string | undefined): Promise<string | undefined> {
  if (file === undefined) return undefined;
  try {
    return await fs.readFile(file, 'utf8');
  } catch (error) {
    throw new UsageError(`--parameters ${file}: ${(error as Error).message}; name a JSON file`);
  }
}

export async function answer(accountId: string, options: WhatIfOptions): Promise<void> {
  if (!isAccountId(accountId)) throw new UsageError(`an account id has the form <owner>.<name>, not ${accountId}`);
  const at = timeOption('--at', options.at);
  const question = whatIfQuestion(accountId, options, await documentIn(options.parameters));
  const { logs, place, close } = await openLogs(options);
  try {
    const progress = new ProgressPrinter(process.stderr);
    const answered = await whatIfAccount(logs, question, { at, onProgress: historyProgress(progress) });
    progress.end();
    const then = at === undefined ? '' : ` at ${isoOf(at)}`;
    if (answered === 'account-unknown') throw new UsageError(`${place} knows no account ${accountId}${then}`);
    if (answered === 'no-prices') throw new UsageError(`${place} has no prices yet${then}; choose a later time`);
    process.stdout.write(
      `${options.json === true ? JSON.stringify(written(whatIfResponse)(answered), null, 2) : whatIfText(answered)}\n`,
    );
  } catch (error) {
    if (error instanceof ModelInputError) throw new UsageError(error.message);
    throw error;
  } finally {
    await close();
  }
}
