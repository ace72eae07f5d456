import process from 'node:process';
import fc from 'fast-check';
import type { InstrumentId } from '@ballast/facts';
import { dec, sum, text } from '@ballast/kernel';
import { liquidationInvariants } from './liquidation.invariants.js';
import { ModelWorld, OPTION, type ModelAccount, type WorldOptions } from './model-world.fixtures.js';

/**
 * Random books, prices, coins, funds and depths: as many as `SEQUENCES` says. They are small, a minute of CPU for all of them, since what goes
 * wrong goes wrong with few accounts and few prices; before a release it is run with 200,000.
 */
const SEQUENCES = Number(process.env.SEQUENCES ?? 10_000);

/** A minute on an idle machine; nothing is judged by time. */
const LONGEST_MS = 3_600_000;

interface Sequence {
  readonly options: WorldOptions;
  /** Bitcoin and ether against the price before, per mille; no step: prices are halted. */
  readonly steps: readonly (readonly [btc: number, eth: number] | null)[];
  /** By step: instruments that are halted from then on. */
  readonly halts: readonly (readonly InstrumentId[])[];
}

const trader = fc.record({
  lots: fc.integer({ min: 1, max: 100_000 }),
  off: fc.constantFrom('0', '0.0004'),
  eth: fc.constantFrom(0, 0, 1, -1),
  leverage: fc.integer({ min: 3, max: 45 }),
  against: fc.integer({ min: 2, max: 45 }),
  coinShare: fc.constantFrom(0, 0, 0.3, 0.9),
  /** Collateral of another account of the same owner that answers for it, against its own; 0: there is none. */
  spare: fc.constantFrom(0, 0, 0.2, 3),
  spareHolds: fc.boolean(),
  long: fc.boolean(),
  /** Options that move against bitcoin that he holds, per bitcoin; 0: he has none. */
  options: fc.constantFrom(0, 0, 0, 1, 2.5),
});

/** Who takes over what the book does not: what he has, may take in an hour, and is left of the price. */
const provider = fc.record({
  collateral: fc.constantFrom('500', '100000', '100000000'),
  capacity: fc.constantFrom('3000', '400000', '1000000000'),
  discount: fc.constantFrom('0', '0.001', '0.008'),
});

/** Who may bid for it: what he has, and may take in two minutes; and how it is auctioned. */
const bidder = fc.record({
  // Enough for nothing, for little, for all.
  collateral: fc.constantFrom('1', '500', '100000', '100000000'),
  capacity: fc.constantFrom('20', '3000', '400000', '1000000000'),
});
const auctioned = fc.constantFrom<object>(
  { dutch: { startingShare: '1', fastCutoffShare: '0.5', fastLengthMs: 60_000, slowLengthMs: 60_000, stepMs: 1_000 } },
  { dutch: { startingShare: '0.8', fastCutoffShare: '0', fastLengthMs: 50_000, slowLengthMs: 1, stepMs: 7_000 } },
  { sealed: { lengthMs: 60_000 } },
  { sealed: { lengthMs: 90_000 } },
);

