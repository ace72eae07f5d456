import { GLOBAL, type PartitionMachine, type LogEntry, type SealedEvent } from '@ballast/event-sourcing';
import { comparisonText } from '@ballast/event-sourcing/testing';
import type { PricingEvents } from '@ballast/facts';
import { DAY_MS, HOUR_MS, MINUTE_MS, instantOf, isoOf } from '@ballast/kernel';
import fc from 'fast-check';
import { QuoteTape, openedMachine, payloadsOf, priced, threeVenues } from '../pricing.fixtures.js';
import type { PricingState } from '../pricing.state.js';
import { listOptions, optionId, optionIds, quoteOptions, type OptionMarket } from './option-market.fixtures.js';

const NINE = instantOf('2026-03-01T09:00:00Z');
const EXPIRY = instantOf('2026-03-27T08:00:00Z');
const FUTURE = 'BTC-27MAR26';
const OPTIONS: OptionMarket = {
  underlying: 'BTC',
  expiry: EXPIRY,
  forward: 60_300,
  strikes: [48_000, 52_000, 56_000, 60_000, 64_000, 68_000, 76_000],
};
const CALL = optionId(OPTIONS, 60_000, 'call');

const btc = (start = NINE): QuoteTape => new QuoteTape(start).market(60, ['BTC']);
/** One moment of the index, then the clock. */
const moment = (tape: QuoteTape, index = '60000'): QuoteTape => tape.quotes('BTC', threeVenues(index)).tick();
const arraysOf = (tape: QuoteTape) => payloadsOf(priced(tape).events, 'RiskArraysPublished');
const surfacesOf = (tape: QuoteTape) => payloadsOf(priced(tape).events, 'SurfacePublished');
const risksOf = (arrays: PricingEvents['RiskArraysPublished'] | undefined) =>
  Object.fromEntries((arrays?.instruments ?? []).map((risk) => [risk.instrument, risk]));
const lastRisk = (tape: QuoteTape, id: string) => risksOf(arraysOf(tape).at(-1))[id];
const ignoredBy = (tape: QuoteTape) => Object.fromEntries(priced(tape).machine.state.ignored);

/** Future and options of one expiry, quoted at the start. */
const optionTape = (start = NINE): QuoteTape => {
  const tape = listOptions(btc(start).list(FUTURE), OPTIONS).contractBook(FUTURE, '60300');
  return quoteOptions(tape, OPTIONS, start);
};

describe('contracts at a price set [CLR-PRC-050]', () => {
  it('are published before it under its number: surfaces, then arrays, then the set', () => {
    const { events } = priced(moment(optionTape()));
    const last = events.slice(-3);
    expect(last.map(({ type, stream }) => `${type} ${stream}`)).toEqual([
      `SurfacePublished surface-BTC-${EXPIRY}`,
      'RiskArraysPublished prices',
      'PriceSetPublished prices',
    ]);
    expect(last.map(({ payload }) => (payload as { number: number }).number)).toEqual([1, 1, 1]);
  });

  it('leave no trace where only the linear perpetuals are listed', () => {
    const { events } = priced(moment(btc()));
    const types = new Set(events.map(({ type }) => type));
    expect(types).toEqual(new Set(['SourceStateChanged', 'InstrumentAdmitted', 'PriceSetPublished']));
  });

  it('add to the price set what they imply of the volatility to come, and change nothing else of it [CLR-PRC-032]', () => {
    const setOf = (tape: QuoteTape) => payloadsOf(priced(tape).events, 'PriceSetPublished')[0];
    const [withOptions, without] = [setOf(moment(optionTape())), setOf(moment(btc()))];
    const { implied, ...measured } = withOptions?.underlyings['BTC']?.volatility ?? {};
    expect(measured).toEqual(without?.underlyings['BTC']?.volatility);
    const [surface] = surfacesOf(moment(optionTape()));
    expect(surface?.status).toBe('LIVE');
    // One expiry: the rate per day of its smile at the money.
    const { a, b, rho, m, sigma } = surface?.svi ?? { a: '0', b: '0', rho: '0', m: '0', sigma: '0' };
    const total = Number(a) + Number(b) * (Math.hypot(Number(m), Number(sigma)) - Number(rho) * Number(m));
    expect(Number(implied)).toBeCloseTo(Math.sqrt((total * DAY_MS) / (EXPIRY - NINE)), 12);
    const prices = { ...withOptions?.underlyings['BTC'], volatility: measured };
    expect({ ...withOptions, underlyings: { ...withOptions?.underlyings, BTC: prices } }).toEqual(without);
  });

  it('are sorted', () => {
    const [arrays] = arraysOf(moment(optionTape()));
    const ids = (arrays?.instruments ?? []).map(({ instrument }) => instrument);
    expect(ids).toEqual([...optionIds(OPTIONS), FUTURE].sort());
  });

  it('wait for their listing', () => {
    const tape = btc().list(FUTURE, { listedAt: isoOf(NINE + MINUTE_MS) });
    moment(moment(tape).after(60));
    expect(arraysOf(tape).map(({ number }) => number)).toEqual([2]);
  });
});

