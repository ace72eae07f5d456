import { decodeCommand, encodeCommand, type FieldError } from '@ballast/contracts';
import type { EncodedMessage } from '@ballast/contracts/testing';
import type { SealedEvent } from '@ballast/event-sourcing';
import type {
  Batch,
  Bus,
  BusIncident,
  CommandBatch,
  CommandMessage,
  Halt,
  LogReader,
  ParkedMessage,
  SourceCursor,
  Subscription,
} from '../bus.js';
import { SourceSequence } from '../source-sequence.js';
import { RetainedMessages } from './retained-messages.fixtures.js';

export interface InProcessBusOptions {
  /** Reads from the logs what is no longer, or not yet again, on the bus (it forgets everything at a restart). */
  readonly read?: LogReader;
  /** Messages kept per partition; default 4096 with a reader, without end when there is none. */
  readonly retain?: number;
  /** Largest number of messages in one batch; default 1000. */
  readonly batchSize?: number;
  /** Fault injection for tests: what arrives instead of the messages that were sent. */
  readonly distort?: (arriving: readonly SealedEvent[]) => readonly SealedEvent[];
  readonly onIncident?: (incident: BusIncident) => void;
}

/**
 * The bus of a single process. Entries are passed on as the objects they are; commands are written and read as on every
 * bus, because what cannot be read is parked. Every subscriber pulls at its own pace: one that falls behind what is
 * kept reads from the log instead, so memory stays bounded.
 */
export class InProcessBus implements Bus {
  readonly #entries = new Map<string, RetainedMessages<SealedEvent>>();
  readonly #commands = new Map<string, RetainedMessages<EncodedMessage>>();
  readonly #pumps = new Set<Pump>();
  /** Wall clock, microseconds: offsets of this process begin above those of every earlier one. */
  readonly #firstOffset = Date.now() * 1000;
  readonly #retain: number;
  readonly #batchSize: number;
  readonly #report: (incident: BusIncident) => void;

  constructor(private readonly options: InProcessBusOptions = {}) {
    this.#retain = options.retain ?? (options.read === undefined ? Infinity : 4096);
    this.#batchSize = options.batchSize ?? 1000;
    this.#report = options.onIncident ?? (() => undefined);
  }

  async publish(entries: readonly SealedEvent[]): Promise<void> {
    for (let start = 0; start < entries.length;) {
      const { log, partition } = entries[start] as SealedEvent;
      let end = start + 1;
      while (end < entries.length && entries[end]?.log === log && entries[end]?.partition === partition) end += 1;
      this.#kept(this.#entries, log, partition).append(entries.slice(start, end));
      start = end;
    }
  }

  async subscribe(
    sources: readonly SourceCursor[],
    handle: (batch: Batch) => Promise<void>,
    onHalt?: (halt: Halt) => void,
  ): Promise<Subscription> {
    return this.#start(sources.map((source) => this.#entryPump(source, handle, onHalt)));
  }

  async send(command: CommandMessage): Promise<void> {
    this.#kept(this.#commands, command.log, command.partition).append([encodeCommand(command)]);
  }

