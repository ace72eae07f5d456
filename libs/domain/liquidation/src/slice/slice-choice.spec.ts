import fc from 'fast-check';
import { ZERO, dec, sum, text } from '@ballast/kernel';
import { readBrackets } from '@ballast/risk-schedule';
import { bracketRequirement } from '@ballast/risk-schedule/testing';
import type { AssessmentDetail, MarginGlobalEvents, UnderlyingSchedule } from '@ballast/facts';
import {
  BTC_BRACKETS,
  POLICY,
  admitted,
  assessmentOf,
  linear,
  requirementOf,
  underlyingSchedule,
  chosenSlice,
} from '../liquidation.fixtures.js';
import {
  attributableEquityRate,
  cheapestToClose,
  expectedCost,
  closeableParts,
  lotsToTarget,
  requirementFreed,
  type CloseablePosition,
  type Slice,
} from './slice-choice.js';

type OnSchedule = Pick<MarginGlobalEvents['ScheduleInForce'], 'underlyings' | 'targetHealth' | 'collateral'>;

const MARK = '50000';
const CONTRACTS = admitted();
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
  collateral: [
    { asset: 'USD', price: '1' },
    { asset: 'BTC', price: MARK },
  ],
});

const choose = (
  assessment: AssessmentDetail,
  schedule = onSchedule(FLAT),
  policy = POLICY,
  contracts = CONTRACTS,
  funded = false,
): Slice => chosenSlice(assessment, schedule, contracts, policy, funded);

/** Health after the slice is filled at its provisional rate, when its requirement falls in proportion. */
function healthAfter({ figures }: AssessmentDetail, { position, quantity, ...slice }: Slice): string {
  const cost = slice.provisionalRate.times(quantity).times(position.unitNotional);
  const maintenance = dec(figures.maintenance).minus(slice.requirementFreed);
  return text(dec(figures.equity).minus(cost).div(maintenance).toDecimalPlaces(4));
}

/** Positions beside nothing that they hedge. */
const wholes = (assessment: AssessmentDetail): readonly CloseablePosition[] =>
  closeableParts({
    assessment,
    schedule: onSchedule(FLAT),
    contracts: CONTRACTS,
    policy: POLICY,
    funded: false,
  }).flat();

describe('equity attributable to a position [CLR-LIQ-011]', () => {
  it.each`
    equity    | maintenance | notional    | totalMaintenance | expected                  | why
    ${'9000'} | ${'100'}    | ${'500000'} | ${'200'}         | ${'0.009'}                | ${'half of the requirement, half of the equity'}
    ${'100'}  | ${'1'}      | ${'3'}      | ${'1'}           | ${'33.3333333333333333'}  | ${'rounded down'}
    ${'-100'} | ${'1'}      | ${'3'}      | ${'1'}           | ${'-33.3333333333333334'} | ${'down, not toward zero'}
    ${'9000'} | ${'100'}    | ${'0'}      | ${'100'}         | ${'0'}                    | ${'without a notional no rate: nothing may be charged'}
    ${'9000'} | ${'0'}      | ${'500000'} | ${'0'}           | ${'0'}                    | ${'nobody is required anything'}
  `('is $expected: $why', ({ equity, maintenance, notional, totalMaintenance, expected }: Record<string, string>) => {
    const rate = attributableEquityRate(
      dec(equity as string),
      { maintenance: maintenance as string, notional: notional as string },
      dec(totalMaintenance as string),
    );
    expect(text(rate)).toBe(expected);
  });
});

describe('requirement freed [CLR-LIQ-023]', () => {
  it('is never more than the brackets really free when the rate falls with the size', () => {
    const notional = fc.integer({ min: 1, max: 200_000_000 });
    fc.assert(
      fc.property(
        notional,
        fc.integer({ min: 0, max: 200_000_000 }),
        fc.integer({ min: 0, max: 1_000 }),
        (n, others, part) => {
          // The owner's other accounts keep their size, so the rate is read at the sum of both.
          const required = (own: number): ReturnType<typeof dec> =>
            own === 0
              ? ZERO
              : bracketRequirement(BRACKETS, dec(own + others))
                  .times(own)
                  .div(own + others);
          const held = n * 1_000;
          const closed = n * part;
          const freed = requirementFreed(
            { requirement: required(held), quantity: dec(held), smaller: undefined },
            dec(closed),
          );
          expect(
            freed.lte(
              required(held)
                .minus(required(held - closed))
                .plus('1e-20'),
            ),
          ).toBe(true);
        },
      ),
    );
  });
});

