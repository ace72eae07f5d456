import fc from 'fast-check';
import { DAY_MS, instantOf, log, sha256 } from '@ballast/kernel';
import type { ExpiryChain, OptionChain, OptionQuote } from './option-chain.js';
import { forwardFromParity, markOf, observeStrikes, rangeToTick, yearsBetween } from './option-chain.js';
import { BUNDLED_SURFACE_RULES, COIN_TICK } from './surface-rules.fixtures.js';
import { type ExpirySurface, type Surface, fitSurface as fitUnder, shiftedSlice as shiftUnder } from './surface.js';
import { gridOver, parityGate, quotesGate, verticalGate } from './surface-gates.js';
import { publishedText } from './published-figure.js';
import { type SviSlice, checkSvi, sviLeastVariance, sviVariance, sviVolatility } from './svi.js';
import { ValuationError } from './valuation-error.js';

const fitSurface = (chain: OptionChain, previous?: Surface): Surface =>
  fitUnder(chain, COIN_TICK, BUNDLED_SURFACE_RULES, previous);
const shiftedSlice = (
  before: SviSlice,
  yearsBefore: number,
  timeYears: number,
  points: Parameters<typeof shiftUnder>[3],
): SviSlice => shiftUnder(before, yearsBefore, timeYears, points, BUNDLED_SURFACE_RULES);

const asOf = instantOf('2026-02-01T08:00:00Z');
const SPREAD_TICKS = 0.0002;

/** A listed expiry whose true smile is `slice`; quotes are the mark with a tick or two on each side. */
function expiryOf(days: number, slice: SviSlice, forward: number, extra: Partial<ExpiryChain> = {}): ExpiryChain {
  const expiry = asOf + days * DAY_MS;
  const t = yearsBetween(asOf, expiry);
  const strikes = [...gridOver(0.6, 1.6, 21)].map((share) => Math.round((share * forward) / 500) * 500);
  const quotes = [...new Set(strikes)].flatMap((strike) =>
    (['call', 'put'] as const).map((type): OptionQuote => {
      const k = log(strike / forward);
      const volatility = sviVolatility(slice, t, k);
      const quote = { instrument: `BTC-${days}D-${strike}-${type === 'call' ? 'C' : 'P'}`, type, strike };
      const mark = markOf(quote, 'inverse', forward, t, volatility);
      return {
        ...quote,
        bid: Math.max(0, mark - SPREAD_TICKS),
        ask: mark + SPREAD_TICKS,
        referenceVolatility: volatility,
        openInterest: 10,
      };
    }),
  );
  return { expiry, forward, quotes, ...extra };
}

const week: SviSlice = { a: 0.004, b: 0.03, rho: -0.2, m: 0.01, sigma: 0.12 };
const month: SviSlice = { a: 0.02, b: 0.06, rho: -0.25, m: 0.02, sigma: 0.25 };
const quarter: SviSlice = { a: 0.06, b: 0.1, rho: -0.3, m: 0.02, sigma: 0.4 };

const chainOf = (...expiries: ExpiryChain[]): OptionChain => ({
  underlying: 'BTC',
  asOf,
  settlement: 'inverse',
  expiries,
});
const calm = () => chainOf(expiryOf(90, quarter, 61_500), expiryOf(7, week, 60_100), expiryOf(30, month, 60_500));

const failedOf = ({ gates }: ExpirySurface) => gates.filter(({ passed }) => !passed).map(({ gate }) => gate);

