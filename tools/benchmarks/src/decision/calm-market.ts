import type { EventLog, LogDirectory } from '@ballast/event-log';
import { GLOBAL, snapshotFormat, type MachineOutput, type SealedEvent } from '@ballast/event-sourcing';
import { invariant } from '@ballast/kernel';
import { packedText, SNAPSHOT_POLICY } from '@ballast/partition-worker';
import { Appender } from './decision.bench.js';
import { itemOf } from './log-tape.js';
import { MarginWorld } from './margin-world.js';

const PAGE = 1_000;

/** Accounts, price sets and runs of a market in which no state changes, stored as the services would have; grows as long as one likes. */
export class CalmMarket {
  private constructor(
    private readonly logs: LogDirectory,
    private readonly world: MarginWorld,
  ) {}

  static async open(logs: LogDirectory, accounts: number): Promise<CalmMarket> {
    const market = new CalmMarket(logs, new MarginWorld(accounts, logs.partitions, true));
    const appender = await Appender.take(logs.log('margin'), market.world);
    await appender.append(market.world.open());
    await market.#storeRead();
    return market;
  }

  /** Events of margin, in all its partitions. */
  get events(): number {
    return [this.world.global, ...this.world.machines].reduce((sum, { size }) => sum + size, 0);
  }

  /**
   * So many price sets more, each with a run over all accounts.
   * @param credits of accounts in turn behind each price set, each with a run over that account
   */
  async grow(priceSets: number, credits = 0): Promise<void> {
    const appender = await Appender.take(this.logs.log('margin'), this.world);
    for (let n = 0; n < priceSets; n++) {
      await appender.append(this.world.quiet());
      await appender.appendNumbered(this.#credited(credits));
      if (this.#held() >= PAGE) await this.#storeRead();
    }
    await this.#storeRead();
  }

  /** Writes every partition down where it is, as its writer would who comes to rest. */
  async rest(program: { readonly release: string; readonly build: string }): Promise<void> {
    for (const machine of [this.world.global, ...this.world.machines]) {
      const { process, partition, size: position, head } = machine;
      const place = { log: process.log, partition, position, head, resting: !machine.atEvent };
      // Of the global partition or of a numbered one: each has a process of its own.
      const format = snapshotFormat<never>(process as never, partition);
      const packed = await packedText(machine.snapshot());
      await this.logs.snapshots.save({ ...place, format, ...program, ...packed }, SNAPSHOT_POLICY.keep);
    }
  }

  /** What the partitions say of so many credits, one block of each. */
  #credited(credits: number): readonly MachineOutput[] {
    const said = this.world.machines.map(() => ({
      events: [] as SealedEvent[],
      cursors: [] as MachineOutput['cursors'],
    }));
    for (let n = 0; n < credits; n++) {
      const { partition, output } = this.world.credited();
      const of = said[partition] as (typeof said)[number];
      of.events.push(...output.events);
      of.cursors = output.cursors;
    }
    return said;
  }

  /** Events that margin read and that are not stored yet: a fact of pricing, or those of accounts. */
  #held(): number {
    const { pricing, accounts } = this.world.read;
    return accounts.reduce((sum, { length }) => sum + length, pricing.length);
  }

  /** What margin read, into the logs that it reads. */
  async #storeRead(): Promise<void> {
    const { pricing, accounts } = this.world.read;
    await store(this.logs.log('pricing'), GLOBAL, pricing.splice(0));
    for (const [partition, events] of accounts.entries()) {
      await store(this.logs.log('accounts'), partition, events.splice(0));
    }
  }
}

async function store(log: EventLog, partition: number, events: readonly SealedEvent[]): Promise<void> {
  if (events.length === 0) return;
  const { epoch, size, head } = await log.take(partition, 'bench');
  let end: { readonly size: number; readonly head: Buffer } = { size, head };
  for (let from = 0; from < events.length; from += PAGE) {
    const page = events.slice(from, from + PAGE);
    const [outcome] = await log.append([itemOf(page, partition, epoch, end)]);
    invariant(outcome?.status === 'appended', `${log.name}/${partition}: ${JSON.stringify(outcome)}`);
    const last = page.at(-1) as SealedEvent;
    end = { size: last.position, head: last.chain };
  }
}
