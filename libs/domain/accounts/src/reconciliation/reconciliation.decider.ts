import { choice, list, readBody, record, textOf, whole, type DocumentForm } from '@ballast/documents';
import type { CommandResult, LogEntry } from '@ballast/event-sourcing';
import { nameOfLine, RECONCILED, type FundEvents, type Instant } from '@ballast/facts';
import {
  ACCOUNT_ID,
  ASSET,
  DECIMAL,
  dec,
  IDENTIFIER,
  INSTRUMENT_ID,
  isNobody,
  REASON,
  SHA256_HEX,
  subjectOf,
} from '@ballast/kernel';

type Opened = FundEvents['BreakOpened'];

/** A line in which this ledger and the books of somebody else differ. */
export interface Break {
  readonly opened: Opened;
  readonly ledger: string;
  readonly reported: string;
  readonly asOf: Instant;
  readonly explanation: { readonly text: string; readonly proposer: string; readonly approver: string | null } | null;
}

/** What is known of other books. */
export interface Reconciliations {
  /** Of each source and what it keeps, the last one. */
  readonly last: Map<string, FundEvents['ReconciliationRecorded']>;
  /** Open ones by id, oldest first. */
  readonly breaks: Map<number, Break>;
  /** Breaks so far. */
  opened: number;
}

export const noReconciliations = (): Reconciliations => ({ last: new Map(), breaks: new Map(), opened: 0 });

/** In one reconciliation, which travels as one command; books that differ in more lines are other books. */
export const MOST_DIFFERENCES = 2_000;

/** Why it is refused, and what to do. */
const REFUSALS = {
  'reconciliation-out-of-order':
    'these books were held against the ledger of a later moment before: take the newest file',
  'actor-missing': 'name the person: X-Actor',
  'break-unknown': 'there is no open break of this id: GET /reconciliations/breaks',
  'break-not-proposed': 'nobody has said why: propose an explanation first',
  'break-explained': 'the break is explained already',
  'proposer-may-not-approve': 'another person than the proposer approves it',
} as const;

const refused = (code: keyof typeof REFUSALS): Refusal => ({
  refusal: { outcome: 'rejected', code, detail: REFUSALS[code] },
});
const invalid = (defects: readonly string[]): Refusal => ({
  refusal: { outcome: 'rejected', code: 'reconciliation-invalid', detail: defects.join('; ') },
});

interface Refusal {
  readonly refusal: CommandResult;
}

type Command = Pick<LogEntry, 'payload' | 'actor'>;

const orNull = <Value>(form: DocumentForm<Value>): DocumentForm<Value | null> => ({
  read: (value, path, defects) => (value === null ? null : form.read(value, path, defects)),
});

const RECORDED = record({
  source: textOf(IDENTIFIER),
  of: choice(RECONCILED),
  asOf: whole(0, Number.MAX_SAFE_INTEGER),
  file: textOf(SHA256_HEX),
  lines: textOf(SHA256_HEX),
  compared: whole(0, Number.MAX_SAFE_INTEGER),
  differences: list(
    record({
      accountId: orNull(textOf(ACCOUNT_ID)),
      asset: orNull(textOf(ASSET)),
      instrument: orNull(textOf(INSTRUMENT_ID)),
      ledger: textOf(DECIMAL),
      reported: textOf(DECIMAL),
    }),
    0,
    MOST_DIFFERENCES,
  ),
});
const PROPOSAL = record({ breakId: whole(1, Number.MAX_SAFE_INTEGER), explanation: textOf(REASON) });
const APPROVAL = record({ breakId: whole(1, Number.MAX_SAFE_INTEGER) });

const booksOf = ({ source, of }: Pick<Opened, 'source' | 'of'>): string => `${source} ${of}`;

/** What follows from a reconciliation, in order. */
interface Recorded {
  readonly opened: readonly Opened[];
  readonly changed: readonly FundEvents['BreakChanged'][];
  readonly matched: readonly FundEvents['BreakMatched'][];
  readonly recorded: FundEvents['ReconciliationRecorded'];
  readonly answer: CommandResult;
}

/**
 * The ledger was held against other books: a line that differs is a break until it agrees again.
 * @see docs/spec/accounts.md CLR-ACC-080
 */
