import type { EventLog, LogDirectory } from '@ballast/event-log';
import { GLOBAL, type SealedEvent } from '@ballast/event-sourcing';
import { invariant } from '@ballast/kernel';
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

  /** @returns events that margin appended */
  async grow(priceSets: number): Promise<number> {
    const appender = await Appender.take(this.logs.log('margin'), this.world);
    let events = 0;
    for (let n = 0; n < priceSets; n++) {
      const step = this.world.quiet();
      await appender.append(step);
      for (const { events: appended } of [step.global, ...step.partitions]) events += appended.length;
      if (this.world.read.pricing.length >= PAGE) await this.#storeRead();
    }
    await this.#storeRead();
    return events;
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
