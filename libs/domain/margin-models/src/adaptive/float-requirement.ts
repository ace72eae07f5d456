import { floatOf } from '@ballast/risk-schedule';
import { doubt, type ConfidenceRule } from '../collateral/collateral-parameters.js';
import type { AdaptiveParameters } from './adaptive-parameters.js';
import type { Exposure, OptionExposure } from './exposure.js';
import type { FloatProfits, Scan } from './scan.js';

/** One contract, or one dollar of a coin held as collateral, as float64 multiplies it. */
export interface FloatContract {
  readonly underlying: string;
  readonly expiry: string;
  /** USD gained per unit of relative move; 0 for an option. */
  readonly linear: number;
  /** Null for anything but an option. */
  readonly option: FloatOption | null;
  /** USD per unit of relative move near the present price; 0 for a coin. */
  readonly delta: number;
  /** What a doubtful price asks for new risk: part of the charge of the position on its own. */
  readonly doubt: number;
}

/** An option's side of a contract. Nearly all accounts are looked at on the same scan, so its profits on the last one are kept. */
export class FloatOption {
  readonly type: 'call' | 'put';
  /** Units of the underlying. */
  readonly units: number;
  #scan: Scan | undefined;
  #profits: FloatProfits | undefined;

  constructor(
    private readonly exposure: Exposure,
    private readonly option: OptionExposure,
  ) {
    this.type = option.type;
    this.units = floatOf(option.units);
  }

  /** Profits of one unit at the points of a scan; of one that is not remembered, good until the next option is asked. */
  profitsOf(scan: Scan): FloatProfits {
    if (!scan.remembered) return scan.floatProfits(this.exposure, this.option);
    if (this.#profits === undefined || this.#scan !== scan) {
      this.#profits = scan.unitProfits(this.exposure, this.option);
      this.#scan = scan;
    }
    return this.#profits;
  }
}

/** @param unit of one contract, or of a dollar of a coin */
export function floatContract(unit: Exposure, rule: ConfidenceRule): FloatContract {
  const { underlying, expiry, linear, option, delta, confidence } = unit;
  return {
    underlying,
    expiry,
    linear: floatOf(linear),
    option: option && new FloatOption(unit, option),
    delta: floatOf(delta),
    doubt: floatOf(rule.factor.times(doubt(confidence, rule))),
  };
}

export interface FloatHolding {
  readonly contract: FloatContract;
  /** Contracts, negative = short; USD of a coin. */
  readonly quantity: number;
  /** What its error is proportional to, >= |quantity|. */
  readonly size: number;
}

/** Where a requirement looks for losses, and the least that one unit of a net short option asks, USD. */
export interface FloatLevel {
  readonly scan: Scan;
  readonly minimum: Readonly<Record<'call' | 'put', number>>;
}

/** A requirement in float64 and the sums of the magnitudes that its error is proportional to. */
export interface FloatRequirement {
  readonly total: number;
  /** Of the figures that profits are made of. */
  readonly magnitude: number;
  /** Of the profits themselves, which alone pass through the sums: mostly a small part of the other. */
  readonly profitMagnitude: number;
  /** Sum of the charges on their own, each by its doubt. */
  readonly doubtful: number;
  readonly doubtfulMagnitude: number;
  /** Holdings that went into the sums, each time that one did. */
  readonly terms: number;
}

/** Changes up to this share of the holdings are added to the sums at hand. */
const CHANGED_SHARE = 4;

/** Whether of so few holdings not even one could change. */
export const isAddedUpAnew = (holdings: readonly FloatHolding[]): boolean => holdings.length < CHANGED_SHARE;

/** What an expiry gains at the points of a scan, and its net options. */
interface ExpirySums {
  expiry: string;
  profits: Float64Array;
  calls: number;
  puts: number;
}

/** Where holdings differ from those that were added up before: each is taken out or added with its sign. */
interface Changes {
  readonly gone: readonly FloatHolding[];
  readonly come: readonly FloatHolding[];
}

/**
 * `underlyingRequirement` in float64: products, sums and comparisons in the order of the holdings. One is used again for every
 * account, and so is its memory.
 * @see docs/spec/adaptive-portfolio.md CLR-ADP-008
 */
