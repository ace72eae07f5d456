import { dec, text, ZERO, type Decimal } from '@ballast/kernel';
import { inverseLevels } from './inverse-liquidation-price.js';

const isolated = (quantity: number, collateral: string, maintenance = '0') =>
  inverseLevels({
    quantity: dec(quantity),
    entry: dec(50_000),
    collateral: dec(collateral),
    maintenance: dec(maintenance),
    closingFeeRate: ZERO,
  });

describe('liquidation price of an inverse position [CLR-INS-013]', () => {
  it('of a short of 60,000 USD at 50,000 with 10x and 0.5 % is 55,248.618785 (W30)', () => {
    // Value 1.2 coin: IM 0.12, MM 0.006.
    const { liquidation } = isolated(-60_000, '0.12', '0.006');
    expect((liquidation as Decimal).toFixed(6)).toBe('55248.618785');
  });

  it('of a cross long of 10,000 USD at 8,000 with 0.5 coin is 5,739.083528, bankrupt at 5,718.571429 (W31)', () => {
    const { bankruptcy, liquidation } = inverseLevels({
      quantity: dec(10_000),
      entry: dec(8_000),
      collateral: dec('0.5'),
      // 0.5 % of 1.25 coin.
      maintenance: dec('0.00625'),
      closingFeeRate: dec('0.00075'),
    });
    expect((bankruptcy as Decimal).toFixed(6)).toBe('5718.571429');
    expect((liquidation as Decimal).toFixed(6)).toBe('5739.083528');
  });

  it('is at the entry when there is nothing to lose, below it for a long, above it for a short', () => {
    const at = (quantity: number, margin: string): string => text(isolated(quantity, margin).liquidation as Decimal);
    expect([at(50_000, '0'), at(50_000, '0.25'), at(-50_000, '0.2')]).toEqual(['50000', '40000', '62500']);
  });

  it('does not exist for a short that owns its whole value in coin', () => {
    expect(isolated(-50_000, '1').liquidation).toBeNull();
    const covered = {
      quantity: dec(-50_000),
      entry: dec(50_000),
      maintenance: dec('0.005'),
      closingFeeRate: dec('0.001'),
    };
    expect(inverseLevels({ ...covered, collateral: dec(1) })).toEqual({ bankruptcy: null, liquidation: null });
    const short = inverseLevels({ ...covered, collateral: dec('0.2') });
    expect((short.liquidation as Decimal).lt(short.bankruptcy as Decimal)).toBe(true);
  });

  it.each`
    quantity      | entry      | margin   | code
    ${'0'}        | ${'50000'} | ${'1'}   | ${'bad-quantity'}
    ${'Infinity'} | ${'50000'} | ${'1'}   | ${'bad-quantity'}
    ${'1'}        | ${'0'}     | ${'1'}   | ${'bad-price'}
    ${'1'}        | ${'NaN'}   | ${'1'}   | ${'bad-price'}
    ${'1'}        | ${'50000'} | ${'-1'}  | ${'bad-margin'}
    ${'1'}        | ${'50000'} | ${'NaN'} | ${'bad-margin'}
  `(
    'refuses quantity $quantity at $entry with $margin: $code',
    ({ quantity, entry, margin, code }: Record<string, string>) => {
      const position = {
        quantity: dec(quantity as string),
        entry: dec(entry as string),
        collateral: dec(margin as string),
        maintenance: ZERO,
        closingFeeRate: ZERO,
      };
      expect(() => inverseLevels(position)).toThrow(expect.objectContaining({ code }) as Error);
    },
  );
});