describe('a surface [CLR-VAL-023] [CLR-VAL-024]', () => {
  it('is published LIVE when every expiry passes every gate, shortest first', () => {
    const surface = fitSurface(calm());
    expect(surface.expiries.map(({ status, form }) => [status, form])).toEqual(Array(3).fill(['LIVE', 'svi']));
    expect(surface.expiries.map(({ expiry }) => (expiry - asOf) / DAY_MS)).toEqual([7, 30, 90]);
    const names = surface.expiries[1]?.gates.map(({ gate }) => gate);
    expect(names).toEqual([
      'positive-variance',
      'butterfly',
      'wing-slope',
      'calendar',
      'vertical-spread',
      'put-call-parity',
      'mark-within-quotes',
    ]);
    expect(surface.expiries.flatMap(failedOf)).toEqual([]);
  });

  it('has the volatility of the chain it was fitted to, to a twentieth of a vol point', () => {
    const chain = calm();
    const published = new Map(fitSurface(chain).expiries.flatMap(({ marks }) => marks.map((m) => [m.instrument, m])));
    for (const { quotes } of chain.expiries)
      for (const { instrument, referenceVolatility } of quotes)
        expect(
          Math.abs((published.get(instrument)?.volatility as number) - (referenceVolatility as number)),
        ).toBeLessThan(5e-4);
  });

  it('takes the forward from put-call parity where no future gives it', () => {
    const { forward, ...expiry } = expiryOf(30, month, 60_500);
    const [made] = fitSurface(chainOf(expiry)).expiries;
    expect(made).toMatchObject({ status: 'LIVE', forwardSource: 'put-call-parity' });
    expect(Math.abs((made?.forward as number) / (forward as number) - 1)).toBeLessThan(1e-6);
  });

  it('holds a mark inside live narrow quotes, call and put at one volatility', () => {
    const expiry = expiryOf(30, month, 60_500);
    // Somebody quotes one strike two vol points over the smile, call and put.
    const quotes = expiry.quotes.map((quote) => {
      if (quote.strike !== 69_500) return quote;
      const t = yearsBetween(asOf, expiry.expiry);
      const bid = markOf(quote, 'inverse', 60_500, t, (quote.referenceVolatility as number) + 0.02);
      return { ...quote, bid, ask: bid + SPREAD_TICKS };
    });
    const [made] = fitSurface(chainOf({ ...expiry, quotes })).expiries;
    expect(made?.status).toBe('LIVE');
    const pair = made?.marks.filter(({ strike }) => strike === 69_500);
    expect(pair?.map(({ isHeld }) => isHeld)).toEqual([true, true]);
    expect(pair?.[0]?.volatility).toBe(pair?.[1]?.volatility);
    const quote = quotes.find(({ instrument }) => instrument === pair?.[0]?.instrument);
    expect(pair?.[0]?.mark).toBeGreaterThanOrEqual((quote?.bid as number) - 1e-11);
  });

  it('repairs a smile that falls below the expiry before it', () => {
    const cheap: SviSlice = { ...month, a: 0.0035, b: 0.02, sigma: 0.2 };
    const chain = chainOf(expiryOf(7, { ...week, a: 0.006, b: 0.035 }, 60_100), expiryOf(30, cheap, 60_500));
    // No live quotes: only the reference speaks, so that the repaired marks are free to leave it.
    const quiet = chain.expiries.map(({ quotes, ...rest }) => ({
      ...rest,
      quotes: quotes.map(({ bid: _bid, ask: _ask, ...quote }) => quote),
    }));
    const [first, second] = fitSurface({ ...chain, expiries: quiet }).expiries as [ExpirySurface, ExpirySurface];
    expect(second.rejected).toEqual([expect.objectContaining({ form: 'svi', failed: ['calendar'] })]);
    expect(second).toMatchObject({ status: 'LIVE', form: 'svi-repaired' });
    for (const k of gridOver(-0.4, 0.4, 41))
      expect(sviVariance(second.slice as SviSlice, k)).toBeGreaterThanOrEqual(sviVariance(first.slice as SviSlice, k));
  });

  it('keeps the surface before, shifted in parallel, when no fit is to be had, and says why', () => {
    const before = fitSurface(calm());
    const dark = calm().expiries.map(({ quotes, ...rest }) => ({ ...rest, quotes: quotes.slice(0, 6) }));
    const surface = fitSurface({ ...calm(), asOf: asOf + DAY_MS, expiries: dark }, before);
    for (const expiry of surface.expiries) {
      expect(expiry).toMatchObject({ status: 'DEGRADED', form: 'shifted' });
      expect(expiry.rejected).toEqual([{ form: 'svi', failed: ['too-few-quotes'] }]);
      expect(expiry.marks).toHaveLength(6);
    }
  });

  it('is MISSING when there is none before either: no mark is made up', () => {
    const { quotes, ...rest } = expiryOf(30, month, 60_500);
    const [made] = fitSurface(chainOf({ ...rest, quotes: quotes.slice(0, 6) })).expiries;
    expect(made).toMatchObject({
      status: 'MISSING',
      marks: [],
      rejected: [{ form: 'svi', failed: ['too-few-quotes'] }],
    });
    expect(made?.slice).toBeUndefined();
  });

  it('names the gate when the quotes themselves are an arbitrage', () => {
    const expiry = expiryOf(30, month, 60_500);
    // A call bid far above the call below it: no mark inside both quotes falls with the strike.
    const quotes = expiry.quotes.map((quote) =>
      quote.type === 'call' && quote.strike === 69_500 ? { ...quote, bid: 0.09, ask: 0.0905 } : quote,
    );
    const before = fitSurface(chainOf(expiry));
    const [made] = fitSurface(chainOf({ ...expiry, quotes }), before).expiries;
    expect(made).toMatchObject({ status: 'DEGRADED', form: 'shifted' });
    expect(made?.rejected.map(({ form }) => form)).toEqual(['svi', 'svi-repaired', 'svi', 'svi-repaired', 'ssvi']);
    for (const { failed } of made?.rejected ?? []) expect(failed).toContain('mark-within-quotes');
  });

  it('is the same surface whatever the order of expiries and quotes', () => {
    const chain = calm();
    const turned = {
      ...chain,
      expiries: [...chain.expiries].reverse().map((expiry) => ({ ...expiry, quotes: [...expiry.quotes].reverse() })),
    };
    const slices = (c: OptionChain) => fitSurface(c).expiries.map(({ slice }) => slice);
    expect(slices(turned)).toEqual(slices(chain));
  });

  it.each([
    ['chain-empty', () => chainOf()],
    ['chain-empty', () => chainOf({ ...expiryOf(30, month, 60_500), quotes: [] })],
    ['instrument-expired', () => chainOf({ ...expiryOf(30, month, 60_500), expiry: asOf })],
    ['not-positive', () => chainOf(expiryOf(30, month, 60_500, { forward: 0 }))],
    ['not-finite', () => chainOf(expiryOf(30, month, 60_500, { forward: NaN }))],
    ['not-finite', () => ({ ...calm(), asOf: NaN })],
    ['chain-crossed', () => chainOf(withQuote({ bid: 0.02, ask: 0.01 }))],
    ['not-positive', () => chainOf(withQuote({ bid: -0.01 }))],
    ['not-finite', () => chainOf(withQuote({ ask: Infinity }))],
    ['not-finite', () => chainOf(withQuote({ referenceVolatility: NaN }))],
    ['not-positive', () => chainOf(withQuote({ referenceVolatility: 0 }))],
    ['not-positive', () => chainOf(withQuote({ strike: -1 }))],
  ] as const)('refuses a chain that is none: %s', (code, made) => {
    expect(() => fitSurface(made())).toThrow(ValuationError);
    expect(() => fitSurface(made())).toThrow(expect.objectContaining({ code }) as Error);
  });
});