const sequence: fc.Arbitrary<Sequence> = fc
  .record({
    seed: fc.nat(1_000_000),
    partitions: fc.constantFrom(1, 1, 1, 2),
    fund: fc.constantFrom('0', '1000', '50000', '10000000'),
    empty: fc.constantFrom(0, 0, 2, 5),
    partial: fc.constantFrom(0, 0, 3),
    depth: fc.constantFrom(undefined, undefined, 5_000, 200_000),
    worstSlippageBps: fc.constantFrom(5, 100, 2_000),
    providers: fc.oneof(
      { weight: 2, arbitrary: fc.array(provider, { maxLength: 0 }) },
      { weight: 1, arbitrary: fc.array(provider, { minLength: 1, maxLength: 3 }) },
    ),
    bidders: fc.oneof(
      { weight: 2, arbitrary: fc.array(bidder, { maxLength: 0 }) },
      { weight: 1, arbitrary: fc.array(bidder, { minLength: 1, maxLength: 3 }) },
    ),
    auctioned,
    /** Sizes that are judged of a hedge; 0: options are not hedged. */
    parts: fc.constantFrom(0, 1, 3, 16),
    traders: fc.oneof({ weight: 3, arbitrary: fc.tuple(trader) }, { weight: 1, arbitrary: fc.tuple(trader, trader) }),
    steps: fc.array(
      fc.oneof(
        { weight: 6, arbitrary: fc.tuple(fc.integer({ min: -120, max: 120 }), fc.integer({ min: -120, max: 120 })) },
        { weight: 1, arbitrary: fc.constant(null) },
      ),
      { minLength: 1, maxLength: 3 },
    ),
    halts: fc.array(fc.constantFrom<readonly InstrumentId[]>([], [], [], ['BTC-PERP'], ['ETH-PERP'], [OPTION.id]), {
      minLength: 3,
      maxLength: 3,
    }),
  })
  .map(
    ({
      seed,
      partitions,
      fund,
      empty,
      partial,
      depth,
      worstSlippageBps,
      providers,
      bidders,
      auctioned: how,
      parts,
      traders,
      steps,
      halts,
    }) => ({
      options: {
        seed,
        partitions,
        fund,
        temper: { empty, partial, worstSlippageBps, ...(depth === undefined ? {} : { depth }) },
        maintenanceRate: '0.02',
        accounts: [
          ...traders.flatMap(pairOf),
          ...providers.map(({ collateral }, index) => ({ accountId: providerNamed(index), collateral, positions: [] })),
          ...bidders.map(({ collateral }, index) => ({ accountId: bidderNamed(index), collateral, positions: [] })),
        ],
        ...(providers.length === 0 ? {} : { providers: agreementsOf(providers) }),
        ...(bidders.length === 0 ? {} : { auctions: auctionsOf(bidders, how) }),
        ...(parts === 0 ? {} : { hedge: { parts } }),
      },
      steps,
      halts,
    }),
  );

const providerNamed = (index: number): string => `provider-${index}.main`;

const bidderNamed = (index: number): string => `bidder-${index}.main`;

const auctionsOf = (bidders: readonly { readonly capacity: string }[], how: object) => ({
  windowMs: 120_000,
  bindingMs: 60_000,
  ...how,
  bidders: bidders.flatMap(({ capacity }, index) =>
    ['BTC', 'ETH'].map((underlying) => ({ account: bidderNamed(index), underlying, capacity })),
  ),
});

const agreementsOf = (providers: readonly { readonly capacity: string; readonly discount: string }[]) => ({
  windowMs: 120_000,
  agreements: providers.flatMap(({ capacity, discount }, index) =>
    ['BTC', 'ETH'].map((underlying) => ({ account: providerNamed(index), underlying, capacity, discount })),
  ),
});

/** One who holds bitcoin, now and then with ether or options and with coins as collateral, and another with the same the other way round. */
function pairOf(of: typeof trader extends fc.Arbitrary<infer T> ? T : never, index: number): readonly ModelAccount[] {
  const quantity = dec(of.lots).div(1_000).plus(of.off);
  const ether = dec(of.lots).div(100).times(of.eth);
  const notional = quantity.times(50_000).plus(ether.abs().times(2_500));
  const account = (name: string, leverage: number, long: boolean): ModelAccount => {
    const worth = notional.div(leverage);
    const sign = long ? 1 : -1;
    const positions = [
      { instrument: 'BTC-PERP', entry: '50000', quantity: text(quantity.times(sign)) },
      { instrument: 'ETH-PERP', entry: '2500', quantity: text(ether.times(sign)) },
      { instrument: OPTION.id, entry: '50000', quantity: text(quantity.times(-sign * of.options)) },
    ] as const;
    return {
      accountId: `owner-${index}${name}.main`,
      collateral: text(worth.times(1 - of.coinShare).ceil()),
      coins: text(worth.times(of.coinShare).div(50_000).toDecimalPlaces(4)),
      positions: positions.filter((each) => each.quantity !== '0'),
    };
  };
  const first = account('a', of.leverage, of.long);
  const pair = [first, account('b', of.against, !of.long)];
  if (of.spare === 0) return pair;
  const spare: ModelAccount = {
    accountId: `owner-${index}a.spare`,
    collateral: text(notional.div(of.leverage).times(of.spare).ceil()),
    positions: of.spareHolds
      ? first.positions.map((each) => ({ ...each, quantity: text(dec(each.quantity).div(4)) }))
      : [],
    answers: true,
  };
  return [...pair, spare];
}

