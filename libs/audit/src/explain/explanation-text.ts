import type { AccountExplanation } from '@ballast/contracts';
import { dec, isoOf, roundUsd } from '@ballast/kernel';

const LABEL_WIDTH = 44;
const AMOUNT_WIDTH = 18;
const FIGURE_DIGITS = 8;

type Figure = AccountExplanation['figures'][number];

const UNITS: Readonly<Record<Figure['unit'], string>> = { USD: ' USD', rate: '', scalar: '', base: '', price: ' USD' };

/** An explanation for a terminal: what it comes to first, then every figure. */
export function explanationText(explanation: AccountExplanation): string {
  const { accountId, at, partition, marginPosition, state, because } = explanation;
  return [
    `${accountId}  ${state ?? 'NOT ASSESSED'}  at ${isoOf(at)}   (margin/${partition}, up to position ${marginPosition})`,
    '',
    ...because,
    ...avoidance(explanation),
    ...bridge(explanation),
    ...figures(explanation),
    ...prices(explanation),
    ...timeline(explanation),
    ...slices(explanation),
  ].join('\n');
}

const heading = (title: string): string[] => ['', title, '-'.repeat(title.length)];

function row(label: string, amount: string, note: string): string {
  return `  ${label.padEnd(LABEL_WIDTH)} ${amount.padStart(AMOUNT_WIDTH)}   ${note}`.trimEnd();
}

const cents = (amount: string): string => roundUsd(dec(amount), 'neutral').toFixed(2);

function shown({ amount, unit }: Pick<Figure, 'amount' | 'unit'>): string {
  const figure =
    unit === 'USD' || unit === 'price' ? cents(amount) : dec(amount).toDecimalPlaces(FIGURE_DIGITS).toFixed();
  return `${figure}${UNITS[unit]}`;
}

function avoidance({ wouldHaveAvoided }: AccountExplanation): string[] {
  if (wouldHaveAvoided === null) return [];
  const { at, state, lines } = wouldHaveAvoided;
  return [
    ...heading(`What would have avoided ${state} at ${isoOf(at)}`),
    ...lines.map((line) => row(line.label, shown(line), line.formula)),
  ];
}

function bridge({ bridge }: AccountExplanation): string[] {
  if (bridge === null) return [];
  const from = bridge.from.at === null ? bridge.from.what : `${bridge.from.what}, ${isoOf(bridge.from.at)}`;
  return [
    ...heading(`Equity since ${from}`),
    row('equity then', `${cents(bridge.before)} USD`, ''),
    ...bridge.lines.map(({ label, amount, detail }) =>
      row(label, `${dec(amount).isPositive() ? '+' : ''}${cents(amount)} USD`, detail),
    ),
    row('equity', `${cents(bridge.after)} USD`, ''),
  ];
}

const SECTIONS: readonly (readonly [Figure['section'], string])[] = [
  ['equity', 'Equity'],
  ['requirement', 'Requirement'],
  ['scalar', 'Volatility scalars'],
  ['remedy', 'What would change it now'],
];

function figures({ figures: lines, schedule }: AccountExplanation): string[] {
  if (schedule === null) return [];
  const { number, position, asOf, parameters, model, priceSet, status } = schedule;
  return [
    ...SECTIONS.flatMap(([section, title]) => {
      const own = lines.filter((line) => line.section === section);
      return own.length === 0
        ? []
        : [...heading(title), ...own.map((line) => row(line.label, shown(line), line.formula))];
    }),
    ...heading('Schedule'),
    row(
      `schedule ${number}`,
      status,
      `margin/-1 position ${position}, as of ${isoOf(asOf)}, price set pricing/-1 position ${priceSet}, parameters ${parameters}, model ${model ?? '(no run yet)'}`,
    ),
  ];
}

function prices({ prices: inputs }: AccountExplanation): string[] {
  if (inputs.length === 0) return [];
  return [
    ...heading('Prices'),
    ...inputs.flatMap(({ underlying, status, index, instrument, mark, branch, sources }) => [
      row(`${underlying} index`, cents(index), status),
      ...(instrument === null || mark === null
        ? []
        : [row(`${instrument} mark`, cents(mark), `candidate ${branch ?? ''}`)]),
      ...sources.map(({ venue, state, mid, used }) =>
        row(`  ${venue}`, mid === null ? '-' : cents(mid), `${state}${used === null ? ', not counted' : ''}`),
      ),
    ]),
  ];
}

function timeline({ timeline: entries }: AccountExplanation): string[] {
  if (entries.length === 0) return [];
  return [
    ...heading('Timeline'),
    ...entries.map(
      ({ at, log, partition, position, type, summary }) =>
        `  ${isoOf(at)}  ${`${log}/${partition}#${position}`.padEnd(22)} ${type.padEnd(24)} ${summary}`,
    ),
  ];
}

function slices({ slices: all }: AccountExplanation): string[] {
  return all.flatMap(({ caseId, number, position, at, lines }) => [
    ...heading(`Slice ${number} of case ${caseId}, ${isoOf(at)} (liquidation #${position})`),
    ...lines.map(({ label, amount, formula }) =>
      row(label, dec(amount).toDecimalPlaces(FIGURE_DIGITS).toFixed(), formula),
    ),
  ]);
}
