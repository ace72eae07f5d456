import fc from 'fast-check';
import { contractValue } from '@ballast/instruments';
import type { AssessmentDetail } from '@ballast/facts';
import { dec, sum, text } from '@ballast/kernel';
import { POLICY, admitted, assessmentOf, requirementOf } from '../liquidation.fixtures.js';
import {
  bankruptcyPrices,
  deleveragedPart,
  lossPerContract,
  priceAtLoss,
  type BankruptcyPrice,
} from './bankruptcy-price.js';
import { attributableEquityRate } from '../slice/slice-choice.js';

const terms = { tick: '0.1', lot: '0.1', listedAt: '2026-01-01T00:00:00Z' } as const;
const CONTRACTS = admitted(
  {
    ...terms,
    id: 'BTC-27MAR26-60000-C',
    contractSize: '1',
    quoteAsset: 'USD',
    settlementAsset: 'USD',
    cashStyle: 'premium',
    deliveryFee: { rate: '0.00015', capOfValue: '0.125' },
  },
  {
    ...terms,
    id: 'BTC-PERP-INVERSE',
    contractSize: '10',
    quoteAsset: 'USD',
    settlementAsset: 'BTC',
    cashStyle: 'marked-to-market',
  },
);
const pricesOf = (assessment: AssessmentDetail, coinPrice = '50000', policy = POLICY): readonly BankruptcyPrice[] =>
  bankruptcyPrices(assessment, CONTRACTS, (asset) => dec(asset === 'BTC' ? coinPrice : '1'), policy);

