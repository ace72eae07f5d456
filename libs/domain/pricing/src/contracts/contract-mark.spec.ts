import { dec, text } from '@ballast/kernel';
import { black76 } from '@ballast/valuation/testing';
import fc from 'fast-check';
import { contractMark, futureBand } from './contract-mark.js';
import { chainForward, parityForward, quotesContradict, type ParityQuote } from './expiry-forward.js';

const mark = (changes: Partial<Record<'anchor' | 'openShare' | 'basis' | 'band' | 'tick', string>>): string => {
  const figures = { anchor: '60000', openShare: '1', basis: '300', band: '0.02', tick: '0.5', ...changes };
  return text(
    contractMark({
      anchor: dec(figures.anchor),
      openShare: dec(figures.openShare),
      basis: dec(figures.basis),
      band: dec(figures.band),
      tick: dec(figures.tick),
    }),
  );
};

describe('mark of a future [CLR-PRC-051]', () => {
  it.each`
    changes                                             | expected     | why
    ${{}}                                               | ${'60300'}   | ${'index and basis'}
    ${{ basis: '300.26' }}                              | ${'60300.5'} | ${'on the tick'}
    ${{ basis: '300.25' }}                              | ${'60300'}   | ${'half a tick to even'}
    ${{ basis: '1300' }}                                | ${'61200'}   | ${'not above the band'}
    ${{ basis: '-1300' }}                               | ${'58800'}   | ${'not below the band'}
    ${{ basis: '9999', band: '0.0100001', tick: '1' }}  | ${'60600'}   | ${'the upper edge rounds inward'}
    ${{ basis: '-9999', band: '0.0100001', tick: '1' }} | ${'59400'}   | ${'the lower edge rounds inward'}
    ${{ basis: '9999', tick: '7000', band: '0.001' }}   | ${'60060'}   | ${'a tick coarser than the band gives way'}
    ${{ anchor: '59800', openShare: '0.5' }}            | ${'59950'}   | ${'half of the basis is closed'}
    ${{ anchor: '59800', openShare: '0' }}              | ${'59800'}   | ${'at the expiry the estimate alone counts'}
    ${{ anchor: '63000', openShare: '0.5' }}            | ${'63150'}   | ${'the band is around the estimate, however far from it the index is'}
  `('$why: $expected', ({ changes, expected }: { changes: Record<string, string>; expected: string }) => {
    expect(mark(changes)).toBe(expected);
  });

  it('never leaves the band, whatever the basis', () => {
    fc.assert(
      fc.property(fc.integer({ min: -100_000, max: 100_000 }), fc.integer({ min: 1, max: 500 }), (basis, tick) => {
        const value = Number(mark({ basis: String(basis), tick: String(tick / 10) }));
        expect(value).toBeGreaterThanOrEqual(58_800);
        expect(value).toBeLessThanOrEqual(61_200);
      }),
    );
  });

  it('has a band that widens with the term and is no narrower past the expiry', () => {
    const at = (years: string): string => text(futureBand(dec('0.01'), dec('0.25'), dec(years)));
    expect([at('1'), at('0.08'), at('0'), at('-1')]).toEqual(['0.26', '0.03', '0.01', '0.01']);
  });
});

describe('forward by put-call parity [CLR-PRC-052]', () => {
  const quote = (
    strike: number,
    call: string,
    put: string,
    settlement: 'linear' | 'inverse' = 'linear',
  ): ParityQuote => ({
    strike: dec(strike),
    settlement,
    call: { bid: dec(call).times('0.99'), ask: dec(call).times('1.01') },
    put: { bid: dec(put).times('0.99'), ask: dec(put).times('1.01') },
  });

  it.each<[string, ParityQuote, string | null]>([
    // W50: Black-76 at 60,000, strike 66,000, 30 days, 60 %.
    ['linear: F = K + C - P', quote(66_000, '1962.156303', '7962.156303'), '60000'],
    ['coin-settled: F = K / (1 - (c - p))', quote(66_000, '0.03270260505', '0.13270260505', 'inverse'), '60000'],
    ['linear quotes that make no positive forward', quote(10, '0', '20'), null],
    ['coin quotes that make none', quote(10, '1.5', '0', 'inverse'), null],
  ])('%s', (_why, parity, expected) => {
    const forward = parityForward(parity);
    expect(forward === null ? null : text(forward)).toBe(expected);
  });

  it('is the median of the strikes nearest to the index, so one stale pair moves nothing', () => {
    const chain = [
      quote(58_000, '2500', '200'), // 60,300
      quote(60_000, '1500', '1200'), // 60,300
      quote(61_000, '1000', '1690'), // 60,310
      quote(59_000, '5000', '100'), // stale: 63,900
      quote(90_000, '1', '20000'), // far: 70,001
    ];
    expect(text(chainForward(chain, dec(60_000), 3) ?? dec(0))).toBe('60310');
    expect(text(chainForward([...chain].reverse(), dec(60_000), 4) ?? dec(0))).toBe('60305');
    expect(chainForward([], dec(60_000), 5)).toBeNull();
  });
});

