import { GLOBAL, PartitionMachine, type SealedEvent } from '@ballast/event-sourcing';
import { comparisonText } from '@ballast/event-sourcing/testing';
import { MINUTE_MS, dec, instantOf, text } from '@ballast/kernel';
import * as fc from 'fast-check';
import { listOptions, optionId, quoteOptions, type OptionMarket } from '../contracts/option-market.fixtures.js';
import { QuoteTape, payloadsOf, priced, threeVenues } from '../pricing.fixtures.js';
import { pricingProcess } from '../pricing.process.js';
import { BUNDLED_RULES } from '../rules/pricing-rules.fixtures.js';

const NINE = instantOf('2020-03-12T09:00:00Z');
const HOLD_MINUTES = BUNDLED_RULES.index.jumpHoldMs / MINUTE_MS;

const btc = (): QuoteTape => new QuoteTape(NINE).market(60, ['BTC']);
/** One minute: three venues at a price, with the own book there too, then the clock. */
const minuteAt = (tape: QuoteTape, price: string): QuoteTape =>
  tape.after(60).quotes('BTC', threeVenues(price)).book('BTC', price).tick();
const setsOf = (tape: QuoteTape, changes: Readonly<Record<string, object>> = {}) =>
  payloadsOf(priced(tape, changes).events, 'PriceSetPublished');
const bitcoinIn = (tape: QuoteTape) => setsOf(tape).map(({ underlyings }) => underlyings['BTC']);

describe.each([
  ['a thousandfold', '7900000'],
  ['a thousandth', '7.9'],
])('quotes of all venues at %s of the price for one minute [CLR-PRC-014]', (_how, jumped) => {
  const tape = minuteAt(minuteAt(minuteAt(btc(), '7900'), jumped), '7910');
  const [before, during, after] = setsOf(tape);

  it('halt the underlying, and the set says why', () => {
    expect(during).toMatchObject({
      status: 'HALT',
      underlyings: { BTC: { status: 'HALT', index: '7900', median: null } },
    });
    const since = NINE + 2 * MINUTE_MS;
    const believedFrom = since + BUNDLED_RULES.index.jumpHoldMs;
    expect(during?.underlyings['BTC']?.jump).toEqual({ index: jumped, first: jumped, since, believedFrom });
    expect(during?.underlyings['BTC']?.inputs.map(({ state, clamped }) => [state, clamped])).toEqual(
      Array(3).fill(['LIVE', null]),
    );
  });

  it('move neither mark nor volatility', () => {
    expect(during?.marks.map(({ mark, branch }) => [mark, branch])).toEqual([[before?.marks[0]?.mark, 'frozen']]);
    expect(during?.underlyings['BTC']?.volatility).toEqual(before?.underlyings['BTC']?.volatility);
  });

  it('are over when the sources are back, and nothing was learnt from them', () => {
    expect(after).toMatchObject({ status: 'LIVE', underlyings: { BTC: { index: '7910' } } });
    expect(after?.underlyings['BTC']).not.toHaveProperty('jump');
    const without = minuteAt(minuteAt(btc(), '7900').after(60), '7910');
    expect(after?.underlyings['BTC']?.volatility).toEqual(setsOf(without).at(-1)?.underlyings['BTC']?.volatility);
    expect(priced(tape).machine.state.underlyings.get('BTC')).toMatchObject({ anchor: '7910', jump: null });
  });
});

