import { GLOBAL, type PartitionMachine, type LogEntry, type SealedEvent } from '@ballast/event-sourcing';
import { comparisonText } from '@ballast/event-sourcing/testing';
import { HOUR_MS, InvariantViolation, MINUTE_MS, instantOf, isoOf } from '@ballast/kernel';
import * as fc from 'fast-check';
import { QuoteTape, openedMachine, payloadsOf, priced, threeVenues, type QuoteSketch } from './pricing.fixtures.js';
import { pricingProcess } from './pricing.process.js';
import { BUNDLED_RULES } from './rules/pricing-rules.fixtures.js';
import type { PricingState } from './pricing.state.js';

const NINE = instantOf('2020-03-12T09:00:00Z');

const btc = (start = NINE, everySeconds = 60): QuoteTape => new QuoteTape(start).market(everySeconds, ['BTC']);
/** One moment: quotes of the given venues, then the clock. */
const moment = (tape: QuoteTape, byVenue: Readonly<Record<string, QuoteSketch>>): QuoteTape =>
  tape.quotes('BTC', byVenue).tick();
const setsOf = (tape: QuoteTape) => payloadsOf(priced(tape).events, 'PriceSetPublished');
const lastSetOf = (tape: QuoteTape) => setsOf(tape).at(-1);
const changesOf = (tape: QuoteTape) =>
  payloadsOf(priced(tape).events, 'SourceStateChanged').map(({ venue, from, to }) => `${venue}: ${from} -> ${to}`);
const ignoredBy = (tape: QuoteTape) => Object.fromEntries(priced(tape).machine.state.ignored);

describe('a price set [CLR-PRC-012]', () => {
  it('comes with the clock and only when it is due', () => {
    const tape = moment(btc(), threeVenues('7900'));
    for (let i = 0; i < 4; i++) moment(tape.after(30), threeVenues('7900'));
    expect(setsOf(tape).map(({ number, asOf }) => [number, isoOf(asOf)])).toEqual([
      [1, '2020-03-12T09:00:00Z'],
      [2, '2020-03-12T09:01:00Z'],
      [3, '2020-03-12T09:02:00Z'],
    ]);
  });

  it('is not made twice in one interval, nor left out, by a clock that ticks a little early or late', () => {
    const tape = moment(btc(NINE + 5, 1), threeVenues('7900')).after(0.997);
    moment(tape, threeVenues('7900')); // 09:00:01.002
    moment(tape.after(0.99), threeVenues('7900')); // 09:00:01.992
    moment(tape.after(0.01), threeVenues('7900')); // 09:00:02.002
    expect(setsOf(tape)).toHaveLength(3);
  });

  it('marks a perpetual from its admission on, which waits for the first price of its underlying', () => {
    const tape = new QuoteTape(NINE).market().quotes('BTC', threeVenues('7900')).tick();
    tape.after(60).quotes('ETH', threeVenues('194')).quotes('BTC', threeVenues('7900')).tick();
    expect(setsOf(tape).map(({ marks }) => marks.map(({ mark }) => mark))).toEqual([['7900'], ['7900', '194']]);
    const admitted = priced(tape).events.filter(({ type }) => type !== 'SourceStateChanged');
    expect(admitted.map(({ type, stream }) => `${type} ${stream}`)).toEqual([
      'InstrumentAdmitted instrument-BTC-PERP',
      'PriceSetPublished prices',
      'InstrumentAdmitted instrument-ETH-PERP',
      'PriceSetPublished prices',
    ]);
  });

  it('comes as soon as anything has a price, contract or not, and not before [CLR-PRC-003]', () => {
    const tape = new QuoteTape(NINE).market(60, []).tick();
    expect(setsOf(tape)).toEqual([]);
    tape.after(60).quotes('USDC', threeVenues('1.0001')).tick();
    expect(setsOf(tape)).toMatchObject([{ status: 'LIVE', underlyings: { USDC: { index: '1.0001' } }, marks: [] }]);
  });

  it('is not halted by a coin that has no contracts', () => {
    const tape = moment(btc().quotes('USDC', threeVenues('1')), threeVenues('7900'));
    moment(tape.after(120), threeVenues('7900'));
    expect(lastSetOf(tape)).toMatchObject({
      status: 'LIVE',
      underlyings: { USDC: { status: 'HALT', index: '1' }, BTC: { status: 'LIVE' } },
    });
  });

  it('leaves out a coin that nobody ever quoted soundly', () => {
    const tape = btc().quotes('USDC', { 'venue-a': { bid: '1.01', ask: '1' } });
    expect(Object.keys(lastSetOf(moment(tape, threeVenues('7900')))?.underlyings ?? {})).toEqual(['BTC']);
  });

  it('shows inputs, clamp, median, status and candidates of what it decided', () => {
    const tape = btc().book('BTC', '7910', { lastPrice: '7905' });
    const set = lastSetOf(moment(tape, { a: '7900', b: '7901', c: '8100' }));
    expect(set?.status).toBe('LIVE');
    expect(set?.underlyings.BTC).toEqual({
      status: 'LIVE',
      index: '7913.835', // (7900 + 7901 + 7940.505) / 3
      inputs: [
        { venue: 'a', state: 'LIVE', mid: '7900', clamped: '7900', at: NINE },
        { venue: 'b', state: 'LIVE', mid: '7901', clamped: '7901', at: NINE },
        { venue: 'c', state: 'LIVE', mid: '8100', clamped: '7940.505', at: NINE },
      ],
      median: '7901',
      volatility: { fast: '0.03', slow: '0.03' },
    });
  });

  it('does not depend on the order of the quotes in a message', () => {
    const ordered = moment(btc(), { a: '7900', b: '7901', c: '8100', d: '7700' });
    const reversed = moment(btc(), { d: '7700', c: '8100', b: '7901', a: '7900' });
    expect(setsOf(reversed)).toEqual(setsOf(ordered));
  });

  it('takes the exchange as trading at the index when its book is silent', () => {
    const tape = moment(btc().book('BTC', '7950'), threeVenues('7900'));
    expect(lastSetOf(tape)?.marks[0]).toMatchObject({ basis: '50', mark: '7950', branch: 'm2' });
    for (let i = 0; i < 3; i++) moment(tape.after(60), threeVenues('7900'));
    expect(lastSetOf(tape)?.marks[0]).toMatchObject({ candidates: { m3: '7900' }, mark: '7900' });
  });

  it('holds a last trade from outside the present book inside that book', () => {
    const tape = moment(btc().book('BTC', '7900', { lastPrice: '7000' }), threeVenues('7900'));
    expect(lastSetOf(tape)?.marks[0]?.candidates.m3).toBe('7899.21'); // best bid
  });
});