describe('size of a slice', () => {
  it('W73: closes f = (H* m - e) / (H* m - p), rounded up to lots [CLR-LIQ-023]', () => {
    // m 1.561599 %, e 1.50 %, p 0.131535 %, H* 1.25; a position of 1M in lots of a millionth of it.
    const [m, e, p, target] = [dec('0.01561599'), dec('0.015'), dec('0.00131535'), dec('1.25')];
    const lots = lotsToTarget(target.times(m).minus(e), target.times(m).minus(p).div(1_000_000));
    expect(text(lots ?? ZERO)).toBe('248288');
    const f = (lots ?? ZERO).div(1_000_000);
    const health = e.minus(p.times(f)).div(m.times(dec(1).minus(f)));
    expect(text(health.toDecimalPlaces(4))).toBe('1.25');
  });

  it('W73: under brackets it closes somewhat more than the target needs, never less [CLR-LIQ-023]', () => {
    // 50M at the W65 brackets: m 2.220820 %, e 2.20 %, p 0.535474 %; in proportion f = 0.257091, along the brackets 0.241427 would do.
    const [notional, equity, target] = [dec('50000000'), dec('1100000'), dec('1.25')];
    const maintenance = bracketRequirement(BRACKETS, notional);
    const p = dec('0.00535474');
    const perUnit = maintenance.div(notional);
    const lots = lotsToTarget(target.times(maintenance).minus(equity), target.times(perUnit).minus(p)) ?? ZERO;
    expect(text(lots.div(notional).toDecimalPlaces(6))).toBe('0.257091');
    const health = equity.minus(p.times(lots)).div(bracketRequirement(BRACKETS, notional.minus(lots)));
    expect(text(health.toDecimalPlaces(4))).toBe('1.2731');
  });

  it.each`
    missing   | gain      | expected | why
    ${'0'}    | ${'1'}    | ${'0'}   | ${'nothing is missing'}
    ${'-5'}   | ${'0'}    | ${'0'}   | ${'more than the target'}
    ${'10'}   | ${'5'}    | ${'2'}   | ${'exactly'}
    ${'10.1'} | ${'5'}    | ${'3'}   | ${'rounded up'}
    ${'10'}   | ${'0'}    | ${null}  | ${'a lot gains nothing'}
    ${'10'}   | ${'-0.1'} | ${null}  | ${'a lot costs more than it helps'}
  `('needs $expected lots: $why', ({ missing, gain, expected }: Record<string, string>) => {
    const lots = lotsToTarget(dec(missing as string), dec(gain as string));
    expect(lots === null ? null : text(lots)).toBe(expected);
  });

  const side = { distance: '0.003', depth: '4000000' };
  const market = { instrument: 'BTC-PERP', bids: side, asks: side };
  const measured = FLAT.map((each) => (each.underlying === 'BTC' ? { ...each, market } : each));

  it('reaches the target after the penalty that its order is expected to end with, so that no crumbs follow it [CLR-LIQ-023]', () => {
    for (const taken of ['0', '1500000']) {
      const assessment = flat('9000', '10');
      const slice = chosenSlice(assessment, onSchedule(measured), CONTRACTS, POLICY, false, dec(taken));
      const { execution, fundShare, operatingCost } = slice.position.cost;
      const cost = (quantity: Slice['quantity']) =>
        expectedCost({ ...slice, quantity }, dec(taken))
          .rate.plus(fundShare.times(execution))
          .plus(operatingCost)
          .times(quantity)
          .times(MARK);
      const health = (quantity: Slice['quantity']) =>
        dec('9000')
          .minus(cost(quantity))
          .div(dec('10000').minus(quantity.times('1000')));
      expect(slice.quantity.gt(choose(assessment).quantity)).toBe(true);
      expect(health(slice.quantity).gte('1.5')).toBe(true);
      expect(health(slice.quantity.minus(slice.position.contract.lot)).lt('1.5')).toBe(true);
    }
  });

  it('is asked for as it would be behind all that others may take of the minute, so that a turn has room for its cost [CLR-LIQ-023]', () => {
    const behind = (taken?: string) =>
      chosenSlice(
        flat('9000', '10'),
        onSchedule(measured),
        CONTRACTS,
        POLICY,
        false,
        taken === undefined ? undefined : dec(taken),
      );
    const { perMinute } = behind().position.pace;
    expect(text(behind().quantity)).toBe(text(behind(text(perMinute)).quantity));
    expect(behind().quantity.gt(behind('0').quantity)).toBe(true);
  });

  it('closes what frees the requirement of the position, and of what coins are required nothing [CLR-LIQ-023]', () => {
    // Of 15,000 the position bears all: 10,000 of its own, and 5,000 of a coin that falls with it.
    const [position] = flat('13500', '10').positions;
    const withCoin = (freedByClosing?: string): AssessmentDetail =>
      assessmentOf('a.main', '13500', [
        {
          ...(position as AssessmentDetail['positions'][number]),
          maintenance: '15000',
          ...(freedByClosing === undefined ? {} : { freedByClosing }),
        },
      ]);
    const healthOf = ({ position: { cost }, quantity }: Slice): string => {
      const maintenance = dec('15000').minus(quantity.times('1000'));
      return dec('13500').minus(cost.penalty.times(quantity).times(MARK)).div(maintenance).toFixed(3);
    };
    expect(healthOf(choose(withCoin('10000')))).toBe('1.500');
    expect(healthOf(choose(withCoin()))).toBe('1.218');
  });

  it('charges what closing frees, and not the share that a coin keeps: health is never worse for it [CLR-LIQ-011]', () => {
    const [position] = flat('3860.87', '10').positions;
    const beside = (equity: string, maintenance: string, freedByClosing: string): CloseablePosition => {
      const whole = { ...(position as AssessmentDetail['positions'][number]), notional: '180507.4865', maintenance };
      const assessment = assessmentOf('a.main', equity, [{ ...whole, freedByClosing }]);
      return wholes(assessment)[0] as CloseablePosition;
    };
    const { equityRate } = beside('3860.87', '13374.29', '8762.04');
    expect(equityRate.toFixed(8)).toBe('0.01401278');
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1e9 }),
        fc.integer({ min: 1, max: 1e8 }),
        fc.integer({ min: 1, max: 1e8 }),
        (equity, maintenance, freed) => {
          const rate = beside(String(equity), String(maintenance), String(freed)).equityRate;
          const worstCharge = rate.times('180507.4865').times(maintenance);
          expect(worstCharge.lte(dec(equity).times(Math.min(freed, maintenance)))).toBe(true);
        },
      ),
    );
  });

  it('brings health to 1.5 and not a lot further', () => {
    const assessment = flat('9000', '10');
    const slice = choose(assessment);
    // f = (1.5 x 2 % - 1.8 %) / (1.5 x 2 % - 0.112047 %) of 10 BTC is 4.1552 in ten thousandths
    expect(text(slice.quantity)).toBe('4.156');
    expect(healthAfter(assessment, slice)).toBe('1.5002');
  });

  it('ends at the health, and charges the cost, of the parameters in force', () => {
    const [btc, eth] = FLAT as [UnderlyingSchedule, UnderlyingSchedule];
    const dear = { ...btc, liquidationCost: { ...btc.liquidationCost, spread: '0.002' } };
    const slice = choose(flat('9000', '10'), onSchedule([dear, eth], '1.25'));
    // p = 1.5 x (10 + 1.2 + 1.93649 bp) + 5 bp; f = (1.25 x 2 % - 1.8 %) / (1.25 x 2 % - p) of 10 BTC
    expect(text(slice.provisionalRate)).toBe('0.0024704737509656');
    expect(text(slice.quantity)).toBe('3.108');
  });

  it('takes its least and its largest size from the policy in force', () => {
    const patient = { ...POLICY, sliceDurationMs: 2 * POLICY.sliceDurationMs };
    expect(text(choose(flat('900000', '1000'), undefined, patient).quantity)).toBe('27.777');
    const coarse = { ...POLICY, minimumSliceNotional: dec('50000') };
    expect(text(choose(flat('14990', '10'), undefined, coarse).quantity)).toBe('1');
  });

  it('is all of a position, up to what the pace of a minute takes, by the method that closes all [CLR-LIQ-060]', () => {
    const full = { ...POLICY, method: 'full' } as const;
    expect(text(choose(flat('9000', '10'), undefined, full).quantity)).toBe('10');
    // 5 times 5 % of the volume of a minute: 3,472,222 USD instead of a fifth of it.
    expect(text(choose(flat('900000', '1000'), undefined, full).quantity)).toBe('69.444');
  });

  it.each`
    held      | share    | quantity    | why
    ${'10'}   | ${'0.2'} | ${'2'}      | ${'a fifth, whatever the target needs'}
    ${'7.2'}  | ${'0.2'} | ${'1.44'}   | ${'a fifth of what is left'}
    ${'10'}   | ${'1'}   | ${'10'}     | ${'all of it'}
    ${'0.1'}  | ${'0.2'} | ${'0.04'}   | ${'no less than the minimum of 2,000 USD'}
    ${'0.05'} | ${'0.2'} | ${'0.05'}   | ${'a remainder below 2,000 USD goes with it'}
    ${'1000'} | ${'0.2'} | ${'69.444'} | ${'no faster than the pace'}
  `('$held BTC by a share of $share -> $quantity: $why [CLR-LIQ-060]', ({ held, share, quantity }) => {
    const byShare = { ...POLICY, method: 'by-share', orderShare: dec(share as string) } as const;
    expect(text(choose(flat('9', held as string), undefined, byShare).quantity)).toBe(quantity);
  });

  it.each`
    equity      | held      | quantity    | why
    ${'9000'}   | ${'-10'}  | ${'4.156'}  | ${'a short is closed like a long'}
    ${'0'}      | ${'10'}   | ${'10'}     | ${'without equity only closing all of it helps'}
    ${'14990'}  | ${'10'}   | ${'0.04'}   | ${'a small need is met by the minimum of 2,000 USD'}
    ${'27'}     | ${'0.03'} | ${'0.03'}   | ${'dust goes whole'}
    ${'2700'}   | ${'3'}    | ${'1.242'}  | ${'at the least rate of 10 bp; 87,900 USD stay'}
    ${'46'}     | ${'0.05'} | ${'0.05'}   | ${'a remainder below 2,000 USD goes with it'}
    ${'900000'} | ${'1000'} | ${'13.888'} | ${'5 % of the volume of a minute: 694,444 USD'}
    ${'18000'}  | ${'20'}   | ${'8.367'}  | ${'below the largest slice'}
    ${'0'}      | ${'13.9'} | ${'13.9'}   | ${'dust beyond the largest slice goes with it'}
  `(
    '$held BTC with equity $equity -> $quantity: $why [CLR-LIQ-023]',
    ({ equity, held, quantity }: Record<'equity' | 'held' | 'quantity', string>) => {
      expect(text(choose(flat(equity, held)).quantity)).toBe(quantity);
    },
  );

  it.each`
    held         | quantity    | why
    ${'84.2382'} | ${'13.888'} | ${'a position off the lot is sold in lots of 0.001'}
    ${'13.9004'} | ${'13.9'}   | ${'closed whole, but for what is below a lot'}
    ${'0.0014'}  | ${'0.001'}  | ${'one lot and a remainder'}
    ${'0.0004'}  | ${'0.0004'} | ${'the remainder as it is, once it is all there is'}
    ${'-0.0004'} | ${'0.0004'} | ${'of a short as well'}
  `('$held BTC without equity -> $quantity: $why [CLR-LIQ-027]', ({ held, quantity }: Record<string, string>) => {
    expect(text(choose(flat('0', held as string)).quantity)).toBe(quantity);
  });

  it('closes whole what has no notional: it costs nothing [CLR-LIQ-027]', () => {
    const worthless = { ...requirementOf('BTC-PERP', '3.0005', '0', '0.02'), maintenance: '60' };
    const { quantity, provisionalRate, requirementFreed: freed } = choose(assessmentOf('a.main', '10', [worthless]));
    expect([text(quantity), text(provisionalRate), text(freed.toDecimalPlaces(2))]).toEqual(['3', '0', '59.99']);
  });
});

