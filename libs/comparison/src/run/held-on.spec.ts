import type { Bar, Scenario } from '@ballast/exchange-simulator-domain';
import type { MarginEvents } from '@ballast/facts';
import { HOUR_MS, instantOf } from '@ballast/kernel';
import { couldBeHeld } from './held-on.js';

const NOON = instantOf('2020-03-12T12:00:00Z');
const FIGURES = { initial: '0', call: '0', liquidation: '0' };

/** Hours from eleven on, with these closes. */
const scenarioOf = (...closes: number[]): Scenario => {
  const bars = closes.map((close, hour): Bar => {
    const price = String(close);
    return {
      start: NOON + (hour - 1) * HOUR_MS,
      durationMs: HOUR_MS,
      open: price,
      high: price,
      low: price,
      close: price,
    };
  });
  return { bars: { BTC: bars } } as unknown as Scenario;
};

/** A position of 10,000 USD at a mark of 100 with 1,000 of equity; closed out at a maintenance of 500. */
const position = (side: 'long' | 'short', instrument = 'BTC-PERP', mark = '100') =>
  ({
    figures: { ...FIGURES, equity: '1000', maintenance: '500' },
    positions: [{ instrument, underlying: 'BTC', side, quantity: side === 'long' ? '100' : '-100', mark }],
  }) as unknown as MarginEvents['LiquidationTriggered']['assessment'];

const held = (assessment: ReturnType<typeof position>, at: number, scenario: Scenario): boolean =>
  couldBeHeld(assessment, at, scenario, (id) => id === 'BTC-PERP');

describe('a closure was needless', () => {
  it.each`
    side       | closes                  | needless | why
    ${'long'}  | ${[100, 100, 95, 100]}  | ${true}  | ${'the price came back'}
    ${'long'}  | ${[100, 100, 89, 100]}  | ${false} | ${'the loss was more than the equity before it did'}
    ${'long'}  | ${[100, 100, 94, 94]}   | ${false} | ${'what is left at the end is below maintenance'}
    ${'short'} | ${[100, 100, 105, 100]} | ${true}  | ${'the same for a short position'}
    ${'short'} | ${[100, 100, 111, 100]} | ${false} | ${'and its loss'}
  `('$needless of a $side position: $why', ({ side, closes, needless }) => {
    expect(held(position(side as 'long'), NOON, scenarioOf(...(closes as number[])))).toBe(needless);
  });

  it('as far as 24 hours tell: what comes later does not count', () => {
    const day = Array.from({ length: 25 }, () => 100);
    expect(held(position('long'), NOON, scenarioOf(...day, 10))).toBe(true);
    expect(held(position('long'), NOON, scenarioOf(...day.slice(0, 20), 10))).toBe(false);
  });

  it('held from the mark at which it was judged, also in the middle of a bar', () => {
    const halfPast = NOON + HOUR_MS / 2;
    // The bar of noon ends at 92, after a mark of 100: the loss of its second half counts.
    expect(held(position('long'), halfPast, scenarioOf(100, 92, 92, 96))).toBe(true);
    expect(held(position('long'), halfPast, scenarioOf(100, 89, 92, 96))).toBe(false);
    expect(held(position('long', 'BTC-PERP', '90'), halfPast, scenarioOf(100, 89, 92, 96))).toBe(true);
  });

  it('with positions of two underlyings at the same moments, however long their bars are', () => {
    const hours = scenarioOf(100, 100, 91, 91).bars['BTC'] as readonly Bar[];
    const halves = [100, 100, 100, 100, 100, 105, 105, 105].map((close, half) => ({
      ...(hours[0] as Bar),
      start: NOON - HOUR_MS + (half * HOUR_MS) / 2,
      durationMs: HOUR_MS / 2,
      close: String(close),
    }));
    const scenario = { bars: { BTC: hours, ETH: halves } } as unknown as Scenario;
    const { figures, positions } = position('long');
    const both = { figures, positions: [...positions, { ...positions[0], instrument: 'ETH-PERP', underlying: 'ETH' }] };
    const isPerpetual = (id: string) => id.endsWith('-PERP');
    expect(couldBeHeld(both as typeof both & ReturnType<typeof position>, NOON, scenario, isPerpetual)).toBe(true);
    const calm = { bars: { BTC: hours, ETH: halves.map((bar) => ({ ...bar, close: '100' })) } } as unknown as Scenario;
    expect(couldBeHeld(both as typeof both & ReturnType<typeof position>, NOON, calm, isPerpetual)).toBe(false);
  });

  it('never, of a position whose value the price of the underlying alone does not tell', () => {
    expect(held(position('long', 'BTC-27MAR20-7000-P'), NOON, scenarioOf(100, 100, 100))).toBe(false);
  });

  it('never, where the account had nothing left or nothing is known of the time after', () => {
    expect(held(position('long'), NOON + 9 * HOUR_MS, scenarioOf(100, 100))).toBe(false);
    const broke = { ...position('long'), figures: { ...FIGURES, equity: '-1', maintenance: '500' } };
    expect(held(broke, NOON, scenarioOf(100, 100, 200))).toBe(false);
  });
});
