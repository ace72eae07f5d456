import fc from 'fast-check';
import { ZERO, dec, maxOf, minOf, text, type Decimal } from '@ballast/kernel';
import { LIQUIDATION_COST, POLICY } from '../liquidation.fixtures.js';
import type { OpenOrder } from './open-order.js';
import { assessedCost, costParameters, finalRate, modelledCost, penaltyCap, provisionalRate } from './slice-cost.js';

const BTC = costParameters({ sigma: '0.03', liquidationCost: LIQUIDATION_COST });
const { fundShare, operatingCost } = BTC;
const bps = (rate: Decimal, digits: number): string => text(rate.times(10_000).toDecimalPlaces(digits));

/** An order of 1,000 BTC at 50,000 (50M) that was filled completely with a slippage in basis points. */
function filledOrder(slippageBps: string, equityRate: string): OpenOrder {
  const cost = modelledCost(dec('50000000'), BTC);
  const provisional = provisionalRate(cost.penalty, dec(equityRate), POLICY.theta);
  return {
    place: { partition: 0, position: 3 },
    policy: POLICY.id,
    instrument: 'BTC-PERP',
    side: 'sell',
    hedges: false,
    quantity: dec('1000'),
    mark: dec('50000'),
    unitNotional: dec('50000'),
    equityRate: dec(equityRate),
    bearableRate: maxOf(dec(equityRate), ZERO),
    limit: ZERO,
    theta: POLICY.theta,
    modelledRate: cost.penalty,
    executionRate: cost.execution,
    timeRate: cost.time,
    fundShare,
    operatingCost,
    schedule: 1,
    closed: dec('1000'),
    charged: provisional.times('50000000').toDecimalPlaces(2),
    slippage: dec(slippageBps).times('5000'),
    finished: dec('1000'),
  };
}

const costOf = (order: OpenOrder): ReturnType<typeof assessedCost> =>
  assessedCost({ caseId: 'a.main#1', accountId: 'a.main' }, order, POLICY);

describe('modelled cost of closing [CLR-LIQ-010]', () => {
  it.each`
    id       | notional       | execution   | time        | penalty      | charge
    ${'W66'} | ${'1000000'}   | ${'2.697'}  | ${'2.739'}  | ${'13.1535'} | ${'1315.35'}
    ${'W67'} | ${'50000000'}  | ${'13'}     | ${'19.365'} | ${'53.5474'} | ${'267736.88'}
    ${'W68'} | ${'500000000'} | ${'38.947'} | ${'61.237'} | ${'155.277'} | ${'7763843'}
  `(
    '$id: $notional USD cost $penalty bp',
    ({
      notional,
      execution,
      time,
      penalty,
      charge,
    }: Record<'notional' | 'execution' | 'time' | 'penalty' | 'charge', string>) => {
      const cost = modelledCost(dec(notional), BTC);
      expect(bps(cost.execution, 3)).toBe(execution);
      expect(bps(cost.time, 3)).toBe(time);
      expect(bps(cost.penalty, penalty.split('.')[1]?.length ?? 0)).toBe(penalty);
      const digits = charge.includes('.') ? 2 : 0;
      expect(text(cost.penalty.times(notional).toDecimalPlaces(digits))).toBe(charge);
    },
  );

  it('W72: 2M of a thinly traded coin would cost 521.84 bp and is held at the maximum of 300 bp', () => {
    const thin = { ...BTC, spread: dec('0.002'), sigma: dec('0.08'), averageDailyVolume: dec('50000000') };
    const unbounded = modelledCost(dec('2000000'), { ...thin, penaltyMax: dec('1') });
    expect(bps(modelledCost(dec('2000000'), thin).penalty, 2)).toBe('300');
    expect(unbounded.penalty.gt(dec('0.03'))).toBe(true);
  });
});

describe('provisional rate [CLR-LIQ-011]', () => {
  it.each`
    id       | equityRate  | expected     | why
    ${'W70'} | ${'0.004'}  | ${'32'}      | ${'0.8 x 40 bp is less than 53.5 bp'}
    ${'W71'} | ${'-0.001'} | ${'0'}       | ${'a loss goes to the waterfall, not to the client'}
    ${'-'}   | ${'0'}      | ${'0'}       | ${'nothing left to charge'}
    ${'W67'} | ${'0.02'}   | ${'53.5474'} | ${'the cap of 160 bp does not bind'}
  `(
    '$id: e $equityRate -> $expected bp: $why',
    ({ equityRate, expected }: Record<'equityRate' | 'expected', string>) => {
      const { penalty } = modelledCost(dec('50000000'), BTC);
      expect(bps(provisionalRate(penalty, dec(equityRate), dec('0.8')), 4)).toBe(expected);
    },
  );

  it('W74: a charge above e would worsen health, and the cap never lets it get there', () => {
    const [e, m, f] = [dec('0.004'), dec('0.0146'), dec('0.5')];
    const healthAfter = (p: Decimal): Decimal => e.minus(p.times(f)).div(m.times(dec(1).minus(f)));
    expect(text(e.div(m).toDecimalPlaces(6))).toBe('0.273973');
    expect(text(healthAfter(dec('0.005')).toDecimalPlaces(6))).toBe('0.205479');
    const charged = provisionalRate(dec('0.005'), e, POLICY.theta);
    expect(healthAfter(charged).gt(e.div(m))).toBe(true);
  });
});