describe('choice of the position [CLR-LIQ-022]', () => {
  it('closes what frees most requirement per cost, not the largest', () => {
    const positions = [
      requirementOf('BTC-PERP', '10', MARK, '0.02'),
      requirementOf('ETH-PERP', '-100', '2500', '0.03'),
    ];
    expect(choose(assessmentOf('a.main', '12000', positions)).position.contract.instrument.id).toBe('ETH-PERP');
  });

  it('looks at the owner’s size: the same position costs more when the owner holds more of it elsewhere', () => {
    const positions = [
      requirementOf('BTC-PERP', '10', MARK, '0.02', '500000000'),
      requirementOf('ETH-PERP', '200', '2500', '0.02'),
    ];
    expect(choose(assessmentOf('a.main', '12000', positions)).position.contract.instrument.id).toBe('ETH-PERP');
  });

  it('takes equals by instrument, in whatever order they stand', () => {
    const positions = [requirementOf('ETH-PERP', '200', '2500', '0.02'), requirementOf('BTC-PERP', '10', MARK, '0.02')];
    expect(choose(assessmentOf('a.main', '12000', positions)).position.contract.instrument.id).toBe('BTC-PERP');
  });

  it('takes first what costs nothing to close', () => {
    const positions = [requirementOf('BTC-PERP', '10', MARK, '0.02'), requirementOf('ETH-PERP', '1', '2500', '0.02')];
    const free = wholes(assessmentOf('a.main', '9000', positions)).map((position, index) =>
      index === 0 ? position : { ...position, cost: { ...position.cost, penalty: ZERO } },
    );
    expect(cheapestToClose(free).contract.instrument.id).toBe('ETH-PERP');
  });

  it('is in lots, within what is held, reaches the target or its limit, and never worsens health', () => {
    const amount = fc.integer({ min: 1, max: 20_000_000 });
    fc.assert(
      fc.property(amount, amount, amount, fc.integer({ min: 0, max: 149 }), (btc, eth, others, health) => {
        const schedules = [underlyingSchedule('BTC', MARK), underlyingSchedule('ETH', '2500')];
        const part = (instrument: string, quantity: string, mark: string): ReturnType<typeof requirementOf> => {
          const notional = dec(quantity).times(dec(mark));
          const owner = notional.plus(others);
          const rate = bracketRequirement(BRACKETS, owner).div(owner);
          return requirementOf(instrument, quantity, mark, text(rate), text(owner));
        };
        const positions = [
          part('BTC-PERP', text(dec(btc).div(10_000)), MARK),
          part('ETH-PERP', text(dec(eth).div(1_000)), '2500'),
        ];
        const maintenance = sum(positions.map((position) => dec(position.maintenance)));
        const equity = text(maintenance.times(health).div(100).toDecimalPlaces(2));
        const assessment = assessmentOf('a.main', equity, positions);
        const {
          position,
          quantity,
          provisionalRate,
          requirementFreed: freed,
        } = choose(assessment, onSchedule(schedules));
        const { lot } = position.contract;
        expect(quantity.gt(0) && quantity.lte(position.quantity)).toBe(true);
        expect(quantity.mod(lot).isZero() || position.quantity.lt(lot)).toBe(true);
        const cost = provisionalRate.times(quantity).times(position.unitNotional);
        // (E - cost) / (R - freed) >= E / R, but for the sixteenth digit of the rates
        expect(cost.times(maintenance).lte(freed.times(equity).plus('0.000001'))).toBe(true);
        expect(cost.lte(dec(equity))).toBe(true);
        const left = maintenance.minus(freed).times('1.5');
        const reached = dec(equity).minus(cost).plus('0.02').gte(left);
        const whole = position.quantity.minus(quantity).lt(lot);
        const largest = quantity.plus(lot).times(position.unitNotional).gt(position.pace.largestSlice);
        expect(reached || whole || largest).toBe(true);
      }),
      { numRuns: 60 },
    );
  });
});

