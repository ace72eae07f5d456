import fc from 'fast-check';
import { dec, sum, text } from '@ballast/kernel';
import type { AssessmentDetail, MarginGlobalEvents, UnderlyingSchedule } from '@ballast/facts';
import { BTC_BRACKETS, assessmentOf, linear, requirementOf, underlyingSchedule } from '../liquidation.fixtures.js';
import { LINEAR_PERPETUALS, closeableContract, type CloseableContracts } from '../closeable-contracts.js';
import { LIQUIDATION_POLICY } from '../liquidation-policy.js';
import { bracketedRequirement, readBrackets, requirementOfPart } from './bracketed-requirement.js';
import { chooseSlice, lotsToTarget, type Slice } from './slice-choice.js';

type OnSchedule = Pick<MarginGlobalEvents['ScheduleInForce'], 'underlyings' | 'targetHealth'>;

const MARK = '50000';
const BRACKETS = readBrackets(BTC_BRACKETS);
const FLAT: readonly UnderlyingSchedule[] = [
  underlyingSchedule('BTC', MARK, linear('0.02')),
  underlyingSchedule('ETH', '2500', linear('0.02')),
];
const flat = (equity: string, btc: string): AssessmentDetail =>
  assessmentOf('a.main', equity, [requirementOf('BTC-PERP', btc, MARK, '0.02')]);

const onSchedule = (underlyings: readonly UnderlyingSchedule[], targetHealth = '1.5'): OnSchedule => ({
  underlyings,
  targetHealth,
});

/** Health after the slice is filled at its provisional rate. */
function healthAfter({ figures }: AssessmentDetail, { position, quantity, ...slice }: Slice): string {
  const cost = slice.provisionalRate.times(quantity).times(position.unitNotional);
  const call = dec(figures.call).minus(slice.requirementFreed);
  return text(dec(figures.equity).minus(cost).div(call).toDecimalPlaces(4));
}

describe('requirement under brackets', () => {
  it.each`
    notional      | expected        | why
    ${'0'}        | ${'0'}          | ${'no position'}
    ${'1000000'}  | ${'15615.99'}   | ${'at the first boundary: 1M x 1.561599 %'}
    ${'10000000'} | ${'175565.88'}  | ${'continuous at 10M'}
    ${'50000000'} | ${'1110410.04'} | ${'W65, to its printed digits'}
  `('W65: $notional -> $expected: $why', ({ notional, expected }: Record<'notional' | 'expected', string>) => {
    expect(text(bracketedRequirement(dec(notional), BRACKETS).toDecimalPlaces(2))).toBe(expected);
  });

  it('charges the part of one account at the rate of the owner’s sum', () => {
    const all = bracketedRequirement(dec('10000000'), BRACKETS);
    expect(requirementOfPart(dec('2500000'), dec('7500000'), BRACKETS).times(4).eq(all)).toBe(true);
  });
});