describe('sources that stay at the other level [CLR-PRC-014]', () => {
  const stayed = (minutes: number, price = '790000'): QuoteTape => {
    const tape = minuteAt(btc(), '7900');
    for (let minute = 0; minute < minutes; minute++) minuteAt(tape, price);
    return tape;
  };
  const statuses = (tape: QuoteTape) => setsOf(tape).map(({ status }) => status);
  const held = (sets: number) => ['LIVE', ...Array<string>(sets).fill('HALT')];

  it('are believed once they have stood there for as long as the rules say, to the set', () => {
    expect(statuses(stayed(HOLD_MINUTES + 2))).toEqual([...held(HOLD_MINUTES), 'LIVE', 'LIVE']);
    expect(bitcoinIn(stayed(HOLD_MINUTES + 1)).at(-1)).toMatchObject({ index: '790000', median: '790000' });
    // The first return spans the whole hold, as after any HALT.
    expect(Number(bitcoinIn(stayed(HOLD_MINUTES + 1)).at(-1)?.volatility.fast)).toBeGreaterThan(1);
  });

  it('wait anew from where they wander beyond the band around where they were found', () => {
    const tape = stayed(HOLD_MINUTES - 1);
    minuteAt(tape, '1300000');
    for (let minute = 1; minute < HOLD_MINUTES; minute++) minuteAt(tape, '1300000');
    expect(statuses(tape)).toEqual(held(2 * HOLD_MINUTES - 1));
    expect(bitcoinIn(minuteAt(tape, '1300000')).at(-1)).toMatchObject({ status: 'LIVE', index: '1300000' });
  });

  it('wait anew after they were silent', () => {
    const tape = stayed(HOLD_MINUTES - 1)
      .after(120)
      .tick();
    expect(bitcoinIn(tape).at(-1)).toMatchObject({ status: 'HALT', index: '7900' });
    expect(bitcoinIn(tape).at(-1)).not.toHaveProperty('jump');
    // Three good quotes in a row bring them back.
    for (let minute = 0; minute < HOLD_MINUTES + 2; minute++) minuteAt(tape, '790000');
    expect(statuses(tape)).toEqual(held(2 * HOLD_MINUTES + 2));
    expect(statuses(minuteAt(tape, '790000')).at(-1)).toBe('LIVE');
  });

  it('are believed by other figures sooner or later', () => {
    const index = { ...BUNDLED_RULES.index, jumpHoldMs: 2 * MINUTE_MS };
    const sooner = setsOf(stayed(3), { 'pricing-rules': { index } });
    expect(sooner.map(({ status }) => status)).toEqual(['LIVE', 'HALT', 'HALT', 'LIVE']);
    const wider = setsOf(stayed(1), { 'pricing-rules': { index: { ...BUNDLED_RULES.index, jumpBand: '99' } } });
    expect(wider.map(({ status }) => status)).toEqual(['LIVE', 'LIVE']);
  });
});

describe('a jump that all sources share [CLR-PRC-014]', () => {
  it('of a coin that is collateral only halts the coin, and nobody else', () => {
    const tape = minuteAt(btc().quotes('USDC', threeVenues('1')), '7900').quotes('USDC', threeVenues('1000'));
    const set = setsOf(minuteAt(tape, '7900')).at(-1);
    expect(set).toMatchObject({
      status: 'LIVE',
      underlyings: { BTC: { status: 'LIVE' }, USDC: { status: 'HALT', index: '1', jump: { index: '1000' } } },
    });
  });

  it.each`
    prices                           | last                        | why
    ${['7900', '7900', '7900000']}   | ${['7913.16666667', false]} | ${'one of three is clamped'}
    ${['7900', '7900000', '790000']} | ${['7900', true]}           | ${'two of three take the median with them'}
  `('counts by the index, not by the source: $why', ({ prices, last }: { prices: string[]; last: unknown[] }) => {
    const tape = minuteAt(btc(), '7900').after(60);
    tape.quotes('BTC', Object.fromEntries(prices.map((price, i) => [`venue-${'abc'.charAt(i)}`, price]))).tick();
    const bitcoin = bitcoinIn(tape).at(-1);
    expect([bitcoin?.index, bitcoin?.jump !== undefined]).toEqual(last);
  });

  it('is held against the last close where only history is known', () => {
    const tape = minuteAt(btc().history('BTC', MINUTE_MS, ['7890', '7900']), '7900000');
    expect(bitcoinIn(tape)[0]).toMatchObject({ status: 'HALT', index: '7900', jump: { index: '7900000' } });
  });

  it('leaves futures and options where they were, whatever is quoted of them meanwhile', () => {
    const expiry = instantOf('2020-03-27T08:00:00Z');
    const options: OptionMarket = { underlying: 'BTC', expiry, forward: 7_930, strikes: [7_000, 8_000, 9_000] };
    const listed = listOptions(btc().list('BTC-27MAR20'), options).contractBook('BTC-27MAR20', '7930');
    const tape = minuteAt(quoteOptions(listed, options, NINE), '7900');
    quoteOptions(tape, { ...options, forward: 7_930_000, strikes: options.strikes }, NINE + MINUTE_MS);
    minuteAt(tape.contractBook('BTC-27MAR20', '7930000'), '7900000');
    const { events } = priced(tape);
    const [before, during] = payloadsOf(events, 'RiskArraysPublished');
    expect(before?.instruments.map(({ instrument }) => instrument)).toContain(optionId(options, 8_000, 'call'));
    expect(during?.instruments).toEqual(before?.instruments.map((risk) => ({ ...risk, status: 'HALT' })));
    expect(payloadsOf(events, 'SurfacePublished')).toHaveLength(1);
  });

  it('never moves an index within one set by more than the band, whatever the factor', () => {
    const factor = fc.oneof(
      fc.integer({ min: 151, max: 100_000 }).map((percent) => dec(percent).div(100)),
      fc.integer({ min: 1, max: 666 }).map((permille) => dec(permille).div(1_000)),
    );
    fc.assert(
      fc.property(fc.integer({ min: 1_000, max: 90_000 }), factor, (price, by) => {
        const tape = minuteAt(minuteAt(btc(), String(price)), text(dec(price).times(by)));
        const [, during] = setsOf(tape);
        expect(during?.underlyings['BTC']).toMatchObject({ status: 'HALT', index: String(price) });
      }),
      { numRuns: 50 },
    );
  });

  it('is gone on with from a snapshot as from the beginning, wherever that is taken', () => {
    const tape = minuteAt(btc(), '7900');
    for (const price of ['790000', '800000', '1300000', '7900', '5', ...Array<string>(HOLD_MINUTES).fill('5.5')]) {
      minuteAt(tape, price);
    }
    const whole = priced(tape).events;
    for (let cut = 4; cut < tape.entries.length; cut += 4) {
      const first = new QuoteTape(NINE);
      first.entries.push(...tape.entries.slice(0, cut));
      const { machine, events } = priced(first);
      const again = new PartitionMachine(pricingProcess, GLOBAL, 8, machine.snapshot());
      for (const entry of tape.entries.slice(cut)) again.accept(entry);
      const rest: readonly SealedEvent[] = again.drain().events;
      expect([...events, ...rest].map(comparisonText)).toEqual(whole.map(comparisonText));
    }
    expect(whole.at(-1)).toMatchObject({ payload: { status: 'LIVE', underlyings: { BTC: { index: '5.5' } } } });
  });
});

