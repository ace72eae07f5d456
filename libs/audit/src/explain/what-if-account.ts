import type { LogDirectory } from '@ballast/event-log';
import { ownerOf, type Instant } from '@ballast/kernel';
import { whatIf, type WhatIfAnswer, type WhatIfQuestion, type WhatIfRefusal } from '@ballast/margin-domain';
import { historyOf, type HistoryProgress } from './account-history.js';
import { usd } from './amount-text.js';

/**
 * What would margin have said of an account at a time if ... ? On the state rebuilt from the logs alone, up to the last event
 * at or before that time.
 * @throws ModelInputError when the question can't be answered
 */
export async function whatIfAccount(
  logs: LogDirectory,
  question: WhatIfQuestion,
  {
    at,
    onProgress,
  }: { readonly at?: Instant | undefined; readonly onProgress?: (progress: HistoryProgress) => void } = {},
): Promise<WhatIfAnswer | WhatIfRefusal> {
  const { machine } = await historyOf(logs, question.accountId, {
    ...(at === undefined ? {} : { end: { at } }),
    onProgress,
  });
  return whatIf(machine.state, question);
}

/** The answer for a terminal. */
export function whatIfText(answer: WhatIfAnswer): string {
  const { accountId, before, after, model, parameters, requirements, worstScenario, scenarios, lines, shocks } = answer;
  const row = (label: string, ...amounts: readonly string[]): string =>
    `  ${label.padEnd(44)}${amounts.map((amount) => amount.padStart(18)).join('')}`;
  const worst = scenarios.find(({ id }) => id === worstScenario);
  return [
    `${accountId} of ${ownerOf(accountId)}, version ${answer.accountVersion}, on schedule ${answer.schedule}`,
    `by ${model} with ${parameters}`,
    '',
    row('', 'now', 'if'),
    ...(['equity', 'initial', 'call', 'liquidation'] as const).map((level) =>
      row(level, usd(before[level]), usd(after[level])),
    ),
    '',
    'Requirement of the model',
    ...Object.entries(requirements).map(([level, amount]) => row(level, usd(amount))),
    ...(worst === undefined
      ? []
      : [
          '',
          `Worst scenario ${worst.id}`,
          ...worst.byPosition.map(({ instrument, pnl }) => row(instrument, usd(pnl))),
          row('together', usd(worst.pnl)),
        ]),
    '',
    'Lines of the requirement',
    ...lines.map(({ code, subject, amount }) => row(subject === undefined ? code : `${code} ${subject}`, usd(amount))),
    ...(shocks.length === 0
      ? []
      : [
          '',
          'Shocks',
          row('', 'profit', 'equity', 'call', 'liquidation'),
          ...shocks.map(({ spotMove, volatilityShock, pnl, figures }) =>
            row(
              `spot ${spotMove}, volatility ${volatilityShock}`,
              usd(pnl),
              ...(figures === null ? [] : [figures.equity, figures.call, figures.liquidation].map(usd)),
            ),
          ),
        ]),
  ].join('\n');
}
