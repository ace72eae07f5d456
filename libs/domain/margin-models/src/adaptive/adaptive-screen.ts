import type { Instrument } from '@ballast/instruments';
import { ONE, sum, ZERO, type Decimal } from '@ballast/kernel';
import { doubt } from '../collateral/collateral-parameters.js';
import { totalWorth, valueCollateral, type CollateralWorth } from '../collateral/collateral-value.js';
import type { Market, OpenOrder, Portfolio, PositionHolding } from '../margin-model.js';
import { lotsByInstrument } from '../scenario/holdings.js';
import { finite, underlyingMarketOf } from '../scenario/market-reading.js';
import type { AdaptiveParameters } from './adaptive-parameters.js';
import { scheduleOf, type AdaptiveLevel, type AdaptiveRanges } from './adaptive-rates.js';
import { certainRanges, type FloatSize } from './certain-ranges.js';
import { coinExposures, valuePositions } from './exposure.js';
import { floatBound, floatOf } from './float-bound.js';
import { floatRequirement, type FloatExposure, type FloatRequirement, type FloatWeights } from './float-requirement.js';
import { floatArray, FloatScans } from './float-scan.js';
import { fillLoss, fillOf, openingOrders } from './order-fills.js';

/** A figure in float64, USD, and how far the exact, rounded one is from it at most. */
export interface ScreenedFigure {
  readonly figure: number;
  readonly bound: number;
}

export type ScreenedLevel = 'initial' | 'call' | 'liquidation';

export interface ScreenedFigures {
  readonly value: ScreenedFigure;
  readonly requirements: Readonly<Record<ScreenedLevel, ScreenedFigure>>;
}

/** Surplus at a level: certainly above 0, certainly below, or only exact decimals can tell. */
export type ScreenedSurplus = 'above' | 'below' | 'exact';

/** One contract of an instrument, as float64 multiplies it. */
interface UnitContract {
  readonly exposure: FloatExposure;
  /** USD that a contract is worth in equity; options only. */
  readonly worth: number;
}

/** A position of all lots of an instrument. */
interface Row {
  readonly quantity: Decimal;
  readonly exposure: FloatExposure;
  /** USD in equity; options only. */
  readonly worth: number;
}

/** All of one underlying. */
interface FloatBook {
  readonly exposures: readonly FloatExposure[];
  readonly spot: number;
  readonly ranges: Readonly<Record<AdaptiveLevel, AdaptiveRanges>>;
  readonly withOptions: boolean;
}

interface ReadPortfolio {
  readonly collateral: readonly CollateralWorth[];
  readonly coins: readonly FloatExposure[];
  readonly lots: readonly (readonly PositionHolding[])[];
  readonly held: ReadonlyMap<string, Row>;
  readonly books: readonly FloatBook[];
  /** Roundings that a term of a requirement passes through at most. */
  readonly terms: number;
}

const NOTHING: FloatRequirement = { total: 0, magnitude: 0, doubtful: 0, doubtfulMagnitude: 0 };
/** Roundings of a requirement beside those of its sums, derived in CLR-ADP-008 and rounded up. */
const ROUNDINGS_BESIDE_SUMS = 64;
const CENT = 0.01;

/**
 * Assesses portfolios on one price set in float64 with a proven bound: what all accounts share is read once, an account costs
 * a multiplication per position and scenario. Whoever gets `exact` asks the model.
 * @see docs/spec/adaptive-portfolio.md CLR-ADP-008
 */
export class AdaptiveScreen {
  readonly #contracts = new Map<string, UnitContract>();
  readonly #scans: FloatScans;
  readonly #jointly: ReadonlySet<string>;
  readonly #weights: FloatWeights;
  readonly #multiple: number;

