import { ONE, sum, ZERO, type Decimal } from '@ballast/kernel';
import {
  isolatedFactorAccepted,
  type IsolatedOrder,
  isolatedOrderMargin,
  isolatedPositionChange,
  isolatedPositionMargin,
  type IsolatedTerms,
  type LadderExposure,
  ladderTransition,
  type LeveragedPosition,
  liquidationPrice,
  logNormalRiskFactors,
  lossWaterfall,
  maintenanceAt,
  marginLevels,
  networkDisposalSize,
  type RiskFactors,
  switchToIsolated,
  targetStake,
} from '@ballast/venue-rules';
import { caseInputs, type CaseInputs } from '../case-inputs.js';
import type { CaseRunner, CaseRunners, ConformanceCase } from '../case-runner.js';
import { refusalName, type RefusalNames, refusing } from '../refusal.js';

const runner =
  (run: (inputs: CaseInputs, conformanceCase: ConformanceCase) => unknown): CaseRunner =>
  (conformanceCase) =>
    run(caseInputs(conformanceCase.inputs), conformanceCase);

/** Words of the source for what the product refuses: its messages are sentences. */
const REFUSALS: RefusalNames = {
  'general-account-insufficient': { words: /general|fund|cash|balance/i },
  'position-margin-not-above-initial': { words: /initial|position/i },
};

const runners: CaseRunners = {
  margin_levels: runner((inputs) => {
    const scaling = inputs.object('scaling');
    return marginLevels(exposureOf(inputs), {
      search: scaling.figure('search'),
      initial: scaling.figure('initial'),
      release: scaling.figure('release'),
    });
  }),

  risk_factor: runner((inputs) => {
    const { long, short } = logNormalOf(inputs);
    return { riskFactorLong: long, riskFactorShort: short };
  }),

  target_stake: runner((inputs) => {
    const { short } = riskFactorsOf(inputs);
    const figures = ['markPrice', 'maxOpenInterest', 'scalingFactor'] as const;
    const [markPrice, maxOpenInterest, scalingFactor] = figures.map((name) => inputs.figure(name));
    return { targetStake: targetStake(markPrice!, maxOpenInterest!, scalingFactor!, short) };
  }),

  ladder_transition: runner((inputs, { expected }) => {
    const levels = inputs.object('levels');
    const transition = ladderTransition(
      inputs.figure('marginBalance'),
      {
        maintenance: levels.figure('maintenance'),
        search: levels.figure('search'),
        initial: levels.figure('initial'),
        release: levels.figure('release'),
      },
      inputs.has('inAuction') && inputs.flag('inAuction'),
    );
    return { ...transition, action: wordOf(transition.action, expectedField(expected, 'action')) };
  }),

  isolated_order_margin: runner((inputs) => ({
    orderMargin: isolatedOrderMargin(
      inputs.figure('position'),
      ordersOf(inputs),
      inputs.figure('auctionPrice', '0'),
      termsOf(inputs),
    ),
  })),

  isolated_position_margin: runner((inputs) => ({
    positionMargin: isolatedPositionMargin(
      inputs.figure('position'),
      inputs.figure('averageEntryPrice'),
      termsOf(inputs),
    ),
  })),

  isolated_factor_check: runner((inputs) => ({
    accepted: isolatedFactorAccepted(
      inputs.figure('marginFactor'),
      riskFactorsOf(inputs),
      inputs.figure('linearSlippage'),
    ),
  })),

  switch_to_isolated: runner((inputs, { expected }) => {
    const initial = inputs.figure('initialScaling');
    const position = { ...exposureOf(inputs), buyOrders: ZERO, sellOrders: ZERO };
    const outcome = switchToIsolated(
      {
        position: inputs.figure('position'),
        averageEntryPrice: inputs.figure('averageEntryPrice'),
        orders: ordersOf(inputs),
        auctionPrice: inputs.figure('auctionPrice', '0'),
        marginBalance: inputs.figure('marginBalance'),
        orderMarginBalance: inputs.figure('orderMarginBalance', '0'),
        generalBalance: inputs.figure('generalBalance'),
      },
      marginLevels(position, { search: ONE, initial, release: initial }).initial,
      termsOf(inputs),
    );
    if (outcome.accepted) return outcome;
    return { accepted: false, rejected: true, error: refusalName(outcome.reason, expected, REFUSALS) };
  }),

  isolated_position_change: runner((inputs, { expected }) => {
    const transfer = isolatedPositionChange(
      {
        oldPosition: inputs.figure('oldPosition'),
        side: sideOf(inputs),
        trades: inputs.list('trades').map((trade) => ({ size: trade.figure('size'), price: trade.figure('price') })),
        marginBalance: inputs.figure('marginBalance'),
        ...(inputs.has('markPrice') ? { markPrice: inputs.figure('markPrice') } : {}),
      },
      termsOf(inputs),
    );
    return { ...transfer, direction: wordOf(transfer.direction, expectedField(expected, 'direction')) };
  }),

  network_disposal: runner((inputs) => ({
    orderSize: networkDisposalSize(
      inputs.figure('networkPosition'),
      {
        disposalFraction: inputs.figure('disposalFraction'),
        fullDisposalSize: inputs.figure('fullDisposalSize'),
        maxFractionConsumed: inputs.figure('maxFractionConsumed'),
      },
      inputs.figure('availableVolume'),
    ),
  })),

  loss_waterfall: runner((inputs) => {
    const losers = inputs.list('losers').map((loser) => ({
      party: loser.tag('party'),
      loss: loser.figure('loss'),
      available: loser.figure('available'),
    }));
    const winners = inputs.list('winners').map((winner) => ({
      party: winner.tag('party'),
      gain: winner.figure('gain'),
    }));
    const { paid, collected, ...pools } = lossWaterfall(losers, winners, inputs.figure('insurancePool'));
    return {
      ...pools,
      paid: Object.fromEntries(paid),
      collectedByParty: Object.fromEntries(collected),
      collected: sum(collected.values()).plus(pools.fromInsurance),
    };
  }),

  liquidation_price_identity: runner((inputs, { expected }) => {
    const mark = inputs.figure('markPrice');
    const { position, slippage, riskFactors, fundingPerUnit } = exposureOf(inputs);
    const held: LeveragedPosition = { position, slippage, riskFactors, fundingPerUnit };
    const maintenance = maintenanceAt(mark, held);
    const collateral = maintenance.times(inputs.figure('collateralMultipleOfMaintenance', '1'));
    const price = liquidationPrice(mark, collateral, held);
    const wealth = collateral.plus(position.times(price.minus(mark)));
    const apart = wealth.minus(maintenanceAt(price, held));
    // The price is rounded to 40 digits, so both sides agree to about as many.
    const holds = price.isZero() || apart.abs().lte(collateral.abs().plus(position.times(mark).abs()).times('1e-30'));
    return {
      liquidationPriceWhenCollateralEqualsMaintenance: liquidationPrice(mark, maintenance, held),
      liquidationPrice: price,
      identity: holds ? expectedField(expected, 'identity') : `apart by ${apart.toString()} at ${price.toString()}`,
    };
  }),
};

