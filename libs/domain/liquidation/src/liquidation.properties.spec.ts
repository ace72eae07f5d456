import fc from 'fast-check';
import { dec, sum, text } from '@ballast/kernel';
import { comparisonText } from '@ballast/event-sourcing/testing';
import { liquidationInvariants } from './liquidation.invariants.js';
import { ModelWorld, type WorldOptions } from './model-world.fixtures.js';

/** A crash to half the price and back, in steps; longs of both sizes against shorts of different leverage. */
interface Scenario {
  readonly options: WorldOptions;
  readonly steps: readonly number[];
}

const scenario: fc.Arbitrary<Scenario> = fc
  .record({
    seed: fc.nat(1_000_000),
    partitions: fc.integer({ min: 1, max: 3 }),
    fund: fc.constantFrom('0', '50000', '10000000'),
    empty: fc.integer({ min: 0, max: 3 }),
    partial: fc.integer({ min: 0, max: 4 }),
    worstSlippageBps: fc.constantFrom(5, 50, 400),
    sizes: fc.array(fc.integer({ min: 1, max: 4_000 }), { minLength: 2, maxLength: 4 }),
    leverages: fc.array(fc.integer({ min: 4, max: 35 }), { minLength: 4, maxLength: 4 }),
    steps: fc.array(fc.integer({ min: -60, max: 40 }), { minLength: 3, maxLength: 6 }),
  })
  .map(({ sizes, leverages, steps, empty, partial, worstSlippageBps, seed, partitions, fund }) => ({
    options: {
      seed,
      partitions,
      fund,
      temper: { empty, partial, worstSlippageBps },
      maintenanceRate: '0.02',
      accounts: accountsOf(sizes, leverages),
    },
    steps,
  }));

/** Each long in tenths of a bitcoin, some with ether as well, has a short of the same size against it. */
function accountsOf(sizes: readonly number[], leverages: readonly number[]): WorldOptions['accounts'] {
  const traders = sizes.flatMap((size, index) => {
    const notional = size * 5_000;
    // Every other position is off the lot of 0.001, as a deleveraging may leave it.
    const bitcoins = text(
      dec(size)
        .div(10)
        .plus(index % 2 === 0 ? '0.0004' : '0'),
    );
    const leverage = leverages[index % leverages.length] as number;
    const btc = { instrument: 'BTC-PERP', entry: '50000' } as const;
    const eth = { instrument: 'ETH-PERP', entry: '2500' } as const;
    const hedge = index % 2 === 0 ? [{ ...eth, quantity: `${size}` }] : [];
    const against = index % 2 === 0 ? [{ ...eth, quantity: `-${size}` }] : [];
    return [
      {
        accountId: `owner-${index}.main`,
        collateral: `${Math.ceil(notional / leverage)}`,
        positions: [{ ...btc, quantity: bitcoins }, ...hedge],
      },
      {
        accountId: `owner-${index}.other`,
        collateral: `${Math.ceil((notional * 3) / leverage)}`,
        positions: [{ ...btc, quantity: `-${bitcoins}` }, ...against],
      },
    ];
  });
  return [...traders, ...makersOf(sizes.reduce((total, size) => total + size, 0))];
}

/**
 * Who fills close-outs is no account of the model world, so the side that a bankrupt account is deleveraged against may have left
 * it. Two makers that hold as much as all others, without debt, stand for the market: somebody is always on the other side.
 */
function makersOf(size: number): WorldOptions['accounts'] {
  const holding = (sign: '' | '-') => [
    { instrument: 'BTC-PERP' as const, entry: '50000', quantity: `${sign}${size / 10}` },
    { instrument: 'ETH-PERP' as const, entry: '2500', quantity: `${sign}${size}` },
  ];
  const collateral = `${size * 50_000}`;
  return [
    { accountId: 'maker-long.main', collateral, positions: holding('') },
    { accountId: 'maker-short.main', collateral, positions: holding('-') },
  ];
}

