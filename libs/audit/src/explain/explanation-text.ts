import type { AccountExplanation } from '@ballast/contracts';
import { dec, isoOf, sum, text } from '@ballast/kernel';
import { cents, usd } from './amount-text.js';
import { placeText } from './event-place.js';
import { fillsText } from './order-text.js';
import { priceJumpText } from './price-jump-text.js';

const LABEL_WIDTH = 56;
const AMOUNT_WIDTH = 20;
const FIGURE_DIGITS = 8;

type Figure = AccountExplanation['figures'][number];

const UNITS: Readonly<Record<Figure['unit'], string>> = {
  USD: ' USD',
  price: ' USD',
  /** Of a linear perpetual a contract is a unit of its base. */
  base: ' contracts',
  rate: '',
  scalar: '',
};

/** A line with what is told of it, which hangs behind it where it fits and stands below it where not. */
interface Told {
  readonly line: string;
  readonly note: string;
}

/** A figure under its name; the amounts of all rows end in one column. */
interface Row {
  readonly label: string;
  readonly amount: string;
  readonly note: string;
}

type Line = string | Told | Row;

/** What hangs behind a line has at least so many columns, or stands below it. */
const LEAST_NOTE_WIDTH = 24;
const INDENT_BELOW = 6;

/**
 * An explanation for a terminal: what it comes to first, then every figure.
 * @param columns how wide a line may be; as wide as it is without
 */
export function explanationText(explanation: AccountExplanation, columns = Infinity): string {
  const { accountId, at, partition, marginPosition, state, because } = explanation;
  return [
    `${accountId}  ${state ?? 'NOT ASSESSED'}  at ${isoOf(at)}   (margin/${partition}, up to position ${marginPosition})`,
    '',
    ...because,
    ...event(explanation, columns),
    ...avoidance(explanation),
    ...bridge(explanation),
    ...figures(explanation),
    ...orders(explanation),
    ...prices(explanation),
    ...timeline(explanation),
    ...waterfalls(explanation),
    ...slices(explanation),
  ]
    .flatMap((line) => within(line, columns))
    .join('\n');
}

function within(line: Line, columns: number): readonly string[] {
  if (typeof line !== 'string') return 'label' in line ? rowWithin(line, columns) : toldWithin(line, columns);
  if (/^-+$/.test(line)) return [line.slice(0, columns)];
  return filled({ line: '', note: line }, line.search(/\S|$/), columns);
}

function toldWithin({ line, note }: Told, columns: number): readonly string[] {
  if (line.length + LEAST_NOTE_WIDTH <= columns) return filled({ line, note }, line.length, columns);
  const begun = line.trimEnd();
  return [
    // What is wider than the screen is aligned with nothing.
    ...(begun.length <= columns ? [begun] : filled({ line: '  ', note: begun.trim().replace(/ +/g, ' ') }, 4, columns)),
    ...filled({ line: ' '.repeat(INDENT_BELOW), note }, INDENT_BELOW, columns),
  ];
}

function rowWithin({ label, amount, note }: Row, columns: number): readonly string[] {
  const width = Math.min(2 + LABEL_WIDTH + 1 + AMOUNT_WIDTH, columns);
  const begun = `  ${label} ${amount.padStart(Math.max(AMOUNT_WIDTH, width - label.length - 3))}`.trimEnd();
  const isAside = begun.length <= columns;
  const last = isAside ? begun : amount.padStart(width);
  return [
    ...(isAside ? [] : filled({ line: '  ', note: label }, 4, columns)),
    ...(note === '' ? [last] : toldWithin({ line: `${last.padEnd(width)}   `, note }, columns)),
  ];
}

/** Word after word in lines of so many columns, from the second on behind an indent; a word is never broken. */
function filled({ line, note }: Told, indent: number, columns: number): readonly string[] {
  if (line.length + note.length <= columns) return [`${line}${note}`.trimEnd()];
  const lines: string[] = [];
  let current = line;
  let isBegun = false;
  for (const word of note.split(/(?<=\S) /)) {
    const longer = isBegun ? `${current} ${word}` : `${current}${word}`;
    if (isBegun && longer.length > columns) {
      lines.push(current);
      current = `${' '.repeat(indent)}${word}`;
    } else {
      current = longer;
    }
    isBegun = true;
  }
  return [...lines, current];
}