describe('size of a slice', () => {
  it('W73: closes f = (H* m - e) / (H* m - p) of a linear tier, rounded up to lots', () => {
    // m 1.561599 %, e 1.50 %, p 0.131535 %, H* 1.25; a position of 1M in lots of a millionth of it.
    const [m, e, p, target] = [dec('0.01561599'), dec('0.015'), dec('0.00131535'), dec('1.25')];
    const gap = (lots: number): ReturnType<typeof dec> => {
      const f = dec(lots).div(1_000_000);
      return e.minus(p.times(f)).minus(target.times(m).times(dec(1).minus(f)));
    };
    const lots = lotsToTarget(gap, 1_000_000);
    expect(lots).toBe(248_288);
    const f = dec(lots).div(1_000_000);
    expect(
      text(
        e
          .minus(p.times(f))
          .div(m.times(dec(1).minus(f)))
          .toDecimalPlaces(4),
      ),
    ).toBe('1.25');
  });

  it('brings health to 1.5 and not a lot further', () => {
    const assessment = flat('9000', '10');
    const slice = chooseSlice(assessment, onSchedule(FLAT), LINEAR_PERPETUALS, LIQUIDATION_POLICY);
    // f = (1.5 x 2 % - 1.8 %) / (1.5 x 2 % - 0.112047 %) of 10 BTC
    expect(text(slice.quantity)).toBe('4.1552');
    expect(healthAfter(assessment, slice)).toBe('1.5');
  });

  it('ends at the health, and charges the cost, of the parameters in force', () => {
    const [btc, eth] = FLAT as [UnderlyingSchedule, UnderlyingSchedule];
    const dear = { ...btc, liquidationCost: { ...btc.liquidationCost, spread: '0.002' } };
    const slice = chooseSlice(
      flat('9000', '10'),
      onSchedule([dear, eth], '1.25'),
      LINEAR_PERPETUALS,
      LIQUIDATION_POLICY,
    );
    // p = 1.5 x (10 + 1.2 + 1.93649 bp) + 5 bp; f = (1.25 x 2 % - 1.8 %) / (1.25 x 2 % - p) of 10 BTC
    expect(text(slice.provisionalRate)).toBe('0.0024704737509656');
    expect(text(slice.quantity)).toBe('3.1071');
  });

  it.each`
    equity      | held      | quantity     | why
    ${'9000'}   | ${'-10'}  | ${'4.1552'}  | ${'a short is closed like a long'}
    ${'0'}      | ${'10'}   | ${'10'}      | ${'without equity only closing all of it helps'}
    ${'14990'}  | ${'10'}   | ${'0.2'}     | ${'a small need is met by the minimum of 10,000 USD'}
    ${'90'}     | ${'0.1'}  | ${'0.1'}     | ${'dust goes whole'}
    ${'2700'}   | ${'3'}    | ${'1.2414'}  | ${'at the least rate of 10 bp; 87,930 USD stay'}
    ${'230'}    | ${'0.25'} | ${'0.25'}    | ${'a remainder below 10,000 USD goes with it'}
    ${'900000'} | ${'1000'} | ${'69.4444'} | ${'5 % of the volume of five minutes: 3,472,222 USD'}
    ${'63000'}  | ${'69.6'} | ${'29.457'}  | ${'below the largest slice'}
    ${'0'}      | ${'69.6'} | ${'69.6'}    | ${'dust beyond the largest slice goes with it'}
  `(
    '$held BTC with equity $equity -> $quantity: $why',
    ({ equity, held, quantity }: Record<'equity' | 'held' | 'quantity', string>) => {
      expect(
        text(chooseSlice(flat(equity, held), onSchedule(FLAT), LINEAR_PERPETUALS, LIQUIDATION_POLICY).quantity),
      ).toBe(quantity);
    },
  );

  it('finds the crossing also where closing everything would fall short of the target again', () => {
    // Concave: rises to 6 at 30 lots, falls to -34 at 70.
    const gap = (lots: number): ReturnType<typeof dec> => dec(6 - Math.abs(lots - 30));
    expect(lotsToTarget(gap, 70)).toBe(24);
    expect(lotsToTarget((lots) => gap(lots).minus(100), 70)).toBe(70);
    expect(lotsToTarget((lots) => gap(lots).plus(100), 70)).toBe(0);
  });
});

describe('choice of the position', () => {
  it('closes what frees most requirement per cost, not the largest', () => {
    const schedules = [
      underlyingSchedule('BTC', MARK, linear('0.02')),
      underlyingSchedule('ETH', '2500', linear('0.03')),
    ];
    const positions = [
      requirementOf('BTC-PERP', '10', MARK, '0.02'),
      requirementOf('ETH-PERP', '-100', '2500', '0.03'),
    ];
    const slice = chooseSlice(
      assessmentOf('a.main', '12000', positions),
      onSchedule(schedules),
      LINEAR_PERPETUALS,
      LIQUIDATION_POLICY,
    );
    expect(slice.position.contract.instrument.id).toBe('ETH-PERP');
  });

  it('looks at the owner’s size: the same position costs more when the owner holds more of it elsewhere', () => {
    const positions = [
      requirementOf('BTC-PERP', '10', MARK, '0.02', '500000000'),
      requirementOf('ETH-PERP', '200', '2500', '0.02'),
    ];
    const slice = chooseSlice(
      assessmentOf('a.main', '12000', positions),
      onSchedule(FLAT),
      LINEAR_PERPETUALS,
      LIQUIDATION_POLICY,
    );
    expect(slice.position.contract.instrument.id).toBe('ETH-PERP');
  });

  it('takes equals by instrument, in whatever order they stand', () => {
    const positions = [requirementOf('ETH-PERP', '200', '2500', '0.02'), requirementOf('BTC-PERP', '10', MARK, '0.02')];
    const slice = chooseSlice(
      assessmentOf('a.main', '12000', positions),
      onSchedule(FLAT),
      LINEAR_PERPETUALS,
      LIQUIDATION_POLICY,
    );
    expect(slice.position.contract.instrument.id).toBe('BTC-PERP');
  });

  it('is in lots, within what is held, and never worsens health under real brackets', () => {
    const amount = fc.integer({ min: 1, max: 20_000_000 });
    fc.assert(
      fc.property(amount, amount, amount, fc.integer({ min: 0, max: 149 }), (btc, eth, others, health) => {
        const schedules = [underlyingSchedule('BTC', MARK), underlyingSchedule('ETH', '2500')];
        const part = (quantity: string, mark: string): ReturnType<typeof requirementOf> => {
          const notional = dec(quantity).times(dec(mark));
          const call = requirementOfPart(notional, dec(others), BRACKETS);
          const instrument = mark === MARK ? 'BTC-PERP' : 'ETH-PERP';
          return requirementOf(instrument, quantity, mark, text(call.div(notional)), text(notional.plus(others)));
        };
        const positions = [part(text(dec(btc).div(10_000)), MARK), part(text(dec(eth).div(1_000)), '2500')];
        const call = sum(positions.map((position) => dec(position.call)));
        const equity = text(call.times(health).div(100).toDecimalPlaces(2));
        const assessment = assessmentOf('a.main', equity, positions);
        const { position, quantity, provisionalRate, requirementFreed } = chooseSlice(
          assessment,
          onSchedule(schedules),
          LINEAR_PERPETUALS,
          LIQUIDATION_POLICY,
        );
        expect(quantity.gt(0) && quantity.lte(position.quantity)).toBe(true);
        expect(quantity.mod(position.contract.lot).isZero()).toBe(true);
        const cost = provisionalRate.times(quantity).times(position.unitNotional);
        // (E - cost) / (R - freed) >= E / R, but for the sixteenth digit of the rates
        expect(cost.times(call).lte(requirementFreed.times(equity).plus('0.000001'))).toBe(true);
        expect(cost.lte(dec(equity))).toBe(true);
      }),
      { numRuns: 60 },
    );
  });
});

