import { GLOBAL, PartitionMachine, type MachineOutput, type Opening, type SealedEvent } from '@ballast/event-sourcing';
import type {
  AccountAfter,
  ContractSpecificationDocument,
  MarginGlobalEvents,
  PositionFigures,
  PricingEvents,
  Underlying,
} from '@ballast/facts';
import { genesisOf, readHouseDocuments } from '@ballast/house-documents';
import { compareText, dec, invariant, partitionOfAccount, text, type Instant } from '@ballast/kernel';
import {
  assessorOf,
  marginGlobalProcess,
  marginProcess,
  runMargin,
  type MarginGlobalState,
  type MarginState,
} from '@ballast/margin-domain';
import type { OptionListing } from '../portfolio/option-listing.js';
import { LogTape } from './log-tape.js';

const START: Instant = Date.UTC(2026, 0, 5);
const MINUTE = 60_000;
const BITCOIN = '60000';
const ETHER = '3000';
/** One of so many accounts stands close above its warning level. */
const ONE_IN = 10;
/** Equity of these over the warning level while the price is high, and by how much of it the low price takes it down. */
const ABOVE_WARNING = '1.08';
const FALL = '0.15';
/** USD, so little that no state changes however often it comes. */
const CREDIT = '0.01';
/** Of the bundled parameters: who is below the initial requirement is warned. */
const INITIAL_MULTIPLE = '2.5';

const HOUSE = readHouseDocuments();
const OPENING: Opening = { release: 'bench', build: '0'.repeat(64), genesis: genesisOf(HOUSE, 'margin') };

const perpetual = (underlying: Underlying): ContractSpecificationDocument => ({
  id: `${underlying}-PERP`,
  contractSize: '1',
  quoteAsset: 'USD',
  settlementAsset: 'USD',
  tick: '0.01',
  lot: '0.001',
  cashStyle: 'marked-to-market',
  listedAt: '2025-10-01T00:00:00Z',
});

/** What a price set brought, and how long it took up to the last decision, before anything is appended. */
export interface PriceStep {
  readonly global: MachineOutput;
  readonly partitions: readonly MachineOutput[];
  /** All partitions one after the other, on one core. */
  readonly decidedMs: number;
  /** Two parts of it, measured on the side when they are asked for; the rest is the schedule, sealing and bookkeeping. */
  readonly stages: { readonly screenMs: number; readonly rootMs: number } | null;
}

interface Scheduled {
  readonly arrays: SealedEvent | null;
  readonly prices: SealedEvent;
  readonly global: MachineOutput;
  readonly scheduleMs: number;
}

/** Options that accounts hold beside a perpetual. */
export interface HeldOptions {
  readonly listing: OptionListing;
  /** Contracts by option of the account of that number; none for an account with linear perpetuals only. */
  readonly of: (n: number) => readonly (readonly [instrument: string, quantity: string])[];
}

/**
 * All partitions of margin with many accounts, fed by hand: nine accounts in ten far from every level, the tenth so that
 * the low price brings it to WARN and the high one back to HEALTHY.
 */
export class MarginWorld {
  readonly global: PartitionMachine<MarginGlobalState>;
  readonly machines: readonly PartitionMachine<MarginState>[];
  readonly pricing = new LogTape('pricing', GLOBAL);
  readonly accounts: readonly LogTape[];
  /** What margin read, for whoever stores it. */
  readonly read: { readonly pricing: SealedEvent[]; readonly accounts: SealedEvent[][] };
  readonly #priceHigh = dec(BITCOIN);
  #priceLow = dec(BITCOIN);
  #priceSets = 0;
  #low = false;
  /** In the order in which they were opened, as they stand. */
  readonly #held: AccountAfter[] = [];
  #credits = 0;

  constructor(
    readonly size: number,
    readonly partitions: number,
    /** Keep what was read; without it a big world takes half the memory. */
    private readonly keeps = false,
    /** Options beside the perpetuals, and which accounts hold some of them. */
    private readonly options: HeldOptions | null = null,
  ) {
    this.global = new PartitionMachine(marginGlobalProcess, GLOBAL, partitions);
    const numbers = Array.from({ length: partitions }, (_, partition) => partition);
    this.machines = numbers.map((partition) => new PartitionMachine(marginProcess, partition, partitions));
    this.accounts = numbers.map((partition) => new LogTape('accounts', partition));
    this.read = { pricing: [], accounts: numbers.map(() => []) };
  }

