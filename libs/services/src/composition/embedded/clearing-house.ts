import {
  GroupCommitter,
  logDigest,
  partitionNumbers,
  type EventLog,
  type LogStore,
  LogDirectory,
  shapeOf,
} from '@ballast/event-log';
import { GLOBAL, type CommandResult, type Genesis, type SealedEvent } from '@ballast/event-sourcing';
import type { ExchangeSimulator, SimulatorState } from '@ballast/exchange-simulator-domain';
import { SERVICE_LOGS, type ServiceLog } from '@ballast/facts';
import { invariant } from '@ballast/kernel';
import {
  PartitionWorker,
  sourcesOf,
  type Command,
  type Committer,
  type ServiceDefinition,
  type SnapshotOptions,
  type SnapshotPolicy,
} from '@ballast/partition-worker';
import { SERVICES } from '../../definitions.js';
import { ExchangeIntake } from '../../exchange/exchange-intake.js';
import { openExchange } from '../../exchange/open-exchange.js';
import { bundledGenesis } from '../../genesis.js';
import { presentRelease, type Release } from '../../release.js';
import { Delivery } from './delivery.js';

export interface ClearingHouseOptions {
  readonly store: LogStore;
  readonly partitions: number;
  /** Name of this process; stored beside its events. */
  readonly worker: string;
  readonly services?: readonly ServiceDefinition[];
  /** Rules and persons that new logs begin with, by service; default: the bundled setting. */
  readonly genesis?: (log: ServiceLog) => Genesis;
  /** The program that decides; default: what runs here. */
  readonly release?: Release;
  /** When partitions are written down, and who is told of snapshots that could not be used; undefined writes and reads none. */
  readonly snapshots?: SnapshotSetting | undefined;
  /** Told now and then how many of the events that have to be taken again were taken. */
  readonly onProgress?: (done: number, total: number) => void;
  /** Told how many events the index of ids was brought on by; an older log has to be looked through once. */
  readonly onIndexed?: ((events: number) => void) | undefined;
  /** What appends to a log; default: group commit. For those who measure it. */
  readonly committerOf?: (log: EventLog) => Committer;
}

/** Events between two words about progress. */
const PROGRESS_EVERY = 500;

export interface SnapshotSetting {
  readonly policy?: SnapshotPolicy;
  readonly notice: (line: string) => void;
}

export type Digests = { readonly [L in ServiceLog]: string };

/** All four services in one process, over one store: the embedded composition without its edges. */
export class ClearingHouse {
  readonly #workers = new Map<string, PartitionWorker>();
  #exchange: PartitionWorker<SimulatorState> | undefined;
  #intake: ExchangeIntake | undefined;
  readonly #listeners = new Set<(entries: readonly SealedEvent[]) => void>();
  readonly delivery = new Delivery();
  /** Told which partition has a command to decide. */
  readonly #commandListeners = new Set<(worker: PartitionWorker) => void>();

  private constructor(
    readonly logs: LogDirectory,
    readonly partitions: number,
    readonly worker: string,
    private readonly snapshots: SnapshotOptions | undefined,
  ) {}

  static async open({
    store,
    partitions,
    worker,
    services = SERVICES,
    genesis = bundledGenesis(),
    release = presentRelease(),
    committerOf = (log) => new GroupCommitter(log),
    snapshots,
    onProgress = () => undefined,
    onIndexed,
  }: ClearingHouseOptions): Promise<ClearingHouse> {
    const logs = await LogDirectory.open(store, partitions);
    const kept = snapshots && { ...snapshots, ...release, store: store.snapshots };
    const house = new ClearingHouse(logs, partitions, worker, kept);
    const total = await house.#eventsToTake(services);
    let done = 0;
    const onRebuilt = (): void => {
      done += 1;
      if (done % PROGRESS_EVERY === 0) onProgress(done, total);
    };
    const told = { onRebuilt, onIndexed };
    for (const service of services) await house.#openService(service, committerOf(logs.log(service.log)), told);
    // What a writer says at its start comes behind everything that its readers have still to take.
    await house.catchUp();
    for (const worker of house.workers) {
      await worker.start({ ...release, genesis: genesis(worker.log as ServiceLog) });
    }
    return house;
  }

