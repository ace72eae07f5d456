import { invariant } from '@ballast/kernel';
import type { AppendItem, AppendOutcome, CursorMove, EventLog } from './event-log.js';
import { untilStored, type RetryOptions } from './until-stored.js';

export interface GroupCommitterOptions extends RetryOptions {
  /** No item is added to a group that has this many events; default 400, so that a big load fills both groups. */
  readonly maxEvents?: number;
}

interface Pending {
  readonly item: AppendItem;
  /** Its group was refused because of it or of an item it was joined with: it goes on its own now. */
  alone: boolean;
  readonly resolve: (outcome: AppendOutcome) => void;
  readonly reject: (error: unknown) => void;
}

/** What one partition brings into a group: one or more items that follow each other, joined into one. */
interface Share {
  readonly item: AppendItem;
  readonly parts: readonly Pending[];
}

const MOST_IN_FLIGHT = 2;

/**
 * Group commit without a timer: whatever is submitted while groups commit forms the next group, so a quiet log answers
 * at once and a busy one commits hundreds of items together. Two groups are in flight; a partition is in one of them at
 * a time, so the items of a partition are stored in the order they were submitted in. A writer need not wait for an
 * answer before it submits the item that follows.
 *
 * When the store fails in passing, the group is sent again until it answers; what had been stored without an answer is
 * recognised as a duplicate. Any other failure is told to the submitters.
 */
export class GroupCommitter {
  readonly #queues = new Map<number, Pending[]>();
  readonly #busy = new Set<number>();
  readonly #maxEvents: number;
  readonly #stop = new AbortController();
  #inFlight = 0;
  #scheduled = false;
  #closed = false;
  #idle: (() => void)[] = [];

  constructor(
    readonly log: EventLog,
    private readonly options: GroupCommitterOptions = {},
  ) {
    this.#maxEvents = options.maxEvents ?? 400;
  }

  /** Rejects only when the store failed for good; then it is unknown whether the item was stored. */
  submit(item: AppendItem): Promise<AppendOutcome> {
    invariant(!this.#closed, `no item is taken after the end of log ${this.log.name}`);
    return new Promise((resolve, reject) => {
      const queue = this.#queues.get(item.partition);
      const pending: Pending = { item, alone: false, resolve, reject };
      if (queue) queue.push(pending);
      else this.#queues.set(item.partition, [pending]);
      this.#schedule();
    });
  }

  /** Resolves when everything that was submitted has its answer. */
  async idle(): Promise<void> {
    if (this.#inFlight === 0 && this.#queues.size === 0) return;
    await new Promise<void>((resolve) => this.#idle.push(resolve));
  }

  /**
   * Takes no more items and waits for the answers of those it has.
   * @param deadline ends the repetitions when the store is gone
   */
  async close(deadline?: AbortSignal): Promise<void> {
    this.#closed = true;
    const stop = (): void => this.#stop.abort();
    if (deadline?.aborted === true) stop();
    deadline?.addEventListener('abort', stop, { once: true });
    await this.idle();
    deadline?.removeEventListener('abort', stop);
  }

  /** Items that are submitted in one go belong in one group, so the first of them waits for the others. */
  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    queueMicrotask(() => {
      this.#scheduled = false;
      while (this.#inFlight < MOST_IN_FLIGHT) {
        const group = this.#gather();
        if (group.length === 0) break;
        void this.#commit(group);
      }
      if (this.#inFlight === 0 && this.#queues.size === 0) for (const resolve of this.#idle.splice(0)) resolve();
    });
  }

  #gather(): readonly Share[] {
    const group: Share[] = [];
    let events = 0;
    for (const [partition, queue] of this.#queues) {
      if (this.#busy.has(partition)) continue;
      if (events >= this.#maxEvents) break;
      const share = takeShare(queue, this.#maxEvents - events);
      events += share.item.events.length;
      group.push(share);
      this.#busy.add(partition);
      // A partition that has more queues up behind the others.
      this.#queues.delete(partition);
      if (queue.length > 0) this.#queues.set(partition, queue);
    }
    return group;
  }

  async #commit(group: readonly Share[]): Promise<void> {
    this.#inFlight += 1;
    try {
      const outcomes = await this.#append(group.map(({ item }) => item));
      group.forEach((share, index) => this.#answer(share, outcomes[index] as AppendOutcome));
    } catch (error) {
      await this.#commitSingly(group, error);
    } finally {
      this.#inFlight -= 1;
      for (const { item } of group) this.#busy.delete(item.partition);
      this.#schedule();
    }
  }

  /** The store refused the whole group: only the partition that is to blame may suffer. */
  async #commitSingly(group: readonly Share[], reason: unknown): Promise<void> {
    for (const share of group) {
      try {
        if (group.length === 1 || this.#stop.signal.aborted) throw reason;
        const [outcome] = await this.#append([share.item]);
        this.#answer(share, outcome as AppendOutcome);
      } catch (error) {
        for (const { reject } of share.parts) reject(error);
      }
    }
  }

  #answer({ item, parts }: Share, outcome: AppendOutcome): void {
    if (outcome.status === 'conflict' && parts.length > 1) {
      // Perhaps only one of the joined items is at fault.
      for (const part of parts) part.alone = true;
      const waiting = this.#queues.get(item.partition) ?? [];
      this.#queues.set(item.partition, [...parts, ...waiting]);
      return;
    }
    for (const { resolve } of parts) resolve(outcome);
  }

  #append(items: readonly AppendItem[]): Promise<readonly AppendOutcome[]> {
    return untilStored(() => this.log.append(items), this.options, this.#stop.signal);
  }
}

/** Takes the first item of a queue and joins those that follow it. */
function takeShare(queue: Pending[], room: number): Share {
  const first = queue.shift() as Pending;
  const parts = [first];
  let { item } = first;
  let next = queue[0];
  while (next !== undefined && !first.alone && !next.alone && item.events.length < room && follows(item, next.item)) {
    item = join(item, next.item);
    parts.push(next);
    queue.shift();
    next = queue[0];
  }
  return { item, parts };
}

function follows(item: AppendItem, next: AppendItem): boolean {
  const [command] = next.commands;
  const lastCommand = item.commands.at(-1);
  return (
    next.epoch === item.epoch &&
    next.worker === item.worker &&
    next.trace === item.trace &&
    next.expectedSize === item.expectedSize + item.events.length &&
    next.expectedHead.equals(item.events.at(-1)?.chain ?? item.expectedHead) &&
    (command === undefined || lastCommand === undefined || command.number === lastCommand.number + 1)
  );
}

function join(item: AppendItem, next: AppendItem): AppendItem {
  const cursors = new Map<string, CursorMove>();
  for (const move of [...item.cursors, ...next.cursors]) {
    const source = `${move[0]}/${move[1]}`;
    const offset = move[3] ?? cursors.get(source)?.[3];
    cursors.set(source, offset === undefined ? [move[0], move[1], move[2]] : [move[0], move[1], move[2], offset]);
  }
  return {
    ...item,
    events: [...item.events, ...next.events],
    cursors: [...cursors.values()],
    commands: [...item.commands, ...next.commands],
  };
}