describe('sources [CLR-PRC-001]', () => {
  it('are stale without news, and come back after three good quotes in a row', () => {
    const tape = moment(btc(), threeVenues('7900'));
    const two = { 'venue-a': '7900', 'venue-b': '7900' };
    moment(tape.after(60), two);
    moment(tape.after(60), two);
    expect(lastSetOf(tape)?.status).toBe('DEGRADED');
    for (let i = 0; i < 2; i++) moment(tape.after(60), threeVenues('7900'));
    expect(lastSetOf(tape)?.status).toBe('DEGRADED');
    moment(tape.after(60), threeVenues('7900'));
    expect(lastSetOf(tape)?.status).toBe('LIVE');
    expect(changesOf(tape).slice(3)).toEqual(['venue-c: LIVE -> STALE', 'venue-c: STALE -> LIVE']);
  });

  it('start counting anew when a bad quote comes between good ones', () => {
    const tape = moment(btc(), threeVenues('7900'));
    const bad = { ...threeVenues('7900'), 'venue-c': { bid: '7901', ask: '7901' } };
    for (const quotes of [
      bad,
      threeVenues('7900'),
      threeVenues('7900'),
      bad,
      threeVenues('7900'),
      threeVenues('7900'),
    ]) {
      moment(tape.after(60), quotes);
    }
    expect(changesOf(tape).slice(3)).toEqual(['venue-c: LIVE -> CROSSED']);
    moment(tape.after(60), threeVenues('7900'));
    expect(changesOf(tape).at(-1)).toBe('venue-c: CROSSED -> LIVE');
  });

  it('that are clamped for more than five minutes are outliers, still clamped and counted', () => {
    const tape = moment(btc(), threeVenues('7900'));
    const apart = { ...threeVenues('7900'), 'venue-c': '8200' };
    for (let i = 0; i < 7; i++) moment(tape.after(60), apart);
    expect(changesOf(tape)).toHaveLength(3);
    moment(tape.after(60), apart);
    expect(changesOf(tape).slice(3)).toEqual(['venue-c: LIVE -> OUTLIER']);
    expect(lastSetOf(tape)).toMatchObject({ status: 'DEGRADED', underlyings: { BTC: { index: '7913.16666667' } } });
    for (let i = 0; i < 4; i++) moment(tape.after(60), threeVenues('7900'));
    expect(changesOf(tape).slice(4)).toEqual(['venue-c: OUTLIER -> LIVE']);
  });

  it.each`
    bid       | ask               | why
    ${'0'}    | ${'7900'}         | ${'zero'}
    ${'-1'}   | ${'7900'}         | ${'negative'}
    ${'NaN'}  | ${'7900'}         | ${'not a number'}
    ${'7899'} | ${'Infinity'}     | ${'infinite'}
    ${'7899'} | ${'1e9'}          | ${'not plain notation'}
    ${'0x1f'} | ${'7900'}         | ${'hexadecimal'}
    ${''}     | ${'7900'}         | ${'empty'}
    ${null}   | ${'7900'}         | ${'missing'}
    ${'7899'} | ${'9'.repeat(60)} | ${'absurdly long'}
  `('with a price that is $why are put out and nothing throws', ({ bid, ask }: { bid: string; ask: string }) => {
    const tape = moment(btc(), { ...threeVenues('7900'), 'venue-d': { bid, ask } });
    expect(changesOf(tape)).toContain('venue-d: null -> CROSSED');
    expect(lastSetOf(tape)).toMatchObject({ status: 'LIVE', underlyings: { BTC: { index: '7900' } } });
  });

  it('cannot bring a quote from before their last one, or from ahead of the clock', () => {
    const tape = moment(btc(), threeVenues('7900')).after(60);
    tape.quotes('BTC', {
      'venue-a': { bid: '1', ask: '2', at: NINE - 1 },
      'venue-b': { bid: '1', ask: '2', at: NINE + HOUR_MS },
      'venue-c': { bid: '1', ask: '2', at: 0.5 },
    });
    expect(lastSetOf(tape.tick())?.underlyings.BTC?.index).toBe('7900');
    expect(ignoredBy(tape)).toEqual({ 'late-quote': 1, 'quote-ahead-of-time': 1, 'malformed-message': 1 });
  });

  it('that the rules exclude are seen and never counted', () => {
    const sourceExceptions = { 'BTC/venue-c': { excludedBecause: 'disputed volumes' } };
    const { events } = priced(moment(btc(), { ...threeVenues('7900'), 'venue-c': '9000' }), {
      'pricing-rules': { sourceExceptions },
    });
    const [set] = payloadsOf(events, 'PriceSetPublished');
    expect(set).toMatchObject({ status: 'DEGRADED', underlyings: { BTC: { index: '7900' } } });
    expect(set?.underlyings.BTC?.inputs[2]).toMatchObject({
      venue: 'venue-c',
      state: 'EXCLUDED',
      mid: '9000',
      clamped: null,
    });
  });
});

