import { z } from 'zod';
import { OWNERS_TOPIC } from '@ballast/contracts';
import { SERVICE_LOGS, type ServiceLog } from '@ballast/facts';
import type { PlainTopics } from '@ballast/messaging';

/** What a process says of the partitions that it decides: where it can be asked about them, and under which epoch each. */
const announcement = z.strictObject({
  log: z.enum(SERVICE_LOGS),
  worker: z.string(),
  /** Base address. */
  address: z.url({ protocol: /^https?$/ }),
  partitions: z.array(z.tuple([z.int(), z.int()])),
});
type Announcement = z.output<typeof announcement>;

/** Said by who has to know the owners: everybody announces again. */
const call = z.strictObject({ call: z.literal('announce') });

const notice = z.union([announcement, call]);

/** What is announced; read anew each time. */
export interface Announced {
  readonly log: ServiceLog;
  readonly worker: string;
  readonly address: string;
  readonly held: () => readonly { readonly partition: number; readonly epoch: number }[];
}

/** Says what this process decides whenever that changes, and whenever somebody asks. */
export class OwnershipAnnouncer {
  private constructor(
    private readonly topics: PlainTopics,
    private readonly announced: Announced,
    private readonly onTrouble: (error: unknown) => void,
  ) {}

  static async start(
    topics: PlainTopics,
    announced: Announced,
    onTrouble: (error: unknown) => void,
  ): Promise<OwnershipAnnouncer> {
    const announcer = new OwnershipAnnouncer(topics, announced, onTrouble);
    await topics.read(OWNERS_TOPIC, 1, 'end', (value) => {
      if (call.safeParse(parsed(value)).success) announcer.announce();
    });
    announcer.announce();
    return announcer;
  }

  announce(): void {
    const { log, worker, address, held } = this.announced;
    const partitions = held().map(({ partition, epoch }): [number, number] => [partition, epoch]);
    const value = JSON.stringify({ log, worker, address, partitions } satisfies Announcement);
    this.topics.send([{ topic: OWNERS_TOPIC, partition: 0, key: worker, value }]).catch(this.onTrouble);
  }
}

/** Who decides a partition. */
export interface Owner {
  readonly worker: string;
  readonly address: string;
  readonly epoch: number;
}

/** Not asked for again within this time. */
const CALL_AGAIN_AFTER_MS = 1_000;

/** Who decides which partition, as the owners themselves say it: of two that both believe it, the one with the higher epoch. */
export class OwnerDirectory {
  readonly #owners = new Map<string, Owner>();
  #calledAt = -Infinity;

  private constructor(
    private readonly topics: PlainTopics,
    private readonly onTrouble: (error: unknown) => void,
  ) {}

  static async open(topics: PlainTopics, onTrouble: (error: unknown) => void): Promise<OwnerDirectory> {
    const directory = new OwnerDirectory(topics, onTrouble);
    await topics.read(OWNERS_TOPIC, 1, 'end', (value) => {
      const { success, data } = notice.safeParse(parsed(value));
      if (success && 'address' in data) directory.#note(data);
    });
    directory.call();
    return directory;
  }

  find(log: ServiceLog, partition: number): Owner | undefined {
    return this.#owners.get(`${log}/${partition}`);
  }

  /** Addresses of all processes that decide something, or something of one service. */
  addresses(log?: ServiceLog): readonly string[] {
    const found = [...this.#owners].filter(([place]) => log === undefined || place.startsWith(`${log}/`));
    return [...new Set(found.map(([, { address }]) => address))];
  }

  /** Asks everybody to say again what they decide. */
  call(): void {
    const now = performance.now();
    if (now - this.#calledAt < CALL_AGAIN_AFTER_MS) return;
    this.#calledAt = now;
    const value = JSON.stringify({ call: 'announce' } satisfies z.output<typeof call>);
    this.topics.send([{ topic: OWNERS_TOPIC, partition: 0, key: 'call', value }]).catch(this.onTrouble);
  }

  #note({ log, worker, address, partitions }: Announcement): void {
    const epochs = new Map(partitions);
    // What a process no longer names it no longer decides.
    for (const [place, owner] of this.#owners) {
      const partition = Number(place.slice(log.length + 1));
      if (place.startsWith(`${log}/`) && owner.worker === worker && !epochs.has(partition)) this.#owners.delete(place);
    }
    for (const [partition, epoch] of epochs) {
      const known = this.find(log, partition);
      if (known === undefined || epoch >= known.epoch)
        this.#owners.set(`${log}/${partition}`, { worker, address, epoch });
    }
  }
}

function parsed(value: string): unknown {
  try {
    return JSON.parse(value);
  } catch {
    return undefined;
  }
}