interface Run {
  readonly world: ModelWorld;
  readonly texts: readonly string[];
  readonly openAtTheEnd: number;
}

function play({ options, steps }: Scenario, kills: readonly number[] = []): Run {
  const world = new ModelWorld(options);
  let price = 1_000;
  steps.forEach((step, index) => {
    price = Math.max(200, Math.round((price * (1_000 + step)) / 1_000));
    const after = kills[index];
    world.tick(`${price * 50}`, `${price * 2.5}`, 'LIVE', after === undefined ? undefined : { after });
  });
  // From here on every order is filled, so what is still open must come to an end within some price sets.
  world.becomeReliable();
  for (let calm = 0; calm < 80 && world.openCases > 0; calm++) world.tick(`${price * 50}`, `${price * 2.5}`);
  return { world, texts: world.events.map(comparisonText), openAtTheEnd: world.openCases };
}

describe('liquidation in a model world', () => {
  it('ends every case in whole lots, worsens no account by its own charge, takes no counterparty below zero and nothing of the fund while equity is left [CLR-LIQ-027] [CLR-LIQ-028] [CLR-LIQ-035]', () => {
    fc.assert(
      fc.property(scenario, (given) => {
        const { world, openAtTheEnd } = play(given);
        expect(world.complaints).toEqual([]);
        expect(openAtTheEnd).toBe(0);
        expect(world.fund.gte(0)).toBe(true);
        const invariants = liquidationInvariants();
        const found = [...world.events, ...world.grants].flatMap((entry) => invariants.take(entry));
        expect([...found, ...invariants.finish()]).toEqual([]);
      }),
      { numRuns: 60 },
    );
  });

  it('goes on after a kill in the middle exactly as if nothing had happened', () => {
    fc.assert(
      fc.property(
        scenario,
        fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 6, maxLength: 6 }),
        (given, kills) => {
          expect(play(given, kills).texts).toEqual(play(given).texts);
        },
      ),
      { numRuns: 12 },
    );
  });

  it('reaches every rung of the ladder in the scenarios above', () => {
    const seen = new Set<string>();
    const outcomes = new Set<string>();
    for (const given of fc.sample(scenario, { numRuns: 40, seed: 7 })) {
      const { world } = play(given);
      for (const { type, payload } of world.events) {
        seen.add(type);
        if (type === 'LiquidationClosed') outcomes.add((payload as { outcome: string }).outcome);
      }
    }
    expect([...seen].sort()).toEqual([
      'AdlExecuted',
      'AdlRequested',
      'AdlRoundClosed',
      'AdlRoundOpened',
      'CloseOutOrderPlaced',
      'CloseOutTurnDeferred',
      'CloseOutTurnGranted',
      'CloseOutTurnRequested',
      'DeleveragingAnnounced',
      'FundDrawRequested',
      'LiquidationClosed',
      'LiquidationCostAssessed',
      'LiquidationOpened',
      'LiquidationPaused',
      'OrdersCancelRequested',
      'RepaymentRequested',
    ]);
    expect([...outcomes].sort()).toEqual(['closed-out', 'deleveraged', 'restored']);
  });

  it('closes positions against each other in deleveraging: what is open on both sides still matches', () => {
    fc.assert(
      fc.property(scenario, (given) => {
        const { world } = play({ ...given, options: { ...given.options, fund: '0' } });
        const closed = world.events
          .filter(({ type }) => type === 'AdlRoundClosed')
          .flatMap(({ payload }) => (payload as { bankrupt: readonly { closedQuantity: string }[] }).bankrupt);
        const executed = world.events
          .filter(({ type }) => type === 'AdlExecuted')
          .flatMap(({ payload }) => (payload as { closes: readonly { quantity: string }[] }).closes);
        const total = (quantities: readonly string[]): string => sum(quantities.map(dec)).toFixed();
        expect(total(closed.map(({ closedQuantity }) => closedQuantity))).toBe(
          total(executed.map(({ quantity }) => quantity)),
        );
      }),
      { numRuns: 12 },
    );
  });
});