  /** The rules, the first price set, all accounts, and the run that finds each of them healthy. */
  open(): PriceStep {
    for (const machine of [this.global, ...this.machines]) machine.open(OPENING);
    this.#priced(this.pricing.next('rules', 'DocumentsEstablished', genesisOf(HOUSE, 'pricing'), START));
    const fees = genesisOf(HOUSE, 'accounts');
    for (const partition of this.machines.keys()) this.#tell(partition, 'rules', 'DocumentsEstablished', fees);
    const listed = [perpetual('BTC'), perpetual('ETH'), ...(this.options?.listing.specifications ?? [])];
    for (const specification of listed) {
      const admitted = this.pricing.next(
        `instrument-${specification.id}`,
        'InstrumentAdmitted',
        { specification },
        START,
      );
      this.#priced(admitted);
    }
    const first = this.#schedule(text(this.#priceHigh));
    const schedule = first.global.events.at(-1)?.payload as MarginGlobalEvents['ScheduleInForce'];
    const [bitcoin] = schedule.underlyings;
    invariant(bitcoin?.underlying === 'BTC', 'a schedule lists BTC first');
    const rate = dec(bitcoin.maintenanceBrackets[0]?.rate ?? '0');
    const warning = this.#priceHigh.times(rate).times(INITIAL_MULTIPLE);
    this.#priceLow = this.#priceHigh.minus(warning.times(FALL)).toDecimalPlaces(2);
    const nearCollateral = text(warning.times(ABOVE_WARNING).toDecimalPlaces(2));

    // In account-id order, so that the book is built without moving what is in it already.
    const ids = Array.from({ length: this.size }, (_, n) => `owner-${n}.main`).sort(compareText);
    ids.forEach((accountId, n) => {
      const partition = partitionOfAccount(accountId, this.partitions);
      const near = n % ONE_IN === 0;
      this.#openAccount(accountId, partition, near ? nearCollateral : '50000.25', near ? 'BTC' : pick(n), near, n);
    });
    return this.#run(first, false);
  }

  /** A price set that changes no state. */
  quiet(apart = false): PriceStep {
    const cents = (this.#priceSets % 7) - 3;
    return this.#run(this.#schedule(text((this.#low ? this.#priceLow : this.#priceHigh).plus(cents))), apart);
  }

  /** A price set that takes the tenth part of the accounts into WARN, or back. */
  moving(apart = false): PriceStep {
    this.#low = !this.#low;
    return this.#run(this.#schedule(text(this.#low ? this.#priceLow : this.#priceHigh)), apart);
  }

  /** Some dollars more for the next account in turn, in the state in which it is: its partition runs over that account alone. */
  credited(): { readonly partition: number; readonly output: MachineOutput } {
    const n = this.#credits % this.#held.length;
    this.#credits += 1;
    const { accountId, collateral } = this.#held[n] as AccountAfter;
    const after: AccountAfter = {
      accountId,
      collateral: { ...collateral, USD: text(dec(collateral['USD'] ?? '0').plus(CREDIT)) },
    };
    this.#held[n] = after;
    const partition = partitionOfAccount(accountId, this.partitions);
    const machine = this.machines[partition] as PartitionMachine<MarginState>;
    this.#tell(partition, `account-${accountId}`, 'CollateralCredited', after, machine.clearing);
    machine.settle();
    return { partition, output: machine.drain() };
  }

  #schedule(bitcoin: string): Scheduled {
    this.#priceSets += 1;
    const at = START + this.#priceSets * MINUTE;
    const payload = priceSet(this.#priceSets, at, { BTC: bitcoin, ETH: ETHER });
    const published = this.options?.listing.arrays(bitcoin, at) ?? null;
    const arrays = published && this.pricing.next('prices', 'RiskArraysPublished', published, at);
    const prices = this.pricing.next('prices', 'PriceSetPublished', payload, at);
    if (this.keeps) this.read.pricing.push(...(arrays === null ? [] : [arrays]), prices);
    const started = performance.now();
    if (arrays !== null) this.global.accept(arrays);
    this.global.accept(prices);
    this.global.settle();
    return { arrays, prices, global: this.global.drain(), scheduleMs: performance.now() - started };
  }

  #run({ arrays, prices, global, scheduleMs }: Scheduled, apart: boolean): PriceStep {
    const started = performance.now();
    for (const machine of this.machines) {
      if (arrays !== null) machine.accept(arrays);
      for (const event of global.events) machine.accept(event);
      machine.accept(prices);
    }
    const delivered = performance.now();
    // Reading only: nothing follows from it, and the machines decide the same afterwards.
    const stages = apart ? this.#stages() : null;
    const settled = performance.now();
    const partitions = this.machines.map((machine) => {
      machine.settle();
      return machine.drain();
    });
    const decidedMs = scheduleMs + (delivered - started) + (performance.now() - settled);
    return { global, partitions, decidedMs, stages };
  }

