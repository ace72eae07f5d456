import type { LogDirectory } from '@ballast/event-log';
import type { LogPartition, SealedEvent } from '@ballast/event-sourcing';
import type { ExchangeLog } from '@ballast/facts';
import type { Bus } from '@ballast/messaging';
import { sourceKey } from '@ballast/partition-worker';
import { Relay } from './relay.js';

const SAVE_EVERY_MS = 1_000;

/** The relays of a worker that writes partitions of several logs, one for each. */
export class Relays {
  readonly #relays = new Map<string, Relay>();
  readonly #saving: NodeJS.Timeout;

  constructor(
    private readonly bus: Bus,
    private readonly logs: LogDirectory,
    private readonly onTrouble: (what: string, error: unknown) => void,
  ) {
    this.#saving = setInterval(() => void this.#save(), SAVE_EVERY_MS);
  }

  /** Sends what was appended and not sent, of each of the partitions. */
  async catchUp(written: readonly LogPartition[]): Promise<void> {
    await Promise.all(written.map(({ log, partition }) => this.#relayOf(log, partition).catchUp()));
  }

  /** Resolves when the broker has the entries; those of one partition stand in order. */
  async send(entries: readonly SealedEvent[]): Promise<void> {
    const byRelay = new Map<Relay, SealedEvent[]>();
    for (const entry of entries) {
      const relay = this.#relayOf(entry.log, entry.partition);
      const own = byRelay.get(relay);
      if (own === undefined) byRelay.set(relay, [entry]);
      else own.push(entry);
    }
    await Promise.all([...byRelay].map(([relay, own]) => relay.send(own)));
  }

  async stop(): Promise<void> {
    clearInterval(this.#saving);
    await this.#save();
    for (const relay of this.#relays.values()) relay.stop();
  }

  #relayOf(log: string, partition: number): Relay {
    const key = sourceKey(log, partition);
    let relay = this.#relays.get(key);
    if (relay === undefined) {
      relay = new Relay(this.bus, this.logs.log(log as ExchangeLog), partition, (error) =>
        this.onTrouble(`relay of ${key}`, error),
      );
      this.#relays.set(key, relay);
    }
    return relay;
  }

  async #save(): Promise<void> {
    for (const relay of this.#relays.values()) {
      await relay.save().catch((error: unknown) => this.onTrouble('relay cursor', error));
    }
  }
}