describe('HALT [CLR-PRC-011]', () => {
  const halted = (): QuoteTape => {
    const tape = moment(btc().book('BTC', '7910'), threeVenues('7900'));
    return tape.after(120).tick();
  };

  it('freezes index, mark and volatility while no source is left', () => {
    const [before, after] = setsOf(halted());
    expect(after?.status).toBe('HALT');
    expect(after?.underlyings.BTC).toMatchObject({ status: 'HALT', index: '7900', median: null });
    expect(after?.underlyings.BTC?.volatility).toEqual(before?.underlyings.BTC?.volatility);
    expect(after?.marks).toEqual(before?.marks.map((mark) => ({ ...mark, branch: 'frozen' })));
  });

  it('ends when sources are back, and the next return spans the whole gap', () => {
    const tape = halted();
    for (let i = 0; i < 3; i++) moment(tape.after(60), threeVenues('7110'));
    const set = lastSetOf(tape);
    expect(set).toMatchObject({ status: 'LIVE', underlyings: { BTC: { index: '7110' } } });
    expect(Number(set?.underlyings.BTC?.volatility.fast)).toBeGreaterThan(0.5); // -10 % in five minutes
  });

  it('of one underlying leaves the other alone and is the status of the set', () => {
    const tape = new QuoteTape(NINE)
      .market()
      .quotes('BTC', threeVenues('7900'))
      .quotes('ETH', threeVenues('194'))
      .tick();
    const set = lastSetOf(tape.after(120).quotes('BTC', threeVenues('7890')).tick());
    expect([set?.status, set?.underlyings.BTC?.status, set?.underlyings.ETH?.status]).toEqual(['HALT', 'LIVE', 'HALT']);
    expect(set?.marks.map(({ mark, branch }) => [mark, branch === 'frozen'])).toEqual([
      ['7890', false],
      ['194', true],
    ]);
  });

  it('from the first set on, with nothing but history, stands at the last close', () => {
    const tape = btc().history('BTC', HOUR_MS, ['7950', '7900.3']).tick();
    expect(lastSetOf(tape)?.marks[0]).toMatchObject({ mark: '7900.5', branch: 'frozen' });
  });
});