  #stages(): NonNullable<PriceStep['stages']> {
    let screenMs = 0;
    let rootMs = 0;
    for (const { state, clearing } of this.machines) {
      const assessor = assessorOf(state);
      invariant(assessor, 'a price set came first');
      const started = performance.now();
      const { records } = runMargin(state.book, state.book.allSlots(), assessor, clearing);
      const screened = performance.now();
      records.root();
      screenMs += screened - started;
      rootMs += performance.now() - screened;
    }
    return { screenMs, rootMs };
  }

  #openAccount(
    accountId: string,
    partition: number,
    dollars: string,
    underlying: Underlying,
    near: boolean,
    n: number,
  ): void {
    const price = underlying === 'BTC' ? BITCOIN : ETHER;
    const quantity = near ? '1' : n % 3 === 0 ? '-0.5' : '0.5';
    const position: PositionFigures = {
      instrument: `${underlying}-PERP`,
      quantity,
      cost: text(dec(quantity).times(price)),
    };
    const collateral = { USD: dollars, ...(n % 4 === 1 && { BTC: '0.125' }) };
    this.#held.push({ accountId, collateral });
    this.#tell(partition, `account-${accountId}`, 'AccountOpened', { accountId });
    const after: AccountAfter & { readonly position: PositionFigures } = { accountId, collateral, position };
    this.#tell(partition, `account-${accountId}`, 'PositionChanged', after);
    for (const [instrument, held] of this.options?.of(n) ?? []) {
      const option: PositionFigures = { instrument, quantity: held, cost: '0' };
      const changed: typeof after = { accountId, collateral, position: option };
      this.#tell(partition, `account-${accountId}`, 'PositionChanged', changed);
    }
  }

  /** A fact of pricing for all partitions. */
  #priced(fact: SealedEvent): void {
    if (this.keeps) this.read.pricing.push(fact);
    this.global.accept(fact);
    for (const machine of this.machines) machine.accept(fact);
  }

  #tell(partition: number, stream: string, type: string, payload: unknown, at: Instant = START): void {
    const fact = (this.accounts[partition] as LogTape).next(stream, type, payload, at);
    if (this.keeps) this.read.accounts[partition]?.push(fact);
    this.machines[partition]?.accept(fact);
  }
}

const pick = (n: number): Underlying => (n % 2 === 0 ? 'BTC' : 'ETH');

/** A live price set whose marks are the index. */
function priceSet(
  number: number,
  asOf: Instant,
  prices: Readonly<Record<Underlying, string>>,
): PricingEvents['PriceSetPublished'] {
  const listed = Object.entries(prices);
  return {
    number,
    asOf,
    status: 'LIVE',
    underlyings: Object.fromEntries(
      listed.map(([underlying, price]) => [
        underlying,
        {
          status: 'LIVE' as const,
          index: price,
          inputs: [],
          median: price,
          volatility: { fast: '0.024', slow: '0.024' },
        },
      ]),
    ),
    marks: listed.map(([underlying, price]) => ({
      instrument: `${underlying}-PERP` as const,
      underlying,
      mark: price,
      branch: 'm1' as const,
      candidates: { m1: price, m2: price, m3: price },
      basis: '0',
      premium: '0',
      predictedFundingRate: '0',
    })),
  };
}