describe('quotes that contradict each other [CLR-PRC-058]', () => {
  const INDEX = dec(60_000);
  /** Calls and puts at so many times their worth, half a spread either side. */
  const quotedAt = (
    strikes: readonly number[],
    { calls = 1, puts = 1, width = 2, settlement = 'linear' as 'linear' | 'inverse' },
  ): readonly ParityQuote[] =>
    strikes.map((strike): ParityQuote => {
      const unit = settlement === 'inverse' ? 60_000 : 1;
      const side = (type: 'call' | 'put', factor: number) => {
        const value = (factor * black76(type, 60_000, strike, 30 / 365, 0.6)) / unit;
        const half = width / 2 / unit;
        return { bid: dec(Math.max(0, value - half).toFixed(12)), ask: dec((value + half).toFixed(12)) };
      };
      return { strike: dec(strike), settlement, call: side('call', calls), put: side('put', puts) };
    });
  const STRIKES = [58_000, 59_000, 60_000, 61_000, 62_000, 90_000];
  const contradict = (quotes: readonly ParityQuote[], count = 5): boolean =>
    quotesContradict(quotes, INDEX, count, dec('0.2'));

  it.each`
    calls  | puts   | expected | why
    ${1}   | ${1}   | ${false} | ${'as they are worth'}
    ${10}  | ${10}  | ${true}  | ${'premiums of ten contracts for one'}
    ${2}   | ${2}   | ${true}  | ${'of two'}
    ${0.1} | ${0.1} | ${true}  | ${'a tenth'}
    ${3}   | ${1}   | ${true}  | ${'calls alone threefold'}
    ${1}   | ${3}   | ${true}  | ${'puts alone threefold'}
    ${0.3} | ${1}   | ${true}  | ${'calls alone at less than a third'}
    ${1}   | ${0.1} | ${true}  | ${'puts alone at a tenth'}
    ${1.2} | ${1}   | ${false} | ${'calls a fifth dearer'}
  `(
    'calls at $calls and puts at $puts of their worth: $expected ($why)',
    ({ calls, puts, expected }: { calls: number; puts: number; expected: boolean }) => {
      for (const settlement of ['linear', 'inverse'] as const) {
        expect(contradict(quotedAt(STRIKES, { calls, puts, settlement }))).toBe(expected);
      }
    },
  );

  it('is a fall of C - P beyond the band, ends believed', () => {
    const falling = (per: string): readonly ParityQuote[] =>
      [59_000, 60_000, 61_000].map((strike): ParityQuote => {
        const call = dec(per)
          .times(61_000 - strike)
          .plus(5_000);
        return {
          strike: dec(strike),
          settlement: 'linear',
          call: { bid: call, ask: call },
          put: { bid: dec(5_000), ask: dec(5_000) },
        };
      });
    expect(['1.2', '1.20000001', '0.83333334', '0.83333333'].map((per) => contradict(falling(per)))).toEqual([
      false,
      true,
      false,
      true,
    ]);
  });

  it('is none that bids and asks leave room for', () => {
    expect(contradict(quotedAt(STRIKES, { calls: 3, width: 4_000 }))).toBe(false);
  });

  it('is made by no strike alone, and by two strikes never', () => {
    const one = [...quotedAt([58_000, 59_000, 61_000, 62_000], {}), ...quotedAt([60_000], { calls: 10 })];
    expect(contradict(one)).toBe(false);
    expect(contradict(quotedAt([59_000, 60_000], { calls: 10, puts: 10 }))).toBe(false);
    const twice = [
      ...quotedAt([59_000, 60_000], { calls: 10, puts: 10 }),
      ...quotedAt([59_000, 60_000], { calls: 10, puts: 10, settlement: 'inverse' }),
    ];
    expect(contradict(twice)).toBe(false);
  });
});