describe('one venue alone [CLR-PRC-011]', () => {
  /** A lone venue that takes a step down every minute, from 8,000 on, after three agreed. */
  const walked = (factor: number, book: (step: number) => QuoteTape | null = () => null): QuoteTape => {
    const tape = moment(btc(), threeVenues('8000'));
    tape.after(91);
    for (let step = 1; step <= 9; step++) {
      book(step);
      moment(tape.after(60), { 'venue-c': (8_000 * factor ** step).toFixed(2) });
    }
    return tape;
  };
  const indexes = (tape: QuoteTape): readonly number[] =>
    setsOf(tape).map(({ underlyings }) => Number(underlyings.BTC?.index));

  it('walks the index by no more than the band, in however many steps: then it is HALT', () => {
    const tape = walked(0.951);
    expect(Math.min(...indexes(tape))).toBe(7_608);
    expect(setsOf(tape).map(({ status }) => status)).toEqual(['LIVE', 'DEGRADED', ...Array<string>(8).fill('HALT')]);
  });

  it('nor in small steps, up or down', () => {
    expect(Math.min(...indexes(walked(0.99)))).toBeGreaterThan(7_600);
    expect(Math.max(...indexes(walked(1.01)))).toBeLessThan(8_400);
  });

  it('nor when it is the first that ever quoted, or only history is known', () => {
    const alone = btc();
    const seeded = btc().history('BTC', HOUR_MS, ['8000', '8000']);
    for (const tape of [alone, seeded]) {
      for (let step = 0; step <= 9; step++) moment(tape.after(60), { 'venue-c': (8_000 * 0.97 ** step).toFixed(2) });
      expect(Math.min(...indexes(tape))).toBe(7_760);
    }
  });

  it('is not believed against the own book, and is again once a second venue agrees', () => {
    const tape = moment(btc(), threeVenues('8000'));
    const quotesAlone = (mid: string) => tape.after(60).book('BTC', '8300').quotes('BTC', { 'venue-c': mid }).tick();
    quotesAlone('7990');
    expect(lastSetOf(quotesAlone('7800'))?.status).toBe('HALT');
    for (let i = 0; i < 3; i++) {
      tape.after(60).book('BTC', '8300').quotes('BTC', { 'venue-b': '7000', 'venue-c': '7010' }).tick();
    }
    expect(lastSetOf(tape)).toMatchObject({ status: 'DEGRADED', underlyings: { BTC: { index: '7005' } } });
  });

  it('is believed against an own book in another unit, which says nothing of it [CLR-PRC-014]', () => {
    for (const [book, status] of [
      ['8421', 'DEGRADED'],
      ['8422', 'HALT'],
      ['12001', 'DEGRADED'],
      ['8000000', 'DEGRADED'],
    ] as const) {
      const tape = moment(btc(), threeVenues('8000')).after(91).book('BTC', book);
      expect([book, lastSetOf(moment(tape, { 'venue-c': '8000' }))?.status]).toEqual([book, status]);
    }
  });

  it('moves the anchor with a majority: after two agree on a lower price one may go on from there', () => {
    const tape = moment(btc(), threeVenues('8000'));
    moment(tape.after(60), threeVenues('7300'));
    moment(tape.after(100), { 'venue-c': '7000' });
    expect(lastSetOf(tape)).toMatchObject({ status: 'DEGRADED', underlyings: { BTC: { index: '7000' } } });
  });
});

