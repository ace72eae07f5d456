import { contractValue, notional, openShare, profit, type Instrument } from '@ballast/instruments';
import { isoOf, ONE, sum, ZERO, ModelInputError, type Decimal } from '@ballast/kernel';
import type { CollateralWorth } from '../collateral/collateral-value.js';
import type { ExplainLine, Market, PositionHolding, RiskArray } from '../margin-model.js';
import { leastConfidence, lotsByInstrument } from '../scenario/holdings.js';
import {
  confidenceOf,
  finite,
  instrumentMarketOf,
  positive,
  secondsToExpiryOf,
  underlyingMarketOf,
} from '../scenario/market-reading.js';
import type { SideSizes } from './adaptive-schedule.js';
import { publishedScenarios, type PublishedScenario, type ScanPoint, type ScenarioGrid } from './scenario-grid.js';

/** What a position, or a coin held as collateral, gains and loses when its underlying moves. */
export interface Exposure {
  /** Instrument id, or asset of a collateral. */
  readonly subject: string;
  readonly underlying: string;
  /** What expires together; `spot` for perpetuals and coins. */
  readonly expiry: string;
  /** USD gained per unit of relative move; 0 for an option. */
  readonly linear: Decimal;
  readonly option: OptionExposure | null;
  /** USD gained per unit of relative move near the present price: what size is measured in. 0 for collateral. */
  readonly delta: Decimal;
  readonly confidence: Decimal;
}

export interface OptionExposure {
  readonly type: 'call' | 'put';
  /** Units of the underlying, negative = short. */
  readonly units: Decimal;
  /** Published values by scenario, and the one without any move. */
  readonly values: RiskArray;
  readonly unmoved: Decimal;
}

/** Of all lots of one instrument: what they are worth now and what they gain and lose. */
export interface ValuedPosition {
  readonly exposure: Exposure;
  /** USD in equity: an option at its mark, anything else its profit since entry less funding not yet booked. */
  readonly worth: Decimal;
  readonly line: ExplainLine;
}

/** Profit of one unit of an option at a point of the scan, USD. @throws ModelInputError `risk-array-incomplete` */
export function unitProfitAt({ values, unmoved }: OptionExposure, subject: string, point: ScanPoint): Decimal {
  let moved = ZERO;
  for (const { id, weight } of point.corners) {
    moved = moved.plus(publishedValue(values, subject, id).times(weight));
  }
  return moved.minus(unmoved.times(point.weight));
}

/** Delta-equivalent notional by side, USD, >= 0. Sizes of several accounts of an owner add up. */
export function sideSizes(exposures: readonly Exposure[]): SideSizes {
  return {
    long: sum(exposures.filter(({ delta }) => delta.gt(0)).map(({ delta }) => delta)),
    short: sum(exposures.filter(({ delta }) => delta.lt(0)).map(({ delta }) => delta.neg())),
  };
}

/**
 * Values positions, all lots of an instrument together, in the order of instrument ids.
 * A future in the averaging window of its delivery keeps the share of its risk that is still open; an option's risk array
 * tells by itself.
 * @throws ModelInputError when the price set lacks something, or has something impossible, or a contract has expired
 */
export function valuePositions(
  positions: readonly PositionHolding[],
  market: Market,
  grid: ScenarioGrid,
): readonly ValuedPosition[] {
  return lotsByInstrument(positions).map((lots) => valuePosition(lots, market, grid));
}

function valuePosition(lots: readonly PositionHolding[], market: Market, grid: ScenarioGrid): ValuedPosition {
  const [{ instrument }] = lots as [PositionHolding];
  const { spot } = underlyingMarketOf(market, instrument.underlying);
  const { mark } = instrumentMarketOf(market, instrument.id);
  const field = `market.instruments.${instrument.id}.mark`;
  if (instrument.kind !== 'option') positive(mark, field);
  else if (mark.isNegative()) throw new ModelInputError('mark-negative', field, `${field}: a premium is 0 or more`);
  const quantity = sum(lots.map((lot) => lot.quantity));
  const inUsd = (amount: Decimal): Decimal => (instrument.settlement === 'inverse' ? amount.times(spot) : amount);
  const worth =
    instrument.kind === 'option'
      ? inUsd(contractValue(instrument, mark).times(quantity))
      : sum(lots.map((lot) => inUsd(profitSinceEntry(lot, mark)).minus(fundingOf(lot))));
  const exposure = exposureOf(instrument, quantity, mark, market, grid);
  const line: ExplainLine = {
    code: 'position',
    subject: instrument.id,
    amount: worth,
    figures: { quantity, mark, delta: exposure.delta },
  };
  return { exposure, worth, line };
}

/** What a contract of that quantity gains and loses. */
function exposureOf(
  instrument: Instrument,
  quantity: Decimal,
  mark: Decimal,
  market: Market,
  grid: ScenarioGrid,
): Exposure {
  const { id, underlying } = instrument;
  const common = { subject: id, underlying, confidence: positionConfidence(instrument, market) };
  if (instrument.kind === 'perpetual') {
    const linear = signedNotional(instrument, quantity, mark);
    return { ...common, expiry: 'spot', linear, option: null, delta: linear };
  }
  secondsToExpiryOf(market, id, instrument.expiry);
  const expiry = isoOf(instrument.expiry);
  if (instrument.kind === 'future') {
    const linear = signedNotional(instrument, quantity, mark).times(openShare(instrument.expiry, market.asOf));
    return { ...common, expiry, linear, option: null, delta: linear };
  }
  const values = riskArrayOf(market, id);
  const valueOf = (scenario: PublishedScenario): Decimal => publishedValue(values, id, scenario.id);
  // No share here: in the averaging window the published array moves only what the average hasn't fixed yet.
  const units = quantity.times(instrument.contractSize);
  const { below, unmoved, above, perMove } = scenariosAroundZero(grid);
  const delta = perMove(valueOf(above).minus(valueOf(below)).times(units));
  const option: OptionExposure = { type: instrument.type, units, values, unmoved: valueOf(unmoved) };
  return { ...common, expiry, linear: ZERO, option, delta };
}