describe('a portfolio', () => {
  const option = closeableContract({
    id: 'BTC-27MAR26-60000-C',
    contractSize: '1',
    quoteAsset: 'USD',
    settlementAsset: 'USD',
    tick: '1',
    lot: '0.1',
    cashStyle: 'premium',
    deliveryFee: { rate: '0.00015', capOfValue: '0.125' },
    listedAt: '2026-01-01T00:00:00Z',
  });
  const contracts: CloseableContracts = new Map([...LINEAR_PERPETUALS, [option.instrument.id, option]]);
  /** Short calls whose share of the worst scenario is 6,000 USD each, hedged by perpetuals that take a part of it back. */
  function writer(equity: string, calls: number): AssessmentDetail {
    const short = requirementOf(option.instrument.id, String(-calls), '1500', '0');
    const hedge = requirementOf('BTC-PERP', '1', MARK, '0');
    const worst = calls * 6_000;
    const positions = [
      {
        ...short,
        underlying: 'BTC' as const,
        notional: String(calls * 50_000),
        ownerNotional: String(calls * 50_000),
        call: String(worst),
      },
      { ...hedge, call: '-5000' },
    ];
    const detail = assessmentOf('w.main', equity, positions);
    return {
      ...detail,
      figures: { ...detail.figures, call: String(worst - 5_000) },
      portfolio: { model: 'm@1', parameters: 'p@1', riskArrays: 1, worstScenario: 'up', scenarios: [], lines: [] },
    };
  }
  const slice = (equity: string, calls: number): Slice =>
    chooseSlice(writer(equity, calls), onSchedule(FLAT), contracts, LIQUIDATION_POLICY);

  it('closes what makes the requirement, never the hedge', () => {
    const { position, quantity, requirementFreed } = slice('10000', 4);
    expect(position.contract.instrument.id).toBe('BTC-27MAR26-60000-C');
    expect(text(requirementFreed)).toBe(text(quantity.times(6_000)));
  });

  it('takes as many lots as the target health needs by that share', () => {
    const { quantity, provisionalRate } = slice('24000', 4);
    // (1.5 x 19,000 - 24,000) / (1.5 x 6,000 - p x 50,000), in lots of a tenth
    const least = dec('4500').div(dec('9000').minus(provisionalRate.times(50_000)));
    expect(text(quantity)).toBe(text(least.times(10).ceil().div(10)));
  });

  it('never charges more of a slice than the share of equity that stands for it', () => {
    const { position, provisionalRate } = slice('600', 4);
    const charged = provisionalRate.times(position.unitNotional).times(position.quantity);
    expect(charged.lte(dec('600').times(LIQUIDATION_POLICY.theta))).toBe(true);
    expect(charged.gt(0)).toBe(true);
  });
});
