import type { DayStatement } from '@ballast/contracts';
import { isoOf } from '@ballast/kernel';

type Row = readonly [
  record: string,
  subject: string,
  cause: string,
  amount: string,
  place: string,
  at: string,
  detail: string,
];

const HEADER = ['record', 'subject', 'cause', 'amount', 'place', 'at', 'detail'];

const field = (value: string): string => (/[",\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value);

/** A statement as CSV (RFC 4180): per asset opening, movements, sums by cause and closing, then positions, then where it stands in the log. */
export function statementCsv(statement: DayStatement): string {
  const { accountId, date, partition, isComplete, assets, movements } = statement;
  const place = (position: number): string => `accounts/${partition}#${position}`;
  const rows: Row[] = [
    ['statement', accountId, '', '', '', date, isComplete ? 'complete' : 'the day has not ended in this log'],
  ];
  for (const { asset, opening, sums, closing } of assets) {
    rows.push(['opening', asset, '', opening, '', '', '']);
    for (const movement of movements) {
      if (movement.asset !== asset) continue;
      const { cause, amount, position, at, text } = movement;
      rows.push(['movement', asset, cause, amount, place(position), isoOf(at), text]);
    }
    for (const { cause, amount, movements: times } of sums)
      rows.push(['sum', asset, cause, amount, '', '', `${times}`]);
    rows.push(['closing', asset, '', closing, '', '', '']);
  }
  for (const [record, positions] of [
    ['opening-position', statement.openingPositions],
    ['closing-position', statement.closingPositions],
  ] as const) {
    for (const { instrument, quantity, cost } of positions) {
      rows.push([record, instrument, '', quantity, '', '', `cost ${cost}`]);
    }
  }
  rows.push(['log-from', '', '', '', place(statement.from.position), '', statement.from.chain]);
  rows.push(['log-to', '', '', '', place(statement.to.position), '', statement.to.chain]);
  return [HEADER, ...rows].map((row) => `${row.map(field).join(',')}\r\n`).join('');
}