describe('funding [CLR-PRC-042]', () => {
  const intoTheFixing = (): QuoteTape => {
    const tape = moment(btc(instantOf('2020-03-12T07:57:00Z')).book('BTC', '7979.8'), threeVenues('7900'));
    for (let i = 0; i < 2; i++) moment(tape.after(60).book('BTC', '7979.8'), threeVenues('7900'));
    return moment(tape.after(60).book('BTC', '7979.8'), threeVenues('7900'));
  };

  it('is fixed at the mark before 08:00 and before anything of 08:00 counts', () => {
    const { events } = priced(intoTheFixing());
    expect(payloadsOf(events, 'FundingRateFixed')).toEqual([
      {
        instrument: 'BTC-PERP',
        dueAt: instantOf('2020-03-12T08:00:00Z'),
        rate: '0.0075', // the premium of 1 % less .05 % is 0.95 %: capped
        mark: '7979',
        cumulativeIndex: '59.8425', // .0075 * 7979
        samples: 3,
      },
    ]);
    const fixed = events.findIndex(({ type }) => type === 'FundingRateFixed');
    expect(events[fixed]?.cause).toMatchObject({ kind: 'timer', id: 'funding-BTC-PERP' });
    expect((events[fixed + 1]?.payload as { asOf: number }).asOf).toBe(instantOf('2020-03-12T08:00:00Z'));
  });

  it('carries the fixed rate into the first candidate of the next mark', () => {
    expect(lastSetOf(intoTheFixing())?.marks[0]?.candidates.m1).toBe('7959.25'); // 7900 * 1.0075, eight hours left
  });

  it('is fixed once per period that a silent clock jumped over, at no rate where no price was seen', () => {
    const { events } = priced(intoTheFixing().at(instantOf('2020-03-13T09:00:00Z')).tick());
    const fixed = payloadsOf(events, 'FundingRateFixed');
    expect(fixed.map(({ dueAt, samples }) => [isoOf(dueAt), samples])).toEqual([
      ['2020-03-12T08:00:00Z', 3],
      ['2020-03-12T16:00:00Z', 1],
      ['2020-03-13T00:00:00Z', 0],
      ['2020-03-13T08:00:00Z', 0],
    ]);
    expect(fixed.slice(2).map(({ rate }) => rate)).toEqual(['0', '0']);
    expect(fixed.at(-1)?.cumulativeIndex).toBe(fixed[1]?.cumulativeIndex);
  });

  it('has no fixing before the first price set', () => {
    const { events } = priced(
      btc()
        .at(NINE + 24 * HOUR_MS)
        .tick(),
    );
    expect(events).toHaveLength(0);
  });
});

describe('price history [CLR-PRC-031]', () => {
  const closes = Array.from({ length: 21 * 24 + 1 }, (_, i) => (i % 2 === 0 ? '7900' : '7979'));

  it('seeds both volatilities and the last hour before the start', () => {
    const tape = btc().history('BTC', HOUR_MS, closes);
    const [seed] = payloadsOf(priced(tape).events, 'VolatilitySeeded');
    expect(seed).toMatchObject({
      underlying: 'BTC',
      lastPrice: '7900',
      lastAt: NINE,
      lastHour: [
        { at: NINE - HOUR_MS, mark: '7979' },
        { at: NINE, mark: '7900' },
      ],
    });
    // |ln(79/79.79)| * sqrt(24) = 4.8747 % a day
    expect(seed?.slow.slice(0, 7)).toBe('0.04874');
    expect(seed?.fast.slice(0, 7)).toBe('0.04874');
  });

  it('counts once, and not after the first price set', () => {
    const tape = btc().history('BTC', HOUR_MS, closes).history('BTC', HOUR_MS, ['1', '2']);
    moment(tape, threeVenues('7900')).after(60).history('BTC', HOUR_MS, ['1', '2']);
    expect(payloadsOf(priced(tape).events, 'VolatilitySeeded')).toHaveLength(1);
    expect(ignoredBy(tape)).toEqual({ 'late-history': 2 });
  });

  it('leaves out closes that are malformed, out of order or from the future', () => {
    const tape = btc().append('PriceHistorySupplied', 'market', {
      underlying: 'BTC',
      intervalMs: MINUTE_MS,
      closes: [
        { at: NINE - 2 * MINUTE_MS, price: '7900' },
        { at: NINE - 3 * MINUTE_MS, price: '1' },
        { at: NINE - MINUTE_MS, price: '-7900' },
        { at: NINE, price: '7901' },
        { at: NINE + 1, price: '1' },
      ],
    });
    const [seed] = payloadsOf(priced(tape).events, 'VolatilitySeeded');
    expect(seed?.lastHour.map(({ mark }) => mark)).toEqual(['7900', '7901']);
  });
});