/** Cases of Vega: every kind of `vega.json`. */
export const vegaRunners: CaseRunners = refusing(runners, REFUSALS);

function exposureOf(inputs: CaseInputs): LadderExposure {
  const positionFactor = inputs.figure('positionFactor', '1');
  const sized = (name: string): Decimal => inputs.figure(name, '0').div(positionFactor);
  const auction = inputs.has('auction') ? inputs.object('auction') : undefined;
  return {
    position: sized('position'),
    buyOrders: sized('buyOrders'),
    sellOrders: sized('sellOrders'),
    markPrice: inputs.figure('markPrice'),
    fundingPerUnit: inputs.figure('fundingIncrementPerUnit', '0'),
    slippage: {
      linear: inputs.figure('linearSlippage', '0'),
      quadratic: inputs.figure('quadraticSlippage', '0'),
    },
    riskFactors: riskFactorsOf(inputs),
    ...(auction === undefined
      ? {}
      : {
          auction: {
            buySumProduct: auction.figure('buySumProduct', '0').div(positionFactor),
            sellSumProduct: auction.figure('sellSumProduct', '0').div(positionFactor),
            auctionPrice: auction.figure('auctionPrice', '0'),
          },
        }),
  };
}

/** Risk factors as given; a case about one side may leave out the other. Else from a log-normal model, in its own object or not. */
function riskFactorsOf(inputs: CaseInputs): RiskFactors {
  if (inputs.has('logNormal')) return logNormalOf(inputs.object('logNormal'));
  if (inputs.has('riskAversion')) return logNormalOf(inputs);
  const name = (side: 'Long' | 'Short') => `riskFactor${side}`;
  const given = (['Long', 'Short'] as const).find((side) => inputs.has(name(side))) ?? 'Long';
  const factor = (side: 'Long' | 'Short') => inputs.figure(inputs.has(name(side)) ? name(side) : name(given));
  return { long: factor('Long'), short: factor('Short') };
}

function logNormalOf(inputs: CaseInputs): RiskFactors {
  return logNormalRiskFactors({
    riskAversion: inputs.figure('riskAversion'),
    tau: inputs.figure('tau'),
    mu: inputs.figure('mu', '0'),
    sigma: inputs.figure('sigma'),
  });
}

function termsOf(inputs: CaseInputs): IsolatedTerms {
  return { marginFactor: inputs.figure('marginFactor'), positionFactor: inputs.figure('positionFactor', '1') };
}

function ordersOf(inputs: CaseInputs): readonly IsolatedOrder[] {
  return inputs.list('orders').map((order) => ({
    side: sideOf(order),
    size: order.figure('size'),
    price: order.figure('price'),
  }));
}

function sideOf(inputs: CaseInputs): 'buy' | 'sell' {
  const side = inputs.tag('side');
  if (side === 'buy' || side === 'sell') return side;
  throw new Error(`side: "${side}" is neither buy nor sell`);
}

const expectedField = (expected: unknown, field: string): unknown =>
  (expected as Readonly<Record<string, unknown>> | undefined)?.[field];

/** The files name the two transfers; for no transfer any other word of theirs is ours. */
function wordOf(ours: string, theirs: unknown): unknown {
  return ours === 'none' && theirs !== 'topup' && theirs !== 'release' ? theirs : ours;
}