describe('mark of a future [CLR-PRC-051]', () => {
  it('is index and smoothed basis, USD and in coin what a contract is worth', () => {
    const tape = btc().list(FUTURE).list('BTC-PERP-INVERSE');
    moment(tape.contractBook(FUTURE, '60300').contractBook('BTC-PERP-INVERSE', '60030'));
    expect(lastRisk(tape, FUTURE)).toMatchObject({ price: '60300', mark: '60300', basis: '300', status: 'LIVE' });
    expect(lastRisk(tape, 'BTC-PERP-INVERSE')).toMatchObject({
      price: '60030',
      mark: '-0.000166583374979177', // - 10 / 60,030
      basis: '30',
      volatility: null,
    });
    moment(tape.after(60).contractBook(FUTURE, '60600'));
    // 300 + (1 - (29/31)^60) * 300 = 594.52
    expect(lastRisk(tape, FUTURE)).toMatchObject({ price: '60594.5' });
  });

  it('is held in its band: 1 % and 25 % for each year', () => {
    const tape = moment(btc().list(FUTURE).contractBook(FUTURE, '70000'));
    // 25 days and 23 hours: 0.01 + 0.25 * 0.0711 = 2.7774 %
    expect(lastRisk(tape, FUTURE)?.price).toBe('61666.5');
    expect(lastRisk(tape, FUTURE)?.basis).toBe('10000');
  });

  it('keeps a carry without a fresh book, while the basis of a perpetual fades; both are DEGRADED', () => {
    const tape = btc().list(FUTURE).list('BTC-PERP-INVERSE');
    moment(tape.contractBook(FUTURE, '60300').contractBook('BTC-PERP-INVERSE', '60300'));
    for (let i = 0; i < 5; i++) moment(tape.after(60));
    expect(lastRisk(tape, FUTURE)).toMatchObject({ price: '60300', status: 'DEGRADED' });
    expect(lastRisk(tape, 'BTC-PERP-INVERSE')).toMatchObject({ price: '60000', status: 'DEGRADED' });
    expect(arraysOf(tape).at(-1)?.status).toBe('DEGRADED');
  });

  it('is the index while nobody ever quoted it', () => {
    expect(lastRisk(moment(btc().list(FUTURE)), FUTURE)).toMatchObject({ price: '60000', status: 'DEGRADED' });
  });

  it('is frozen on HALT with everything else, and goes on after it', () => {
    const tape = moment(optionTape());
    const [before] = arraysOf(tape);
    tape.after(120).tick();
    const [, halted] = arraysOf(tape);
    expect(halted?.status).toBe('HALT');
    expect(halted?.instruments).toEqual(before?.instruments.map((risk) => ({ ...risk, status: 'HALT' })));
    expect(surfacesOf(tape)).toHaveLength(1);
    for (let i = 0; i < 3; i++) moment(tape.after(60).contractBook(FUTURE, '60300'));
    expect(lastRisk(tape, FUTURE)).toMatchObject({ price: '60300', status: 'LIVE' });
  });

  it('of a contract that is listed during a HALT is the last index', () => {
    const tape = moment(btc()).after(120);
    listOptions(tape.list(FUTURE), OPTIONS).tick();
    expect(lastRisk(tape, FUTURE)).toMatchObject({ price: '60000', status: 'HALT' });
    expect(lastRisk(tape, CALL)?.status).toBe('HALT');
    expect(surfacesOf(tape).map(({ status, origin }) => [status, origin])).toEqual([['HALT', 'flat']]);
  });
});