export class FloatRequirements {
  readonly #sums: ExpirySums[] = [];
  #expiries = 0;
  #together = new Float64Array(0);
  #alone = 0;
  #magnitude = 0;
  #profitMagnitude = 0;
  #doubtful = 0;
  #doubtfulMagnitude = 0;
  #terms = 0;
  /** What the sums are of. */
  #holdings: readonly FloatHolding[] = [];
  #level: FloatLevel | undefined;

  readonly #betweenExpiries: number;
  readonly #betweenPositions: number;

  constructor({ lostOffset }: Pick<AdaptiveParameters, 'lostOffset'>) {
    this.#betweenExpiries = floatOf(lostOffset.betweenExpiries);
    this.#betweenPositions = floatOf(lostOffset.betweenPositions);
  }

  /** Whether its sums are of a scan. */
  isOn(scan: Scan): boolean {
    return this.#level?.scan === scan;
  }

  /** @param holdings of one underlying */
  of(holdings: readonly FloatHolding[], level: FloatLevel): FloatRequirement {
    this.#begin();
    this.#change({ gone: [], come: holdings }, holdings, level);
    return this.#required(level);
  }

  /**
   * The same within a bound of more terms: of holdings that are those asked for last but for a few, at the same level, only what
   * differs is added and taken out.
   * @see docs/spec/adaptive-portfolio.md CLR-ADP-009
   */
  ofSimilar(holdings: readonly FloatHolding[], level: FloatLevel): FloatRequirement {
    const changes = this.#changesTo(holdings, level);
    if (changes === null) return this.of(holdings, level);
    this.#change(changes, holdings, level);
    return this.#required(level);
  }

  /** Null where adding up anew costs no more, or keeps the bound tighter. */
  #changesTo(holdings: readonly FloatHolding[], level: FloatLevel): Changes | null {
    if (this.#level === undefined || !isSameLevel(this.#level, level)) return null;
    const changes = changesBetween(this.#holdings, holdings, holdings.length / CHANGED_SHARE);
    if (changes === null) return null;
    const terms = this.#terms + changes.gone.length + changes.come.length;
    return terms <= 2 * holdings.length ? changes : null;
  }

  #begin(): void {
    this.#expiries = 0;
    this.#alone = 0;
    this.#magnitude = 0;
    this.#profitMagnitude = 0;
    this.#doubtful = 0;
    this.#doubtfulMagnitude = 0;
    this.#terms = 0;
  }

  #change({ gone, come }: Changes, holdings: readonly FloatHolding[], level: FloatLevel): void {
    // An option without a scenario ends it half way: then the sums are of nothing that is known.
    this.#level = undefined;
    for (const holding of gone) this.#add(holding, -1, level);
    for (const holding of come) this.#add(holding, 1, level);
    [this.#holdings, this.#level] = [holdings, level];
  }

  /** @param sign -1 takes out what was added, as a term of its own */
  #add(holding: FloatHolding, sign: 1 | -1, { scan, minimum }: FloatLevel): void {
    const { contract, quantity, size } = holding;
    const { option } = contract;
    const unit = option === null ? linearProfits(scan) : option.profitsOf(scan);
    addTo(this.#sumsOf(contract.expiry, scan.points.length), contract, sign * quantity, unit);
    const charge = sign * chargeAlone(contract, quantity, unit, minimum);
    const least = option === null ? 0 : minimum[option.type];
    const units = size * Math.abs(option === null ? contract.linear : option.units);
    const own = units * (unit.magnitude + least);
    this.#alone += charge;
    this.#magnitude += own;
    this.#profitMagnitude += units * (Math.max(-unit.leastFloat, unit.greatestFloat) + least);
    this.#doubtful += charge * contract.doubt;
    this.#doubtfulMagnitude += own * contract.doubt;
    this.#terms += 1;
  }

  #required({ minimum }: FloatLevel): FloatRequirement {
    let byExpiry = 0;
    let minimumOfAll = 0;
    for (let e = 0; e < this.#expiries; e += 1) {
      const { profits, calls, puts } = this.#sums[e] as ExpirySums;
      const least = Math.max(0, -calls) * minimum.call + Math.max(0, -puts) * minimum.put;
      minimumOfAll += least;
      byExpiry += Math.max(lossOf(profits), least);
    }
    const joint = Math.max(this.#jointLoss(), minimumOfAll);
    return {
      total:
        joint +
        this.#betweenExpiries * Math.max(0, byExpiry - joint) +
        this.#betweenPositions * Math.max(0, this.#alone - joint),
      magnitude: this.#magnitude,
      profitMagnitude: this.#profitMagnitude,
      doubtful: this.#doubtful,
      doubtfulMagnitude: this.#doubtfulMagnitude,
      terms: this.#terms,
    };
  }