  /** Own events behind the newest snapshots: about what a start has to take again. */
  async #eventsToTake(services: readonly ServiceDefinition[]): Promise<number> {
    let events = 0;
    for (const { log } of services) {
      for (const { partition, size } of await this.logs.log(log).heads()) {
        const [newest] = this.snapshots === undefined ? [] : await this.snapshots.store.marks(log, partition);
        events += size - Math.min(size, newest?.position ?? 0);
      }
    }
    return events;
  }

  async #openService(
    service: ServiceDefinition,
    committer: Committer,
    told: { readonly onRebuilt: () => void } & Pick<ClearingHouseOptions, 'onIndexed'>,
  ): Promise<void> {
    const log = this.logs.log(service.log);
    for (const partition of partitionNumbers(shapeOf(service.log, this.partitions))) {
      const process = partition === GLOBAL ? service.global : service.numbered;
      invariant(process !== undefined, `${service.log} has no process for partition ${partition}`);
      const worker: PartitionWorker = await PartitionWorker.open({
        process,
        partition,
        partitions: this.partitions,
        log,
        committer,
        sources: sourcesOf(service.log, partition, this.partitions),
        reader: this.logs,
        worker: this.worker,
        publish: (events) => this.publish(events),
        onCommand: () => this.#commandListeners.forEach((listener) => listener(worker)),
        snapshots: this.snapshots,
        ...told,
      });
      this.#workers.set(`${service.log}/${partition}`, worker);
      this.delivery.add(worker);
    }
  }

  /** The simulated exchange over the same store: it is sent what the services append, and they what it says. */
  async openExchange({ process }: ExchangeSimulator): Promise<PartitionWorker<SimulatorState>> {
    const exchange = await openExchange({
      process,
      logs: this.logs,
      reader: this.logs,
      worker: this.worker,
      publish: (entries) => this.publish(entries),
      snapshots: this.snapshots,
    });
    this.#exchange = exchange;
    this.delivery.add(exchange);
    return exchange;
  }

  /** Keeps the log of an exchange outside, over the same store: what its producers say goes to the services. */
  async openIntake(): Promise<ExchangeIntake> {
    this.#intake = await ExchangeIntake.open({
      logs: this.logs,
      reader: this.logs,
      worker: this.worker,
      publish: (entries) => this.publish(entries),
      snapshots: this.snapshots,
    });
    return this.#intake;
  }

  /** Takes what the sources hold beyond the cursors. */
  async catchUp(): Promise<void> {
    await Promise.all(this.workers.map((worker) => worker.catchUp()));
  }

  /** Everything has stopped: what is in memory is written down, so that the next start has nothing to take again. */
  async rest(): Promise<void> {
    const workers = this.#exchange === undefined ? this.workers : [...this.workers, this.#exchange];
    await Promise.all([...workers.map((worker) => worker.rest()), this.#intake?.rest()]);
  }

  get workers(): readonly PartitionWorker[] {
    return [...this.#workers.values()];
  }

  workerOf<State>(log: ServiceLog, partition: number): PartitionWorker<State> {
    const worker = this.#workers.get(`${log}/${partition}`);
    invariant(worker !== undefined, `${log}/${partition} is not run here`);
    return worker as PartitionWorker<State>;
  }

  /** Is told when a command begins to wait in a partition. @returns how to be told no more */
  onCommand(listener: (worker: PartitionWorker) => void): () => void {
    this.#commandListeners.add(listener);
    return () => void this.#commandListeners.delete(listener);
  }

  execute(log: ServiceLog, partition: number, command: Command): Promise<CommandResult> {
    return this.workerOf(log, partition).execute(command);
  }

  /** Sends appended entries to the readers in this process and to everybody who watches. */
  publish(entries: readonly SealedEvent[]): Promise<void> {
    this.delivery.deliver(entries);
    for (const listener of this.#listeners) listener(entries);
    return Promise.resolve();
  }

  /** Watches all that is appended, in commit order per partition. Returns how to stop. */
  onAppended(listener: (entries: readonly SealedEvent[]) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async digests(): Promise<Digests> {
    return digestsOf(this.logs);
  }
}

/** The four digests: what two runs are compared by. Only equal partition counts compare. */
export async function digestsOf(logs: LogDirectory): Promise<Digests> {
  const digests: Record<string, string> = {};
  for (const name of SERVICE_LOGS) digests[name] = logDigest(await logs.log(name).heads()).toString('hex');
  return digests as Digests;
}