describe('surfaces [CLR-PRC-053]', () => {
  it('go through the quotes: every mark lies between bid and ask, and calls and puts are in parity to a tick [CLR-PRC-055]', () => {
    const tape = moment(optionTape());
    const [surface] = surfacesOf(tape);
    expect(surface).toMatchObject({
      status: 'LIVE',
      forward: '60300',
      forwardFrom: 'future',
      quotes: 14,
      rejected: [],
    });
    expect(surface?.gates.every(({ passed }) => passed)).toBe(true);
    const risks = risksOf(arraysOf(tape)[0]);
    const chain = tape.entries.find(({ type }) => type === 'OptionChainQuoted')?.payload as {
      quotes: { instrument: string; bid: string; ask: string }[];
    };
    for (const { instrument, bid, ask } of chain.quotes) {
      expect(Number(risks[instrument]?.price)).toBeGreaterThanOrEqual(Number(bid) - 1e-9);
      expect(Number(risks[instrument]?.price)).toBeLessThanOrEqual(Number(ask) + 1e-9);
    }
    for (const strike of OPTIONS.strikes) {
      const [call, put] = (['call', 'put'] as const).map((type) =>
        Number(risks[optionId(OPTIONS, strike, type)]?.price),
      );
      expect(Math.abs((call as number) - (put as number) - (60_300 - strike))).toBeLessThanOrEqual(0.1 + 1e-9);
    }
  });

  it('take the forward from put-call parity where no future is listed, from the index where nothing is quoted', () => {
    const quoted = moment(quoteOptions(listOptions(btc(), OPTIONS), OPTIONS, NINE));
    expect(surfacesOf(quoted)[0]?.forwardFrom).toBe('parity');
    expect(Math.abs(Number(surfacesOf(quoted)[0]?.forward) - 60_300)).toBeLessThan(0.2);
    expect(surfacesOf(moment(listOptions(btc(), OPTIONS)))[0]).toMatchObject({
      forwardFrom: 'index',
      forward: '60000',
    });
  });

  it('hold a forward by parity in the band of a future, whatever the options are quoted at', () => {
    // 623 hours to the expiry: 60,000 * (1.01 + 0.25 * 623 / 8,760).
    const dear = { ...OPTIONS, forward: 90_000 };
    const [surface] = surfacesOf(moment(quoteOptions(listOptions(btc(), dear), dear, NINE)));
    expect(surface).toMatchObject({ forwardFrom: 'parity', forward: '61666.78082192' });
  });

  it('of coin-settled options are fitted in dollars, marks are in coin', () => {
    const coin: OptionMarket = { ...OPTIONS, settlement: 'inverse' };
    const tape = quoteOptions(listOptions(btc(), coin), coin, NINE);
    moment(tape);
    const risk = lastRisk(tape, optionId(coin, 60_000, 'call'));
    expect(risk?.status).toBe('LIVE');
    expect(Number(risk?.volatility)).toBeCloseTo(0.6, 2);
    expect(Number(risk?.price)).toBeGreaterThan(0.05);
    expect(Number(risk?.price)).toBeLessThan(0.08);
  });

  it('are the volatility of the index, DEGRADED, while too few options are quoted', () => {
    const tape = moment(listOptions(btc(), OPTIONS));
    expect(surfacesOf(tape)[0]).toMatchObject({ status: 'DEGRADED', origin: 'flat', quotes: 0 });
    // 3 % a day is 57.3 % a year.
    expect(Number(lastRisk(tape, CALL)?.volatility)).toBeCloseTo(0.03 * Math.sqrt(365), 9);
  });

  it('stay as they are in volatility while no quote comes, and are DEGRADED once the quotes are stale', () => {
    const tape = moment(optionTape());
    for (let i = 0; i < 6; i++) moment(tape.after(60).contractBook(FUTURE, '60300'));
    const surfaces = surfacesOf(tape);
    expect(surfaces.map(({ status }) => status)).toEqual([...Array<string>(6).fill('LIVE'), 'DEGRADED']);
    expect(surfaces.at(-1)).toMatchObject({ origin: 'shifted', quotes: 0 });
    const volatilities = arraysOf(tape).map((arrays) => Number(risksOf(arrays)[CALL]?.volatility));
    for (const volatility of volatilities) expect(volatility).toBeCloseTo(volatilities[0] as number, 8);
    expect(surfaces[6]?.svi.b).not.toBe(surfaces[0]?.svi.b);
  });

  it('move with the quotes that are left when these are too few for a fit', () => {
    const tape = moment(optionTape());
    // Everything is withdrawn but two strikes, which are quoted ten points higher.
    const left = { ...OPTIONS, strikes: [60_000, 64_000], volatility: 0.7 };
    const gone = OPTIONS.strikes.filter((strike) => !left.strikes.includes(strike));
    tape.after(60).contractBook(FUTURE, '60300');
    tape.chain(
      'BTC',
      EXPIRY,
      Object.fromEntries(optionIds({ ...OPTIONS, strikes: gone }).map((id) => [id, [null, null] as const])),
    );
    moment(quoteOptions(tape, left, NINE + MINUTE_MS));
    const surface = surfacesOf(tape).at(-1);
    expect(surface).toMatchObject({ status: 'DEGRADED', origin: 'shifted', quotes: 4 });
    expect(surface?.rejected).toEqual([{ origin: 'svi', failed: ['too-few-quotes'] }]);
    const far = optionId(OPTIONS, 76_000, 'call');
    const [before, after] = arraysOf(tape).map((arrays) => Number(risksOf(arrays)[far]?.volatility));
    expect((after as number) - (before as number)).toBeGreaterThan(0.05);
  });
});