describe('an account with hedges', () => {
  const OPTION = 'BTC-27MAR26-60000-C';
  const contracts = admitted({
    id: OPTION,
    contractSize: '1',
    quoteAsset: 'USD',
    settlementAsset: 'USD',
    tick: '1',
    lot: '0.1',
    cashStyle: 'premium',
    deliveryFee: { rate: '0.00015', capOfValue: '0.125' },
    listedAt: '2026-01-01T00:00:00Z',
  });
  /** Short calls whose share of the worst scenario is 6,000 USD each, hedged by a perpetual that takes a part of it back. */
  function writer(equity: string, calls: number): AssessmentDetail {
    const notional = String(calls * 50_000);
    const worst = calls * 6_000;
    const short = requirementOf(OPTION, String(-calls), '1500', '0');
    const positions = [
      { ...short, notional, ownerNotional: notional, maintenance: String(worst) },
      { ...requirementOf('BTC-PERP', '1', MARK, '0'), maintenance: '-5000' },
    ];
    return assessmentOf('w.main', equity, positions);
  }
  const slice = (equity: string, calls: number): Slice =>
    choose(writer(equity, calls), onSchedule(FLAT), POLICY, contracts);

  it('loses what makes the requirement, never the hedge', () => {
    const { position, quantity, requirementFreed: freed } = slice('10000', 4);
    expect(position.contract.instrument.id).toBe(OPTION);
    expect(text(freed)).toBe(text(quantity.times(6_000)));
  });

  it('loses as many lots as the target health needs by that share', () => {
    const { quantity, provisionalRate } = slice('24000', 4);
    // (1.5 x 19,000 - 24,000) / (1.5 x 6,000 - p x 50,000), in lots of a tenth
    const least = dec('4500').div(dec('9000').minus(provisionalRate.times(50_000)));
    expect(text(quantity)).toBe(text(least.times(10).ceil().div(10)));
  });

  it('is never charged more of a slice than the share of equity that stands for it', () => {
    const { position, provisionalRate } = slice('600', 4);
    const charged = provisionalRate.times(position.unitNotional).times(position.quantity);
    expect(charged.lte(dec('600').times(POLICY.theta))).toBe(true);
    expect(charged.gt(0)).toBe(true);
  });
});

