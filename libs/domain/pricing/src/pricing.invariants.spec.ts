import type { LogEntry } from '@ballast/event-sourcing';
import type { PricingEvents } from '@ballast/facts';
import { instantOf } from '@ballast/kernel';
import { riskArraysHash } from './contracts/content-hash.js';
import { listOptions, quoteOptions, type OptionMarket } from './contracts/option-market.fixtures.js';
import { QuoteTape, priced, threeVenues } from './pricing.fixtures.js';
import { pricingInvariants } from './pricing.invariants.js';

type RiskArrays = PricingEvents['RiskArraysPublished'];

const NINE = instantOf('2026-03-01T09:00:00Z');
const OPTIONS: OptionMarket = {
  underlying: 'BTC',
  expiry: instantOf('2026-03-27T08:00:00Z'),
  forward: 60_300,
  strikes: [52_000, 56_000, 60_000, 64_000, 68_000],
};

function pricedEvents(): readonly LogEntry[] {
  const tape = listOptions(new QuoteTape(NINE).market(60, ['BTC']).list('BTC-27MAR26'), OPTIONS);
  quoteOptions(tape.contractBook('BTC-27MAR26', '60300'), OPTIONS, NINE).quotes('BTC', threeVenues('60000')).tick();
  return priced(tape).events;
}

describe('the invariants of pricing', () => {
  const events = pricedEvents();
  const published = events.find(({ type }) => type === 'RiskArraysPublished') as LogEntry;
  const arrays = published.payload as RiskArrays;
  /** The event as a forger leaves it. */
  const forged = (changes: Partial<RiskArrays>): LogEntry => ({ ...published, payload: { ...arrays, ...changes } });
  const namesOf = (entry: LogEntry): readonly string[] => pricingInvariants.ofEvent(entry).map(({ name }) => name);

  it('hold of every event that is published', () => {
    expect(arrays.instruments.length).toBeGreaterThan(10);
    expect(events.flatMap(pricingInvariants.ofEvent)).toEqual([]);
  });

  it('find one figure of one scenario that was changed', () => {
    const instruments = arrays.instruments.map((risk, i) =>
      i === 3 ? { ...risk, values: risk.values.map((value, j) => (j === 7 ? `${value}1` : value)) } : risk,
    );
    expect(pricingInvariants.ofEvent(forged({ instruments }))).toEqual([
      {
        name: 'risk-arrays-match-their-hash',
        detail:
          `risk arrays 1 name the content hash ${arrays.contentHash}, ` +
          `their content has ${riskArraysHash({ scenarios: arrays.scenarios, instruments })}`,
      },
    ]);
  });

  it.each<[string, (arrays: RiskArrays) => Partial<RiskArrays>]>([
    ['a mark', ({ instruments: [first, ...rest] }) => ({ instruments: [{ ...first!, mark: '1' }, ...rest] })],
    ['a contract left out', ({ instruments }) => ({ instruments: instruments.slice(1) })],
    ['two contracts changed over', ({ instruments: [a, b, ...rest] }) => ({ instruments: [b!, a!, ...rest] })],
    ['a scenario', ({ scenarios: [first, ...rest] }) => ({ scenarios: [{ ...first!, spotFactor: '0.51' }, ...rest] })],
    ['another hash', () => ({ contentHash: '00'.repeat(32) })],
  ])('find %s', (_, change) => {
    expect(namesOf(forged(change(arrays)))).toEqual(['risk-arrays-match-their-hash']);
  });

  it('find a contract without a value for every scenario, under whatever hash', () => {
    const [first, ...rest] = arrays.instruments;
    const instruments = [{ ...first!, values: first!.values.slice(1) }, ...rest];
    const contentHash = riskArraysHash({ scenarios: arrays.scenarios, instruments });
    expect(pricingInvariants.ofEvent(forged({ instruments, contentHash }))).toEqual([
      {
        name: 'risk-arrays-cover-their-scenarios',
        detail: `${first!.instrument} in risk arrays 1 has 154 values for 155 scenarios`,
      },
    ]);
  });

  it('say nothing of other events', () => {
    const set = events.find(({ type }) => type === 'PriceSetPublished') as LogEntry;
    expect(pricingInvariants.ofEvent({ ...set, payload: { contentHash: 'x' } })).toEqual([]);
  });
});