describe('messages [CLR-PRC-002]', () => {
  it('of dollars, of what is no name of an underlying, of an instrument that is not listed, and a second opening, are counted and change nothing', () => {
    const tape = btc()
      .quotes('USD', threeVenues('1'))
      .quotes('x', threeVenues('1'))
      .history('__proto__', HOUR_MS, ['1', '2'])
      .book('ETH', '194')
      .market(1, ['ETH']);
    moment(tape, threeVenues('7900'));
    expect(ignoredBy(tape)).toEqual({ 'unknown-underlying': 3, 'unknown-instrument': 1, 'repeated-market': 1 });
    expect(setsOf(tape)).toHaveLength(1);
  });

  it('of an unknown kind, a newer version or another log stop the fold', () => {
    const [entry] = btc().entries as [LogEntry];
    const take = (input: LogEntry) => (): unknown => openedMachine().accept(input);
    expect(take({ ...entry, type: 'MarketMoved' })).toThrow(InvariantViolation);
    expect(take({ ...entry, schemaVersion: 2 })).toThrow(InvariantViolation);
    expect(take({ ...entry, log: 'exchange.fills' })).toThrow(InvariantViolation);
  });

  it('of our own of an unknown kind or a newer version stop it too', () => {
    const event = priced(moment(btc(), threeVenues('7900'))).events.at(-1) as SealedEvent;
    const evolve = (own: object) => (): void =>
      pricingProcess.evolve(pricingProcess.initialState(GLOBAL, 8), { ...event, ...own });
    expect(evolve({ type: 'PriceSetCorrected' })).toThrow(InvariantViolation);
    expect(evolve({ schemaVersion: 2 })).toThrow(InvariantViolation);
  });
});

