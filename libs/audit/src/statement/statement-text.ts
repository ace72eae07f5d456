import type { DayStatement } from '@ballast/contracts';
import { dec, isoOf } from '@ballast/kernel';
import { cents } from '../explain/amount-text.js';
import { counted, textTable } from '../explain/text-table.js';

/** `takenOver` as it is read: `taken over`. */
const inWords = (cause: string): string => cause.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);

/** As many digits as the asset has; of dollars always both. */
const shown = (amount: string, asset: string): string => (asset === 'USD' ? cents(amount) : amount);

const change = (amount: string, asset: string): string =>
  `${dec(amount).isNegative() ? '' : '+'}${shown(amount, asset)}`;

/** A statement for a terminal: what adds up, by asset and cause, then every movement with its place in the log. Amounts are not rounded. */
export function statementText(statement: DayStatement): string {
  const { accountId, date, partition, isComplete, assets, movements } = statement;
  const place = (position: number): string => `accounts/${partition}#${position}`;
  const isAmount = (column: number): boolean => column === 1;
  return [
    `${accountId}  ${date} UTC${isComplete ? '' : '   the day has not ended in this log'}`,
    ...assets.flatMap(({ asset, opening, sums, closing }) => [
      '',
      asset,
      ...textTable(
        [
          ['opening', shown(opening, asset)],
          ...sums.map(({ cause, amount, movements: times }) => [
            inWords(cause),
            change(amount, asset),
            counted(times, 'movement'),
          ]),
          ['closing', shown(closing, asset)],
        ],
        isAmount,
      ),
    ]),
    '',
    'Movements',
    ...(movements.length === 0
      ? ['  none']
      : textTable(
          movements.map(({ asset, cause, amount, position, at, text }) => [
            ...[isoOf(at), place(position), change(amount, asset)],
            ...[asset, inWords(cause), text],
          ]),
          (column) => column === 2,
        )),
    ...positionsText('Positions when the day began', statement.openingPositions),
    ...positionsText(isComplete ? 'Positions when it ended' : 'Positions so far', statement.closingPositions),
    '',
    'What it is made from',
    ...textTable(
      [
        ['behind', place(statement.from.position), `chain ${statement.from.chain}`],
        ['up to', place(statement.to.position), `chain ${statement.to.chain}`],
      ],
      () => false,
    ),
  ].join('\n');
}

const positionsText = (title: string, positions: DayStatement['openingPositions']): readonly string[] => [
  '',
  title,
  ...(positions.length === 0
    ? ['  none']
    : textTable(
        positions.map(({ instrument, quantity, cost }) => [instrument, quantity, `cost ${cost}`]),
        (column) => column === 1,
      )),
];
