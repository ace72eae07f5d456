import type { Asset, InstrumentId, PriceStatus, PricingEvents } from '@ballast/facts';
import type { Instrument } from '@ballast/instruments';
import { dec, ONE, ZERO, type Decimal } from '@ballast/kernel';
import {
  AdaptiveFigures,
  AdaptiveScreen,
  type AdaptiveParameters,
  type CollateralMarket,
  type ExpiryMarket,
  type InstrumentMarket,
  type Market,
  type RiskArray,
  type ScenarioGrid,
  type UnderlyingMarket,
} from '@ballast/margin-models';
import type { SideSizes } from '@ballast/risk-schedule';
import type { ScheduleFigures, UnderlyingScheduleFigures } from '../schedule/schedule-figures.js';
import type { Holdings } from './assessment.js';
import { deliveryKey, PricedContracts, type KnownContracts, type PricedContract } from './priced-contracts.js';
import { PublishedArray } from './published-array.js';

/** What is known of the house beside the schedule. */
export interface KnownHouse extends KnownContracts {
  /** Amount of each asset that all clients together hold. */
  readonly collateralHeld: ReadonlyMap<Asset, Decimal>;
}

type ExpiringContracts = NonNullable<PricingEvents['RiskArraysPublished']['expiring']>[number];

/** The unmoved scenario of the published set. */
const isUnmoved = ({ spotFactor, volatilityShock }: { spotFactor: string; volatilityShock: string }): boolean =>
  dec(spotFactor).eq(1) && dec(volatilityShock).isZero();

/**
 * One schedule as margin models read it, with the risk arrays of its price set. What all accounts share is read once; the arrays
 * of a contract when the first account holds it.
 */
export class AssessmentMarket {
  readonly contracts: PricedContracts;
  readonly market: Market;
  /** Of the house's own model. */
  readonly parameters: AdaptiveParameters;
  readonly figures: AdaptiveFigures;
  /** By underlying, of holdings that were valued for the size of an owner. */
  readonly sizes = new WeakMap<Holdings, ReadonlyMap<string, SideSizes>>();
  #screen: AdaptiveScreen | undefined;
  readonly #instruments = new Map<InstrumentId, InstrumentMarket>();
  readonly #expiries = new Map<string, ExpiryMarket>();
  readonly #riskArrays = new Map<InstrumentId, RiskArray>();
  readonly #expiring: ReadonlyMap<string, ExpiringContracts>;
  readonly #places: ReadonlyMap<string, number>;
  readonly #unmoved: string | undefined;

  /** @param grid that the arrays are published on */
  constructor(
    readonly schedule: ScheduleFigures,
    readonly arrays: PricingEvents['RiskArraysPublished'] | null,
    grid: ScenarioGrid,
    known: KnownHouse,
  ) {
    this.contracts = new PricedContracts(schedule, arrays, known);
    this.#expiring = new Map(
      (arrays?.expiring ?? []).map((window) => [deliveryKey(window.underlying, window.expiry), window]),
    );
    this.#places = new Map((arrays?.scenarios ?? []).map(({ id }, place) => [id, place]));
    this.#unmoved = arrays?.scenarios.find(isUnmoved)?.id;
    const underlyings = [...schedule.underlyings.values()];
    this.market = {
      asOf: schedule.asOf,
      underlyings: new Map(underlyings.map((one) => [one.underlying, spotMarket(one, schedule)])),
      expiries: this.#expiries,
      instruments: this.#instruments,
      collateral: new Map(
        [...schedule.prices].map(([asset, price]) => [asset, collateralMarket(price, known.collateralHeld.get(asset))]),
      ),
      riskArrays: this.#riskArrays,
      adaptive: new Map(underlyings.map(({ underlying, rates }) => [underlying, rates])),
    };
    this.parameters = { ...schedule.parameters.adaptive, grid };
    this.figures = new AdaptiveFigures(this.market, this.parameters);
  }

  /** The house's own model in float64. */
  get screen(): AdaptiveScreen {
    this.#screen ??= new AdaptiveScreen(this.market, this.parameters);
    return this.#screen;
  }

  /** A contract with risk left, made known to the market; null without a price, or when it only waits for its delivery. */
  open(id: InstrumentId): PricedContract | null {
    const contract = this.contracts.find(id);
    if (contract === null || contract.expired) return null;
    if (!this.#instruments.has(id)) this.#publish(id, contract);
    return contract;
  }

  /** Share of a contract's risk that its averaging window has not fixed yet. */
  openShareOf(instrument: Instrument): Decimal {
    if (instrument.kind === 'perpetual') return ONE;
    const window = this.#expiring.get(deliveryKey(instrument.underlying, instrument.expiry));
    return window === undefined ? ONE : dec(window.openShare);
  }

  /** Of a price by its status: a doubtful one makes new risk dearer and touches nobody's call. */
  #confidenceOf(status: PriceStatus): Decimal {
    if (status === 'DEGRADED') return this.parameters.collateral.confidence.degraded;
    return status === 'LIVE' ? ONE : ZERO;
  }

  #publish(id: InstrumentId, { instrument, price, risk }: PricedContract): void {
    if (risk === null) {
      this.#instruments.set(id, { mark: price });
      return;
    }
    const confidence = this.#confidenceOf(risk.status);
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
      new PublishedArray(risk.values, this.#places, this.#unmoved, this.openShareOf(instrument), contractSize),
    );
  }
}

const collateralMarket = (price: Decimal, platformAmount: Decimal | undefined): CollateralMarket =>
  platformAmount === undefined ? { price } : { price, platformAmount };

function spotMarket(
  { underlying, mark, source }: UnderlyingScheduleFigures,
  schedule: ScheduleFigures,
): UnderlyingMarket {
  return {
    spot: schedule.prices.get(underlying) ?? mark,
    dailyVolatility: dec(source.sigma),
    averageDailyVolume: dec(source.liquidationCost.averageDailyVolume),
  };
}
