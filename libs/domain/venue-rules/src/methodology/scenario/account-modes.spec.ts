import { describe, expect, it } from '@jest/globals';
import { dec, text } from '@ballast/kernel';
import type { MarginModel, ModelResult, OpenOrder, PositionHolding } from '@ballast/margin-models';
import { derivePortfolioV2, deriveStandard } from '../../derive/derive-models.js';
import { fillPrice } from '../worst-orders.js';
import { coinSettled, held, marketOf, option, perpetual, portfolioOf } from './scenario.fixtures.js';
import { scenarioScan } from './scenario.model.js';

const contract = perpetual('BTC');
const put = option('BTC', 30, '54000', 'put');

function assess(
  model: MarginModel,
  positions: readonly PositionHolding[],
  orders: readonly OpenOrder[] = [],
  cash = '0',
): ModelResult {
  const market = marketOf([contract, put, ...positions.map(({ instrument }) => instrument)]);
  const parameters = model.readParameters(model.defaultParameters.document);
  return model.assess({ ...portfolioOf(positions, cash), orders }, market, parameters);
}

const surplus = ({ value, requirements }: ModelResult, level: string): string =>
  text(value.minus(requirements[level]!));

describe.each([scenarioScan, deriveStandard, derivePortfolioV2] as readonly MarginModel[])(
  'modes of an account under $id [CLR-MDL-005]',
  (model) => {
    it('asks for open orders what their worse side would leave, at the initial level only', () => {
      const order = { instrument: contract, side: 'buy', quantity: dec('2') } as const;
      const ordered = assess(model, [held(contract, '1')], [order]);
      const filled = assess(model, [held(contract, '3')]);
      expect(text(ordered.requirements.initial!)).toBe(text(filled.requirements.initial!));
      expect(text(ordered.requirements.maintenance!)).toBe(
        text(assess(model, [held(contract, '1')]).requirements.maintenance!),
      );
      expect(ordered.lines.find(({ code }) => code === 'open-orders')!.amount.gt(0)).toBe(true);
    });

    it('asks nothing for orders that turn the position down', () => {
      const sell = { instrument: contract, side: 'sell', quantity: dec('1') } as const;
      const ordered = assess(model, [held(contract, '3')], [sell]);
      expect(text(ordered.requirements.initial!)).toBe(
        text(assess(model, [held(contract, '3')]).requirements.initial!),
      );
    });

    it('leaves out orders that only reduce', () => {
      const sell = { instrument: contract, side: 'sell', quantity: dec('9'), reduceOnly: true } as const;
      const ordered = assess(model, [held(contract, '3')], [sell]);
      expect(ordered.lines.some(({ code }) => code === 'open-orders')).toBe(false);
    });

    it('charges the loss of a limit beyond the mark at once', () => {
      const at = (price: string) =>
        [{ instrument: contract, side: 'buy', quantity: dec('1'), price: dec(price) }] as const;
      const [marked, above, below] = ['60000', '61000', '59000'].map(
        (price) => assess(model, [], at(price)).requirements.initial!,
      );
      expect(text(above!.minus(marked!))).toBe('1000');
      expect(text(below!)).toBe(text(marked!));
    });

    it('refuses an order of nothing', () => {
      const nothing = [{ instrument: contract, side: 'buy', quantity: dec('0') }] as const;
      expect(() => assess(model, [], nothing)).toThrow(
        expect.objectContaining({ code: 'order-quantity-not-positive' }),
      );
    });

    it('keeps an isolated position out of the account, with its margin', () => {
      const isolated = { ...held(contract, '1', '59000'), isolatedMargin: dec('5000') };
      const shared = assess(model, [held(put, '-1')], [], '20000');
      const both = assess(model, [held(put, '-1'), isolated], [], '20000');
      expect(both.requirements).toEqual(shared.requirements);
      expect(text(both.value)).toBe(text(shared.value.minus(5000)));
      const alone = assess(model, [held(contract, '1', '59000')], [], '5000');
      const line = both.lines.find(({ code }) => code === 'isolated-position')!;
      expect(text(line.figures!.equity!)).toBe('6000');
      expect(text(line.figures!.surplus!)).toBe(surplus(alone, 'maintenance'));
    });
  },
);

