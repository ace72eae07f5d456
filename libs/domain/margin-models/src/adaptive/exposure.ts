import { contractValue, notional, openShare, profit, type Instrument, type Option } from '@ballast/instruments';
import { isoOf, ONE, sum, ZERO, ModelInputError, type Decimal } from '@ballast/kernel';
import { type SideSizes } from '@ballast/risk-schedule';
import type { CollateralWorth, Named } from '../collateral/collateral-value.js';
import type { ExplainLine, Market, PositionHolding, RiskArray } from '../margin-model.js';
import { leastConfidence, lotsByInstrument } from '../reading/holdings.js';
import {
  confidenceOf,
  finite,
  instrumentMarketOf,
  positive,
  secondsToExpiryOf,
  underlyingMarketOf,
} from '../reading/market-reading.js';
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
  /** Contracts, negative = short. */
  readonly quantity: Decimal;
  readonly line: () => ExplainLine;
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
  let [long, short] = [ZERO, ZERO];
  for (const { delta } of exposures) {
    if (delta.isNegative()) short = short.minus(delta);
    else long = long.plus(delta);
  }
  return { long, short };
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
  return lotsByInstrument(positions).map((lots) => {
    const [{ instrument }] = lots as [PositionHolding];
    return valueLots(lots, readContract(instrument, market, grid));
  });
}

/** What every holder of a contract reads of a price set. */
export interface ContractReading {
  readonly instrument: Instrument;
  readonly spot: Decimal;
  readonly mark: Decimal;
  readonly expiry: string;
  readonly confidence: Decimal;
  /** Share of a future's risk that the averaging window of its delivery leaves open. */
  readonly openShare: Decimal;
  /** Contract size 1, so that quantities are units. */
  readonly ofOneUnit: boolean;
  readonly option: OptionReading | null;
}

interface OptionReading {
  readonly type: 'call' | 'put';
  /** Settlement units that one contract is worth. */
  readonly worth: Decimal;
  readonly values: RiskArray;
  readonly unmoved: Decimal;
  /** USD that a unit gains per unit of relative move near the present price. */
  readonly delta: Decimal;
}

/** Reads a contract of a price set. @throws ModelInputError as `valuePositions` */
export function readContract(instrument: Instrument, market: Market, grid: ScenarioGrid): ContractReading {
  const { id, underlying } = instrument;
  const { spot } = underlyingMarketOf(market, underlying);
  const { mark } = instrumentMarketOf(market, id);
  const field = `market.instruments.${id}.mark`;
  if (instrument.kind !== 'option') positive(mark, field);
  else if (mark.isNegative()) throw new ModelInputError('mark-negative', field, `${field}: a premium is 0 or more`);
  const ofOneUnit = instrument.contractSize.eq(ONE);
  const common = { instrument, spot, mark, ofOneUnit, confidence: positionConfidence(instrument, market) };
  if (instrument.kind === 'perpetual') return { ...common, expiry: 'spot', openShare: ONE, option: null };
  secondsToExpiryOf(market, id, instrument.expiry);
  const expiry = isoOf(instrument.expiry);
  if (instrument.kind === 'option') {
    return { ...common, expiry, openShare: ONE, option: readOption(instrument, mark, market, grid) };
  }
  return { ...common, expiry, openShare: openShare(instrument.expiry, market.asOf), option: null };
}

function readOption(instrument: Option, mark: Decimal, market: Market, grid: ScenarioGrid): OptionReading {
  const { id } = instrument;
  const values = riskArrayOf(market, id);
  const valueOf = (scenario: PublishedScenario): Decimal => publishedValue(values, id, scenario.id);
  const { below, unmoved, above, perMove } = scenariosAroundZero(grid);
  return {
    type: instrument.type,
    worth: contractValue(instrument, mark),
    values,
    unmoved: valueOf(unmoved),
    delta: perMove(valueOf(above).minus(valueOf(below))),
  };
}

/** Values all lots of one contract, in the order of `lotsByInstrument`. */
export function valueLots(lots: readonly PositionHolding[], contract: ContractReading): ValuedPosition {
  const { instrument, spot, mark, option } = contract;
  const quantity = lots.length === 1 ? (lots[0] as PositionHolding).quantity : sum(lots.map((lot) => lot.quantity));
  const inUsd = (amount: Decimal): Decimal => (instrument.settlement === 'inverse' ? amount.times(spot) : amount);
  const worth =
    option !== null
      ? inUsd(option.worth.times(quantity))
      : sum(lots.map((lot) => inUsd(profitSinceEntry(lot, mark)).minus(fundingOf(lot))));
  const exposure = exposureOf(contract, quantity);
  return { exposure, worth, quantity, line: () => positionLine(contract, quantity, exposure, worth) };
}

export const positionLine = (
  { instrument, mark }: ContractReading,
  quantity: Decimal,
  { delta }: Exposure,
  worth: Decimal,
): ExplainLine => ({ code: 'position', subject: instrument.id, amount: worth, figures: { quantity, mark, delta } });

/** What a contract of that quantity gains and loses. */
export function exposureOf(contract: ContractReading, quantity: Decimal): Exposure {
  const { instrument, expiry, confidence, option } = contract;
  const { id: subject, underlying } = instrument;
  if (option === null) {
    const held = signedNotional(instrument, quantity, contract.mark);
    const linear = instrument.kind === 'future' ? held.times(contract.openShare) : held;
    return { subject, underlying, expiry, linear, option: null, delta: linear, confidence };
  }
  // No share here: in the averaging window the published array moves only what the average hasn't fixed yet.
  const units = contract.ofOneUnit ? quantity : quantity.times(instrument.contractSize);
  const { type, values, unmoved } = option;
  const delta = option.delta.times(units);
  return { subject, underlying, expiry, linear: ZERO, option: { type, units, values, unmoved }, delta, confidence };
}

/** A coin held as collateral, or owed, moves with its underlying; `worth` is what it counts for. */
function collateralExposure({ asset, worth }: CollateralWorth, confidence: Decimal): Exposure {
  return { subject: asset, underlying: asset, expiry: 'spot', linear: worth, option: null, delta: ZERO, confidence };
}

/** Coins whose market move is charged together with the positions of their underlying. */
export function coinExposures(
  collateral: readonly CollateralWorth[],
  market: Market,
  jointly: Named,
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
  const exact = inverse.times(width).eq(ONE) && inverse.significantDigits() < INVERSE_DIGITS;
  const perMove = (difference: Decimal): Decimal => (exact ? difference.times(inverse) : difference.div(width));
  const found = { below, unmoved, above, perMove };
  aroundZero.set(grid, found);
  return found;
}

/** An inverse of fewer digits was not rounded. */
const INVERSE_DIGITS = 40;

const aroundZero = new WeakMap<ScenarioGrid, AroundZero>();
