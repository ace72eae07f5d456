import type { LogDirectory } from '@ballast/event-log';
import { dec, isoOf, ownerOf, type Instant } from '@ballast/kernel';
import { whatIf, type WhatIfAnswer, type WhatIfQuestion, type WhatIfRefusal } from '@ballast/margin-domain';
import { historyOf, type HistoryProgress } from './account-history.js';
import { usd } from './amount-text.js';
import { textTable } from './text-table.js';

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
  const worst = scenarios.find(({ id }) => id === worstScenario);
  return [
    `${accountId} of ${ownerOf(accountId)}, version ${answer.accountVersion}, at the prices of ${isoOf(answer.asOf)} (schedule margin/-1#${answer.schedule})`,
    `by ${model} with ${parameters}`,
    '',
    ...table([
      ['', 'now', 'if'],
      ...(['equity', 'initial', 'call', 'liquidation'] as const).map((level) => [
        level,
        usd(before[level]),
        usd(after[level]),
      ]),
    ]),
    ...section(
      'Requirement of the model',
      Object.entries(requirements).map(([level, amount]) => [level, usd(amount)]),
    ),
    ...(isUnasked(answer) ? ['  Not required: no position and no debt, and of coins alone nothing is.'] : []),
    ...section(
      `Worst scenario ${worst?.id ?? ''}`,
      worst === undefined
        ? []
        : [...worst.byPosition.map(({ instrument, pnl }) => [instrument, usd(pnl)]), ['together', usd(worst.pnl)]],
    ),
    ...section(
      'Lines of the requirement',
      lines.map(({ code, subject, amount }) => [subject === undefined ? code : `${code} ${subject}`, usd(amount)]),
    ),
    ...section(
      'Shocks',
      shocks.length === 0
        ? []
        : [
            ['', 'profit', 'equity', 'call', 'liquidation'],
            ...shocks.map(({ spotMove, volatilityShock, pnl, figures }) => [
              `spot ${spotMove}, volatility ${volatilityShock}`,
              ...[pnl, figures?.equity, figures?.call, figures?.liquidation].map((amount) =>
                amount === undefined ? '-' : usd(amount),
              ),
            ]),
          ],
    ),
  ].join('\n');
}

/** The model asks something of what the account owns, and the house nothing of who only owns. @see docs/spec/margin.md CLR-MRG-067 */
const isUnasked = ({ after, assessment: { positions }, requirements }: WhatIfAnswer): boolean =>
  positions.length === 0 &&
  dec(after.maintenance).isZero() &&
  Object.values(requirements).some((level) => dec(level).gt(0));

const section = (title: string, rows: readonly (readonly string[])[]): readonly string[] =>
  rows.length === 0 ? [] : ['', title, ...table(rows)];

/** Names to the left, amounts to the right. */
const table = (rows: readonly (readonly string[])[]): readonly string[] => textTable(rows, (column) => column > 0);
