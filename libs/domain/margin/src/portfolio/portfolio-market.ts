import type { ExpiringContracts, InstrumentId, PriceStatus, PricingEvents } from '@ballast/facts';
import {
  AdaptiveFigures,
  type AdaptiveParameters,
  type ExpiryMarket,
  type InstrumentMarket,
  type Market,
  type RiskArray,
  type UnderlyingMarket,
} from '@ballast/margin-models';
import { dec, invariant, minOf, ONE, ZERO, type Decimal } from '@ballast/kernel';
import { type RateTable, type RiskSchedule } from '@ballast/risk-schedule';
import { inForceWithin } from '../avsl/notice-window.js';
import type { ScheduleFigures, UnderlyingScheduleFigures } from '../assessment/schedule-figures.js';
import type { CallInForce } from '../margin.state.js';
import { DEFAULT_PORTFOLIO_MODEL } from './model-choice.js';
import { PublishedArray } from './published-array.js';
import { deliveryKey, PricedContracts, type KnownContracts, type PricedContract } from './priced-contracts.js';

/** Confidence of a price by its status: a doubtful price makes new risk dearer and touches nobody's call. */
const CONFIDENCE: Readonly<Record<PriceStatus, Decimal>> = { LIVE: ONE, DEGRADED: dec('0.5'), HALT: ZERO };

/** The unmoved scenario of the published set. */
const isUnmoved = ({ spotFactor, volatilityShock }: { spotFactor: string; volatilityShock: string }): boolean =>
  dec(spotFactor).eq(1) && dec(volatilityShock).isZero();

/**
 * One schedule as the models of @ballast/margin-models read it, with the risk arrays of its price set. What all accounts
 * share is read once; the arrays of a contract when the first account holds it.
 */
export class PortfolioMarket {
  readonly contracts: PricedContracts;
  readonly market: Market;
  /** What accounts of the default model are decided by. */
  readonly figures: AdaptiveFigures;
  readonly #instruments = new Map<InstrumentId, InstrumentMarket>();
  readonly #expiries = new Map<string, ExpiryMarket>();
  readonly #riskArrays = new Map<InstrumentId, RiskArray>();
  readonly #expiring: ReadonlyMap<string, ExpiringContracts>;
  readonly #places: ReadonlyMap<string, number>;
  readonly #unmoved: string | undefined;

  constructor(
    readonly schedule: ScheduleFigures,
    readonly arrays: PricingEvents['RiskArraysPublished'] | null,
    known: KnownContracts,
    callHistory: ReadonlyMap<string, readonly CallInForce[]>,
  ) {
    this.contracts = new PricedContracts(schedule, arrays, known);
    this.#expiring = new Map(
      (arrays?.expiring ?? []).map((window) => [deliveryKey(window.underlying, window.expiry), window]),
    );
    this.#places = new Map((arrays?.scenarios ?? []).map(({ id }, place) => [id, place]));
    this.#unmoved = arrays?.scenarios.find(isUnmoved)?.id;
    this.market = {
      asOf: schedule.asOf,
      underlyings: new Map(
        [...schedule.underlyings.values()].map((one) => [one.underlying, spotMarket(one, schedule)]),
      ),
      expiries: this.#expiries,
      instruments: this.#instruments,
      collateral: new Map([...schedule.collateral.values()].map(({ asset, price }) => [asset, { price }])),
      riskArrays: this.#riskArrays,
      adaptive: new Map(
        [...schedule.underlyings.values()].map((one) => [
          one.underlying,
          adaptiveSchedule(one, schedule, callHistory.get(one.underlying) ?? []),
        ]),
      ),
    };
    this.figures = new AdaptiveFigures(this.market, DEFAULT_PORTFOLIO_MODEL.parameters as AdaptiveParameters);
  }

  /** A contract with risk left, made known to the market; null without a price, or when it only waits for its delivery. */
  open(id: InstrumentId): PricedContract | null {
    const contract = this.contracts.find(id);
    if (contract === null || contract.expired) return null;
    if (!this.#instruments.has(id)) this.#publish(id, contract);
    return contract;
  }

  /** Share of a contract's risk that its averaging window has not fixed yet. */
  openShareOf({ instrument }: Pick<PricedContract, 'instrument'>): Decimal {
    if (instrument.kind === 'perpetual') return ONE;
    const window = this.#expiring.get(deliveryKey(instrument.underlying, instrument.expiry));
    return window === undefined ? ONE : dec(window.openShare);
  }

  #publish(id: InstrumentId, { instrument, price, risk }: PricedContract): void {
    if (risk === null) {
      this.#instruments.set(id, { mark: price });
      return;
    }
    const confidence = CONFIDENCE[risk.status];
    const volatility = risk.volatility === null ? {} : { volatility: dec(risk.volatility) };
    this.#instruments.set(id, { mark: price, confidence, ...volatility });
    if (instrument.kind === 'perpetual') return;
    const { underlying, expiry } = instrument;
    const key = deliveryKey(underlying, expiry);
    if (!this.#expiries.has(key)) this.#expiries.set(key, { underlying, expiry, forward: dec(risk.forward) });
    if (instrument.kind !== 'option') return;
    const { contractSize } = instrument;
    this.#riskArrays.set(
      id,
      new PublishedArray(risk.values, this.#places, this.#unmoved, this.openShareOf({ instrument }), contractSize),
    );
  }
}