export function recordReconciliation(state: Reconciliations, { payload }: Command): Recorded | Refusal {
  const reading = readBody(payload, RECORDED, ({ differences }) => {
    const lines = differences.map(nameOfLine);
    return [
      ...(new Set(lines).size < lines.length ? ['differences: name each line once'] : []),
      ...differences.flatMap(({ asset, instrument, ledger, reported }, index) => [
        ...((asset === null) === (instrument === null) ? [`differences[${index}]: an asset or an instrument`] : []),
        ...(dec(ledger).eq(reported) ? [`differences[${index}]: the two agree`] : []),
      ]),
    ];
  });
  if ('defects' in reading) return invalid(reading.defects);
  // `lines` only tells the request from another one.
  const { differences, lines: _lines, ...held } = reading.figures;
  const { source, of, asOf } = held;
  if (asOf < (state.last.get(booksOf(held))?.asOf ?? 0)) return refused('reconciliation-out-of-order');
  const before = new Map(
    [...state.breaks.values()]
      .filter(({ opened }) => booksOf(opened) === booksOf(held))
      .map((each) => [nameOfLine(each.opened), each]),
  );
  const opened: Opened[] = [];
  const changed: FundEvents['BreakChanged'][] = [];
  for (const { ledger, reported, ...line } of differences) {
    const known = before.get(nameOfLine(line));
    before.delete(nameOfLine(line));
    if (known === undefined) {
      opened.push({ breakId: state.opened + opened.length + 1, source, of, asOf, ...line, ledger, reported });
    } else if (!dec(known.ledger).eq(ledger) || !dec(known.reported).eq(reported)) {
      changed.push({ breakId: known.opened.breakId, source, asOf, ledger, reported });
    }
  }
  const matched = [...before.values()].map(({ opened: { breakId } }) => ({ breakId, source, asOf }));
  const data = { opened: opened.length, changed: changed.length, matched: matched.length };
  return {
    opened,
    changed,
    matched,
    recorded: { ...held, differing: differences.length },
    answer: { outcome: 'accepted', data: { ...data, differing: differences.length, compared: held.compared } },
  };
}

/** A person says why two books differ. @see docs/spec/accounts.md CLR-ACC-081 */
export function proposeExplanation(
  state: Reconciliations,
  { payload, actor }: Command,
): { readonly fact: FundEvents['BreakExplanationProposed'] } | Refusal {
  const reading = readBody(payload, PROPOSAL);
  if ('defects' in reading) return invalid(reading.defects);
  if (isNobody(actor)) return refused('actor-missing');
  const { breakId, explanation } = reading.figures;
  const known = state.breaks.get(breakId);
  if (known === undefined) return refused('break-unknown');
  if (isExplained(known)) return refused('break-explained');
  return { fact: { breakId, source: known.opened.source, explanation } };
}

/** Another person approves it. @see docs/spec/accounts.md CLR-ACC-081 */
export function approveExplanation(
  state: Reconciliations,
  { payload, actor }: Command,
): { readonly fact: FundEvents['BreakExplained'] } | Refusal {
  const reading = readBody(payload, APPROVAL);
  if ('defects' in reading) return invalid(reading.defects);
  if (isNobody(actor)) return refused('actor-missing');
  const known = state.breaks.get(reading.figures.breakId);
  if (known === undefined) return refused('break-unknown');
  if (known.explanation === null) return refused('break-not-proposed');
  if (isExplained(known)) return refused('break-explained');
  if (subjectOf(known.explanation.proposer) === subjectOf(actor)) return refused('proposer-may-not-approve');
  return { fact: { breakId: known.opened.breakId, source: known.opened.source } };
}

/** Two persons know why. */
export const isExplained = ({
  explanation,
}: {
  readonly explanation: Pick<NonNullable<Break['explanation']>, 'approver'> | null;
}): boolean => explanation !== null && explanation.approver !== null;

/** How what is known of other books follows from events. */
export const evolveReconciliations = {
  opened(state: Reconciliations, opened: Opened): void {
    const { ledger, reported, asOf } = opened;
    state.breaks.set(opened.breakId, { opened, ledger, reported, asOf, explanation: null });
    state.opened = opened.breakId;
  },
  changed({ breaks }: Reconciliations, { breakId, ledger, reported, asOf }: FundEvents['BreakChanged']): void {
    const known = breaks.get(breakId);
    if (known !== undefined) breaks.set(breakId, { ...known, ledger, reported, asOf, explanation: null });
  },
  matched({ breaks }: Reconciliations, { breakId }: FundEvents['BreakMatched']): void {
    breaks.delete(breakId);
  },
  proposed(
    { breaks }: Reconciliations,
    { breakId, explanation }: FundEvents['BreakExplanationProposed'],
    actor: string | null,
  ): void {
    const known = breaks.get(breakId);
    if (known === undefined) return;
    breaks.set(breakId, { ...known, explanation: { text: explanation, proposer: actor ?? '', approver: null } });
  },
  explained({ breaks }: Reconciliations, { breakId }: FundEvents['BreakExplained'], actor: string | null): void {
    const known = breaks.get(breakId);
    if (known?.explanation) breaks.set(breakId, { ...known, explanation: { ...known.explanation, approver: actor } });
  },
  recorded({ last }: Reconciliations, recorded: FundEvents['ReconciliationRecorded']): void {
    last.set(booksOf(recorded), recorded);
  },
};

/** The last reconciliation of each source. */
export const lastReconciliations = ({ last }: Reconciliations) => [...last.values()];

/** Lines that differ, oldest first. */
export function* openBreaks({ breaks }: Reconciliations) {
  for (const { opened, ledger, reported, asOf, explanation } of breaks.values()) {
    yield {
      ...opened,
      ...{ ledger, reported, since: opened.asOf, asOf },
      explanation: explanation === null ? null : { ...explanation },
    };
  }
}