  constructor(
    private readonly market: Market,
    private readonly parameters: AdaptiveParameters,
  ) {
    this.#scans = new FloatScans(parameters);
    this.#jointly = new Set(market.adaptive?.keys() ?? []);
    this.#weights = {
      betweenExpiries: floatOf(parameters.lostOffset.betweenExpiries),
      betweenPositions: floatOf(parameters.lostOffset.betweenPositions),
      shortOptionMinimum: floatOf(parameters.shortOptionMinimum),
    };
    this.#multiple = floatOf(parameters.initialMultiple);
  }

  /**
   * Value and requirements of a portfolio.
   * @returns null where float64 can't say what range the portfolio is assessed at
   * @throws ModelInputError as the model does
   */
  figures(portfolio: Portfolio): ScreenedFigures | null {
    const read = this.#read(portfolio);
    if (read === null) return null;
    const [initial, call, liquidation] = [
      this.#required(portfolio, read, 'initial'),
      this.#required(portfolio, read, 'call'),
      this.#required(portfolio, read, 'liquidation'),
    ];
    if (initial === null || call === null || liquidation === null) return null;
    return { value: this.#valueOf(read), requirements: { initial, call, liquidation } };
  }

  /** Value less the requirement of one level. @throws ModelInputError as the model does */
  surplus(portfolio: Portfolio, level: ScreenedLevel): ScreenedSurplus {
    const read = this.#read(portfolio);
    const required = read === null ? null : this.#required(portfolio, read, level);
    return read === null || required === null ? 'exact' : signOf(this.#valueOf(read), required);
  }

  #read(portfolio: Portfolio): ReadPortfolio | null {
    const { market, parameters } = this;
    const collateral = valueCollateral(portfolio.collateral, market, parameters.collateral, this.#jointly);
    const coins = this.#coins(collateral);
    const lots = lotsByInstrument(portfolio.positions);
    const held = this.#rowsOf(lots);
    const books = this.#booksOf(held, coins, portfolio, held);
    if (books === null) return null;
    const terms = 3 * (held.size + portfolio.orders.length + coins.length) + ROUNDINGS_BESIDE_SUMS;
    return { collateral, coins, lots, held, books, terms };
  }

  #required(portfolio: Portfolio, read: ReadPortfolio, level: ScreenedLevel): ScreenedFigure | null {
    if (level === 'initial') return this.#initial(portfolio, read);
    const { total, magnitude } = this.#requirementAt(level, read.books);
    return { figure: total, bound: floatBound(read.terms, magnitude) + CENT };
  }

  #unitOf(instrument: Instrument): UnitContract {
    const known = this.#contracts.get(instrument.id);
    if (known !== undefined) return known;
    const { market, parameters } = this;
    const [unit] = valuePositions([{ instrument, quantity: ONE }], market, parameters.grid);
    const { exposure, worth } = unit as NonNullable<typeof unit>;
    const { underlying, expiry, linear, option, delta, confidence } = exposure;
    const made: UnitContract = {
      exposure: {
        underlying,
        expiry,
        linear: floatOf(linear),
        option:
          option === null
            ? null
            : { type: option.type, units: floatOf(option.units), array: floatArray(parameters.grid, option) },
        delta: floatOf(delta),
        doubt: this.#doubtOf(confidence),
      },
      worth: floatOf(worth),
    };
    this.#contracts.set(instrument.id, made);
    return made;
  }

  #doubtOf(confidence: Decimal): number {
    const { confidence: rule } = this.parameters.collateral;
    return floatOf(rule.factor.times(doubt(confidence, rule)));
  }

  #coins(collateral: readonly CollateralWorth[]): readonly FloatExposure[] {
    return coinExposures(collateral, this.market, this.#jointly).map(({ underlying, expiry, linear, confidence }) => ({
      underlying,
      expiry,
      linear: floatOf(linear),
      option: null,
      delta: 0,
      doubt: this.#doubtOf(confidence),
    }));
  }

  #rowsOf(lots: readonly (readonly PositionHolding[])[]): ReadonlyMap<string, Row> {
    return new Map(
      lots.map((same) => {
        const { instrument } = same[0] as PositionHolding;
        const quantity =
          same.length === 1 ? (same[0] as PositionHolding).quantity : sum(same.map((lot) => lot.quantity));
        return [instrument.id, rowOf(this.#unitOf(instrument), quantity)];
      }),
    );
  }

  #withFills(held: ReadonlyMap<string, Row>, orders: readonly OpenOrder[]): ReadonlyMap<string, Row> {
    const rows = new Map(held);
    for (const order of orders) {
      const { instrument } = order;
      const quantity = (rows.get(instrument.id)?.quantity ?? ZERO).plus(fillOf(order).quantity);
      rows.set(instrument.id, rowOf(this.#unitOf(instrument), quantity));
    }
    return rows;
  }

  /** What is held of each underlying, and the exact ranges it is assessed at. `held` is what the account has before its fills. */
  #booksOf(
    rows: ReadonlyMap<string, Row>,
    coins: readonly FloatExposure[],
    { ownerSizes }: Portfolio,
    held: ReadonlyMap<string, Row>,
  ): readonly FloatBook[] | null {
    const positions = exposuresOf(rows);
    const before = held === rows ? positions : exposuresOf(held);
    const all = [...positions, ...coins];
    const books: FloatBook[] = [];
    for (const underlying of new Set(all.map((exposure) => exposure.underlying))) {
      const { spot } = underlyingMarketOf(this.market, underlying);
      const owner = ownerSizes?.get(underlying);
      const sizeOf = (side: 'long' | 'short'): FloatSize => {
        const known = owner === undefined ? 0 : floatOf(finite(owner[side], `ownerSizes.${underlying}.${side}`));
        const [own, filled] = [sizeOn(before, underlying, side), sizeOn(positions, underlying, side)];
        const size = Math.max(known, own) + Math.max(filled - own, 0);
        return { size, bound: floatBound(2 * (before.length + positions.length) + 16, known + own + filled) };
      };
      const schedule = scheduleOf(this.market, underlying);
      const ranges = certainRanges(schedule, { long: sizeOf('long'), short: sizeOf('short') });
      if (ranges === null) return null;
      const exposures = all.filter((exposure) => exposure.underlying === underlying);
      const withOptions = exposures.some(({ option }) => option !== null);
      books.push({ exposures, spot: floatOf(spot), ranges, withOptions });
    }
    return books;
  }

  #requirementAt(level: AdaptiveLevel, books: readonly FloatBook[]): FloatRequirement {
    return books.reduce((total, { exposures, spot, ranges, withOptions }) => {
      const scan = this.#scans.at(ranges[level], withOptions);
      return added(total, floatRequirement(exposures, ranges[level], scan, spot, this.#weights));
    }, NOTHING);
  }

  #initial(portfolio: Portfolio, { collateral, coins, held, books, terms }: ReadPortfolio): ScreenedFigure | null {
    const charge = floatOf(sum(collateral.map(({ confidenceCharge }) => confidenceCharge)));
    const ofPositions = this.#requirementAt('call', books);
    let worst = this.#multiple * ofPositions.total + ofPositions.doubtful;
    let magnitude = this.#multiple * ofPositions.magnitude + ofPositions.doubtfulMagnitude;
    for (const side of ['buy', 'sell'] as const) {
      const orders = openingOrders(portfolio, side);
      if (orders.length === 0) continue;
      const loss = floatOf(sum(orders.map((order) => fillLoss(order, this.market))));
      const afterFills = this.#booksOf(this.#withFills(held, orders), coins, portfolio, held);
      if (afterFills === null) return null;
      const filled = this.#requirementAt('call', afterFills);
      worst = Math.max(worst, this.#multiple * filled.total + filled.doubtful + loss);
      magnitude = Math.max(magnitude, this.#multiple * filled.magnitude + filled.doubtfulMagnitude + loss);
    }
    return { figure: worst + charge, bound: floatBound(terms, magnitude + charge) + CENT };
  }

  /** Options by float64; what has an entry price, in decimals. */
  #valueOf({ lots, held, collateral }: ReadPortfolio): ScreenedFigure {
    const { market, parameters } = this;
    const others = lots.flatMap((same) => (same[0]?.instrument.kind === 'option' ? [] : same));
    const ofOthers = valuePositions(others, market, parameters.grid).map(({ worth }) => worth);
    const exact = sum(ofOthers).plus(totalWorth(collateral));
    let figure = floatOf(exact);
    let magnitude = Math.abs(figure);
    for (const { worth } of held.values()) {
      figure += worth;
      magnitude += Math.abs(worth);
    }
    return { figure, bound: floatBound(held.size + ROUNDINGS_BESIDE_SUMS, magnitude) + CENT };
  }
}

/** Sign of value less requirement. */
export function surplusAtLevel({ value, requirements }: ScreenedFigures, level: ScreenedLevel): ScreenedSurplus {
  return signOf(value, requirements[level]);
}

function signOf(value: ScreenedFigure, required: ScreenedFigure): ScreenedSurplus {
  const surplus = value.figure - required.figure;
  const ofDifference = floatBound(4, Math.abs(value.figure) + Math.abs(required.figure));
  const bound = value.bound + required.bound + ofDifference;
  return surplus > bound ? 'above' : surplus < -bound ? 'below' : 'exact';
}

const exposuresOf = (rows: ReadonlyMap<string, Row>): readonly FloatExposure[] =>
  [...rows.values()].map(({ exposure }) => exposure);

function rowOf({ exposure, worth }: UnitContract, quantity: Decimal): Row {
  const float = floatOf(quantity);
  const { underlying, expiry, linear, option, delta, doubt: doubtful } = exposure;
  return {
    quantity,
    exposure: {
      underlying,
      expiry,
      linear: linear * float,
      option: option === null ? null : { type: option.type, units: option.units * float, array: option.array },
      delta: delta * float,
      doubt: doubtful,
    },
    worth: option === null ? 0 : worth * float,
  };
}

function sizeOn(exposures: readonly FloatExposure[], underlying: string, side: 'long' | 'short'): number {
  let size = 0;
  for (const exposure of exposures) {
    if (exposure.underlying !== underlying) continue;
    size += Math.max(0, side === 'long' ? exposure.delta : -exposure.delta);
  }
  return size;
}

const added = (first: FloatRequirement, second: FloatRequirement): FloatRequirement => ({
  total: first.total + second.total,
  magnitude: first.magnitude + second.magnitude,
  doubtful: first.doubtful + second.doubtful,
  doubtfulMagnitude: first.doubtfulMagnitude + second.doubtfulMagnitude,
});
