import { parse } from 'csv-parse/sync';
import { type Instant, invariant } from '@ballast/kernel';
import type { ExpiryChain, OptionChain, OptionQuote } from '@ballast/valuation';

/** One chain as collected, with what the venue itself published beside it. */
export interface Snapshot {
  readonly chain: OptionChain;
  /** The venue's mark volatility by instrument, which the fit is held against. */
  readonly venueVolatility: ReadonlyMap<string, number>;
  /** Instruments that somebody holds. */
  readonly held: ReadonlySet<string>;
}

interface Row {
  readonly timestamp: string;
  readonly currency: string;
  readonly instrument_name: string;
  readonly option_type: 'call' | 'put';
  readonly strike: string;
  readonly expiry_datetime: string;
  readonly underlying_name: string;
  readonly underlying: string;
  readonly bid_price: string;
  readonly ask_price: string;
  readonly implied_volatility: string;
  readonly open_interest: string;
}

const COLUMNS = [
  'timestamp',
  'currency',
  'instrument_name',
  'option_type',
  'strike',
  'expiry_datetime',
  'underlying',
  'bid_price',
  'ask_price',
  'implied_volatility',
  'open_interest',
] as const;

const present = (text: string): number | undefined => (text === '' ? undefined : Number(text));

function groupBy<Value>(values: readonly Value[], keyOf: (value: Value) => string): Map<string, Value[]> {
  const groups = new Map<string, Value[]>();
  for (const value of values) {
    const group = groups.get(keyOf(value));
    if (group) group.push(value);
    else groups.set(keyOf(value), [value]);
  }
  return groups;
}

function quoteOf(row: Row): OptionQuote {
  const bid = present(row.bid_price);
  const ask = present(row.ask_price);
  const volatility = present(row.implied_volatility);
  return {
    instrument: row.instrument_name,
    type: row.option_type,
    strike: Number(row.strike),
    ...(bid === undefined ? {} : { bid }),
    ...(ask === undefined ? {} : { ask }),
    ...(volatility === undefined || volatility <= 0 ? {} : { referenceVolatility: volatility }),
    openInterest: Number(row.open_interest),
  };
}

/** The rows of an expiry were collected within a second or two: the middle forward is the one most of them were marked at. */
function expiryOf(rows: readonly Row[]): ExpiryChain {
  const forwards = rows.map(({ underlying }) => Number(underlying)).sort((p, q) => p - q);
  return {
    expiry: Date.parse((rows[0] as Row).expiry_datetime),
    forward: forwards[forwards.length >> 1],
    quotes: rows.map(quoteOf),
  };
}

/** Snapshots of a file of Deribit chains, one per collection time and currency, in the order of time. */
export function snapshotsOf(csv: string): Snapshot[] {
  const rows = parse<Row>(csv, { columns: true, skip_empty_lines: true });
  const missing = COLUMNS.filter((column) => rows.length > 0 && !(column in rows[0]!));
  invariant(
    rows.length > 0 && missing.length === 0,
    `not a file of Deribit chains: ${missing.join(', ') || 'no rows'}`,
  );
  return [...groupBy(rows, (row) => `${row.timestamp} ${row.currency}`).values()]
    .map((all): Snapshot => {
      const [first] = all as [Row];
      const asOf: Instant = Date.parse(first.timestamp);
      const expiries = [...groupBy(all, (row) => row.expiry_datetime).values()].map(expiryOf);
      return {
        chain: { underlying: first.currency, asOf, settlement: 'inverse', expiries },
        venueVolatility: new Map(all.map((row) => [row.instrument_name, Number(row.implied_volatility)])),
        held: new Set(all.filter((row) => Number(row.open_interest) > 0).map((row) => row.instrument_name)),
      };
    })
    .sort((p, q) => p.chain.asOf - q.chain.asOf || (p.chain.underlying < q.chain.underlying ? -1 : 1));
}
