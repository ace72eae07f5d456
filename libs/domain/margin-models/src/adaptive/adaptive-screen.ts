import type { Instrument } from '@ballast/instruments';
import { ONE, ZERO } from '@ballast/kernel';
import {
  certainRanges,
  type CertainRanges,
  floatBound,
  floatOf,
  type FloatSchedule,
  floatSchedule,
  type FloatSize,
  lowestBracketEnd,
  sameRanges,
  type SideRanges,
} from '@ballast/risk-schedule';
import { FloatCollateral, type FloatWorth } from '../collateral/float-collateral.js';
import type { Market } from '../margin-model.js';
import { confidenceOf, riskScheduleOf, underlyingMarketOf } from '../reading/market-reading.js';
import type { AdaptiveParameters } from './adaptive-parameters.js';
import { valuePositions } from './exposure.js';
import {
  floatContract,
  FloatRequirements,
  type FloatContract,
  type FloatHolding,
  type FloatLevel,
  type FloatRequirement,
} from './float-requirement.js';
import { scanOf } from './scan.js';

/** A portfolio without orders, in float64. */
export interface FloatPortfolio {
  /** Unrealised profit, options at their marks, and what expired contracts were worth, USD. */
  readonly worth: number;
  /** Sum of the magnitudes of its terms. */
  readonly worthMagnitude: number;
  readonly positions: readonly FloatHolding[];
  readonly collateral: readonly FloatCollateralHolding[];
  /** What the owner holds of an underlying in all accounts, this one included; null where this is the only one. */
  readonly ownerSizes: ReadonlyMap<string, FloatOwnerSize> | null;
}

export interface FloatCollateralHolding {
  readonly asset: string;
  readonly amount: number;
}

/** Delta-equivalent notional by side, USD, >= 0, and how many terms its sums are of. */
export interface FloatOwnerSize {
  readonly long: number;
  readonly short: number;
  readonly terms: number;
}

/** Figures in float64, USD, each with how far the exact, rounded one is from it at most. */
export interface ScreenedFigures {
  readonly value: ScreenedFigure;
  readonly initial: ScreenedFigure;
  readonly maintenance: ScreenedFigure;
  readonly liquidation: ScreenedFigure;
}

export interface ScreenedFigure {
  readonly figure: number;
  readonly bound: number;
}

/** The levels of one underlying at one pair of ranges. */
interface FloatLevels {
  readonly maintenance: FloatLevel;
  readonly liquidation: FloatLevel;
}

interface UnderlyingScreen {
  readonly schedule: FloatSchedule;
  /** USD. */
  readonly shortOptionMinimum: number;
  /** Below this size on both sides all accounts have the same ranges. */
  readonly lowestBracketEnd: number;
  readonly lowest: { readonly withOptions: FloatLevels; readonly linear: FloatLevels } | null;
}

/** What every account adds up anew, so that it has as many terms as holdings. */
type ScreenedRequirement = Omit<FloatRequirement, 'terms'>;

const NOTHING: ScreenedRequirement = { total: 0, magnitude: 0, profitMagnitude: 0, doubtful: 0, doubtfulMagnitude: 0 };
/** Roundings of a figure beside those of its sums, derived in CLR-ADP-008 and rounded up. */
const ROUNDINGS_BESIDE_SUMS = 96;
const CENT = 0.01;

/**
 * Assesses portfolios on one price set in float64 with a proven bound: what all accounts share is read once, an account costs
 * a multiplication per position and scenario. Whoever gets null asks the model.
 * @see docs/spec/adaptive-portfolio.md CLR-ADP-008
 */
export class AdaptiveScreen {
  readonly #contracts = new Map<string, FloatContract>();
  readonly #coins = new Map<string, FloatContract>();
  readonly #underlyings = new Map<string, UnderlyingScreen>();
  readonly #collateral: FloatCollateral;
  readonly #jointly: ReadonlySet<string>;
  readonly #requirements: FloatRequirements;
  readonly #multiple: number;

  constructor(
    private readonly market: Market,
    private readonly parameters: AdaptiveParameters,
  ) {
    this.#jointly = new Set(market.adaptive?.keys() ?? []);
    this.#collateral = new FloatCollateral(market, parameters.collateral, this.#jointly);
    this.#requirements = new FloatRequirements(parameters);
    this.#multiple = floatOf(parameters.initialMultiple);
  }