describe('an own book a thousandfold from the index for a minute [CLR-PRC-014]', () => {
  const FUTURE = 'BTC-27MAR20';
  const withBooks = (...books: readonly string[]): QuoteTape => {
    const tape = btc().list(FUTURE);
    for (const book of books) {
      tape.after(60).activity('BTC', 60, '1000').quotes('BTC', threeVenues('7900'));
      tape.book('BTC', book).contractBook(FUTURE, book).tick();
    }
    return tape;
  };
  const slipped = priced(withBooks('7910', '7910000', '7910')).events;
  const [, during, after] = payloadsOf(slipped, 'PriceSetPublished');
  const futures = payloadsOf(slipped, 'RiskArraysPublished').map(({ instruments: [risk] }) => [
    risk?.price,
    risk?.basis,
    risk?.status,
  ]);

  it('counts as none: no mark is at its band, no premium enters funding, nothing of it is measured', () => {
    expect(during?.underlyings['BTC']).toMatchObject({ status: 'LIVE', index: '7900' });
    expect(during?.marks[0]).toMatchObject({ candidates: { m3: '7900' }, mark: '7900' });
    expect(Number(during?.marks[0]?.premium)).toBeLessThan(0.001);
    expect(during?.marks[0]).not.toHaveProperty('market');
    expect(futures[1]).toEqual(['7910', '10', 'DEGRADED']);
  });

  it('leaves nothing behind when it is back', () => {
    const without = payloadsOf(priced(withBooks('7910', '7900', '7910')).events, 'PriceSetPublished').at(-1);
    expect(Number(after?.marks[0]?.basis)).toBeCloseTo(Number(without?.marks[0]?.basis), 6);
    expect(after?.marks[0]).toHaveProperty('market');
    expect(futures[2]).toEqual(['7910', '10', 'LIVE']);
  });

  it('is heard exactly at the band, and not one step beyond it', () => {
    const bases = ['11850', '11850.1'].map(
      (book) => payloadsOf(priced(withBooks(book)).events, 'PriceSetPublished')[0]?.marks[0]?.basis,
    );
    expect(bases).toEqual(['3950', '0']);
  });
});
