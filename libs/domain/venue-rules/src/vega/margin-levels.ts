import { Decimal, maxOf, ModelInputError, ONE, ZERO } from '@ballast/kernel';
import type { RiskFactors } from './log-normal-risk.js';

/** Share of the mark that leaving a position may cost: `linear * size + quadratic * size^2`, sizes in units of the market. */
export interface SlippageFactors {
  readonly linear: Decimal;
  readonly quadratic: Decimal;
}

/** What the other levels are multiples of maintenance by; `1 <= search <= initial <= release`. */
export interface LevelScaling {
  readonly search: Decimal;
  readonly initial: Decimal;
  readonly release: Decimal;
}

/** Orders of a market in auction may trade at the uncrossing price, so their own prices count. */
export interface AuctionOrders {
  /** Sum of size times price over the orders of the side. */
  readonly buySumProduct: Decimal;
  readonly sellSumProduct: Decimal;
  /** Indicative uncrossing price; 0 when there is none. */
  readonly auctionPrice: Decimal;
}

/** What one owner has in one market; sizes in units of the market, amounts in units of the settlement asset. */
export interface LadderExposure {
  /** Negative = short. */
  readonly position: Decimal;
  /** Volume of resting orders, positive on both sides. */
  readonly buyOrders: Decimal;
  readonly sellOrders: Decimal;
  readonly markPrice: Decimal;
  /** What a long position of one unit pays at the next funding; negative: receives. */
  readonly fundingPerUnit: Decimal;
  readonly slippage: SlippageFactors;
  readonly riskFactors: RiskFactors;
  /** Absent in continuous trading. */
  readonly auction?: AuctionOrders;
}

export interface MarginLevels {
  readonly maintenance: Decimal;
  readonly search: Decimal;
  readonly initial: Decimal;
  readonly release: Decimal;
}

/** What maintenance consists of, before rounding. */
export interface MaintenanceParts {
  readonly side: 'long' | 'short' | 'none';
  readonly slippage: Decimal;
  readonly positionRisk: Decimal;
  readonly orderRisk: Decimal;
  readonly funding: Decimal;
  readonly total: Decimal;
}

const NOTHING: MaintenanceParts = {
  side: 'none',
  slippage: ZERO,
  positionRisk: ZERO,
  orderRisk: ZERO,
  funding: ZERO,
  total: ZERO,
};

/**
 * Maintenance of the riskier side, unrounded, settlement asset:
 *   mark (linear |pos| + quadratic pos^2) + |pos| rf mark + orders rf mark + max(0, funding per unit * pos)
 * A side counts when filling all its orders leaves a position on it; slippage and position risk count on the side of the
 * position. In auction the orders part is `rf max(sum of size * price, auction price * size)`.
 * @see vegaprotocol/specs 0019-MCAL margin calculator
 */
export function maintenanceParts(exposure: LadderExposure): MaintenanceParts {
  requireFigures(exposure);
  const { position, buyOrders, sellOrders, riskFactors, auction } = exposure;
  const long = position.plus(buyOrders).gt(0)
    ? partsOf('long', exposure, maxOf(position, ZERO), buyOrders, auction?.buySumProduct, riskFactors.long)
    : NOTHING;
  const short = position.minus(sellOrders).lt(0)
    ? partsOf('short', exposure, maxOf(position.neg(), ZERO), sellOrders, auction?.sellSumProduct, riskFactors.short)
    : NOTHING;
  return short.total.gt(long.total) ? short : long;
}

/**
 * The four levels of one market, whole units of the settlement asset:
 *   maintenance rounded up; `search`, `initial` and `release` = scaling * maintenance rounded down.
 */
export function marginLevels(exposure: LadderExposure, scaling: LevelScaling): MarginLevels {
  return levelsOf(maintenanceParts(exposure).total, scaling, ONE);
}

/** Greatest multiple of a unit that is no more than a figure of 0 or more. */
const multipleBelow = (value: Decimal, unit: Decimal): Decimal => value.minus(value.mod(unit));

const multipleAbove = (value: Decimal, unit: Decimal): Decimal =>
  value.mod(unit).isZero() ? value : multipleBelow(value, unit).plus(unit);

/** The levels from an unrounded maintenance, in whole multiples of `unit` of the settlement asset. */
export function levelsOf(unrounded: Decimal, scaling: LevelScaling, unit: Decimal): MarginLevels {
  requireScaling(scaling);
  const maintenance = multipleAbove(unrounded, unit);
  const level = (factor: Decimal): Decimal => multipleBelow(maintenance.times(factor), unit);
  return {
    maintenance,
    search: level(scaling.search),
    initial: level(scaling.initial),
    release: level(scaling.release),
  };
}

function partsOf(
  side: 'long' | 'short',
  { position, markPrice, slippage: factors, fundingPerUnit, auction }: LadderExposure,
  held: Decimal,
  orders: Decimal,
  sumProduct: Decimal | undefined,
  riskFactor: Decimal,
): MaintenanceParts {
  const slippage = markPrice.times(factors.linear.times(held).plus(factors.quadratic.times(held).times(held)));
  const positionRisk = held.times(riskFactor).times(markPrice);
  const orderNotional =
    auction === undefined ? orders.times(markPrice) : maxOf(sumProduct ?? ZERO, auction.auctionPrice.times(orders));
  const orderRisk = orderNotional.times(riskFactor);
  const funding = maxOf(ZERO, fundingPerUnit.times(position));
  return {
    side,
    slippage,
    positionRisk,
    orderRisk,
    funding,
    total: slippage.plus(positionRisk).plus(orderRisk).plus(funding),
  };
}

function requireFigures(exposure: LadderExposure): void {
  const { position, fundingPerUnit, buyOrders, sellOrders, markPrice, slippage, riskFactors, auction } = exposure;
  const notNegative = {
    buyOrders,
    sellOrders,
    markPrice,
    linearSlippage: slippage.linear,
    quadraticSlippage: slippage.quadratic,
    ...auction,
  };
  for (const [field, value] of Object.entries({ position, fundingPerUnit, ...riskFactors, ...notNegative })) {
    if (value.isFinite() && !(field in notNegative && value.lt(0))) continue;
    const message = `${field}: ${value.toString()} is no amount; give a finite figure${field in notNegative ? ' of at least 0' : ''}`;
    throw new ModelInputError('ladder-figure-out-of-range', field, message);
  }
}

function requireScaling({ search, initial, release }: LevelScaling): void {
  if (search.gte(1) && initial.gte(search) && release.gte(initial) && release.isFinite()) return;
  const given = `${search.toString()}, ${initial.toString()}, ${release.toString()}`;
  const message = `scaling: search, initial and release are ${given}; give finite figures with 1 <= search <= initial <= release`;
  throw new ModelInputError('scaling-unordered', 'scaling', message);
}