describe('bad quotes [CLR-PRC-054]', () => {
  it('are counted, never thrown, and leave what was quoted before', () => {
    const tape = moment(optionTape()).after(60);
    tape.chain('BTC', EXPIRY, {
      [CALL]: ['5000', '4000'],
      [optionId(OPTIONS, 60_000, 'put')]: ['-1', '2'],
      [optionId(OPTIONS, 64_000, 'call')]: ['NaN', null],
      'BTC-27MAR26-1-C': ['1', '2'],
      [FUTURE]: ['1', '2'],
    });
    tape.chain('BTC', EXPIRY, {});
    tape.chain('BTC', EXPIRY + DAY_MS, { [CALL]: ['1', '2'] });
    tape.chain('DOGE', EXPIRY, { [CALL]: ['1', '2'] });
    tape.chain('BTC', NINE, { [CALL]: ['1', '2'] });
    tape.chain('BTC', EXPIRY, { [CALL]: ['1', '2'] }, NINE - 1);
    tape.chain('BTC', EXPIRY, { [CALL]: ['1', '2'] }, NINE + HOUR_MS);
    tape.contractBook(FUTURE, '60300', { bestBid: '60301', bestAsk: '60300' });
    tape.contractBook(FUTURE, '60300', { bestBid: '-5' });
    tape.contractBook('BTC-24APR26', '60300');
    tape.contractBook(CALL, '60300');
    tape.contractBook(FUTURE, '1', { at: NINE - 1 });
    expect(ignoredBy(tape)).toEqual({
      'crossed-quote': 2,
      'malformed-quote': 3,
      'unlisted-instrument': 6,
      'empty-chain': 1,
      'expired-instrument': 1,
      'late-quote': 2,
      'quote-ahead-of-time': 1,
    });
    moment(tape.contractBook(FUTURE, '60300'));
    expect(surfacesOf(tape).at(-1)).toMatchObject({ status: 'LIVE', quotes: 14 });
  });

  it('of an expired future count as such', () => {
    const tape = moment(btc(EXPIRY - 45 * MINUTE_MS).list(FUTURE));
    // No sample at all: the delivery price is not fixed at the expiry, the contract waits for it.
    tape.at(EXPIRY + MINUTE_MS).contractBook(FUTURE, '60000');
    expect(ignoredBy(tape)).toEqual({ 'expired-instrument': 1 });
  });
});

