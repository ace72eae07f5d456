import { EMPTY_HEAD, compareLockstep, seal, causeName, type LogEntry, type SealedEvent } from '@ballast/event-sourcing';
import {
  GroupCommitter,
  partitionNumbers,
  type EventLog,
  type EntryReader,
  shapeOf,
  type LogDirectory,
} from '@ballast/event-log';
import { EXCHANGE_LOGS, type ExchangeLog } from '@ballast/facts';
import { invariant, uuidV5, type Instant } from '@ballast/kernel';
import { SourceQueue, sourceKey, sourcesOf, type LockstepParticipant, type SourceRef } from '@ballast/partition-worker';
import type { ExchangeSimulator, SimulatorOutput } from '@ballast/exchange-simulator-domain';

export interface ExchangeHostOptions<State> {
  readonly simulator: ExchangeSimulator<State>;
  /** The exchange's own logs. */
  readonly logs: LogDirectory;
  /** Reads what the exchange listens to. */
  readonly reader: EntryReader;
  readonly partitions: number;
  readonly worker: string;
  readonly publish: (entries: readonly SealedEvent[]) => Promise<void>;
  /**
   * What a start does with the newest step of the logs: `repeat` it (lockstep: the step may be incomplete, and comes
   * out the same), or go on `behind` it (live: what came when is not repeatable). Default: repeat.
   */
  readonly lastStep?: 'repeat' | 'behind';
}

/** One partition of one exchange topic as the host writes it. */
interface Lane {
  readonly log: EventLog;
  readonly name: ExchangeLog;
  readonly partition: number;
  readonly epoch: number;
  /** Where the stored log ends; the host may be behind it while it repeats the last step. */
  readonly storedSize: number;
  size: number;
  head: Buffer;
  /** What is appended so far. */
  durableSize: number;
  durableHead: Buffer;
  readonly versions: Map<string, number>;
  /** Cursors at the lane's previous entry. */
  readonly seen: Map<string, number>;
}

const PAGE = 1_000;

/**
 * Runs the simulated exchange: keeps its logs, appended before they are sent, and resumes like a service. The step
 * in which it was stopped is executed again from its beginning; what is stored of it already must come out the same.
 */
export class ExchangeHost<State = unknown> implements LockstepParticipant {
  readonly state: State;
  readonly #options: ExchangeHostOptions<State>;
  readonly #sources: readonly SourceRef[];
  readonly #queues: readonly SourceQueue[];
  readonly #cursors = new Map<string, number>();
  readonly #lanes = new Map<string, Lane>();
  readonly #committers = new Map<string, GroupCommitter>();
  readonly #compare: (a: LogEntry, b: LogEntry) => number;
  readonly #ordinals = new Map<string, number>();
  #lastStep: Instant | undefined;
  /** Numbers the messages of a step over all topics, so that their order is known again. */
  #messagesOfStep = 0;
  #fresh: SealedEvent[] = [];
  /** Live: highest hop of what was taken at the present clearing time; logical time must not fall in any topic. */
  #highestHop = 0;

  private constructor(options: ExchangeHostOptions<State>) {
    this.#options = options;
    this.state = options.simulator.initialState();
    this.#sources = sourcesOf('exchange', -1, options.partitions);
    const ranks = new Map(this.#sources.map(({ log, partition, rank }) => [sourceKey(log, partition), rank]));
    this.#compare = compareLockstep((log, partition) => ranks.get(sourceKey(log, partition)) ?? 0);
    this.#queues = this.#sources.map((source) => new SourceQueue(source, 0));
  }

  static async open<State>(options: ExchangeHostOptions<State>): Promise<ExchangeHost<State>> {
    const host = new ExchangeHost(options);
    await host.#takeLanes();
    await host.#rebuild();
    return host;
  }

  /** The newest step of which something is stored; it must be run (again) before the next one. */
  get lastStep(): Instant | undefined {
    return this.#lastStep;
  }

  get sources(): readonly SourceRef[] {
    return this.#sources;
  }

  get backlog(): number {
    return this.#queues.reduce((total, queue) => total + queue.length, 0);
  }

  arrived(log: string, partition: number): number {
    return this.#queue(log, partition)?.arrived ?? 0;
  }

  /** Where the host's own log partitions end. */
  ends(): readonly (readonly [log: string, partition: number, position: number])[] {
    return [...this.#lanes.values()].map((lane) => [lane.name, lane.partition, lane.durableSize] as const);
  }

  epochOf(log: string, partition: number): number {
    return this.#lanes.get(sourceKey(log, partition))?.epoch ?? 0;
  }

  offer(entries: readonly LogEntry[]): number | undefined {
    for (const entry of entries) {
      const queue = this.#queue(entry.log, entry.partition);
      if (queue?.offer(entry) === 'hole') return queue.arrived;
    }
    return undefined;
  }

  #queue(log: string, partition: number): SourceQueue | undefined {
    return this.#queues.find(({ source }) => source.log === log && source.partition === partition);
  }

  async catchUp(): Promise<void> {
    for (const { source } of this.#queues) {
      for (;;) {
        const entries = await this.#options.reader.read(
          source.log,
          source.partition,
          this.arrived(source.log, source.partition),
          PAGE,
        );
        if (entries.length === 0) break;
        this.offer(entries);
      }
    }
  }

