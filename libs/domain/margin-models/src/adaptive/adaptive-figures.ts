import type { Instrument } from '@ballast/instruments';
import { ONE, type Decimal } from '@ballast/kernel';
import { floatBound, floatOf, isNoticed, rangesAt, sameRanges, type SideRanges } from '@ballast/risk-schedule';
import { totalCharge, valueCollateral } from '../collateral/collateral-value.js';
import type { Market, ModelResult, PositionHolding } from '../margin-model.js';
import type { AdaptiveParameters } from './adaptive-parameters.js';
import { assessHeld, valueOf, type HeldBook, type HeldExposure } from './adaptive-portfolio.model.js';
import { centsUp } from './certain-cents.js';
import {
  coinExposures,
  exposureOf,
  positionLine,
  readContract,
  type ContractReading,
  type Exposure,
} from './exposure.js';
import {
  floatContract,
  FloatRequirements,
  isAddedUpAnew,
  type FloatContract,
  type FloatHolding,
  type FloatRequirement,
} from './float-requirement.js';
import { scanOfOne, type Scan } from './scan.js';
import { underlyingBooks, type UnderlyingBook } from './underlying-book.js';

/** What an account is decided by. */
export type Figures = Pick<ModelResult, 'value' | 'requirements'>;

/** A position, valued once for every book that it stands in. */
export interface FiguredPosition extends HeldExposure {
  readonly exposure: FiguredExposure;
}

/** A book of such positions. */
export interface FiguredBook extends HeldBook {
  readonly held: readonly FiguredPosition[];
}

interface FiguredExposure extends Exposure {
  readonly holding: FloatHolding;
}

interface KnownContract {
  readonly reading: ContractReading;
  readonly float: FloatContract;
}

/** A requirement in float64, USD, and how far the exact one may be from it. */
interface BoundedRequirement {
  readonly total: number;
  readonly bound: number;
  readonly doubtful: number;
  readonly doubtfulMagnitude: number;
  readonly terms: number;
}

/** Ranges of an underlying whose sums are kept: of an account as it is, and as a few orders would make it. */
const SUMS_KEPT = 4;

const NOTHING: BoundedRequirement = { total: 0, bound: 0, doubtful: 0, doubtfulMagnitude: 0, terms: 0 };
/** Roundings of a profit of one unit and of its product with the units, and of a requirement beside its sums: CLR-ADP-009. */
const ROUNDINGS_OF_ONE = 16;
const ROUNDINGS_BESIDE_SUMS = 64;

/** Within which the exact requirement is. @see docs/spec/adaptive-portfolio.md CLR-ADP-009 */
export const requirementBound = ({
  magnitude,
  profitMagnitude,
  terms,
}: Pick<FloatRequirement, 'magnitude' | 'profitMagnitude' | 'terms'>): number =>
  floatBound(ROUNDINGS_OF_ONE, magnitude) + floatBound(3 * terms + ROUNDINGS_BESIDE_SUMS, profitMagnitude);

/**
 * Figures of portfolios on one price set, to the last digit those of the model's assessment, without lines and scenarios. What
 * all accounts share is read once. Value and ranges are decimals; of a requirement, float64 says the cents wherever its bound
 * leaves only one possible, else the assessment does.
 * @see docs/spec/adaptive-portfolio.md CLR-ADP-009
 */
export class AdaptiveFigures {
  readonly #contracts = new Map<string, KnownContract>();
  readonly #jointly: ReadonlySet<string>;
  /** By underlying, the one used last first: what is asked for next is often another state of the same account. */
  readonly #requirements = new Map<string, FloatRequirements[]>();
  readonly #anew: FloatRequirements;
  readonly #multiple: number;

  constructor(
    private readonly market: Market,
    private readonly parameters: AdaptiveParameters,
  ) {
    this.#jointly = new Set(market.adaptive?.keys() ?? []);
    this.#anew = new FloatRequirements(parameters);
    this.#multiple = floatOf(parameters.initialMultiple);
  }

  /**
   * A position as the model has it, with what it adds to equity by the books.
   * @throws ModelInputError as the model does
   */
  position(
    { instrument, quantity }: Pick<PositionHolding, 'instrument' | 'quantity'>,
    worth: Decimal,
  ): FiguredPosition {
    const { reading, float } = this.#contractOf(instrument);
    const exposure = figured(exposureOf(reading, quantity), float, quantity);
    return { exposure, worth, line: () => positionLine(reading, quantity, exposure, worth) };
  }

  /**
   * @throws ModelInputError as the model does
   */
  of(book: FiguredBook): Figures {
    return this.#certain(book) ?? assessHeld(book, this.market, this.parameters);
  }