function withQuote(change: Partial<OptionQuote>): ExpiryChain {
  const expiry = expiryOf(30, month, 60_500);
  return { ...expiry, quotes: expiry.quotes.map((quote, i) => (i === 3 ? { ...quote, ...change } : quote)) };
}

describe('the forward from put-call parity [CLR-VAL-020]', () => {
  it.each(['linear', 'inverse'] as const)('is the one the %s prices were made with', (settlement) => {
    fc.assert(
      fc.property(fc.double({ min: 30_000, max: 120_000, noNaN: true }), (forward) => {
        const strikes = [0.8, 0.9, 1, 1.1, 1.2].map((share) => Math.round(share * forward));
        const width = settlement === 'linear' ? 5 : 1e-4;
        const quotes = strikes.flatMap((strike) =>
          (['call', 'put'] as const).map((type) => {
            const quote = { instrument: `${strike}-${type}`, type, strike };
            const mark = markOf(quote, settlement, forward, 0.1, 0.6) + width;
            return { ...quote, bid: mark - width, ask: mark + width };
          }),
        );
        expect(Math.abs(forwardFromParity(quotes, settlement) / forward - 1)).toBeLessThan(1e-12);
      }),
    );
  });

  it('needs one strike with a live call and put', () => {
    const quotes = [{ instrument: 'C', type: 'call' as const, strike: 100, bid: 1, ask: 2 }];
    expect(() => forwardFromParity(quotes, 'linear')).toThrow(
      expect.objectContaining({ code: 'too-few-quotes' }) as Error,
    );
  });

  it.each([
    ['not-finite', { strike: NaN }],
    ['not-positive', { strike: 0 }],
    ['not-finite', { bid: NaN }],
    ['not-finite', { ask: Infinity }],
    ['not-positive', { bid: -1 }],
    ['chain-crossed', { bid: 3 }],
  ])('refuses with %s quotes of %o', (code, changes) => {
    const call = { instrument: 'C', type: 'call' as const, strike: 100, bid: 1, ask: 2, ...changes };
    const put = { instrument: 'P', type: 'put' as const, strike: 100, bid: 1, ask: 2 };
    expect(() => forwardFromParity([call, put], 'linear')).toThrow(expect.objectContaining({ code }) as Error);
  });
});