const heading = (title: string): string[] => ['', title, '-'.repeat(title.length)];

const row = (label: string, amount: string, note: string): Row => ({ label, amount, note });

function shown({ amount, unit }: Pick<Figure, 'amount' | 'unit'>): string {
  const figure =
    unit === 'USD' || unit === 'price' ? cents(amount) : dec(amount).toDecimalPlaces(FIGURE_DIGITS).toFixed();
  return `${figure}${UNITS[unit]}`;
}

/** The event that was asked for: the account before it, and as it was decided on. */
function event({ event: told }: AccountExplanation, columns: number): Line[] {
  if (told === null) return [];
  const { at, type, summary, cause, before, decided } = told;
  const labelWidth = Math.min(LABEL_WIDTH, columns - 3 - 2 * AMOUNT_WIDTH);
  const two = (label: string, first: string, second: string): readonly string[] => {
    const amounts = `${first.padStart(AMOUNT_WIDTH)}${second.padStart(AMOUNT_WIDTH)}`;
    return label.length <= labelWidth
      ? [`  ${label.padEnd(labelWidth)} ${amounts}`.trimEnd()]
      : [`  ${label}`, `   ${' '.repeat(Math.max(0, labelWidth))}${amounts}`.trimEnd()];
  };
  const both = (label: string, of: (view: NonNullable<typeof before>) => string): readonly string[] =>
    two(label, before === null ? 'not known' : of(before), decided === null ? '' : of(decided));
  return [
    ...heading(`${placeText(told)} ${type}, ${isoOf(at)}`),
    `  ${summary}`,
    `  It followed from ${cause}.`,
    ...two('', 'before', 'as decided'),
    ...both('state', ({ state }) => state),
    ...both('equity', ({ figures: { equity } }) => usd(equity)),
    ...both('initial requirement', ({ figures: { initial } }) => usd(initial)),
    ...both('call requirement', ({ figures: { call } }) => usd(call)),
    ...both('liquidation requirement', ({ figures: { liquidation } }) => usd(liquidation)),
    ...both('margin had written up to position', ({ marginPosition }) => String(marginPosition)),
    ...both('on the schedule', ({ schedule }) => `margin/-1#${schedule}`),
  ];
}

function avoidance({ wouldHaveAvoided }: AccountExplanation): Line[] {
  if (wouldHaveAvoided === null) return [];
  const { at, state, lines } = wouldHaveAvoided;
  return [
    ...heading(`What would have avoided ${state} at ${isoOf(at)}`),
    ...lines.map((line) => row(line.label, shown(line), line.formula)),
  ];
}

function bridge({ bridge }: AccountExplanation): Line[] {
  if (bridge === null) return [];
  const lines = withoutRounding(bridge.lines);
  const from = bridge.from.at === null ? bridge.from.what : `${bridge.from.what}, ${isoOf(bridge.from.at)}`;
  return [
    ...heading(`Equity since ${from}`),
    row('equity then', usd(bridge.before), ''),
    ...lines.map(({ label, amount, detail }) => row(label, change(amount), detail)),
    ...rounding([bridge.before, ...lines.map(({ amount }) => amount)], bridge.after, change),
    row('equity', usd(bridge.after), ''),
  ];
}

const change = (amount: string): string => `${dec(amount).isNegative() ? '' : '+'}${usd(amount)}`;

/** The data has the rounding of equity alone; printed figures have theirs, which that is part of. */
const withoutRounding = <Line extends { readonly label: string }>(lines: readonly Line[]): readonly Line[] =>
  lines.filter(({ label }) => label !== 'rounding');

/** What makes figures as they are printed add up to their total as it is printed. */
function rounding(parts: readonly string[], total: string, shown: (amount: string) => string): Row[] {
  const left = dec(cents(total)).minus(sum(parts.map((part) => dec(cents(part)))));
  return left.isZero()
    ? []
    : [row('rounding', shown(text(left)), 'lines to the nearest cent, equity down to the cent')];
}

const SECTIONS: readonly (readonly [Figure['section'], string])[] = [
  ['equity', 'Equity'],
  ['requirement', 'Requirement'],
  ['scalar', 'Volatility scalars'],
  ['remedy', 'What would change it now'],
];

