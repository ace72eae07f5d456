import type { LogEntry } from '@ballast/event-sourcing';
import { HOUR_MS, instantOf } from '@ballast/kernel';
import { QuoteTape, openedMachine, threeVenues } from './pricing.fixtures.js';

const NINE = instantOf('2026-03-01T09:00:00Z');
const EXPIRY = instantOf('2026-03-27T08:00:00Z');

/** Every kind of message that an exchange sends, twice the quotes. */
function wholeTape(): QuoteTape {
  const tape = new QuoteTape(NINE).market(60, ['BTC']).history('BTC', HOUR_MS, ['59000', '59500', '60000']);
  tape.history('USDC', HOUR_MS, ['1', '1.0001']);
  tape.list('BTC-27MAR26').list('BTC-PERP-INVERSE').list('BTC-27MAR26-60000-C').list('DOGE-PERP', { tick: '0.00001' });
  for (let moment = 0; moment < 2; moment++) {
    tape.quotes('BTC', threeVenues('60000')).quotes('USDC', threeVenues('1')).quotes('DOGE', { 'venue-a': '0.07' });
    tape.book('BTC', '60010').book('DOGE', '0.07').contractBook('BTC-27MAR26', '60300');
    tape.contractBook('BTC-PERP-INVERSE', '60020').chain('BTC', EXPIRY, { 'BTC-27MAR26-60000-C': ['2000', '2100'] });
    tape.tick().after(60);
  }
  return tape;
}

type Path = readonly (string | number)[];

/** Paths of all values inside a payload that are no record or list. */
function fieldsOf(value: unknown, path: Path = []): readonly Path[] {
  if (Array.isArray(value)) return value.flatMap((item, index) => fieldsOf(item, [...path, index]));
  if (typeof value !== 'object' || value === null) return [path];
  return Object.entries(value).flatMap(([name, field]) => fieldsOf(field, [...path, name]));
}

function replaced(entry: LogEntry, path: Path, by: unknown): LogEntry {
  const payload = structuredClone(entry.payload) as Record<string | number, unknown>;
  let fields = payload;
  for (const name of path.slice(0, -1)) fields = fields[name] as Record<string | number, unknown>;
  fields[path.at(-1) as string | number] = by;
  return { ...entry, payload };
}

/** Figures in events that are none. What a refusal says of a listing repeats the listing. */
function noFigures(value: unknown, name = ''): readonly string[] {
  if (typeof value === 'object' && value !== null) {
    return Object.entries(value).flatMap(([key, field]) => noFigures(field, key));
  }
  return NAMES.includes(name) || !/NaN|Infinity|^1e/.test(String(value)) ? [] : [name];
}
const NAMES = ['venue', 'instrument', 'underlying', 'reason', 'listedAt'];

/** One scenario is enough here. */
const SCENARIOS = { 'scenario-set': { spotMoves: ['0'], volatilityShocks: ['0'], tailMoves: [] } };

const run = (entries: readonly LogEntry[]) => {
  const machine = openedMachine(SCENARIOS);
  for (const entry of entries) machine.accept(entry);
  return machine.drain().events;
};

describe('what an outside party sends [CLR-PRC-002]', () => {
  const { entries } = wholeTape();
  const cases = entries
    .slice(0, entries.findIndex(({ type }) => type === 'ClockTicked') + 1)
    .flatMap((entry, at) => fieldsOf(entry.payload).map((path) => [entry.type, path.join('.'), at, path] as const));

  it('is priced as it is when it is sound', () => {
    const types = run(entries).map(({ type }) => type);
    expect(types.filter((type) => type === 'InstrumentAdmitted')).toHaveLength(5);
    expect(types.filter((type) => type === 'PriceSetPublished')).toHaveLength(2);
  });

  it.each(cases)('%s with a %s that is none neither stops pricing nor comes out again', (_type, _field, at, path) => {
    for (const none of ['NaN', 'Infinity', '-1', '0', '1e400', null, Number.NaN]) {
      const events = run(entries.map((entry, position) => (position === at ? replaced(entry, path, none) : entry)));
      expect(events.flatMap(({ payload }) => noFigures(payload))).toEqual([]);
    }
  });
});
