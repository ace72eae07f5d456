import fs from 'node:fs/promises';
import { Command } from 'commander';
import { whatIfAccount, whatIfText } from '@ballast/audit';
import { fieldErrors, whatIfRequest, type FieldError } from '@ballast/contracts';
import { isAccountId, isoOf, ModelInputError, type AccountId } from '@ballast/kernel';
import type { ImaginedPosition, WhatIfQuestion } from '@ballast/margin-domain';
import { openLogs } from '../composition/open-logs.js';
import { ProgressPrinter } from '../composition/progress-printer.js';
import { withStoreOptions, type StoreOptions } from '../composition/store-options.js';
import { UsageError } from '../usage-error.js';
import { examples } from './examples.js';
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

export function whatIfCommand(): Command {
  return withStoreOptions(
    new Command('what-if').description(
      'Tells what margin would say of an account with other positions, another model or parameters, or after a shock, from the logs alone.',
    ),
    'reads',
  )
    .argument('<account>', 'account id <owner>.<name>')
    .option('--at <time>', 'as it stood at this clearing time, ISO 8601 UTC; default: the end of the logs')
    .option('--model <id>', 'a registered margin model <name>@<version>; default: the one the account is due')
    .option('--parameters <file>', "JSON file with a parameter document for that model; default: the model's own")
    .option('--parameters-hash <sha256>', 'refuse a document whose canonical text has another SHA-256')
    .option(
      '--position <instrument=quantity>',
      'imagine this position, filled at its mark; += adds to what is held; may be repeated',
      (value: string, before: readonly ImaginedPosition[] | undefined) => [...(before ?? []), imaginedPosition(value)],
    )
    .option('--spot-moves <list>', 'look at sudden moves of every underlying, such as -0.1,0,0.1', listOf)
    .option('--volatility-shocks <list>', 'each of them with these shocks of implied volatility; default: 0', listOf)
    .option('--json', 'print the answer as JSON, with every scenario')
    .addHelpText(
      'after',
      examples(
        ['what-if carol.main --position BTC-PERP=0', 'Without its bitcoin position'],
        ['what-if carol.main --at 2020-03-12T10:25:00Z --model derive-portfolio@2', 'By another model, at a time past'],
        ['what-if carol.main --spot-moves -0.2,-0.1,0.1 --volatility-shocks 0,0.5', 'After sudden moves'],
      ),
    )
    .action(answer);
}

const listOf = (value: string): readonly string[] => value.split(',').map((each) => each.trim());

/** `BTC-PERP=-2` for the whole position, `BTC-PERP+=-2` on top of what is held. */
export function imaginedPosition(value: string): ImaginedPosition {
  const match = /^([A-Z0-9-]+?)(\+?=)(-?(?:0|[1-9]\d*)(?:\.\d+)?)$/.exec(value);
  if (match === null) {
    throw new UsageError(`--position must be such as BTC-PERP=-2 or BTC-27MAR26-60000-C+=5, not ${value}`);
  }
  const [, instrument = '', operator, quantity = '0'] = match;
  return { instrument, quantity, mode: operator === '=' ? 'replace' : 'add' };
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

async function answer(accountId: string, options: WhatIfOptions): Promise<void> {
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
    process.stdout.write(`${options.json === true ? JSON.stringify(answered, null, 2) : whatIfText(answered)}\n`);
  } catch (error) {
    if (error instanceof ModelInputError) throw new UsageError(error.message);
    throw error;
  } finally {
    await close();
  }
}