/** A coin held as collateral, or owed, moves with its underlying; `worth` is what it counts for. */
function collateralExposure({ asset, worth }: CollateralWorth, confidence: Decimal): Exposure {
  return { subject: asset, underlying: asset, expiry: 'spot', linear: worth, option: null, delta: ZERO, confidence };
}

/** Coins whose market move is charged together with the positions of their underlying. */
export function coinExposures(
  collateral: readonly CollateralWorth[],
  market: Market,
  jointly: ReadonlySet<string>,
): readonly Exposure[] {
  return collateral
    .filter(({ asset, worth }) => jointly.has(asset) && !worth.isZero())
    .map((worth) => {
      const { asset } = worth;
      const field = `market.collateral.${asset}.confidence`;
      return collateralExposure(worth, confidenceOf(market.collateral.get(asset)?.confidence, field));
    });
}

function signedNotional(instrument: Instrument, quantity: Decimal, mark: Decimal): Decimal {
  const size = notional(instrument, quantity, mark);
  return quantity.isNegative() ? size.neg() : size;
}

function profitSinceEntry({ instrument, quantity, entryPrice }: PositionHolding, mark: Decimal): Decimal {
  if (entryPrice === undefined || quantity.isZero()) return ZERO;
  return profit(instrument, quantity, positive(entryPrice, `positions.${instrument.id}.entryPrice`), mark);
}

const fundingOf = ({ instrument, accruedFunding }: PositionHolding): Decimal =>
  accruedFunding === undefined ? ZERO : finite(accruedFunding, `positions.${instrument.id}.accruedFunding`);

function positionConfidence(instrument: Instrument, market: Market): Decimal {
  const { id, underlying } = instrument;
  const own = confidenceOf(market.instruments.get(id)?.confidence, `market.instruments.${id}.confidence`);
  const spot = confidenceOf(
    market.underlyings.get(underlying)?.confidence,
    `market.underlyings.${underlying}.confidence`,
  );
  if (instrument.kind === 'perpetual') return leastConfidence(own, spot);
  const key = `${underlying}@${instrument.expiry}`;
  const expiry = market.expiries.get(key);
  const forward = confidenceOf(expiry?.forwardConfidence, `market.expiries.${key}.forwardConfidence`);
  const volatility = confidenceOf(expiry?.volatilityConfidence, `market.expiries.${key}.volatilityConfidence`);
  return leastConfidence(own, spot, forward, ...(instrument.kind === 'option' ? [volatility] : []));
}

function riskArrayOf(market: Market, instrument: string): RiskArray {
  const field = `market.riskArrays.${instrument}`;
  const published = market.riskArrays?.get(instrument);
  if (published === undefined) {
    const message = `${field}: no risk array is published; publish one or remove the position`;
    throw new ModelInputError('risk-array-missing', field, message);
  }
  return published;
}

function publishedValue(array: RiskArray, instrument: string, scenario: string): Decimal {
  const value = array.get(scenario);
  const field = `market.riskArrays.${instrument}`;
  if (value !== undefined) return finite(value, `${field}.${scenario}`);
  const message = `${field}: has no value for ${scenario}; publish it for every scenario of the parameter document`;
  throw new ModelInputError('risk-array-incomplete', field, message);
}

/** The scenarios with volatility as it is, next below the present price, at it and next above it. */
interface AroundZero {
  readonly below: PublishedScenario;
  readonly unmoved: PublishedScenario;
  readonly above: PublishedScenario;
  /** Divides by the distance of the two moves. */
  readonly perMove: (difference: Decimal) => Decimal;
}

function scenariosAroundZero(grid: ScenarioGrid): AroundZero {
  const known = aroundZero.get(grid);
  if (known !== undefined) return known;
  const level = publishedScenarios(grid).filter(
    ({ id, volatilityShock }) => id.startsWith('spot') && volatilityShock.isZero(),
  );
  const zero = level.findIndex(({ spotMove }) => spotMove.isZero());
  const [below, unmoved, above] = level.slice(zero - 1, zero + 2) as [
    PublishedScenario,
    PublishedScenario,
    PublishedScenario,
  ];
  const width = above.spotMove.minus(below.spotMove);
  const inverse = ONE.div(width);
  // A product rounds to the same 40 digits as the quotient where the inverse is exact, and is several times as fast.
  const exact = inverse.times(width).eq(ONE) && inverse.precision() < INVERSE_DIGITS;
  const perMove = (difference: Decimal): Decimal => (exact ? difference.times(inverse) : difference.div(width));
  const found = { below, unmoved, above, perMove };
  aroundZero.set(grid, found);
  return found;
}

/** An inverse of fewer digits was not rounded. */
const INVERSE_DIGITS = 40;

const aroundZero = new WeakMap<ScenarioGrid, AroundZero>();
