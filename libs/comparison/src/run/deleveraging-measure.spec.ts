import { DeleveragingMeasure } from './deleveraging-measure.js';

const linear = { style: 'linear', contractSize: '1', assetPrice: '1' } as const;
const long = { side: 'long', mark: '50000', settlement: linear } as const;

describe('what deleveraging takes for a deficit [CLR-LIQ-033]', () => {
  it('is once what 600 USD of 10 BTC at 50,000 need at a distance of 5 %: 0.24 BTC at 52,500', () => {
    const measure = new DeleveragingMeasure();
    measure.ask('0/1', long);
    measure.close('0/1', { closedQuantity: '0.24', price: '52500' });
    expect(measure.paid).toBeCloseTo(600, 9);
    expect(measure.overDeficit).toBeCloseTo(20, 9);
    expect(measure.timesNeeded(0.05)).toBeCloseTo(1, 9);
  });

  it('is more where all of a position goes for the same deficit, or closes against each other pay nothing', () => {
    const whole = new DeleveragingMeasure();
    whole.ask('0/1', long);
    whole.close('0/1', { closedQuantity: '10', price: '50060' });
    expect(whole.timesNeeded(0.05)).toBeCloseTo((10 * 50_000 * 0.05) / 600, 9);
    const besides = new DeleveragingMeasure();
    besides.ask('0/1', long);
    besides.close('0/1', { closedQuantity: '0.24', price: '52500' });
    besides.close('0/1', { closedQuantity: '0.24', price: '50000' });
    expect(besides.paid).toBeCloseTo(600, 9);
    expect(besides.timesNeeded(0.05)).toBeCloseTo(2, 9);
  });

  it('counts a short against those who sell below the mark, and an inverse contract by the coin it pays', () => {
    const measure = new DeleveragingMeasure();
    measure.ask('1/7', { ...long, side: 'short' });
    measure.close('1/7', { closedQuantity: '1', price: '49000' });
    expect(measure.paid).toBeCloseTo(1_000, 9);
    const inverse = { style: 'inverse', contractSize: '100', assetPrice: '50000' } as const;
    const coin = new DeleveragingMeasure();
    coin.ask('1/8', { side: 'long', mark: '50000', settlement: inverse });
    coin.close('1/8', { closedQuantity: '10', price: '62500' });
    // 10 contracts of 100 USD: 0.02 coins at the mark, 0.016 at the price; the other side gives up 0.004 at 50,000.
    expect(measure.overDeficit).toBeCloseTo(50, 9);
    expect(coin.paid).toBeCloseTo(200, 9);
    expect(coin.overDeficit).toBeCloseTo(5, 9);
  });

  it('is nothing where nobody was deleveraged for a deficit', () => {
    const measure = new DeleveragingMeasure();
    expect([measure.paid, measure.overDeficit, measure.timesNeeded(0.05)]).toEqual([0, null, null]);
  });
});