describe('the gates of marks [CLR-VAL-024]', () => {
  const marks = [
    { strike: 90, call: 12, put: 2 },
    { strike: 100, call: 6, put: 6 },
    { strike: 110, call: 2, put: 12 },
  ];
  it.each([
    ['falling calls and rising puts', marks, true],
    ['a call that rises with the strike', [marks[0], { strike: 100, call: 12.5, put: 12.5 }], false],
    ['a put that falls with the strike', [marks[0], { strike: 100, call: 1, put: 1 }], false],
    ['a call that falls by more than the strike rises', [{ ...marks[0], call: 17 }, marks[1]], false],
    ['one strike alone', [marks[0]], true],
  ] as const)('vertical spreads: %s', (_, list, passed) => {
    expect(verticalGate(list as typeof marks, 1, 0).passed).toBe(passed);
  });

  it('put-call parity holds to a tick exactly', () => {
    expect(parityGate(marks, 'linear', 100, 0).passed).toBe(true);
    const off = [{ strike: 100, call: 6.5, put: 6 }];
    expect(parityGate(off, 'linear', 100, 0.5).passed).toBe(true);
    expect(parityGate(off, 'linear', 100, 0.49)).toMatchObject({ passed: false, at: 100 });
    expect(parityGate([{ strike: 90, call: 0.15, put: 0.05 }], 'inverse', 100, 1e-12).passed).toBe(true);
  });

  it('a mark may be a tick outside its quotes and no more', () => {
    const quoted = { strike: 100, bid: 5, ask: 6 };
    expect(quotesGate([{ ...quoted, mark: 4.9 }], 0.125).passed).toBe(true);
    expect(quotesGate([{ ...quoted, mark: 6.25 }], 0.125)).toMatchObject({ passed: false, at: 100, room: -0.125 });
    expect(quotesGate([{ ...quoted, mark: NaN }], 0.125).passed).toBe(false);
  });
});

describe('the shifted surface [CLR-VAL-023]', () => {
  it('moves at the money by the median miss and keeps its shape', () => {
    const t = 0.25;
    const points = [...gridOver(-0.3, 0.3, 11)].map((k) => ({
      k,
      volatility: sviVolatility(quarter, t, k) + 0.05,
      weight: 1,
    }));
    const moved = shiftedSlice(quarter, t, t, points);
    expect(sviVolatility(moved, t, 0)).toBeCloseTo(sviVolatility(quarter, t, 0) + 0.05, 12);
    expect({ ...moved, a: 0 }).toEqual({ ...quarter, a: 0 });
  });

  it('published again and again below what its wings can follow, keeps a variance at every strike', () => {
    const point = { k: 0, volatility: 0.05, weight: 1 };
    let slice: SviSlice = { a: 0.02, b: 0.03, rho: -0.3, m: 0.02, sigma: 0.3 };
    for (let minute = 0; minute < 60; minute++) {
      const { a, b, rho, m, sigma } = shiftedSlice(slice, 0.07, 0.07, [point]);
      slice = { a: Number(publishedText(a)), b: Number(publishedText(b)), rho, m, sigma };
    }
    // A thousandth of what the quotes say, as of a fit.
    expect(sviLeastVariance(slice)).toBeCloseTo(0.001 * 0.05 * 0.05 * 0.07, 11);
    expect(() => checkSvi(slice)).not.toThrow();
  });

  it('ages in proportion to the time left, and never below zero', () => {
    const aged = shiftedSlice(quarter, 0.25, 0.125, []);
    expect(sviVolatility(aged, 0.125, 0.1)).toBeCloseTo(sviVolatility(quarter, 0.25, 0.1), 12);
    const sunk = shiftedSlice(quarter, 0.25, 0.25, [{ k: 0, volatility: 1e-6, weight: 1 }]);
    for (const k of gridOver(-2, 2, 41)) expect(sviVariance(sunk, k)).toBeGreaterThan(0);
  });
});

describe('a surface before that is none', () => {
  it.each([
    ['negative-variance', { ...month, a: -1 }],
    ['not-finite', { ...month, m: NaN }],
    ['parameter-out-of-range', { ...month, sigma: 0 }],
  ])('is refused with %s when it is the fallback', (code, slice) => {
    const [first] = fitSurface(chainOf(expiryOf(30, month, 60_500))).expiries;
    const before = {
      underlying: 'BTC',
      asOf,
      settlement: 'inverse',
      rules: 'x',
      expiries: [{ ...first!, slice }],
    } as const;
    const few = expiryOf(30, month, 60_500);
    const chain = chainOf({ ...few, quotes: few.quotes.slice(0, 6) });
    expect(() => fitSurface(chain, before)).toThrow(expect.objectContaining({ name: 'ValuationError', code }) as Error);
  });
});

