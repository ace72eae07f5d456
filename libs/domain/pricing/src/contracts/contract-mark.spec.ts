import { dec, text } from '@ballast/kernel';
import fc from 'fast-check';
import { contractMark, futureBand } from './contract-mark.js';
import { chainForward, parityForward, type ParityQuote } from './expiry-forward.js';

const mark = (
  changes: Partial<Record<'index' | 'anchor' | 'openShare' | 'basis' | 'band' | 'tick', string>>,
): string => {
  const figures = { index: '60000', openShare: '1', basis: '300', band: '0.02', tick: '0.5', ...changes };
  return text(
    contractMark({
      index: dec(figures.index),
      anchor: dec(changes.anchor ?? figures.index),
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
    call: dec(call),
    put: dec(put),
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
