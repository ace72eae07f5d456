import type { AccountExplanation } from '@ballast/contracts';
import { differingLines } from './differing-lines';

type Compared = Pick<AccountExplanation, 'figures' | 'prices'>;

const compared = (mark: string | null, lines: Readonly<Record<string, string>>): Compared => ({
  prices: [
    {
      underlying: 'BTC',
      status: 'LIVE',
      index: '100',
      median: '100',
      jump: null,
      instrument: 'BTC-PERP',
      mark,
      branch: 'm1',
      sources: [],
    },
  ],
  figures: Object.entries(lines).map(([label, amount]) => ({
    section: 'equity',
    label,
    amount,
    unit: 'USD',
    formula: '',
  })),
});

describe('the difference of two decisions', () => {
  it('has every figure that is not the same, and nothing of what is', () => {
    const here = compared('99', { 'collateral USD': '5', equity: '12', rounding: '0.01' });
    const there = compared('101', { 'collateral USD': '5', equity: '14', rounding: '0.02' });
    expect(differingLines(here, there)).toEqual([
      { label: 'BTC mark', unit: 'USD', here: '99', there: '101' },
      { label: 'equity', unit: 'USD', here: '12', there: '14' },
    ]);
    expect(differingLines(here, here)).toEqual([]);
  });

  it('names a line that only one of them has', () => {
    const lines = differingLines(compared(null, { equity: '1' }), compared(null, { equity: '1', 'worth of X': '3' }));
    expect(lines).toEqual([{ label: 'worth of X', unit: 'USD', here: null, there: '3' }]);
  });
});