describe('strikes far from the money [CLR-VAL-021]', () => {
  /** A venue that publishes no volatility above its cap, as some do where an option is worth less than a tick. */
  const capped = (cap: number): ExpiryChain => {
    const expiry = expiryOf(30, month, 60_500);
    const quotes = expiry.quotes.map(({ bid: _bid, ask: _ask, ...quote }) => ({
      ...quote,
      referenceVolatility: Math.min(quote.referenceVolatility as number, cap),
    }));
    return { ...expiry, quotes };
  };

  it('do not move the smile where options have a value: a cap on the wings is missed there only', () => {
    const { expiries } = fitSurface(chainOf(capped(0.75)));
    const [{ slice, timeYears, status }] = expiries as [ExpirySurface];
    expect(status).toBe('LIVE');
    for (const k of gridOver(-0.1, 0.15, 11)) {
      const miss = sviVolatility(slice as SviSlice, timeYears, k) - sviVolatility(month, timeYears, k);
      expect(Math.abs(miss)).toBeLessThan(4e-3);
    }
  });

  it('weigh by what a point of their volatility is worth: exp(-0.15 h^2), h deviations away', () => {
    const chain = expiryOf(30, month, 60_500);
    const t = yearsBetween(asOf, chain.expiry);
    for (const { k, point } of observeStrikes(chain, 'inverse', 60_500, t, BUNDLED_SURFACE_RULES)) {
      const h = k / ((point?.volatility as number) * Math.sqrt(t));
      expect(point?.weight).toBeCloseTo(Math.exp(-0.15 * h * h), 12);
    }
  });
});

describe('quotes that a mark is held in to a tick [CLR-VAL-025]', () => {
  const tick = COIN_TICK;
  const at = (quotes: readonly OptionQuote[]) => {
    const chain = { ...expiryOf(30, month, 60_000), quotes };
    const t = yearsBetween(asOf, chain.expiry);
    const [observation] = observeStrikes(chain, 'inverse', 60_000, t, BUNDLED_SURFACE_RULES);
    return { observation, range: rangeToTick(observation!, chain, 'inverse', 60_000, t, tick) };
  };
  const quoteOf = (type: 'call' | 'put', bid: number, ask: number): OptionQuote => ({
    instrument: `BTC-30D-60000-${type}`,
    type,
    strike: 60_000,
    bid,
    ask,
  });

  it('reach a tick of the price further on both sides', () => {
    const { observation, range } = at([quoteOf('call', 0.065, 0.067)]);
    const wider = at([quoteOf('call', 0.065 - tick, 0.067 + tick)]).observation;
    expect(range?.least).toBeCloseTo(wider?.range?.least as number, 12);
    expect(range?.most).toBeCloseTo(wider?.range?.most as number, 12);
    expect((range?.least as number) < (observation?.range?.least as number)).toBe(true);
  });

  it('are those of call and put together, and none where they exclude each other by more than two ticks', () => {
    const both = at([quoteOf('call', 0.065, 0.067), quoteOf('put', 0.066, 0.068)]).range;
    expect(both?.least).toBeCloseTo(at([quoteOf('put', 0.066, 0.068)]).range?.least as number, 12);
    expect(both?.most).toBeCloseTo(at([quoteOf('call', 0.065, 0.067)]).range?.most as number, 12);
    expect(at([quoteOf('call', 0.065, 0.066), quoteOf('put', 0.0661, 0.068)]).range).toBeDefined();
    expect(at([quoteOf('call', 0.065, 0.066), quoteOf('put', 0.0663, 0.068)]).range).toBeUndefined();
  });

  it('are none of a strike without narrow quotes', () => {
    expect(at([quoteOf('call', 0.02, 0.12)]).range).toBeUndefined();
  });
});

describe('a published surface', () => {
  const { expiries } = fitSurface(calm());
  /** As an event carries them. */
  const figures = expiries.map(({ forward, slice, marks }) => ({
    forward,
    ...slice,
    marks: marks.flatMap(({ volatility, mark }) => [volatility, mark]),
  }));

  it('consists of published figures, so that the gates speak of what the event says', () => {
    const all = figures.flatMap(({ marks, ...smile }) => [...Object.values(smile), ...marks]);
    expect(all.length).toBeGreaterThan(3 * (6 + 2 * 21));
    for (const figure of all) expect(Number(publishedText(figure))).toBe(figure);
  });

  it('has the same text on every machine', () => {
    expect(sha256(JSON.stringify(figures)).toString('hex')).toBe(
      'b2211be389a4e95c5760d790208cd950861506f73b48bca640d50910f636f704',
    );
  });
});