describe('final cost of a slice [CLR-LIQ-012]', () => {
  it.each`
    id        | slippageBps | equityRate  | penalty        | trueUp          | fund       | why
    ${'W77'}  | ${'9'}      | ${'0.02'}   | ${'247736.88'} | ${'20000'}      | ${'0'}     | ${'13 - 9 bp were not needed'}
    ${'W78f'} | ${'90'}     | ${'0.02'}   | ${'507500'}    | ${'-239763.12'} | ${'0'}     | ${'90 + 6.5 + 5 bp'}
    ${'W78f'} | ${'90'}     | ${'0.01'}   | ${'450000'}    | ${'-182263.12'} | ${'0'}     | ${'0.8 x 100 bp are 80; he has 100, so 90 are his'}
    ${'W67'}  | ${'13'}     | ${'0.02'}   | ${'267736.88'} | ${'0'}          | ${'0'}     | ${'exactly as modelled'}
    ${'W70'}  | ${'13'}     | ${'0.004'}  | ${'160000'}    | ${'0'}          | ${'0'}     | ${'the cap'}
    ${'W70'}  | ${'9'}      | ${'0.004'}  | ${'140000'}    | ${'20000'}      | ${'0'}     | ${'the return comes off the cap too'}
    ${'W71'}  | ${'9'}      | ${'-0.001'} | ${'0'}         | ${'0'}          | ${'45000'} | ${'nothing to charge: the fund pays'}
    ${'-'}    | ${'-20'}    | ${'0.02'}   | ${'202736.88'} | ${'65000'}      | ${'0'}     | ${'better than the mark counts as 0'}
    ${'-'}    | ${'9'}      | ${'0.0001'} | ${'5000'}      | ${'-1000'}      | ${'40000'} | ${'all that he has, 1 bp; no return below what it did cost'}
  `(
    '$id: $slippageBps bp at e $equityRate -> $penalty USD: $why',
    ({
      slippageBps,
      equityRate,
      ...expected
    }: Record<'slippageBps' | 'equityRate' | 'penalty' | 'trueUp' | 'fund', string>) => {
      const { cost, uncoveredSlippage } = costOf(filledOrder(slippageBps, equityRate));
      expect({ penalty: cost.penalty, trueUp: cost.trueUp, fund: text(uncoveredSlippage) }).toEqual({
        penalty: expected.penalty,
        trueUp: expected.trueUp,
        fund: expected.fund,
      });
    },
  );

  it('costs nothing when nothing was filled', () => {
    const order = { ...filledOrder('0', '0.02'), closed: ZERO, charged: ZERO, finished: ZERO };
    const { cost, uncoveredSlippage } = costOf(order);
    expect([cost.penalty, cost.trueUp, cost.reward, cost.finalRate, text(uncoveredSlippage)]).toEqual(
      Array.from({ length: 5 }, () => '0'),
    );
  });

  it('pays the reward for execution and time out of the penalty, scaled down with it; the rest is the fund’s [CLR-LIQ-013]', () => {
    expect(costOf(filledOrder('13', '0.02')).cost.reward).toBe('161824.58');
    expect(costOf(filledOrder('13', '0.004')).cost.reward).toBe('96706.63');
  });

  it('returns a share psi of what was not needed', () => {
    const slice = { ...filledOrder('9', '0.02'), realisedRate: dec('0.0009') };
    expect(bps(finalRate(slice, dec('0.5')), 4)).toBe('51.5474');
  });

  it('is never beyond theta * e or what slippage takes of e, never below zero, and covers slippage as far as e reaches', () => {
    const rate = fc.integer({ min: 0, max: 600_000 }).map((millionths) => dec(millionths).div(10_000_000));
    fc.assert(
      fc.property(rate, rate, fc.integer({ min: -300_000, max: 300_000 }), rate, (modelledRate, execution, e, real) => {
        const equityRate = dec(e).div(10_000_000);
        const bearableRate = maxOf(equityRate, ZERO);
        const rates = { modelledRate, executionRate: execution, realisedRate: real, equityRate, bearableRate };
        const slice = { ...rates, theta: dec('0.8'), fundShare, operatingCost };
        const final = finalRate(slice, POLICY.psi);
        const cap = maxOf(penaltyCap(equityRate, dec('0.8')), minOf(real, bearableRate));
        expect(final.gte(0) && final.lte(cap)).toBe(true);
        expect(maxOf(real.minus(final), ZERO).lte(maxOf(real.minus(cap), ZERO))).toBe(true);
      }),
    );
  });

  it('never charges a cent beyond theta * e of what it closed or the slippage that it bears, whatever the amounts', () => {
    const cents = fc.integer({ min: 1, max: 9_999_999 });
    fc.assert(
      fc.property(cents, cents, fc.integer({ min: 0, max: 400 }), (quantity, mark, slippageBps) => {
        const order = {
          ...filledOrder('0', '0.0033333333333333'),
          closed: dec(quantity).div(10_000),
          mark: dec(mark).div(100),
          unitNotional: dec(mark).div(100),
        };
        const notional = order.closed.times(order.unitNotional);
        const { cost } = costOf({ ...order, slippage: notional.times(slippageBps).div(10_000) });
        const borne = notional.times(minOf(dec('0.0033333333333333'), dec(slippageBps).div(10_000)));
        expect(dec(cost.penalty).lte(maxOf(notional.times('0.0033333333333333').times('0.8'), borne))).toBe(true);
        expect(dec(cost.penalty).decimalPlaces()).toBeLessThanOrEqual(2);
      }),
    );
  });
});