describe('expiry [CLR-PRC-060]', () => {
  /** A price set a minute from 07:20 on, up to and with the given minute, at the given index by minutes left. */
  const intoExpiry = (untilLeft: number, index: (left: number) => string | null = () => '60000'): QuoteTape => {
    const start = EXPIRY - 40 * MINUTE_MS;
    const tape = listOptions(btc(start).list(FUTURE).list('BTC-24APR26'), { ...OPTIONS, strikes: [58_000, 60_000] });
    for (let left = 40; left >= untilLeft; left--) {
      const price = index(left);
      tape.at(EXPIRY - left * MINUTE_MS);
      if (price === null) tape.append('ClockTicked', 'clock', { at: EXPIRY - left * MINUTE_MS });
      else moment(tape.contractBook(FUTURE, '60300'), price);
    }
    return tape;
  };
  const settled = (tape: QuoteTape) => payloadsOf(priced(tape).events, 'SettlementPriceFixed');

  it('fixes the average of the last half hour before anything of 08:00 counts', () => {
    const tape = intoExpiry(0, (left) => (left === 0 ? '90000' : left < 10 ? '63000' : '60000'));
    // From 07:51 on: 136 of 450 samples.
    expect(settled(tape)).toEqual([
      { underlying: 'BTC', expiry: EXPIRY, price: '60906.66666667', samples: 450, carried: 1, missing: 0 },
    ]);
    const { events } = priced(tape);
    const at = events.findIndex(({ type }) => type === 'SettlementPriceFixed');
    expect(events[at]?.cause).toMatchObject({ kind: 'timer', due: EXPIRY });
    expect(events.findIndex(({ payload }) => (payload as { asOf?: number }).asOf === EXPIRY)).toBeGreaterThan(at);
  });

  it('leaves later expiries only: the delivered contracts are in no array any more', () => {
    const tape = intoExpiry(0);
    expect(
      arraysOf(tape)
        .at(-1)
        ?.instruments.map(({ instrument }) => instrument),
    ).toEqual(['BTC-24APR26']);
    const { state } = priced(tape).machine;
    expect([...state.contracts.keys()]).toEqual(['BTC-24APR26']);
    expect([...state.expiries.keys()]).toEqual([`BTC@${instantOf('2026-04-24T08:00:00Z')}`]);
  });

  it('closes the risk linearly, and the mark of the future meets the delivery price', () => {
    const arrays = arraysOf(intoExpiry(1));
    const open = arrays.map(({ expiring }) => expiring?.[0]?.openShare ?? '1');
    expect(open.slice(9, 13)).toEqual(['1', '1', '0.966666666667', '0.933333333333']);
    expect(arrays.slice(0, 11).every((array) => array.expiring === undefined)).toBe(true);
    expect(arrays.at(-1)?.expiring).toEqual([
      { underlying: 'BTC', expiry: EXPIRY, estimate: '60000', openShare: '0.033333333333' },
    ]);
    // Basis 300 in the book, a thirtieth of it still open.
    expect(risksOf(arrays.at(-1))[FUTURE]?.price).toBe('60010');
    expect(risksOf(arrays[0])[FUTURE]?.price).toBe('60300');
  });

  it('values options on the estimate: a half of the average is there, so a late crash moves it by half', () => {
    const crash = intoExpiry(15, (left) => (left > 15 ? '60000' : '50000'));
    const expiring = arraysOf(crash).at(-1)?.expiring?.[0];
    // 224 samples of 60,000 and 226 of 50,000.
    expect(expiring?.estimate).toBe('54977.77777778');
  });

  it('waits for samples when more than 5 % are missing, and keeps the contracts in the arrays until then', () => {
    const tape = intoExpiry(0, (left) => (left > 0 && left < 6 ? null : '60000'));
    expect(settled(tape)).toHaveLength(0);
    // Three good quotes end the HALT; the contracts have expired and are worth what the average makes of them.
    for (let i = 0; i < 3; i++) moment(tape.after(60));
    const waiting = arraysOf(tape).at(-1);
    expect(risksOf(waiting)[optionId(OPTIONS, 58_000, 'call')]).toMatchObject({ price: '2000', volatility: null });
    expect(waiting?.expiring?.[0]?.openShare).toBe('0');
    for (let i = 0; i < 3; i++) moment(tape.after(60));
    const [price] = settled(tape);
    expect(price).toMatchObject({ price: '60000', samples: 428 });
    expect(price?.missing).toBeGreaterThan(22);
  });

  it('pays on what there is when nothing came in half an hour more, and shows it', () => {
    const tape = intoExpiry(25).at(EXPIRY + 31 * MINUTE_MS);
    const { events } = priced(tape.tick());
    const [price] = payloadsOf(events, 'SettlementPriceFixed');
    expect(price).toMatchObject({ price: '60000', samples: 92 });
    expect(events.find(({ type }) => type === 'SettlementPriceFixed')?.cause).toMatchObject({
      due: EXPIRY + 30 * MINUTE_MS,
    });
  });

  it('pays at the last index when there was none in the window at all', () => {
    const tape = intoExpiry(35).at(EXPIRY + HOUR_MS);
    expect(settled(tape.tick())).toEqual([
      { underlying: 'BTC', expiry: EXPIRY, price: '60000', samples: 0, carried: 0, missing: 450 },
    ]);
  });

  it('ignores quotes of what was delivered', () => {
    const tape = intoExpiry(0)
      .contractBook(FUTURE, '60000')
      .chain('BTC', EXPIRY, { [CALL]: ['1', '2'] });
    // The book of 08:00 itself came after the delivery.
    expect(ignoredBy(tape)).toEqual({ 'unlisted-instrument': 2, 'expired-instrument': 1 });
  });
});