  async receive(
    source: Pick<SourceCursor, 'log' | 'partition' | 'offset'>,
    handle: (batch: CommandBatch) => Promise<void>,
    onHalt?: (halt: Halt) => void,
  ): Promise<Subscription> {
    const { log, partition } = source;
    const kept = this.#kept(this.#commands, log, partition);
    let offset = offsetOf(source);
    const step = async (): Promise<boolean> => {
      const { messages, next } = kept.from(offset, this.#batchSize);
      if (messages.length === 0) return false;
      const first = next - messages.length;
      offset = next;
      const commands: CommandMessage[] = [];
      const parked: ParkedMessage[] = [];
      for (const [i, message] of messages.entries()) {
        const decoded = decodeCommand({ ...message, value: Buffer.from(message.value) });
        if (decoded.ok) commands.push(decoded.command);
        else parked.push(this.#park(message, String(first + i), decoded.error));
      }
      await handle({ log, partition, commands, parked, nextOffset: String(next) });
      return true;
    };
    return this.#start([new Pump(step, kept, (error) => this.#halt({ log, partition, error }, onHalt))]);
  }

  async close(): Promise<void> {
    await Promise.all([...this.#pumps].map((pump) => pump.stop()));
  }

  #entryPump(source: SourceCursor, handle: (batch: Batch) => Promise<void>, onHalt?: (halt: Halt) => void): Pump {
    const { log, partition } = source;
    const kept = this.#kept(this.#entries, log, partition);
    const sequence = new SourceSequence(log, partition, source, this.options.read, this.#report);
    let offset = offsetOf(source);
    // What was published before this process began is in the log only, and nobody will publish it again.
    let behindLog = this.options.read !== undefined;
    const step = async (): Promise<boolean> => {
      const inLog = behindLog ? await sequence.readOn() : [];
      if (inLog.length === 0) behindLog = false;
      const { messages, next } = kept.from(offset, behindLog ? 0 : this.#batchSize);
      if (messages.length === 0 && inLog.length === 0) return false;
      offset = behindLog ? offset : next;
      const arriving = this.options.distort === undefined ? messages : this.options.distort(messages);
      const entries = [...inLog, ...(await sequence.admit(arriving.map((entry) => ({ entry })))).entries];
      if (entries.length > 0) {
        const behind = kept.end - offset;
        await handle({ log, partition, entries, parked: [], nextOffset: String(offset), behind });
      }
      return true;
    };
    return new Pump(step, kept, (error) => this.#halt({ log, partition, error }, onHalt));
  }

  #start(pumps: readonly Pump[]): Subscription {
    for (const pump of pumps) {
      this.#pumps.add(pump);
      pump.start();
    }
    return {
      stop: async () => {
        await Promise.all(pumps.map((pump) => pump.stop()));
        for (const pump of pumps) this.#pumps.delete(pump);
      },
    };
  }

  #park(
    { topic, partition, key, value, headers }: EncodedMessage,
    offset: string,
    { code, field, message, remedy }: FieldError & { readonly code: string },
  ): ParkedMessage {
    const parked: ParkedMessage = {
      topic,
      partition,
      offset,
      key: Buffer.from(key),
      value: Buffer.from(value),
      headers: Object.fromEntries(Object.entries(headers).map(([name, text]) => [name, Buffer.from(text)])),
      error: `${code}: ${field} ${message}; ${remedy}`,
    };
    this.#report({ kind: 'parked', message: parked });
    return parked;
  }

  #halt(halt: Halt, onHalt: ((halt: Halt) => void) | undefined): void {
    this.#report({ kind: 'halted', ...halt });
    onHalt?.(halt);
  }

  #kept<Message>(
    of: Map<string, RetainedMessages<Message>>,
    log: string,
    partition: number,
  ): RetainedMessages<Message> {
    const key = `${log}/${partition}`;
    let kept = of.get(key);
    if (kept === undefined) {
      kept = new RetainedMessages(this.#retain, this.#firstOffset);
      of.set(key, kept);
    }
    return kept;
  }
}

const offsetOf = ({ offset }: { readonly offset?: string }): number => (offset === undefined ? 0 : Number(offset));

/** Repeats a step as long as it finds something to do, then waits for the next message. */
class Pump {
  #stopped = false;
  #running: Promise<void> = Promise.resolve();
  #wake: () => void = () => undefined;
  #awaken = false;

  constructor(
    private readonly step: () => Promise<boolean>,
    private readonly messages:
      RetainedMessages<never> | RetainedMessages<SealedEvent> | RetainedMessages<EncodedMessage>,
    private readonly fail: (error: unknown) => void,
  ) {}

  start(): void {
    this.#running = this.#run();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#wake();
    await this.#running;
  }

  async #run(): Promise<void> {
    const unsubscribe = this.messages.onAppended(() => {
      this.#awaken = true;
      this.#wake();
    });
    try {
      while (!this.#stopped) {
        this.#awaken = false;
        if (await this.step()) {
          // Lets timers and sockets have their turn: in one process a chain of handlers would never yield.
          await new Promise((resolve) => setImmediate(resolve));
        } else if (!this.#awaken && !this.#stopped) {
          await new Promise<void>((resolve) => {
            this.#wake = resolve;
          });
        }
      }
    } catch (error) {
      this.fail(error);
    } finally {
      unsubscribe();
    }
  }
}