  /** One contract of an instrument. @throws ModelInputError as the model does */
  contract(instrument: Instrument): FloatContract {
    const known = this.#contracts.get(instrument.id);
    if (known !== undefined) return known;
    const [unit] = valuePositions([{ instrument, quantity: ONE }], this.market, this.parameters.grid);
    const { exposure } = unit as NonNullable<typeof unit>;
    const made = floatContract(exposure, this.parameters.collateral.confidence);
    this.#contracts.set(instrument.id, made);
    return made;
  }

  /**
   * Value and requirements of a portfolio.
   * @returns null where float64 can't say what ranges the portfolio is assessed at, or what something counts for
   * @throws ModelInputError as the model does
   */
  figures(portfolio: FloatPortfolio): ScreenedFigures | null {
    const { positions, collateral } = portfolio;
    let value = portfolio.worth;
    let valueMagnitude = portfolio.worthMagnitude;
    let charge = 0;
    const holdings = [...positions];
    for (const { asset, amount } of collateral) {
      const counted = this.#collateral.worthOf(asset, amount);
      value += counted.worth;
      valueMagnitude += counted.marketValue;
      charge += counted.charge;
      if (this.#jointly.has(asset) && amount !== 0) holdings.push(this.#coinHolding(asset, counted));
    }
    const required = this.#required(holdings, portfolio);
    if (required === null) return null;
    const { maintenance, liquidation } = required;
    const roundings = 3 * (positions.length + collateral.length) + ROUNDINGS_BESIDE_SUMS;
    const figure = (amount: number, magnitude: number): ScreenedFigure => ({
      figure: amount,
      bound: floatBound(roundings, magnitude) + CENT,
    });
    const figures: ScreenedFigures = {
      value: figure(value, valueMagnitude),
      initial: figure(
        this.#multiple * maintenance.total + maintenance.doubtful + charge,
        this.#multiple * maintenance.magnitude + maintenance.doubtfulMagnitude + valueMagnitude,
      ),
      maintenance: figure(maintenance.total, maintenance.magnitude),
      liquidation: figure(liquidation.total, liquidation.magnitude),
    };
    return isCertain(figures) ? figures : null;
  }

  /** A coin that moves with its underlying: one dollar of it, as often as it counts for. */
  #coinHolding(asset: string, { worth, marketValue }: FloatWorth): FloatHolding {
    const contract = this.#coins.get(asset) ?? this.#coin(asset);
    return { contract, quantity: worth, size: marketValue };
  }

