import { Server, type CustomTransportStrategy, type MessageHandler } from '@nestjs/microservices';
import { isObservable, lastValueFrom } from 'rxjs';
import type { Batch, Bus, BusIncident, SourceCursor, Subscription } from '../bus.js';
import { KafkaBus, type KafkaBusOptions } from '../kafka/kafka-bus.js';
import { PartitionOwnership, type KafkaOwnershipOptions } from '../kafka/partition-ownership.js';
import type { Ownership } from '../ownership/ownership.js';
import type { BatchReceiver } from './batch-receiver.js';

/** What a process is connected to. */
export interface Transport {
  readonly bus: Bus;
  readonly ownership: Ownership;
}

export type BatchStrategyEvents = Record<'incident', (incident: BusIncident) => void>;

export interface BatchStrategyOptions {
  /** Connects when the microservice begins to listen. What the transport notices goes to `onIncident`. */
  readonly connect: (onIncident: (incident: BusIncident) => void) => Promise<Transport>;
  /**
   * Where the `@EventPattern('<log>')` handlers of this process read on: notifications, views, what decides nothing.
   * Such a handler gets whole batches, at least once.
   */
  readonly follow?: (log: string) => Promise<readonly SourceCursor[]>;
}

/** Kafka as a transport: the bus and the ownership of one service. */
export const kafkaTransport =
  (bus: Omit<KafkaBusOptions, 'onIncident'>, ownership: Omit<KafkaOwnershipOptions, 'connection' | 'onFatal'>) =>
  async (onIncident: (incident: BusIncident) => void): Promise<Transport> => ({
    bus: await KafkaBus.open({ ...bus, onIncident }),
    ownership: new PartitionOwnership({
      ...ownership,
      connection: bus.connection,
      onFatal: (error) => onIncident({ kind: 'fatal', error }),
    }),
  });

/**
 * A Nest transport for batches. Nest's own pipeline is made for single messages and has no place for a partition's
 * transaction, so the clearing path bypasses it: batches go straight from the bus to the receiver. Nest keeps what it
 * is good at: the life cycle, and `@EventPattern` handlers at the edge, which are looked up once, when listening
 * begins.
 */
export class KafkaBatchStrategy
  extends Server<BatchStrategyEvents, BusIncident['kind']>
  implements CustomTransportStrategy
{
  readonly #subscriptions = new Map<number, readonly Subscription[]>();
  readonly #following: Subscription[] = [];
  readonly #listeners = new Set<(incident: BusIncident) => void>();
  #receiver: BatchReceiver | undefined;
  #transport: Transport | undefined;

  constructor(private readonly options: BatchStrategyOptions) {
    super();
  }

  /** Names the provider that works on partitions; before `listen`. */
  deliverTo(receiver: BatchReceiver): this {
    this.#receiver = receiver;
    return this;
  }

  listen(callback: (error?: unknown) => void): void {
    this.#begin().then(() => callback(), callback);
  }

  /** Gives every partition up, waits for the batches in hand, then disconnects. */
  async close(): Promise<void> {
    const transport = this.#transport;
    if (transport === undefined) return;
    this.#transport = undefined;
    await transport.ownership.close();
    await Promise.all(this.#following.splice(0).map((subscription) => subscription.stop()));
    await transport.bus.close();
  }

  /** `incident`: what the bus has noticed; of kind `fatal` when the process is to end. */
  on<Event extends keyof BatchStrategyEvents>(_incident: Event, callback: BatchStrategyEvents[Event]): void {
    this.#listeners.add(callback);
  }

  /** The transport: bus and ownership. */
  unwrap<T>(): T {
    return this.#transport as T;
  }

  /** The worker of a partition was fenced: it is given up, and taken again if it is still this process's. */
  fenced(partition: number): void {
    this.#transport?.ownership.fenced(partition);
  }

  async #begin(): Promise<void> {
    const transport = await this.options.connect((incident) => this.#notice(incident));
    this.#transport = transport;
    const handlers: ReadonlyMap<string, MessageHandler<Batch>> = this.getHandlers();
    for (const [log, handler] of handlers) await this.#follow(transport.bus, log, handler);
    const receiver = this.#receiver;
    if (receiver === undefined) return;
    await transport.ownership.start({
      onAssigned: (partition) => this.#take(transport.bus, receiver, partition),
      onRevoked: (partition) => this.#drop(receiver, partition),
    });
  }

  async #take(bus: Bus, receiver: BatchReceiver, partition: number): Promise<void> {
    const sources = await receiver.assigned(partition);
    const isCommands = ({ log }: SourceCursor): boolean => log.endsWith('.commands');
    const onHalt = receiver.halted.bind(receiver, partition);
    const subscriptions: Subscription[] = [];
    this.#subscriptions.set(partition, subscriptions);
    try {
      const events = sources.filter((source) => !isCommands(source));
      subscriptions.push(await bus.subscribe(events, (batch) => receiver.receive(partition, batch), onHalt));
      for (const source of sources.filter(isCommands)) {
        const receive = receiver.receiveCommands.bind(receiver, partition);
        subscriptions.push(await bus.receive(source, receive, onHalt));
      }
    } catch (error) {
      await this.#drop(receiver, partition);
      throw error;
    }
  }

  async #drop(receiver: BatchReceiver, partition: number): Promise<void> {
    await Promise.all((this.#subscriptions.get(partition) ?? []).map((subscription) => subscription.stop()));
    this.#subscriptions.delete(partition);
    await receiver.revoked(partition);
  }

  async #follow(bus: Bus, log: string, handler: MessageHandler<Batch>): Promise<void> {
    const sources = await this.options.follow?.(log);
    if (sources === undefined) throw new Error(`a handler follows ${log}, and nobody says from where`);
    const handle = async (batch: Batch): Promise<void> => {
      const answer: unknown = await handler(batch);
      // Nest reports a failed handler as a stream that fails.
      if (isObservable(answer)) await lastValueFrom(answer, { defaultValue: undefined });
    };
    this.#following.push(await bus.subscribe(sources, handle));
  }

  #notice(incident: BusIncident): void {
    this._status$.next(incident.kind);
    for (const listener of this.#listeners) listener(incident);
  }
}
