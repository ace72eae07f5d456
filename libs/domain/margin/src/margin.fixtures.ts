import { GLOBAL, PartitionMachine, type CommandResult, type LogEntry, type SealedEvent } from '@ballast/event-sourcing';
import type {
  AccountsEvents,
  LiquidationEvents,
  MarginEvents,
  PriceStatus,
  PricingEvents,
  Underlying,
} from '@ballast/facts';
import { instantOf, type Instant } from '@ballast/kernel';
import { marginProcess } from './margin.process.js';
import type { MarginState } from './margin.state.js';
import { marginGlobalProcess } from './schedule/margin-global.process.js';
import type { MarginGlobalState } from './schedule/margin-global.state.js';

export const NOON: Instant = instantOf('2025-10-10T12:00:00Z');
export const MINUTE = 60_000;

export interface PricesAt {
  readonly at: Instant;
  readonly BTC?: string;
  readonly ETH?: string;
  readonly status?: PriceStatus;
  readonly fast?: string;
  readonly slow?: string;
}

/** A price set whose marks are the index, with one volatility for both coins. */
export function priceSet(
  number: number,
  { at, BTC, ETH, status = 'LIVE', fast = '0.024', slow = '0.024' }: PricesAt,
): PricingEvents['PriceSetPublished'] {
  const prices: readonly (readonly [Underlying, string | undefined])[] = [
    ['BTC', BTC],
    ['ETH', ETH],
  ];
  const listed = prices.flatMap(([underlying, price]) => (price === undefined ? [] : [{ underlying, price }]));
  return {
    number,
    asOf: at,
    status,
    underlyings: Object.fromEntries(
      listed.map(({ underlying, price }) => [
        underlying,
        { status, index: price, inputs: [], median: price, volatility: { fast, slow } },
      ]),
    ),
    marks: listed.map(({ underlying, price }) => ({
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

/** What an account holds after a fact of accounts. */
export interface Holding {
  readonly USD?: string;
  readonly BTC?: string;
  readonly ETH?: string;
  readonly position?: {
    readonly instrument: string;
    readonly quantity: string;
    readonly cost: string;
  };
}

/** Margin's global partition and one numbered partition, fed as by a worker: one item per call. */
export class MarginHouse {
  readonly global: PartitionMachine<MarginGlobalState> = new PartitionMachine(marginGlobalProcess, GLOBAL, 1);
  readonly machine: PartitionMachine<MarginState> = new PartitionMachine(marginProcess, 0, 1);
  readonly globalInputs: LogEntry[] = [];
  readonly globalEvents: SealedEvent[] = [];
  readonly inputs: LogEntry[] = [];
  readonly events: SealedEvent[] = [];
  now: Instant = NOON;
  readonly #sizes = new Map<string, number>();
  readonly #versions = new Map<string, number>();
  #priceSets = 0;

  entry(
    log: string,
    partition: number,
    stream: string,
    type: string,
    payload: unknown,
    actor: string | null = null,
  ): LogEntry {
    const key = `${log}/${partition}`;
    const position = (this.#sizes.get(key) ?? 0) + 1;
    const version = (this.#versions.get(`${key}/${stream}`) ?? 0) + 1;
    this.#sizes.set(key, position);
    this.#versions.set(`${key}/${stream}`, version);
    return {
      log,
      partition,
      position,
      id: `${key}/${position}`,
      stream,
      version,
      type,
      schemaVersion: 1,
      time: { clearing: this.now, hop: 0 },
      cause: { kind: 'event', log: 'exchange.quotes', partition: GLOBAL, position },
      basis: [],
      correlation: 'test',
      actor,
      payload,
    };
  }

  /** Feeds the numbered partition one item. */
  accept(...inputs: readonly LogEntry[]): readonly SealedEvent[] {
    for (const input of inputs) {
      this.inputs.push(input);
      this.machine.accept(input);
    }
    this.machine.settle();
    const { events } = this.machine.drain();
    this.events.push(...events);
    return events;
  }

  /** Feeds the global partition; its events are inputs of the numbered one. */
  acceptGlobal(input: LogEntry): {
    readonly result: CommandResult | undefined;
    readonly events: readonly SealedEvent[];
  } {
    this.globalInputs.push(input);
    const result = this.global.accept(input);
    this.global.settle();
    const { events } = this.global.drain();
    this.globalEvents.push(...events);
    return { result, events };
  }

  /** The next price set and the schedule that it makes, not yet applied to the numbered partition. */
  schedule(prices: PricesAt): SealedEvent {
    this.now = prices.at;
    this.#priceSets += 1;
    const { events } = this.acceptGlobal(
      this.entry('pricing', GLOBAL, 'prices', 'PriceSetPublished', priceSet(this.#priceSets, prices)),
    );
    return events[0] as SealedEvent;
  }

  /** A price set and the run on it. */
  prices(prices: PricesAt): readonly SealedEvent[] {
    return this.accept(this.schedule(prices));
  }

  command(type: string, payload: unknown, actor: string | null): CommandResult | undefined {
    const { result, events } = this.acceptGlobal(
      this.entry('margin.commands', GLOBAL, 'commands', type, payload, actor),
    );
    if (events.length > 0) this.accept(...events);
    return result;
  }

  opened(accountId: string): LogEntry {
    return this.entry('accounts', 0, `account-${accountId}`, 'AccountOpened', { accountId });
  }

  /** A fact of accounts that leaves the account with this. */
  changed(
    accountId: string,
    { position, ...collateral }: Holding,
    type: keyof AccountsEvents = position ? 'PositionChanged' : 'CollateralCredited',
  ): LogEntry {
    return this.entry('accounts', 0, `account-${accountId}`, type, {
      accountId,
      collateral,
      ...(position && { position }),
    });
  }

  /** Opens an account and gives it collateral and perhaps a position, in one item. */
  account(accountId: string, holding: Holding): readonly SealedEvent[] {
    return this.accept(this.opened(accountId), this.changed(accountId, holding));
  }

  fact(log: string, stream: string, type: string, payload: unknown, partition = 0): LogEntry {
    return this.entry(log, partition, stream, type, payload);
  }

  liquidationClosed(accountId: string, uncoveredLoss = '0'): LogEntry {
    const payload: LiquidationEvents['LiquidationClosed'] = {
      caseId: `${accountId}#1`,
      accountId,
      outcome: 'closed-out',
      slices: 1,
      uncoveredLoss,
    };
    return this.fact('liquidation', `liquidation-${accountId}#1`, 'LiquidationClosed', payload);
  }

  /** The numbered partition rebuilt from what it took and wrote, nothing decided again. */
  rebuilt(): PartitionMachine<MarginState> {
    return rebuild(new PartitionMachine(marginProcess, 0, 1), this.inputs, this.events);
  }

  globalRebuilt(): PartitionMachine<MarginGlobalState> {
    return rebuild(new PartitionMachine(marginGlobalProcess, GLOBAL, 1), this.globalInputs, this.globalEvents);
  }
}

/** Rebuilds a machine: each own event after the inputs that its basis names. */
function rebuild<State>(
  machine: PartitionMachine<State>,
  inputs: readonly LogEntry[],
  events: readonly SealedEvent[],
): PartitionMachine<State> {
  const waiting = [...inputs];
  const recallUpTo = (log: string, partition: number, upTo: number): void => {
    while (machine.cursor(log, partition) < upTo) machine.recall(waiting.shift() as LogEntry);
  };
  for (const event of events) {
    for (const [log, partition, upTo] of event.basis) recallUpTo(log, partition, upTo);
    machine.recallOwn(event);
  }
  for (const input of waiting) machine.recall(input);
  return machine;
}

/** Payloads of one type among events. */
export function payloadsOf<Type extends keyof MarginEvents>(
  events: readonly LogEntry[],
  type: Type,
): MarginEvents[Type][] {
  return events.filter((event) => event.type === type).map((event) => event.payload as MarginEvents[Type]);
}

export const typesOf = (events: readonly LogEntry[]): string[] => events.map(({ type }) => type);