  #coin(asset: string): FloatContract {
    const field = `market.collateral.${asset}.confidence`;
    const confidence = confidenceOf(this.market.collateral.get(asset)?.confidence, field);
    const dollar = {
      subject: asset,
      underlying: asset,
      expiry: 'spot',
      linear: ONE,
      option: null,
      delta: ZERO,
      confidence,
    };
    const made = floatContract(dollar, this.parameters.collateral.confidence);
    this.#coins.set(asset, made);
    return made;
  }

  #required(
    holdings: readonly FloatHolding[],
    { ownerSizes }: FloatPortfolio,
  ): { readonly maintenance: ScreenedRequirement; readonly liquidation: ScreenedRequirement } | null {
    let maintenance = NOTHING;
    let liquidation = NOTHING;
    for (const underlying of underlyingsOf(holdings)) {
      const own = holdings.filter(({ contract }) => contract.underlying === underlying);
      const levels = this.#levelsOf(underlying, own, ownerSizes?.get(underlying));
      if (levels === null) return null;
      const atMaintenance = this.#requirements.of(own, levels.maintenance);
      // In calm both levels look at the same ranges.
      const same = levels.liquidation === levels.maintenance;
      const atLiquidation = same ? atMaintenance : this.#requirements.of(own, levels.liquidation);
      maintenance = added(maintenance, atMaintenance);
      liquidation = added(liquidation, atLiquidation);
    }
    return { maintenance, liquidation };
  }

  /** Where to look for the losses of what is held of an underlying; null where its size leaves two possible ranges. */
  #levelsOf(
    underlying: string,
    holdings: readonly FloatHolding[],
    owner: FloatOwnerSize | undefined,
  ): FloatLevels | null {
    const screen = this.#underlyings.get(underlying) ?? this.#screenOf(underlying);
    const sizes = owner === undefined ? ownSizes(holdings) : ownerSizesOf(owner);
    const withOptions = holdings.some(({ contract }) => contract.option !== null);
    const most = Math.max(sizes.long.size + sizes.long.bound, sizes.short.size + sizes.short.bound);
    if (screen.lowest !== null && most < screen.lowestBracketEnd) {
      return withOptions ? screen.lowest.withOptions : screen.lowest.linear;
    }
    const ranges = certainRanges(screen.schedule, sizes);
    return ranges === null ? null : this.#levelsAt(ranges, screen.shortOptionMinimum, withOptions);
  }

  #screenOf(underlying: string): UnderlyingScreen {
    const { market, parameters } = this;
    const schedule = riskScheduleOf(market, underlying);
    const floats = floatSchedule(schedule);
    const shortOptionMinimum = floatOf(
      underlyingMarketOf(market, underlying).spot.times(parameters.shortOptionMinimum),
    );
    const end = lowestBracketEnd(schedule);
    const inLowest: FloatSize = { size: 0, bound: 0 };
    const ranges = end > 0 ? certainRanges(floats, { long: inLowest, short: inLowest }) : null;
    const levels = (withOptions: boolean): FloatLevels | null =>
      ranges && this.#levelsAt(ranges, shortOptionMinimum, withOptions);
    const [withOptions, linear] = [levels(true), levels(false)];
    const made: UnderlyingScreen = {
      schedule: floats,
      shortOptionMinimum,
      lowestBracketEnd: end,
      lowest: withOptions && linear && { withOptions, linear },
    };
    this.#underlyings.set(underlying, made);
    return made;
  }

  #levelsAt(
    { maintenance, liquidation }: CertainRanges,
    shortOptionMinimum: number,
    withOptions: boolean,
  ): FloatLevels {
    const at = (ranges: SideRanges): FloatLevel => ({
      scan: scanOf(this.parameters, ranges, withOptions),
      minimum: {
        call: shortOptionMinimum * floatOf(ranges.short.spot),
        put: shortOptionMinimum * floatOf(ranges.long.spot),
      },
    });
    const atMaintenance = at(maintenance);
    return {
      maintenance: atMaintenance,
      liquidation: sameRanges(maintenance, liquidation) ? atMaintenance : at(liquidation),
    };
  }
}

/** Sizes of an account that is its owner's only one. */
function ownSizes(holdings: readonly FloatHolding[]): Readonly<Record<'long' | 'short', FloatSize>> {
  let long = 0;
  let short = 0;
  for (const { contract, quantity } of holdings) {
    const delta = contract.delta * quantity;
    if (delta > 0) long += delta;
    else short -= delta;
  }
  return ownerSizesOf({ long, short, terms: holdings.length });
}

function ownerSizesOf({ long, short, terms }: FloatOwnerSize): Readonly<Record<'long' | 'short', FloatSize>> {
  const roundings = 2 * terms + ROUNDINGS_OF_SIZE;
  return {
    long: { size: long, bound: floatBound(roundings, long) },
    short: { size: short, bound: floatBound(roundings, short) },
  };
}

/** Two inputs, their product, and the digits that decimals round. */
const ROUNDINGS_OF_SIZE = 16;

function underlyingsOf(holdings: readonly FloatHolding[]): readonly string[] {
  const found: string[] = [];
  for (const { contract } of holdings) if (!found.includes(contract.underlying)) found.push(contract.underlying);
  return found;
}

const isCertain = ({ value, initial, maintenance, liquidation }: ScreenedFigures): boolean =>
  value.bound + initial.bound + maintenance.bound + liquidation.bound < Infinity;

const added = (first: ScreenedRequirement, second: ScreenedRequirement): ScreenedRequirement => ({
  total: first.total + second.total,
  magnitude: first.magnitude + second.magnitude,
  profitMagnitude: first.profitMagnitude + second.profitMagnitude,
  doubtful: first.doubtful + second.doubtful,
  doubtfulMagnitude: first.doubtfulMagnitude + second.doubtfulMagnitude,
});
