import { GLOBAL, type LogEntry } from '@ballast/event-sourcing';
import type { FillEvents, LiquidationEvents, MarginEvents, PricingEvents } from '@ballast/facts';
import { canonicalText, dec, sha256, ZERO, type Decimal, type Instant } from '@ballast/kernel';
import { createExchangeSimulator, type SimulatorConfig } from './crowd-simulator.js';
import type { AccountProfile } from './owners/owner-profile.js';
import { smallCrash } from './scenario/scenario.fixtures.js';
import type { ExchangeSimulator, SimulatorOutput } from './simulator-contract.js';
import type { SimulatorState } from './simulator-state.js';

type Facts = MarginEvents & LiquidationEvents & PricingEvents;

const ENTRY = {
  version: 1,
  schemaVersion: 1,
  correlation: '',
  actor: null,
  basis: [],
} as const;

/** A host without database: places what the simulated exchange says, and lets pricing admit it and a test speak for the others. */
export class TestHost {
  readonly simulator: ExchangeSimulator<SimulatorState> & { readonly accounts: readonly AccountProfile[] };
  readonly state: SimulatorState;
  /** Own and observed entries in the order in which they were folded. */
  readonly folded: { readonly own: boolean; readonly entry: LogEntry }[] = [];
  /** What the last call made the exchange say. */
  said: SimulatorOutput[] = [];
  readonly #sizes = new Map<string, number>();
  #clearing: Instant = 0;
  #hop = 0;

  /** @param admits false: pricing answers no listing until the test says so */
  constructor(
    changes: Partial<SimulatorConfig> = {},
    private readonly admits = true,
  ) {
    this.simulator = createExchangeSimulator({
      scenario: smallCrash(),
      seed: '1',
      accounts: 120,
      partitions: 4,
      ...changes,
    }) as TestHost['simulator'];
    this.state = this.simulator.initialState();
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

  begin(at: Instant): readonly SimulatorOutput[] {
    this.#clearing = at;
    this.#hop = 0;
    const said = this.#collect(() => this.simulator.beginStep(this.state, at, (output) => this.#place(output)));
    if (this.admits) this.admit(said);
    return said;
  }

  /** Pricing admits what was listed. */
  admit(said: readonly SimulatorOutput[]): void {
    for (const { type, payload } of said) {
      if (type === 'InstrumentListed') this.fact('InstrumentAdmitted', GLOBAL, payload);
    }
  }

  /** A fact of margin or liquidation in a hop of the present step. */
  fact<Type extends keyof Facts>(type: Type, partition: number, payload: Partial<Facts[Type]>): LogEntry {
    const log = type === 'InstrumentAdmitted' ? 'pricing' : isLiquidation(type) ? 'liquidation' : 'margin';
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
    this.#fold(false, entry);
    return entry;
  }

  /** Ends the hop of the facts. */
  settle(): readonly SimulatorOutput[] {
    this.#hop += 2;
    return this.#collect(() => this.simulator.settle(this.state, (output) => this.#place(output)));
  }

  /** Fills of the whole run. */
  get fills(): readonly FillEvents['TradeFilled'][] {
    return this.folded
      .filter(({ own, entry }) => own && entry.type === 'TradeFilled')
      .map(({ entry }) => entry.payload as FillEvents['TradeFilled']);
  }

  /** Digest of everything the exchange said. */
  get digest(): string {
    const own = this.folded.filter((one) => one.own).map(({ entry }) => canonicalText(entry));
    return sha256(own.join('\n')).toString('hex');
  }

  #collect(work: () => void): readonly SimulatorOutput[] {
    this.said = [];
    work();
    return this.said;
  }

  #place(output: SimulatorOutput): void {
    this.said.push(output);
    this.#fold(true, {
      ...ENTRY,
      ...output,
      id: '',
      position: this.#next(`${output.log}/${output.partition}`),
      time: { clearing: this.#clearing, hop: this.#hop },
    });
  }

  #fold(own: boolean, entry: LogEntry): void {
    this.folded.push({ own, entry });
    if (own) this.simulator.evolve(this.state, entry);
    else this.simulator.observe(this.state, entry);
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
  'LiquidationCostAssessed',
  'FundDrawRequested',
  'AdlRequested',
  'LiquidationClosed',
];
const isLiquidation = (type: string): boolean => (LIQUIDATION as readonly string[]).includes(type);

/** Signed position of an account by all fills so far. */
export const positionOf = (host: TestHost, accountId: string, instrument: string): Decimal =>
  host.fills
    .filter((fill) => fill.accountId === accountId && fill.instrument === instrument)
    .reduce((total, { side, quantity }) => total.plus(side === 'buy' ? quantity : dec(quantity).neg()), ZERO);
