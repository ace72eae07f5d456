import fc from 'fast-check';
import { dec, sum, text } from '@ballast/kernel';
import { assessmentOf, requirementOf } from '../liquidation.fixtures.js';
import { bankruptcyPrices } from './bankruptcy-price.js';
import { attributableEquityRate } from './slice-choice.js';

describe('bankruptcy price', () => {
  it('W79: long 10 at 50,000 with 10,000 cash and mark 49,400 is used up at 49,000', () => {
    const position = requirementOf('BTC-PERP', '10', '49400', '0.02');
    const assessment = assessmentOf('a.main', '4000', [position]);
    const e = attributableEquityRate(dec('4000'), position, dec(position.call));
    expect(text(e.times(100).toDecimalPlaces(6))).toBe('0.809717');
    expect(bankruptcyPrices(assessment).map(({ price }) => text(price))).toEqual(['49000']);
  });

  it.each`
    quantity | equity      | price               | why
    ${'10'}  | ${'-1000'}  | ${'49500'}          | ${'the bankrupt long is closed above the mark'}
    ${'-10'} | ${'-1000'}  | ${'49300'}          | ${'the bankrupt short below it'}
    ${'10'}  | ${'0'}      | ${'49400'}          | ${'nothing lost, nothing left: the mark'}
    ${'3'}   | ${'-100'}   | ${'49433.33333334'} | ${'rounded up for a long, so no loss is left by rounding'}
    ${'-3'}  | ${'-100'}   | ${'49366.66666666'} | ${'rounded down for a short'}
    ${'-1'}  | ${'-60000'} | ${'0'}              | ${'never negative: the rest is uncovered'}
  `(
    '$quantity BTC with equity $equity: $price, $why',
    ({ quantity, equity, price }: Record<'quantity' | 'equity' | 'price', string>) => {
      const assessment = assessmentOf('a.main', equity, [requirementOf('BTC-PERP', quantity, '49400', '0.02')]);
      expect(bankruptcyPrices(assessment).map((found) => text(found.price))).toEqual([price]);
    },
  );

  it('shares the loss over several positions pro rata to their requirement, and leaves equity at zero', () => {
    const size = fc.integer({ min: 1, max: 1_000_000 });
    fc.assert(
      fc.property(size, size, fc.boolean(), fc.integer({ min: 1, max: 40_000 }), (btc, eth, long, hundredths) => {
        const positions = [
          requirementOf('BTC-PERP', text(dec(btc).div(long ? 10_000 : -10_000)), '50000', '0.02'),
          requirementOf('ETH-PERP', text(dec(eth).div(-1_000)), '2500', '0.03'),
        ];
        const loss = dec(positions[0]?.notional ?? '0')
          .times(hundredths)
          .div(1_000_000)
          .toDecimalPlaces(2);
        const prices = bankruptcyPrices(assessmentOf('a.main', text(loss.neg()), positions));
        const gain = sum(
          prices.map(({ side, quantity, price }, index) => {
            const better = price.minus(dec(positions[index]?.mark ?? '0')).times(quantity);
            return side === 'long' ? better : better.neg();
          }),
        );
        const rounding = gain.minus(loss);
        expect(rounding.gte(dec('-1e-30')) && rounding.lt(dec('0.01'))).toBe(prices.every(({ price }) => price.gt(0)));
      }),
    );
  });
});