describe('variation [CLR-PRC-061]', () => {
  const terms = { cashStyle: 'variation-margin' } as const;
  const fixed = (tape: QuoteTape) => payloadsOf(priced(tape).events, 'VariationPriceFixed');

  it('is fixed at 08:00 UTC at the last mark before it, once a day that a silent clock jumped over', () => {
    const tape = btc(instantOf('2026-03-02T07:58:00Z')).list(FUTURE, terms).list('BTC-24APR26');
    moment(tape.contractBook(FUTURE, '60300'));
    moment(tape.after(60).contractBook(FUTURE, '60300'));
    moment(tape.after(60).contractBook(FUTURE, '61300'));
    moment(tape.at(instantOf('2026-03-04T09:00:00Z')));
    expect(fixed(tape).map(({ instrument, dueAt, price }) => [instrument, isoOf(dueAt), price])).toEqual([
      [FUTURE, '2026-03-02T08:00:00Z', '60300'],
      [FUTURE, '2026-03-03T08:00:00Z', '61281.5'],
      [FUTURE, '2026-03-04T08:00:00Z', '61281.5'],
    ]);
  });

  it('is not fixed before the first price, and not at the expiry, when the contract is delivered', () => {
    const tape = btc(EXPIRY - DAY_MS - MINUTE_MS).list(FUTURE, terms);
    moment(tape.after(120));
    expect(fixed(tape)).toHaveLength(0);
    moment(tape.at(EXPIRY + 2 * HOUR_MS));
    expect(fixed(tape)).toHaveLength(0);
    expect(payloadsOf(priced(tape).events, 'SettlementPriceFixed')).toHaveLength(1);
  });
});

