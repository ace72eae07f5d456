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
}

/** What an expiry gains at the points of a scan, and its net options. */
interface ExpirySums {
  expiry: string;
  profits: Float64Array;
  calls: number;
  puts: number;
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

  readonly #betweenExpiries: number;
  readonly #betweenPositions: number;

  constructor({ lostOffset }: Pick<AdaptiveParameters, 'lostOffset'>) {
    this.#betweenExpiries = floatOf(lostOffset.betweenExpiries);
    this.#betweenPositions = floatOf(lostOffset.betweenPositions);
  }

  /** @param holdings of one underlying */
  of(holdings: readonly FloatHolding[], { scan, minimum }: FloatLevel): FloatRequirement {
    this.#expiries = 0;
    let magnitude = 0;
    let profitMagnitude = 0;
    let alone = 0;
    let doubtful = 0;
    let doubtfulMagnitude = 0;
    for (const holding of holdings) {
      const { contract, quantity, size } = holding;
      const unit = contract.option === null ? linearProfits(scan) : contract.option.profitsOf(scan);
      addTo(this.#sumsOf(contract.expiry, scan.points.length), holding, unit);
      const charge = chargeAlone(contract, quantity, unit, minimum);
      const { option } = contract;
      const least = option === null ? 0 : minimum[option.type];
      const units = size * Math.abs(option === null ? contract.linear : option.units);
      const own = units * (unit.magnitude + least);
      alone += charge;
      magnitude += own;
      profitMagnitude += units * (Math.max(-unit.leastFloat, unit.greatestFloat) + least);
      doubtful += charge * contract.doubt;
      doubtfulMagnitude += own * contract.doubt;
    }
    let byExpiry = 0;
    let minimumOfAll = 0;
    for (let e = 0; e < this.#expiries; e += 1) {
      const { profits, calls, puts } = this.#sums[e] as ExpirySums;
      const least = Math.max(0, -calls) * minimum.call + Math.max(0, -puts) * minimum.put;
      minimumOfAll += least;
      byExpiry += Math.max(lossOf(profits), least);
    }
    const joint = Math.max(this.#jointLoss(), minimumOfAll);
    const total =
      joint +
      this.#betweenExpiries * Math.max(0, byExpiry - joint) +
      this.#betweenPositions * Math.max(0, alone - joint);
    return { total, magnitude, profitMagnitude, doubtful, doubtfulMagnitude };
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

function addTo(sums: ExpirySums, { contract: { linear, option }, quantity }: FloatHolding, unit: FloatProfits): void {
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
