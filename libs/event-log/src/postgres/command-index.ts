import type { AppendItem, CommandRecord } from '../event-log.js';

/** Commands that may wait for the index of their ids; until then they are looked for in their blocks. */
const UNINDEXED_COMMANDS = 256;
/** Ids that are put in together. */
export const INDEX_PAGE = 1_000;

/** Where ids of commands are kept by partition, and what is told of them in the blocks. */
export interface IndexedLog {
  /** Number of the last command in the index; 0 of none. */
  readonly numberOfLast: (partition: number) => Promise<number>;
  /** @param behind number of the command before the first of these */
  readonly add: (partition: number, behind: number, ids: readonly string[]) => Promise<void>;
  readonly commands: (partition: number, after: number, limit: number) => Promise<readonly CommandRecord[]>;
}

/** Puts ids of commands into their index, behind the answers to whoever gave them. */
export class CommandIndex {
  /** Ids of commands that were appended here and are not in the index yet, and the number of the first. */
  readonly #unindexed = new Map<number, { readonly first: number; readonly ids: string[] }>();
  readonly #indexed = new Set<number>();
  readonly #indexing = new Map<number, Promise<void>>();

  constructor(private readonly log: IndexedLog) {}

  /** A partition has a new owner here. */
  taken(partition: number): void {
    this.#unindexed.delete(partition);
    this.#indexed.delete(partition);
  }

  /** An index that is behind costs time only, so its trouble is nobody's: the next commands try again. */
  answered({ partition, commands }: AppendItem): void {
    const [command] = commands;
    if (command === undefined) return;
    let unindexed = this.#unindexed.get(partition);
    // What stands before and was not told here, because the answer to its append was lost, is read from the blocks.
    if (unindexed === undefined || command.number !== unindexed.first + unindexed.ids.length) {
      this.#unindexed.set(partition, (unindexed = { first: command.number, ids: [] }));
    }
    for (const { commandId } of commands) unindexed.ids.push(commandId);
    // The first of an owner asks what the former one left out.
    const isFirst = !this.#indexed.has(partition);
    if ((!isFirst && unindexed.ids.length < UNINDEXED_COMMANDS) || this.#indexing.has(partition)) return;
    this.#indexed.add(partition);
    const running = this.#add(partition)
      .catch(() => undefined)
      .finally(() => this.#indexing.delete(partition));
    this.#indexing.set(partition, running);
  }

  /**
   * Puts in what is missing up to a command, from the blocks.
   * @returns number of the last that is in it; below `number` if the partition ends before
   */
  async fill(partition: number, number: number): Promise<number> {
    let indexed = await this.log.numberOfLast(partition);
    while (indexed < number) {
      const page = await this.log.commands(partition, indexed, Math.min(INDEX_PAGE, number - indexed));
      if (page.length === 0) break;
      await this.log.add(
        partition,
        indexed,
        page.map(({ commandId }) => commandId),
      );
      indexed += page.length;
    }
    return indexed;
  }

  async settled(): Promise<void> {
    await Promise.all(this.#indexing.values());
  }

  /** Those that were appended here; what a former owner left out is read from the blocks. */
  async #add(partition: number): Promise<void> {
    const { first, ids } = this.#unindexed.get(partition) ?? { first: 1, ids: [] };
    this.#unindexed.delete(partition);
    const indexed = await this.fill(partition, first - 1);
    if (indexed < first - 1) return;
    const fresh = ids.slice(indexed - (first - 1));
    if (fresh.length > 0) await this.log.add(partition, indexed, fresh);
  }
}