describe('determinism of contracts', () => {
  const side = fc.option(fc.constantFrom('0', '900', '1500.5', '2200', '-1', 'x', '3000'), { nil: null });
  const steps = fc.array(
    fc.record({
      seconds: fc.oneof({ weight: 6, arbitrary: fc.integer({ min: 20, max: 90 }) }, fc.integer({ min: 1, max: 7_200 })),
      index: fc.option(fc.integer({ min: 58_000, max: 62_000 }).map(String), { freq: 6 }),
      book: fc.option(fc.integer({ min: 58_000, max: 63_000 }).map(String)),
      chain: fc.constantFrom('none', 'sound', 'odd'),
      odd: fc.tuple(side, side),
      listing: fc.option(fc.constantFrom(FUTURE, 'BTC-24APR26', 'BTC-PERP-INVERSE', 'BTC-PERP'), { freq: 3 }),
    }),
    { minLength: 2, maxLength: 8 },
  );
  const tapes = steps.map((moments) => {
    const start = EXPIRY - 100 * MINUTE_MS;
    const market = { ...OPTIONS, strikes: [56_000, 58_000, 60_000, 62_000, 64_000] };
    const tape = listOptions(btc(start).list(FUTURE, { cashStyle: 'variation-margin' }), market);
    let now = start;
    for (const { seconds, index, book, chain, odd, listing } of moments) {
      tape.at((now += seconds * 1000));
      if (listing !== null) tape.list(listing);
      if (book !== null) tape.contractBook(FUTURE, book);
      if (chain === 'sound' && now < EXPIRY) quoteOptions(tape, market, now);
      if (chain === 'odd') tape.chain('BTC', EXPIRY, { [CALL]: odd });
      if (index !== null) tape.quotes('BTC', threeVenues(index));
      tape.tick();
    }
    return tape;
  });

  const inBatchesOf = (tape: QuoteTape, size: number): string => {
    const machine = openedMachine();
    tape.entries.forEach((entry, i) => {
      machine.accept(entry);
      if ((i + 1) % size !== 0) return;
      machine.settle();
      machine.drain();
    });
    machine.settle();
    return machine.head.toString('hex');
  };

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

  it('makes the same bytes in batches of 1, of 7 and all at once', () => {
    fc.assert(
      fc.property(tapes, (tape) => {
        expect(new Set([1, 7, Infinity].map((size) => inBatchesOf(tape, size))).size).toBe(1);
      }),
      { numRuns: 6 },
    );
  });

  it('has the same state after a rebuild from the logs, and goes on the same from there', () => {
    fc.assert(
      fc.property(tapes, (tape) => {
        const { events, machine } = priced(tape);
        const again = rebuilt(tape.entries, events);
        expect(again.state).toEqual(machine.state);
        const last = moment(tape.after(61)).entries.slice(-2);
        const next = [machine, again].map((one) => {
          for (const entry of last) one.accept(entry);
          return one.drain().events.map(comparisonText);
        });
        expect(next[1]).toEqual(next[0]);
      }),
      { numRuns: 6 },
    );
  });
});