  /** Sums of an expiry, from 0; an account has few, so a list is looked through faster than a map. */
  #sumsOf(expiry: string, points: number): ExpirySums {
    for (let e = 0; e < this.#expiries; e += 1) {
      const sums = this.#sums[e] as ExpirySums;
      if (sums.expiry === expiry) return sums;
    }
    const sums = (this.#sums[this.#expiries] ??= { expiry, profits: new Float64Array(points), calls: 0, puts: 0 });
    if (sums.profits.length !== points) sums.profits = new Float64Array(points);
    else sums.profits.fill(0);
    sums.expiry = expiry;
    sums.calls = 0;
    sums.puts = 0;
    this.#expiries += 1;
    return sums;
  }

  /** Loss of all expiries together, their profits added in their order. */
  #jointLoss(): number {
    const first = this.#sums[0];
    if (first === undefined || this.#expiries === 0) return 0;
    if (this.#expiries === 1) return lossOf(first.profits);
    if (this.#together.length !== first.profits.length) this.#together = new Float64Array(first.profits.length);
    const together = this.#together;
    together.set(first.profits);
    for (let e = 1; e < this.#expiries; e += 1) {
      const { profits } = this.#sums[e] as ExpirySums;
      for (let p = 0; p < together.length; p += 1) together[p] = (together[p] as number) + (profits[p] as number);
    }
    return lossOf(together);
  }
}

/** What a unit of relative move gains. */
const linearProfits = ({ moves, leastFloat, greatestFloat, reach }: Scan): FloatProfits => ({
  floats: moves,
  leastFloat,
  greatestFloat,
  magnitude: reach,
});

const isSameLevel = (first: FloatLevel, second: FloatLevel): boolean =>
  first.scan === second.scan && first.minimum.call === second.minimum.call && first.minimum.put === second.minimum.put;

/** What makes one list of holdings the other, both in the order of names; null where that is more than so many. */
function changesBetween(before: readonly FloatHolding[], after: readonly FloatHolding[], most: number): Changes | null {
  const gone: FloatHolding[] = [];
  const come: FloatHolding[] = [];
  let [b, a] = [0, 0];
  while (b < before.length || a < after.length) {
    const [old, next] = [before[b], after[a]];
    if (old !== undefined && old === next) [b, a] = [b + 1, a + 1];
    else if (next === undefined || (old !== undefined && before[b + 1] === next)) {
      gone.push(old as FloatHolding);
      b += 1;
    } else if (old === undefined || after[a + 1] === old) {
      come.push(next);
      a += 1;
    } else {
      gone.push(old);
      come.push(next);
      [b, a] = [b + 1, a + 1];
    }
    if (gone.length + come.length > most) return null;
  }
  return { gone, come };
}

function addTo(sums: ExpirySums, { linear, option }: FloatContract, quantity: number, unit: FloatProfits): void {
  const { profits } = sums;
  const { floats } = unit;
  const units = (option === null ? linear : option.units) * quantity;
  for (let p = 0; p < profits.length; p += 1) profits[p] = (profits[p] as number) + units * (floats[p] as number);
  if (option?.type === 'call') sums.calls += units;
  if (option?.type === 'put') sums.puts += units;
}

/** What a holding asks without any other. */
function chargeAlone(
  { linear, option }: FloatContract,
  quantity: number,
  { leastFloat, greatestFloat }: FloatProfits,
  minimum: FloatLevel['minimum'],
): number {
  if (option === null) {
    const held = linear * quantity;
    return -held * (held < 0 ? greatestFloat : leastFloat);
  }
  const units = option.units * quantity;
  const loss = Math.max(0, -units * (units < 0 ? greatestFloat : leastFloat));
  return Math.max(loss, Math.max(0, -units) * minimum[option.type]);
}

function lossOf(profits: Float64Array): number {
  let least = 0;
  for (let p = 0; p < profits.length; p += 1) if ((profits[p] as number) < least) least = profits[p] as number;
  return -least;
}