  #certain(book: FiguredBook): Figures | null {
    const { market, parameters } = this;
    const positions = book.held;
    const collateral = valueCollateral(book.collateral, market, parameters.collateral, this.#jointly);
    const coins = coinExposures(collateral, market, this.#jointly).map((exposure) =>
      figured(exposure, floatContract({ ...exposure, linear: ONE }, parameters.collateral.confidence), exposure.linear),
    );
    const held = positions.map(({ exposure }) => exposure);
    let [maintenance, liquidation] = [NOTHING, NOTHING];
    for (const each of underlyingBooks(book, market, held, coins)) {
      const atMaintenance = rangesAt(each.schedule, each.sizes, 'maintenance');
      const atLiquidation = isNoticed(each.schedule)
        ? atMaintenance
        : rangesAt(each.schedule, each.sizes, 'liquidation');
      const ofMaintenance = this.#requirement(each, atMaintenance);
      maintenance = added(maintenance, ofMaintenance);
      liquidation = added(
        liquidation,
        atMaintenance === atLiquidation || sameRanges(atMaintenance, atLiquidation)
          ? ofMaintenance
          : this.#requirement(each, atLiquidation),
      );
    }
    const charge = floatOf(totalCharge(collateral));
    const requirements = {
      initial: this.#initial(maintenance, charge),
      maintenance: centsUp(maintenance.total, maintenance.bound),
      liquidation: centsUp(liquidation.total, liquidation.bound),
    };
    if (!isWhole(requirements)) return null;
    return { value: valueOf(collateral, positions), requirements };
  }

  /** What a book is worth by itself, USD: the value of its assessment. */
  equityOf(collateral: FiguredBook['collateral'], positions: readonly Pick<FiguredPosition, 'worth'>[]): Decimal {
    const { market, parameters } = this;
    return valueOf(valueCollateral(collateral, market, parameters.collateral, this.#jointly), positions);
  }

  #initial(maintenance: BoundedRequirement, charge: number): Decimal | null {
    const total = this.#multiple * maintenance.total + maintenance.doubtful + charge;
    const ofDoubt = floatBound(3 * maintenance.terms + ROUNDINGS_BESIDE_SUMS, maintenance.doubtfulMagnitude + charge);
    return centsUp(total, this.#multiple * maintenance.bound + ofDoubt + floatBound(ROUNDINGS_OF_ONE, total));
  }

  #requirement(
    { underlying, exposures, spot }: UnderlyingBook<FiguredExposure>,
    ranges: SideRanges,
  ): BoundedRequirement {
    const holdings = exposures.map(({ holding }) => holding);
    const scan = scanOfOne(
      this.parameters,
      ranges,
      holdings.some(({ contract }) => contract.option !== null),
    );
    const least = floatOf(spot) * floatOf(this.parameters.shortOptionMinimum);
    const minimum = { call: least * floatOf(ranges.short.spot), put: least * floatOf(ranges.long.spot) };
    const required = isAddedUpAnew(holdings)
      ? this.#anew.of(holdings, { scan, minimum })
      : this.#requirementsAt(underlying, scan).ofSimilar(holdings, { scan, minimum });
    return { ...required, bound: requirementBound(required) };
  }

  /** What was added up on the same scan, or whatever was used longest ago. */
  #requirementsAt(underlying: string, scan: Scan): FloatRequirements {
    const kept = this.#requirements.get(underlying) ?? [];
    this.#requirements.set(underlying, kept);
    const place = kept.findIndex((each) => each.isOn(scan));
    const oldest = kept.length === SUMS_KEPT ? SUMS_KEPT - 1 : kept.length;
    const [found] = kept.splice(place < 0 ? oldest : place, 1);
    const taken = found ?? new FloatRequirements(this.parameters);
    kept.unshift(taken);
    return taken;
  }

  #contractOf(instrument: Instrument): KnownContract {
    const known = this.#contracts.get(instrument.id);
    if (known !== undefined) return known;
    const reading = readContract(instrument, this.market, this.parameters.grid);
    const unit = exposureOf(reading, ONE);
    const made: KnownContract = { reading, float: floatContract(unit, this.parameters.collateral.confidence) };
    this.#contracts.set(instrument.id, made);
    return made;
  }
}

function figured(exposure: Exposure, contract: FloatContract, held: Decimal): FiguredExposure {
  const { subject, underlying, expiry, linear, option, delta, confidence } = exposure;
  const quantity = floatOf(held);
  const holding: FloatHolding = { contract, quantity, size: Math.abs(quantity) };
  return { subject, underlying, expiry, linear, option, delta, confidence, holding };
}

const added = (first: BoundedRequirement, second: BoundedRequirement): BoundedRequirement => ({
  total: first.total + second.total,
  bound: first.bound + second.bound,
  doubtful: first.doubtful + second.doubtful,
  doubtfulMagnitude: first.doubtfulMagnitude + second.doubtfulMagnitude,
  terms: first.terms + second.terms,
});

const isWhole = (
  requirements: Readonly<Record<string, Decimal | null>>,
): requirements is Readonly<Record<string, Decimal>> => Object.values(requirements).every((each) => each !== null);