describe('bankruptcy price [CLR-LIQ-025]', () => {
  it('W79: long 10 at 50,000 with 10,000 cash and mark 49,400 is used up at 49,000', () => {
    const position = requirementOf('BTC-PERP', '10', '49400', '0.02');
    const assessment = assessmentOf('a.main', '4000', [position]);
    const e = attributableEquityRate(dec('4000'), position, dec(position.maintenance));
    expect(text(e.times(100).toDecimalPlaces(6))).toBe('0.809717');
    expect(pricesOf(assessment).map(({ price }) => text(price))).toEqual(['49000']);
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
      expect(pricesOf(assessment).map((found) => text(found.price))).toEqual([price]);
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
        const prices = pricesOf(assessmentOf('a.main', text(loss.neg()), positions));
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

  it('of an inverse contract gives back exactly the loss in coin at the price of the coin', () => {
    const size = fc.integer({ min: 1, max: 100_000 });
    fc.assert(
      fc.property(size, fc.boolean(), fc.integer({ min: 1, max: 3_000 }), (contracts, long, bp) => {
        const position = {
          ...requirementOf('BTC-PERP-INVERSE', text(dec(contracts).times(long ? 1 : -1)), '50000', '0.02'),
          underlying: 'BTC' as const,
          notional: text(dec(contracts).times(10)),
          maintenance: text(dec(contracts).times('0.2')),
        };
        const loss = dec(contracts).times(10).times(bp).div(10_000).toDecimalPlaces(2);
        const [found] = pricesOf(assessmentOf('a.main', text(loss.neg()), [position]));
        const { instrument } = CONTRACTS.get('BTC-PERP-INVERSE') as {
          instrument: BankruptcyPrice['contract']['instrument'];
        };
        const coin = contractValue(instrument, found?.price ?? dec(1)).minus(contractValue(instrument, dec('50000')));
        const gain = coin
          .times(contracts)
          .times(long ? 1 : -1)
          .times('50000');
        // A long is closed above the mark and a short below it; eight digits of a price are worth a cent of a million.
        expect(gain.minus(loss).abs().lte(dec(contracts).times('0.0001').plus('0.01'))).toBe(true);
      }),
    );
  });

  it('of an inverse long that lost more than its whole coin value is the highest price there is', () => {
    const position = {
      ...requirementOf('BTC-PERP-INVERSE', '100', '50000', '0.02'),
      notional: '1000',
      maintenance: '20',
    };
    const bankrupt = assessmentOf('a.main', '-1200', [position]);
    expect(pricesOf(bankrupt).map(({ price }) => text(price))).toEqual(['50000000']);
    const lower = { ...POLICY, highestBankruptcyPrice: dec('20') };
    expect(pricesOf(bankrupt, '50000', lower).map(({ price }) => text(price))).toEqual(['1000000']);
  });

  it('of what nobody requires anything for is its mark: no share of nothing', () => {
    const option = { ...requirementOf('BTC-27MAR26-60000-C', '2', '1500', '0'), maintenance: '0' };
    const inverse = { ...requirementOf('BTC-PERP-INVERSE', '7', '49400', '0'), maintenance: '-3' };
    const prices = pricesOf(assessmentOf('a.main', '-600', [option, inverse]));
    expect(prices.map(({ price }) => text(price))).toEqual(['1500', '49400']);
  });

  it('of a contract that pays in something without a price, or has no mark, is its mark', () => {
    const position = {
      ...requirementOf('BTC-PERP-INVERSE', '100', '50000', '0.02'),
      notional: '1000',
      maintenance: '20',
    };
    const bankrupt = assessmentOf('a.main', '-12', [position]);
    expect(pricesOf(bankrupt, '0').map(({ price }) => text(price))).toEqual(['50000']);
    const unmarked = assessmentOf('a.main', '-12', [{ ...position, mark: '0' }]);
    expect(pricesOf(unmarked).map(({ price }) => text(price))).toEqual(['0']);
  });

  it('is asked of positions only: a quantity of nothing has none', () => {
    const nothing = { ...requirementOf('ETH-PERP', '0', '2500', '0.02'), maintenance: '1' };
    const prices = pricesOf(
      assessmentOf('a.main', '-1000', [requirementOf('BTC-PERP', '10', '49400', '0.02'), nothing]),
    );
    expect(prices.map(({ price }) => text(price))).toEqual(['49500']);
  });

  it('closes a hedge at its mark: only what has a requirement bears the loss', () => {
    const shortCall = { ...requirementOf('BTC-27MAR26-60000-C', '-2', '1500', '0.02'), maintenance: '4000' };
    const hedge = { ...requirementOf('BTC-PERP', '1', '50000', '0.02'), maintenance: '-1000' };
    const prices = pricesOf(assessmentOf('a.main', '-600', [shortCall, hedge]));
    expect(prices.map(({ price }) => text(price))).toEqual(['1200', '50000']);
  });
});

describe('what is offered to the other side [CLR-LIQ-033]', () => {
  const lost = (instrument: string, quantity: string, mark: string, loss: string) => ({
    ...requirementOf(instrument, quantity, mark, '0.02'),
    unrealisedPnl: `-${loss}`,
  });
  const partOf = (equity: string, positions: AssessmentDetail['positions']) => {
    const part = deleveragedPart(assessmentOf('a.main', equity, positions), CONTRACTS, () => dec('1'), POLICY);
    return part === undefined
      ? undefined
      : [part.contract.instrument.id, text(part.quantity), text(part.price), text(part.deficit)];
  };

  it('is the ether whose fall made the deficit, and not the bitcoin beside it', () => {
    // Long 1 BTC that did not move, and 50 ETH bought at 2,000, now 1,400: 30,000 lost, 24,074 of it beyond what there was.
    const positions = [requirementOf('BTC-PERP', '1', '10000', '0.02'), lost('ETH-PERP', '50', '1400', '30000')];
    expect(partOf('-24074', positions)).toEqual(['ETH-PERP', '50', '1881.48', '24074']);
  });

  it.each`
    equity       | expected                                             | why
    ${'-600'}    | ${['BTC-PERP', '0.24', '52500', '600']}              | ${'600 / (5 % of 50,000)'}
    ${'-600.01'} | ${['BTC-PERP', '0.241', '52489.66804980', '600.01']} | ${'a lot more'}
    ${'-24499'}  | ${['BTC-PERP', '9.8', '52499.89795919', '24499']}    | ${'what stays is exactly a minimum slice'}
    ${'-24901'}  | ${['BTC-PERP', '10', '52490.1', '24901']}            | ${'less than a minimum slice would stay: all of it'}
    ${'-60000'}  | ${['BTC-PERP', '10', '56000', '60000']}              | ${'all of it, further from the mark'}
  `('of ten BTC with equity $equity: $expected, $why', ({ equity, expected }) => {
    const [instrument, quantity, price, deficit] = expected as string[];
    const found = partOf(equity as string, [lost('BTC-PERP', '10', '50000', '70000')]);
    expect(found?.map((each, index) => (index === 0 ? each : text(dec(each))))).toEqual([
      instrument,
      quantity,
      text(dec(price ?? '0')),
      deficit,
    ]);
  });

  it('bears no more than it has lost, and then goes whole', () => {
    const positions = [lost('BTC-PERP', '1', '50000', '400'), lost('ETH-PERP', '4', '2500', '300')];
    expect(partOf('-600', positions)).toEqual(['BTC-PERP', '1', '50400', '400']);
  });

  it('of a position that has not lost is the position at its mark: a debt that a coin or another market made is not its own', () => {
    expect(partOf('-600', [requirementOf('BTC-PERP', '1', '50000', '0.02')])).toEqual(['BTC-PERP', '1', '50000', '0']);
  });

  it('of a short that gains less than it lost before is closed at its entry at worst', () => {
    // 5 BTC sold at 10,000 stand at 10,600; 8,000 are owed, 5,000 of them for ether: the other side gives up its 3,000 of gain.
    expect(partOf('-8000', [lost('BTC-PERP', '-5', '10600', '3000')])).toEqual(['BTC-PERP', '5', '10000', '3000']);
  });

  it('of a worthless option beside a debt is the option at nothing: the debt stays, and no figure is none', () => {
    const worthless = { ...requirementOf('BTC-27MAR26-60000-C', '10', '0', '0'), maintenance: '0' };
    expect(partOf('-1.59', [worthless])).toEqual(['BTC-27MAR26-60000-C', '10', '0', '0']);
  });

  it('is nothing of an account without a position', () => {
    expect(partOf('-600', [])).toBeUndefined();
  });
});

describe('what a counterparty gives up [CLR-LIQ-035]', () => {
  it('is never more than he has at his own bankruptcy price, whatever the contract', () => {
    const style = fc.constantFrom('linear' as const, 'inverse' as const);
    const side = fc.constantFrom('long' as const, 'short' as const);
    const cents = fc.integer({ min: 1, max: 100_000_000 });
    fc.assert(
      fc.property(style, side, cents, fc.integer({ min: 1, max: 1_000 }), (given, bankrupt, equity, size) => {
        const terms = {
          style: given,
          contractSize: dec(given === 'linear' ? 1 : 10),
          assetPrice: dec(given === 'linear' ? 1 : 50_000),
        };
        const mark = dec('50000');
        const has = dec(equity).div(100);
        const price = priceAtLoss(terms, bankrupt, mark, has.div(size));
        expect(lossPerContract(terms, bankrupt, mark, price).times(size).minus(has).lte('1e-20')).toBe(true);
      }),
      { numRuns: 1_000 },
    );
  });
});