function spotMarket(
  { underlying, mark, source }: UnderlyingScheduleFigures,
  schedule: ScheduleFigures,
): UnderlyingMarket {
  return {
    spot: schedule.collateral.get(underlying)?.price ?? mark,
    dailyVolatility: dec(source.sigma),
    averageDailyVolume: dec(source.liquidationCost.averageDailyVolume),
  };
}

/**
 * AVSL tables with the scalars they are at. The notice table of the present parameters is at the lowest liquidation scalar
 * of both sides: that is max(noticed scalar, lower trigger), and each side's own trigger is at least the lower one, so
 * max(notice, trigger) comes out as published. Tables of earlier parameters are at the lowest V_eff they were in force with.
 */
function adaptiveSchedule(
  { source, call, notice, trigger }: UnderlyingScheduleFigures,
  schedule: ScheduleFigures,
  history: readonly CallInForce[],
): RiskSchedule {
  const scalar = dec(source.scalarEffective);
  const noticed = minOf(dec(source.liquidationScalar.long), dec(source.liquidationScalar.short));
  const earlier = earlierScalars(schedule, history);
  const [first, ...others] = notice.map((brackets, i): RateTable => ({
    brackets,
    scalar: i === 0 ? noticed : (earlier[i - 1] ?? scalar),
  }));
  invariant(first, 'a schedule has at least one notice table');
  const triggered = (side: 'long' | 'short'): RateTable | null => {
    const brackets = trigger[side];
    return brackets === null ? null : { brackets, scalar: minOf(dec(source.triggerScalar[side]), scalar) };
  };
  return {
    call: { scalar, brackets: call },
    notice: [first, ...others],
    trigger: { long: triggered('long'), short: triggered('short') },
  };
}

/** Lowest V_eff of each earlier parameter version of the notice period, in the order of the notice tables. */
function earlierScalars(
  { asOf, source, parameters }: ScheduleFigures,
  history: readonly CallInForce[],
): readonly Decimal[] {
  if (history.length === 0) return [];
  const lowest = new Map<string, Decimal>();
  for (const inForce of inForceWithin(history, asOf, parameters.noticeMs)) {
    if (inForce.parameters === source.parameters) continue;
    const scalar = dec(inForce.scalarEffective);
    const least = lowest.get(inForce.parameters);
    lowest.set(inForce.parameters, least === undefined ? scalar : minOf(least, scalar));
  }
  return [...lowest.values()];
}