  /** Sends what is stored of the last step again: it may have been appended and not sent. Readers judge by position. */
  async publishStored(): Promise<void> {
    for (const lane of this.#lanes.values()) {
      for (let after = lane.durableSize; ;) {
        const entries = await lane.log.read(lane.partition, after, PAGE);
        if (entries.length === 0) break;
        await this.#options.publish(entries);
        after += entries.length;
      }
    }
  }

  /** Appends and sends the outside inputs of a step. */
  async begin(at: Instant): Promise<number> {
    this.#ordinals.clear();
    this.#messagesOfStep = 0;
    this.#highestHop = 0;
    this.#options.simulator.beginStep(this.state, at, (output) => this.#emit(output, { clearing: at, hop: 0 }));
    this.#lastStep = at;
    return this.#append();
  }

  async runHop(clearing: Instant, hop: number): Promise<number> {
    const inputs: LogEntry[] = [];
    for (const queue of this.#queues) {
      for (;;) {
        const entry = queue.peek();
        if (entry === undefined || entry.time.clearing > clearing) break;
        if (entry.time.clearing === clearing && entry.time.hop > hop) break;
        inputs.push(queue.take());
      }
    }
    inputs.sort(this.#compare);
    return this.#answer(inputs, { clearing, hop: hop + 1 });
  }

  /** Answers, hop after hop, what has arrived of a step and of earlier ones, up to a hop that is left out. */
  async runHops(clearing: Instant, before = Infinity): Promise<void> {
    for (let hop = 0; hop < before && this.#isAsked(clearing); hop++) await this.runHop(clearing, hop);
  }

  #isAsked(clearing: Instant): boolean {
    return this.#queues.some((queue) => (queue.peek()?.time.clearing ?? Infinity) <= clearing);
  }

  /**
   * Live: answers everything that has arrived, at the present step.
   * @returns number of inputs applied
   */
  async runLive(): Promise<number> {
    const clearing = this.#lastStep;
    if (clearing === undefined) return 0;
    const inputs: LogEntry[] = [];
    for (const queue of this.#queues) while (queue.length > 0) inputs.push(queue.take());
    const hops = inputs.filter(({ time }) => time.clearing === clearing).map(({ time }) => time.hop);
    this.#highestHop = Math.max(this.#highestHop, ...hops);
    await this.#answer(inputs, { clearing, hop: 1 + this.#highestHop });
    return inputs.length;
  }

  async #answer(inputs: readonly LogEntry[], time: LogEntry['time']): Promise<number> {
    if (inputs.length === 0) return 0;
    for (const input of inputs) this.#observe(input);
    this.#options.simulator.settle(this.state, (output) => this.#emit(output, time));
    return this.#append();
  }

  #observe(input: LogEntry): void {
    this.#cursors.set(sourceKey(input.log, input.partition), input.position);
    this.#options.simulator.observe(this.state, input);
  }