function play({ options, steps, halts }: Sequence): ModelWorld {
  const world = new ModelWorld(options);
  let [btc, eth] = [50_000, 2_500];
  for (const [index, step] of steps.entries()) {
    world.halt(halts[index] ?? []);
    if (step !== null)
      [btc, eth] = [Math.round((btc * (1_000 + step[0])) / 1_000), Math.round((eth * (1_000 + step[1])) / 1_000)];
    world.tick(`${btc}`, `${eth}`, step === null ? 'HALT' : 'LIVE');
  }
  return world;
}

describe('random sequences of prices', () => {
  it(
    'come to every rung, every reason to pause and every end',
    () => {
      const seen = new Set<string>();
      for (const given of fc.sample(sequence, { numRuns: 800, seed: 5 })) {
        for (const { type, payload } of play(given).events) {
          const { outcome, reason } = payload as { readonly outcome?: string; readonly reason?: string };
          seen.add([type, outcome ?? reason ?? []].flat().join(' '));
        }
      }
      expect([...seen].sort()).toEqual([
        'AdlExecuted',
        'AdlRequested',
        'AdlRoundClosed',
        'AdlRoundOpened',
        'AuctionAsked',
        'AuctionBidPlaced',
        'AuctionCalled',
        'AuctionClosed case-closed',
        'AuctionClosed no-bid',
        'AuctionClosed no-bidder',
        'AuctionClosed not-taken',
        'AuctionClosed taken-over',
        'AuctionOpened',
        'CloseOutOrderPlaced',
        'CloseOutTurnDeferred minute-used-up',
        'CloseOutTurnDeferred others-first',
        'CloseOutTurnGranted',
        'CloseOutTurnRequested',
        'CollateralTakeOverRequested',
        'DeleveragingAnnounced',
        'FundDrawRequested',
        'HedgeAsked',
        'LiquidationClosed closed-out',
        'LiquidationClosed deleveraged',
        'LiquidationClosed restored',
        'LiquidationCostAssessed',
        'LiquidationOpened',
        'LiquidationPaused book-too-thin',
        'LiquidationPaused instrument-halted',
        'LiquidationPaused no-counterparty',
        'LiquidationPaused nothing-frees',
        'LiquidationPaused prices-halted',
        'OrdersCancelRequested',
        'ProviderRoundClosed figures-changed',
        'ProviderRoundClosed no-provider',
        'ProviderRoundClosed taken-over',
        'ProviderRoundExecuted',
        'ProviderRoundOpened',
        'ProvidersAsked',
        'RepaymentRequested',
        'SetOffRequested',
      ]);
    },
    LONGEST_MS,
  );
});

describe(`${SEQUENCES} random sequences of prices`, () => {
  it(
    'leave nobody solvent below zero by another market than his own, lose no cent, overdraw no fund, cross no limit, and leave no case without an end or a time at which it goes on [CLR-LIQ-021] [CLR-LIQ-028] [CLR-LIQ-035] [CLR-LIQ-037] [CLR-LIQ-038] [CLR-LIQ-046] [CLR-LIQ-053] [CLR-LIQ-055] [CLR-LIQ-070] [CLR-LIQ-073] [CLR-LIQ-074] [CLR-LIQ-081] [CLR-LIQ-082] [CLR-LIQ-083]',
    () => {
      fc.assert(
        fc.property(sequence, (given) => {
          const { options } = given;
          const world = play(given);
          expect(world.complaints).toEqual([]);
          expect(world.fund.isNegative()).toBe(false);
          const opening = options.accounts.flatMap(({ collateral, positions }) => [
            dec(collateral),
            ...positions.map(({ quantity, entry }) => dec(quantity).times(dec(entry)).neg()),
          ]);
          // The cost of a position that hedges have made is an average of 40 digits.
          expect(text(world.total)).toBe(text(sum(opening).plus(dec(options.fund))));
          const invariants = liquidationInvariants();
          const found = [...world.events, ...world.grants, ...world.trades, ...world.judgements].flatMap((entry) =>
            invariants.take(entry),
          );
          expect([...found, ...invariants.finish()]).toEqual([]);
        }),
        { numRuns: SEQUENCES },
      );
    },
    LONGEST_MS,
  );
});