describe('the price an order is taken to fill at [CLR-MDL-004]', () => {
  const market = marketOf([contract]);
  it.each`
    side      | price        | fill       | why
    ${'buy'}  | ${'61000'}   | ${'61000'} | ${'worse than the mark'}
    ${'buy'}  | ${'59000'}   | ${'60000'} | ${'a better limit is no gain yet'}
    ${'sell'} | ${'59000'}   | ${'59000'} | ${'worse than the mark'}
    ${'sell'} | ${'61000'}   | ${'60000'} | ${'a better limit is no gain yet'}
    ${'sell'} | ${undefined} | ${'60000'} | ${'a market order at the mark'}
  `('$side at $price fills at $fill: $why', ({ side, price, fill }: Record<string, string | undefined>) => {
    const order: OpenOrder = {
      instrument: contract,
      side: side as OpenOrder['side'],
      quantity: dec('1'),
      ...(price === undefined ? {} : { price: dec(price) }),
    };
    expect(text(fillPrice(order, market))).toBe(fill);
  });
});

describe('bad input to a scan', () => {
  const parameters = scenarioScan.readParameters(scenarioScan.defaultParameters.document);
  const market = marketOf([contract, put]);
  const sold = portfolioOf([held(put, '-1')]);
  const instruments = (figures: object) =>
    new Map([...market.instruments, [put.id, { mark: dec('1'), ...figures }]] as never);

  it.each`
    change                                                                           | code                         | why
    ${{ underlyings: new Map() }}                                                    | ${'market-missing'}          | ${'no spot'}
    ${{ expiries: new Map() }}                                                       | ${'market-missing'}          | ${'no forward'}
    ${{ instruments: instruments({}) }}                                              | ${'market-missing'}          | ${'no volatility'}
    ${{ instruments: instruments({ volatility: dec('-0.1') }) }}                     | ${'volatility-negative'}     | ${'negative volatility'}
    ${{ instruments: instruments({ volatility: dec('NaN') }) }}                      | ${'figure-not-finite'}       | ${'volatility not a number'}
    ${{ underlyings: new Map([['BTC', { spot: dec('0') }]]) }}                       | ${'price-not-positive'}      | ${'a spot of zero'}
    ${{ underlyings: new Map([['BTC', { spot: dec('Infinity') }]]) }}                | ${'figure-not-finite'}       | ${'an infinite spot'}
    ${{ underlyings: new Map([['BTC', { spot: dec('1'), confidence: dec('2') }]]) }} | ${'confidence-out-of-range'} | ${'confidence above 1'}
    ${{ asOf: put.expiry + 1 }}                                                      | ${'instrument-expired'}      | ${'after the expiry'}
    ${{ stablePrice: dec('-1') }}                                                    | ${'price-not-positive'}      | ${'a negative stablecoin'}
  `('is refused with $code: $why', ({ change, code }: Record<string, unknown>) => {
    expect(() => scenarioScan.assess(sold, { ...market, ...(change as object) }, parameters)).toThrow(
      expect.objectContaining({ code }),
    );
  });

  it('refuses a quantity that is no number, naming it', () => {
    const broken = portfolioOf([{ instrument: put, quantity: dec('NaN') }]);
    expect(() => scenarioScan.assess(broken, market, parameters)).toThrow(
      expect.objectContaining({ code: 'figure-not-finite', field: `positions.${put.id}.quantity` }),
    );
  });

  it('refuses a coin-settled contract where the rule has none', () => {
    const coin = coinSettled(put);
    const listed = { ...market, instruments: new Map([[coin.id, { mark: dec('0.1'), volatility: dec('0.6') }]]) };
    const standard = deriveStandard.readParameters(deriveStandard.defaultParameters.document);
    expect(() => deriveStandard.assess(portfolioOf([held(coin, '-1')]), listed, standard)).toThrow(
      expect.objectContaining({ code: 'instrument-not-supported' }),
    );
    expect(scenarioScan.assess(portfolioOf([held(coin, '-1')]), listed, parameters).requirements.initial!.gt(0)).toBe(
      true,
    );
  });
});
