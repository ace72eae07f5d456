import type { InstrumentId, InstrumentRisk, PricingEvents, Underlying } from '@ballast/facts';
import {
  deliveredValue,
  expiryNamedBy,
  notional,
  worthInEquity,
  type ContractSpecification,
  type Instrument,
} from '@ballast/instruments';
import { dec, type Decimal } from '@ballast/kernel';
import type { ScheduleFigures } from '../schedule/schedule-figures.js';
import type { HeldPosition } from './assessment.js';

/** What margin knows of contracts, and what expired ones were worth. */
export interface KnownContracts {
  readonly contracts: ReadonlyMap<InstrumentId, ContractSpecification>;
  /** Delivery prices by `deliveryKey`. */
  readonly deliveries: ReadonlyMap<string, Decimal>;
}

export const deliveryKey = (underlying: string, expiry: number): string => `${underlying}@${expiry}`;

/** Whether a contract is marked by the price set itself: a linear perpetual, straight in its price and without an expiry. */
export const isMarkedBySchedule = ({ kind, settlement }: Instrument): boolean =>
  kind === 'perpetual' && settlement === 'linear';

/** A contract that the schedule can value. */
export interface PricedContract {
  readonly instrument: Instrument;
  readonly underlying: Underlying;
  readonly cashStyle: ContractSpecification['cashStyle'];
  /** As it is quoted: USD per unit of the underlying, coin for a coin-settled option. */
  readonly price: Decimal;
  /** Index of the underlying, USD. */
  readonly spot: Decimal;
  /** Published figures; null for what the schedule marks itself, and for a contract that waits for its delivery. */
  readonly risk: InstrumentRisk | null;
  /** No more risk: its expiry is over and it is only not yet paid. */
  readonly expired: boolean;
}

/** Values contracts on one schedule and the risk arrays that belong to it. */
export class PricedContracts {
  readonly #risks: ReadonlyMap<InstrumentId, InstrumentRisk>;
  readonly #priced = new Map<InstrumentId, PricedContract>();

  constructor(
    readonly schedule: ScheduleFigures,
    readonly arrays: PricingEvents['RiskArraysPublished'] | null,
    private readonly known: KnownContracts,
  ) {
    this.#risks = new Map((arrays?.instruments ?? []).map((risk) => [risk.instrument, risk]));
  }

  /** Null for a contract without a price on this schedule: it counts nothing until it has one. */
  find(id: InstrumentId): PricedContract | null {
    // Delivered since it was asked for last: a state rebuilt from the logs would not know it either.
    if (!this.known.contracts.has(id)) return null;
    const priced = this.#priced.get(id);
    if (priced !== undefined) return priced;
    const found = this.#price(id);
    if (found !== null) this.#priced.set(id, found);
    return found;
  }

  /** Whether a contract fills no more: its expiry is over. Once it is delivered nothing is known of it but what its id says. */
  hasExpired(id: InstrumentId): boolean {
    const expiry = expiryNamedBy(id);
    return this.find(id)?.expired === true || (expiry !== null && expiry <= this.schedule.asOf);
  }

  #price(id: InstrumentId): PricedContract | null {
    const terms = this.known.contracts.get(id);
    const prices = terms && this.schedule.underlyings.get(terms.instrument.underlying);
    if (terms === undefined || prices === undefined) return null;
    const { instrument, cashStyle } = terms;
    const { underlying, mark } = prices;
    const spot = this.schedule.prices.get(underlying) ?? mark;
    const common = { instrument, underlying, cashStyle, spot };
    if (isMarkedBySchedule(instrument)) return { ...common, price: mark, risk: null, expired: false };
    const expired = instrument.kind !== 'perpetual' && instrument.expiry <= this.schedule.asOf;
    const risk = this.#risks.get(id);
    if (risk !== undefined) return { ...common, price: dec(risk.price), risk, expired };
    const delivery =
      instrument.kind === 'perpetual'
        ? undefined
        : this.known.deliveries.get(deliveryKey(underlying, instrument.expiry));
    return delivery === undefined ? null : { ...common, price: delivery, risk: null, expired: true };
  }
}

/** USD of an amount in a contract's settlement asset. */
export const inUsd = ({ instrument, spot }: PricedContract, amount: Decimal): Decimal =>
  instrument.settlement === 'inverse' ? amount.times(spot) : amount;

/** What a position adds to equity, USD: unrealised profit, of an option against premium its value. */
export function worthOf(contract: PricedContract, held: HeldPosition): Decimal {
  const { instrument, cashStyle, price, risk } = contract;
  if (risk === null && contract.expired) {
    const value = deliveredValue(instrument, price).times(held.quantity);
    return inUsd(contract, cashStyle === 'premium' ? value : value.minus(held.cost));
  }
  return inUsd(contract, worthInEquity(instrument, cashStyle, held, price));
}

/** USD value of the underlying of a position, >= 0; an option's at the index. */
export const notionalOf = ({ instrument, price, spot }: PricedContract, quantity: Decimal): Decimal =>
  notional(instrument, quantity, instrument.kind === 'option' ? spot : price);