describe('determinism', () => {
  const price = fc.oneof(
    { weight: 8, arbitrary: fc.integer({ min: 7_000, max: 9_000 }).map(String) },
    { weight: 1, arbitrary: fc.constantFrom('0', '-1', 'x', '', '1e5', '123456789012.123456789012345678', '0.0001') },
  );
  const sketch = fc.oneof(
    { weight: 4, arbitrary: fc.integer({ min: 7_000, max: 9_000 }).map(String) },
    { weight: 1, arbitrary: fc.record({ bid: price, ask: price }) },
  );
  const venues = fc.dictionary(fc.constantFrom('a', 'b', 'c', 'd', 'e'), sketch, { maxKeys: 5 });
  const moments = fc.array(
    fc.record({
      seconds: fc.oneof(
        { weight: 9, arbitrary: fc.integer({ min: 1, max: 150 }) },
        fc.integer({ min: 1, max: 90_000 }),
      ),
      venues,
      book: fc.option(price),
      /** By how much all venues are wrong together. */
      slip: fc.oneof({ weight: 5, arbitrary: fc.constant(1) }, fc.constantFrom(1_000, 0.001)),
      clock: fc.boolean(),
    }),
    { minLength: 1, maxLength: 20 },
  );
  const tapes = moments.map((steps) => {
    const tape = new QuoteTape(NINE).market(60, ['BTC']).history('BTC', HOUR_MS, ['7900', '7950', '7940']);
    for (const { seconds, venues: byVenue, book, slip, clock } of steps) {
      const slipped = Object.entries(byVenue).map(([venue, quoted]) => [
        venue,
        typeof quoted === 'string' ? String(Number(quoted) * slip) : quoted,
      ]);
      tape.after(seconds).quotes('BTC', Object.fromEntries(slipped) as typeof byVenue);
      if (book !== null)
        tape.append('PerpetualBookObserved', 'quotes-BTC', {
          instrument: 'BTC-PERP',
          bestBid: book,
          bestAsk: book,
          impactBid: book,
          impactAsk: book,
          lastPrice: book,
          at: tape.entries.at(-1)?.time.clearing ?? NINE,
        });
      if (clock) tape.tick();
    }
    return tape;
  });

  const inBatchesOf = (tape: QuoteTape, size: number): PartitionMachine<PricingState> => {
    const machine = openedMachine();
    tape.entries.forEach((entry, i) => {
      machine.accept(entry);
      if ((i + 1) % size !== 0) return;
      machine.settle();
      machine.drain();
    });
    machine.settle();
    return machine;
  };

  /** Rebuilds from the logs: inputs up to each event's basis, then the event, then what came after the last one. */
  const rebuilt = (inputs: readonly LogEntry[], events: readonly SealedEvent[]): PartitionMachine<PricingState> => {
    const machine = openedMachine();
    const recallUpTo = (position: number): void => {
      while (machine.cursor('exchange.quotes', GLOBAL) < position) {
        machine.recall(inputs[machine.cursor('exchange.quotes', GLOBAL)] as LogEntry);
      }
    };
    for (const event of events) {
      for (const [, , upTo] of event.basis) recallUpTo(upTo);
      machine.recallOwn({ ...event, payload: (JSON.parse(event.text) as LogEntry).payload });
    }
    recallUpTo(inputs.length);
    return machine;
  };

  it('makes the same bytes from the same messages, in batches of 1, of 7 and all at once', () => {
    fc.assert(
      fc.property(tapes, (tape) => {
        const heads = [1, 7, Infinity].map((size) => inBatchesOf(tape, size).head.toString('hex'));
        expect(new Set(heads).size).toBe(1);
        expect(heads[0]).toBe(priced(tape).machine.head.toString('hex'));
      }),
      { numRuns: 25 },
    );
  });

  it('has the same state after a rebuild from the logs, and goes on the same from there', () => {
    fc.assert(
      fc.property(tapes, (tape) => {
        const { events, machine } = priced(tape);
        const again = rebuilt(tape.entries, events);
        expect(again.state).toEqual(machine.state);
        expect(again.head.equals(machine.head)).toBe(true);
        const last = moment(tape.after(61), threeVenues('7900')).entries.slice(-2);
        const next = [machine, again].map((one) => {
          for (const entry of last) one.accept(entry);
          return one.drain().events.map(comparisonText);
        });
        expect(next[1]).toEqual(next[0]);
      }),
      { numRuns: 25 },
    );
  });

  it('publishes only marks within the band and positive prices, whatever comes', () => {
    fc.assert(
      fc.property(tapes, (tape) => {
        for (const { underlyings, marks } of setsOf(tape)) {
          const index = Number(underlyings.BTC?.index);
          expect(index).toBeGreaterThan(0);
          for (const { mark, branch } of marks) {
            if (branch !== 'frozen') expect(Math.abs(Number(mark) / index - 1)).toBeLessThanOrEqual(0.01 + 1e-12);
          }
        }
      }),
      { numRuns: 25 },
    );
  });

  it('shows a changed clamp in the first price set that clamps, and nowhere before', () => {
    const tape = moment(btc(), threeVenues('7900'));
    moment(tape.after(60), { ...threeVenues('7900'), 'venue-c': '8100' });
    const wider = { 'pricing-rules': { index: { ...BUNDLED_RULES.index, clamp: '0.006' } } };
    const [ours, theirs] = [priced(tape).events, priced(tape, wider).events];
    const firstDifference = ours.findIndex(
      (event, i) => comparisonText(event) !== comparisonText(theirs[i] as SealedEvent),
    );
    expect(ours[firstDifference]).toMatchObject({ type: 'PriceSetPublished', payload: { number: 2 } });
  });
});
