import { GLOBAL, PartitionMachine, type LogEntry, type SealedEvent } from '@ballast/event-sourcing';
import type { FillEvents, LiquidationEvents, MarginEvents, PricingEvents } from '@ballast/facts';
import { dec, sha256, ZERO, type Decimal, type Instant } from '@ballast/kernel';
import { createExchangeSimulator, type SimulatorConfig } from './crowd-simulator.js';
import type { AccountProfile } from './owners/owner-profile.js';
import { smallCrash } from './scenario/scenario.fixtures.js';
import type { ExchangeSimulator } from './simulator-contract.js';
import type { SimulatorState } from './simulator-state.js';

type Facts = MarginEvents & LiquidationEvents & PricingEvents;

const ENTRY = {
  version: 1,
  schemaVersion: 1,
  correlation: '',
  actor: null,
  basis: [],
} as const;

/** The machine of a simulated exchange without a database: pricing admits what it lists, and a test speaks for the others. */
export class TestExchange {
  readonly simulator: ExchangeSimulator & { readonly accounts: readonly AccountProfile[] };
  /** Own and observed entries in the order in which they were folded. */
  readonly folded: { readonly own: boolean; readonly entry: SealedEvent }[] = [];
  readonly machine: PartitionMachine<SimulatorState>;
  readonly #sizes = new Map<string, number>();
  #clearing: Instant = 0;
  #hop = 0;

  /** @param admits false: pricing answers no listing until the test says so */
  constructor(
    changes: Partial<SimulatorConfig> = {},
    private readonly admits = true,
  ) {
    const config = { scenario: smallCrash(), seed: '1', accounts: 120, partitions: 4, ...changes };
    this.simulator = createExchangeSimulator(config) as TestExchange['simulator'];
    this.machine = new PartitionMachine(this.simulator.process, GLOBAL, config.partitions);
  }

  get state(): SimulatorState {
    return this.machine.state;
  }

  /** Runs the outside inputs of the next `count` steps, or of all. */
  run(count = Infinity): this {
    for (const at of this.simulator.steps()) {
      if (count <= 0) break;
      if (at <= this.#clearing) continue;
      this.begin(at);
      count -= 1;
    }
    return this;
  }

  begin(at: Instant): readonly SealedEvent[] {
    this.#clearing = at;
    this.#hop = 0;
    this.machine.tick(at);
    const said = this.#said();
    if (this.admits) this.admit(said);
    return said;
  }

  /** Pricing admits what was listed. */
  admit(said: readonly LogEntry[]): void {
    for (const { type, payload } of said) {
      if (type === 'InstrumentListed') this.fact('InstrumentAdmitted', GLOBAL, payload as Facts['InstrumentAdmitted']);
    }
  }

  /** A fact of margin or liquidation, or of pricing's global partition, in a hop of the present step. */
  fact<Type extends keyof Facts>(type: Type, partition: number, payload: Partial<Facts[Type]>): LogEntry {
    const log = partition === GLOBAL ? 'pricing' : isLiquidation(type) ? 'liquidation' : 'margin';
    const entry: LogEntry = {
      ...ENTRY,
      log,
      partition,
      position: this.#next(`${log}/${partition}`),
      id: '',
      stream: '',
      type,
      time: { clearing: this.#clearing, hop: this.#hop + 1 },
      cause: { kind: 'timer', id: 'test', due: 0 },
      payload,
    };
    this.folded.push({ own: false, entry: entry as SealedEvent });
    this.machine.accept(entry);
    return entry;
  }

  /** Ends the hop of the facts. */
  settle(): readonly SealedEvent[] {
    this.#hop += 2;
    this.machine.settle();
    return this.#said();
  }

  /** Fills of the whole run. */
  get fills(): readonly FillEvents['TradeFilled'][] {
    return this.folded
      .filter(({ own, entry }) => own && entry.type === 'TradeFilled')
      .map(({ entry }) => entry.payload as FillEvents['TradeFilled']);
  }

  /** Digest of everything the exchange said. */
  get digest(): string {
    const heads = this.machine.ends.map(({ log, partition, head }) => `${log}/${partition} ${head.toString('hex')}`);
    return sha256(heads.join('\n')).toString('hex');
  }

  /** A machine of the same run that takes entries as a rebuild does. */
  rebuilt(folded: TestExchange['folded']): PartitionMachine<SimulatorState> {
    const machine = new PartitionMachine(this.simulator.process, GLOBAL, this.machine.partitions);
    for (const { own, entry } of folded) {
      if (own) machine.recallOwn(entry);
      else machine.recall(entry);
    }
    return machine;
  }

  #said(): readonly SealedEvent[] {
    const { events } = this.machine.drain();
    for (const entry of events) this.folded.push({ own: true, entry });
    return events;
  }

  #next(lane: string): number {
    const position = (this.#sizes.get(lane) ?? 0) + 1;
    this.#sizes.set(lane, position);
    return position;
  }
}

const LIQUIDATION: readonly (keyof LiquidationEvents)[] = [
  'LiquidationOpened',
  'OrdersCancelRequested',
  'CloseOutOrderPlaced',
  'CloseOutFillFlagged',
  'LiquidationCostAssessed',
  'FundDrawRequested',
  'AdlRequested',
  'LiquidationClosed',
];
const isLiquidation = (type: string): boolean => (LIQUIDATION as readonly string[]).includes(type);

/** Signed position of an account by all fills so far. */
export const positionOf = (host: TestExchange, accountId: string, instrument: string): Decimal =>
  host.fills
    .filter((fill) => fill.accountId === accountId && fill.instrument === instrument)
    .reduce((total, { side, quantity }) => total.plus(side === 'buy' ? quantity : dec(quantity).neg()), ZERO);