describe('the limit of a close-out order [CLR-LIQ-028]', () => {
  const limitOf = (equity: string, quantity: string, mark: string, funded = false): string => {
    const underlyings = [underlyingSchedule('BTC', mark, linear('0.02'))];
    const position = requirementOf('BTC-PERP', quantity, mark, '0.02');
    const { position: chosen } = choose(
      assessmentOf('a.main', equity, [position]),
      onSchedule(underlyings),
      POLICY,
      CONTRACTS,
      funded,
    );
    return text(chosen.limit);
  };

  it.each`
    equity    | quantity | mark       | funded   | expected    | why
    ${'1350'} | ${'10'}  | ${'9690'}  | ${false} | ${'9555'}   | ${'9,690 less the 135 that each bitcoin has'}
    ${'1350'} | ${'-10'} | ${'9690'}  | ${false} | ${'9825'}   | ${'the same above, to buy'}
    ${'1351'} | ${'7'}   | ${'9690'}  | ${false} | ${'9497'}   | ${'a whole tick, up for a sale: the fund pays nothing'}
    ${'1352'} | ${'-7'}  | ${'9690'}  | ${false} | ${'9883.1'} | ${'and down for a purchase'}
    ${'0'}    | ${'10'}  | ${'50000'} | ${false} | ${'50000'}  | ${'nothing left: the mark'}
    ${'0'}    | ${'10'}  | ${'50000'} | ${true}  | ${'49944'}  | ${'the fund has paid, and stands for the modelled cost of 11.2 bp too'}
    ${'9000'} | ${'10'}  | ${'50000'} | ${true}  | ${'49100'}  | ${'what the account has, if that is more'}
  `('of $quantity at $mark with $equity is $expected: $why', ({ equity, quantity, mark, funded, expected }) => {
    expect(limitOf(equity as string, quantity as string, mark as string, funded as boolean)).toBe(expected);
  });

  it('counts collateral at its full price, and lets no position use up the share of another', () => {
    const positions = [requirementOf('BTC-PERP', '10', MARK, '0.02'), requirementOf('ETH-PERP', '200', '2500', '0.02')];
    const assessment = {
      ...assessmentOf('a.main', '9000', positions),
      collateral: [{ asset: 'BTC', amount: '1', price: '50000', haircut: '0.02', value: '49000' }] as const,
    };
    const chosen = wholes(assessment);
    // 10,000 USD, half for each of the two, which are required the same for.
    expect(chosen.map(({ limit }) => text(limit))).toEqual(['49500', '2475']);
  });
});

describe('what frees nothing [CLR-LIQ-011]', () => {
  it('is charged nothing: closing it would cost more than the target needs less for it', () => {
    const worthless = { ...requirementOf('BTC-PERP', '1', MARK, '0.02'), maintenance: '1.59' };
    const slice = choose(assessmentOf('a.main', '1', [worthless]));
    expect([text(slice.provisionalRate), text(slice.position.charged.execution)]).toEqual(['0', '0']);
    // Closing costs at least 10 bp of 50,000: 1.5 x 56 is more than that, 1.5 x 30 is not.
    const rateAt = (maintenance: string) =>
      text(choose(assessmentOf('a.main', '30', [{ ...worthless, maintenance }])).position.charged.penalty);
    expect([rateAt('30'), rateAt('56')].map((rate) => rate === '0')).toEqual([true, false]);
  });
});