  #emit(output: SimulatorOutput, time: LogEntry['time']): void {
    const lane = this.#lanes.get(sourceKey(output.log, output.partition));
    invariant(lane !== undefined, `the exchange has no ${output.log}/${output.partition}`);
    const basis = [...this.#cursors]
      .filter(([key, position]) => (lane.seen.get(key) ?? 0) < position)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, position]) => {
        lane.seen.set(key, position);
        const [log, partition] = key.split('/') as [string, string];
        return [log, Number(partition), position] as const;
      });
    const name = `${lane.name}/${lane.partition}/${causeName(output.cause)}`;
    const ordinal = this.#ordinals.get(name) ?? 0;
    this.#ordinals.set(name, ordinal + 1);
    const sealed = seal(
      {
        log: lane.name,
        partition: lane.partition,
        position: lane.size + 1,
        id: uuidV5(`${name}/${ordinal}`),
        stream: output.stream,
        version: (lane.versions.get(output.stream) ?? 0) + 1,
        type: output.type,
        schemaVersion: output.schemaVersion,
        time,
        cause: output.cause,
        basis,
        correlation: `step/${time.clearing}/${++this.#messagesOfStep}`,
        actor: null,
        payload: output.payload,
      },
      lane.head,
    );
    this.#place(lane, sealed);
    this.#fresh.push(sealed);
  }

  #place(lane: Lane, entry: SealedEvent): void {
    lane.size = entry.position;
    lane.head = entry.chain;
    lane.versions.set(entry.stream, entry.version);
    this.#options.simulator.evolve(this.state, entry);
  }

  /** Appends what is not stored yet (each topic in one transaction), then sends it. */
  async #append(): Promise<number> {
    const fresh = this.#fresh;
    this.#fresh = [];
    const byLane = new Map<Lane, SealedEvent[]>();
    for (const entry of fresh) {
      const lane = this.#lanes.get(sourceKey(entry.log, entry.partition)) as Lane;
      if (entry.position <= lane.storedSize) {
        const stored = await lane.log.hashes(lane.partition, entry.position - 1, 1);
        invariant(
          stored.equals(entry.hash),
          `${entry.log}/${entry.partition} #${entry.position} comes out different now`,
        );
        lane.durableSize = entry.position;
        lane.durableHead = entry.chain;
        continue;
      }
      const events = byLane.get(lane);
      if (events === undefined) byLane.set(lane, [entry]);
      else events.push(entry);
    }
    await Promise.all([...byLane].map(([lane, events]) => this.#appendLane(lane, events)));
    const appended = [...byLane.values()].flat();
    if (appended.length > 0) await this.#options.publish(appended);
    return appended.length;
  }

  async #appendLane(lane: Lane, events: readonly SealedEvent[]): Promise<void> {
    const committer = this.#committers.get(lane.name) as GroupCommitter;
    const outcome = await committer.submit({
      partition: lane.partition,
      epoch: lane.epoch,
      expectedSize: lane.durableSize,
      expectedHead: lane.durableHead,
      events,
      cursors: [],
      commands: [],
      worker: this.#options.worker,
    });
    invariant(
      outcome.status === 'appended' || outcome.status === 'duplicate',
      `${lane.name}/${lane.partition}: ${JSON.stringify(outcome)}`,
    );
    const last = events.at(-1) as SealedEvent;
    lane.durableSize = last.position;
    lane.durableHead = last.chain;
  }

  async #takeLanes(): Promise<void> {
    const { logs, partitions, worker } = this.#options;
    for (const name of EXCHANGE_LOGS) {
      const log = logs.log(name);
      this.#committers.set(name, new GroupCommitter(log));
      for (const partition of partitionNumbers(shapeOf(name, partitions))) {
        const head = await log.take(partition, worker);
        this.#lanes.set(sourceKey(name, partition), {
          log,
          name,
          partition,
          epoch: head.epoch,
          storedSize: head.size,
          size: 0,
          head: EMPTY_HEAD,
          durableSize: 0,
          durableHead: EMPTY_HEAD,
          versions: new Map(),
          seen: new Map(),
        });
        if (head.size === 0) continue;
        if (head.clearing > (this.#lastStep ?? -1)) this.#highestHop = 0;
        this.#lastStep = Math.max(this.#lastStep ?? 0, head.clearing);
        if (head.clearing === this.#lastStep) this.#highestHop = Math.max(this.#highestHop, head.hop);
      }
    }
  }

  /** Folds everything before the last step; the last step itself is left to be run again. */
  async #rebuild(): Promise<void> {
    if (this.#lastStep === undefined) return;
    const until = this.#options.lastStep === 'behind' ? Infinity : this.#lastStep;
    const own: SealedEvent[] = [];
    for (const lane of this.#lanes.values()) {
      for (let after = 0; ;) {
        const page = await lane.log.read(lane.partition, after, PAGE);
        if (page.length === 0) break;
        own.push(...page.filter(({ time }) => time.clearing < until));
        after = (page.at(-1) as SealedEvent).position;
      }
    }
    own.sort((a, b) => a.time.clearing - b.time.clearing || messageOfStep(a) - messageOfStep(b));
    await this.catchUp();
    const observed: LogEntry[] = [];
    for (const queue of this.#queues) {
      while ((queue.peek()?.time.clearing ?? Infinity) < until) observed.push(queue.take());
    }
    observed.sort(this.#compare);
    let next = 0;
    const observeBefore = (time: LogEntry['time']): void => {
      for (; next < observed.length; next++) {
        const entry = observed[next] as LogEntry;
        if (entry.time.clearing > time.clearing) return;
        if (entry.time.clearing === time.clearing && entry.time.hop >= time.hop) return;
        this.#observe(entry);
      }
    };
    for (const entry of own) {
      observeBefore(entry.time);
      const lane = this.#lanes.get(sourceKey(entry.log, entry.partition)) as Lane;
      for (const [log, partition, position] of entry.basis) lane.seen.set(sourceKey(log, partition), position);
      this.#place(lane, entry);
      lane.durableSize = entry.position;
      lane.durableHead = entry.chain;
    }
    observeBefore({ clearing: until, hop: 0 });
  }
}

const messageOfStep = ({ correlation }: LogEntry): number =>
  Number(correlation.slice(correlation.lastIndexOf('/') + 1));