function figures({ figures: lines, schedule }: AccountExplanation): Line[] {
  if (schedule === null) return [];
  const { number, position, asOf, parameters, model, priceSet, status } = schedule;
  return [
    ...SECTIONS.flatMap(([section, title]) => {
      const told = lines.filter((line) => line.section === section);
      const own = section === 'equity' ? withoutRounding(told) : told;
      const rows = own.map((line) => row(line.label, shown(line), line.formula));
      if (section === 'equity') {
        const [total = '', ...parts] = own.map(({ amount }) => amount).reverse();
        rows.splice(-1, 0, ...rounding(parts, total, usd));
      }
      return own.length === 0 ? [] : [...heading(title), ...rows];
    }),
    ...heading('Schedule'),
    row(
      `schedule ${number}`,
      status,
      `margin/-1#${position}, as of ${isoOf(asOf)}, price set pricing/-1#${priceSet}, parameters ${parameters}, model ${model ?? '(no run yet)'}`,
    ),
  ];
}

/** What may still fill, and what the worst of it asks beside the requirement of what is held. */
function orders({ orders: open }: AccountExplanation): Line[] {
  if (open === null) return [];
  const { requirement } = open;
  const line = ({
    side,
    quantity,
    instrument,
    price,
  }: (typeof open.orders)[number] | (typeof open.reservations)[number]) =>
    `${side} ${quantity} ${instrument} at ${price}`;
  return [
    ...heading('Orders and reservations'),
    ...open.orders.map((order) => row(`order ${order.orderId}`, '', line(order))),
    ...open.reservations.map((reservation) =>
      row(
        `reservation ${reservation.reservationId}`,
        '',
        `${line(reservation)}, until ${isoOf(reservation.expiresAt)}`,
      ),
    ),
    ...(requirement === null
      ? [row('requirement', 'not known', 'something that may fill has no price')]
      : [
          row('equity less initial requirement, at their sizes', usd(requirement.surplus), ''),
          row('less costs of all that may fill', usd(requirement.costs), 'against the mark, and fees'),
          ...requirement.underlyings.map(({ underlying, requirement: asked, fills }) =>
            row(`less what the worst fills of ${underlying} ask`, usd(asked), fillsText(fills)),
          ),
          row('headroom', usd(requirement.headroom), ''),
        ]),
  ];
}

function prices({ prices: inputs }: AccountExplanation): Line[] {
  if (inputs.length === 0) return [];
  return [
    ...heading('Prices'),
    ...inputs.flatMap(({ underlying, status, index, jump, instrument, mark, branch, sources }) => [
      row(`${underlying} index`, usd(index), jump === null ? status : `${status}: ${priceJumpText(underlying, jump)}`),
      ...(instrument === null || mark === null
        ? []
        : [row(`${instrument} mark`, usd(mark), `candidate ${branch ?? ''}`)]),
      ...sources.map(({ venue, state, mid, used }) =>
        row(`  ${venue}`, mid === null ? '-' : usd(mid), `${state}${used === null ? ', not counted' : ''}`),
      ),
    ]),
  ];
}

function timeline({ timeline: entries }: AccountExplanation): Line[] {
  if (entries.length === 0) return [];
  return [
    ...heading('Timeline'),
    ...entries.map(({ at, type, summary, ...place }): Line => ({
      line: `  ${isoOf(at)}  ${placeText(place).padEnd(20)} ${type.padEnd(24)} `,
      note: summary,
    })),
  ];
}

function slices({ partition, slices: all }: AccountExplanation): Line[] {
  return all.flatMap(({ caseId, number, position, at, lines }) => [
    ...heading(
      `Slice ${number} of case ${caseId}, ${isoOf(at)} (${placeText({ log: 'liquidation', partition, position })})`,
    ),
    ...lines.map((line) => row(line.label, shown(line), line.formula)),
  ]);
}

/** Who bore the loss of each liquidation; printed lines add up to the printed loss, since each is in whole cents. */
function waterfalls({ waterfalls: all }: AccountExplanation): Line[] {
  return all.flatMap(({ caseId, loss, steps }) =>
    steps.length === 0
      ? []
      : [
          ...heading(`Who bore the loss of case ${caseId}`),
          ...steps.map(({ step, amount, detail }) => row(step, usd(amount), detail)),
          ...rounding(
            steps.map(({ amount }) => amount),
            loss,
            usd,
          ),
          row('loss', usd(loss), ''),
        ],
  );
}
