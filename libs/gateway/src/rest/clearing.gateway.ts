import type { AsOf, LogEnd, Page } from '@ballast/contracts';
import type { CommandResult, LogEntry } from '@ballast/event-sourcing';
import type { LogDirectory } from '@ballast/event-log';
import type { ExchangeLog, ServiceLog } from '@ballast/facts';
import { partitionOfAccount, type AccountId, type Instant } from '@ballast/kernel';
import type { Command } from '@ballast/partition-worker';
import type { AccountDecisions, ClearingPicture, LiquidationCasesProjection } from '@ballast/read-models';
import {
  questions,
  type Owners,
  type Question,
  type Told,
  type ToldCheckpoint,
  type WantedPart,
} from '@ballast/services';
import { cutPage, pageByName } from './list-page.js';
import type { HouseHistory } from '../history/rebuilt-house.js';
import { assertPricesFor, type MarketWatch } from './market-watch.js';
import type { StoreWatch } from './store-watch.js';

export const CLEARING = 'ClearingGateway';

/** What moves the clearing time: a scenario in lockstep, an exchange by the wall clock, or nothing but commands. */
export type ServeMode = 'replay' | 'live' | 'idle';

/** Rejects when a command that is new must not be taken now; one that was answered gets its answer, whatever is now. */
export type Admission = () => Promise<void>;

/** Takes commands to the owner of a partition and brings its stored answer. */
export interface Writes {
  /**
   * Resolves when the answer is durable. The same command may always be sent again, and is answered again.
   * @param admit asked before a command that is new is taken
   * @throws IdempotencyConflict when the id was used for another request
   * @throws Problem when the answer can't be had now, with the way to ask again
   */
  execute(log: ServiceLog, partition: number, command: Command, admit: Admission): Promise<CommandResult>;

  /** Whether a command of this id was taken before. */
  isKnown(id: string): Promise<boolean>;

  /**
   * The body of a command of this id as it was made first for a request, for one that is made from what the house knows then.
   * @param asked what of the body the request itself says: of another request under the id nothing is taken
   * @param make the body as of now, if none was made
   */
  bodyTaken(id: string, asked: object, make: () => Promise<object>): Promise<object>;
}

/** The logs as they are shown to others, from whoever keeps them. */
export interface LogPages {
  /** Where every partition of a log ends. */
  ends(log: ServiceLog | ExchangeLog): Promise<readonly LogEnd[]>;
  /**
   * The last checkpoint that was signed of a log; null before the first.
   * @throws Problem when nobody who keeps the log answers
   */
  lastCheckpoint(log: ServiceLog): Promise<ToldCheckpoint | null>;
  /** @returns undefined when there is no such log or partition */
  page(
    log: string,
    partition: number,
    query: { readonly after: number; readonly limit: number },
  ): Promise<object | undefined>;
}

/** What this process made of the logs, and how far it came. */
export interface ReadSide {
  /** Logs to read back from: those of the services and of the exchange. */
  readonly logs: LogDirectory;
  /** Watches what is appended to them, in the order of each partition. Returns how to stop. */
  onAppended(listener: (entries: readonly LogEntry[]) => void): () => void;
  /**
   * Resolves when everything below contains a log partition up to a position.
   * @throws Problem when that takes too long
   */
  reached(log: ServiceLog, partition: number, position: number): Promise<void>;
  /** Up to where everything below contains each partition of a log, by partition. */
  positions(log: ServiceLog): ReadonlyMap<number, number>;
  /** What was decided about each account. */
  readonly decisions: AccountDecisions;
  /** What is rebuilt from the logs. */
  readonly history: HouseHistory;
  readonly cases: LiquidationCasesProjection;
  picture(): ClearingPicture;
  /** Newest clearing time that any partition has seen. */
  readonly clearing: Instant;
}

export interface ClearingGatewayParts {
  /** Numbered partitions of every log. */
  readonly partitions: number;
  readonly owners: Owners;
  readonly writes: Writes;
  readonly readSide: ReadSide;
  readonly pages: LogPages;
  readonly mode: () => ServeMode;
  readonly market: MarketWatch;
  /** The store that the read side stands in. */
  readonly store: StoreWatch;
}

/** An answer with the partition that it comes from. */
export type ToldFrom<Answer> = Told<Answer> & { readonly log: ServiceLog; readonly partition: number };

/** Which events answers of several partitions contain together. */
export const asOfTold = (told: readonly Omit<ToldFrom<unknown>, 'answer'>[]): AsOf => ({
  clearing: Math.max(0, ...told.map(({ clearing }) => clearing)),
  positions: Object.fromEntries(told.map(({ log, partition, position }) => [`${log}/${partition}`, position])),
});

/** What the HTTP edge may ask of a clearing house, wherever its partitions are decided. */
export class ClearingGateway {
  readonly partitions: number;
  readonly logs: LogDirectory;
  readonly decisions: AccountDecisions;
  readonly history: HouseHistory;
  readonly cases: LiquidationCasesProjection;
  readonly pages: LogPages;
  readonly mode: () => ServeMode;
  readonly market: MarketWatch;
  readonly store: StoreWatch;
  readonly owners: Owners;
  readonly #readSide: ReadSide;
  readonly #writes: Writes;

  constructor({ partitions, owners, writes, readSide, pages, mode, market, store }: ClearingGatewayParts) {
    this.partitions = partitions;
    this.owners = owners;
    this.#writes = writes;
    this.#readSide = readSide;
    this.logs = readSide.logs;
    this.decisions = readSide.decisions;
    this.history = readSide.history;
    this.cases = readSide.cases;
    this.pages = pages;
    this.mode = mode;
    this.market = market;
    this.store = store;
  }

  picture(): ClearingPicture {
    return this.#readSide.picture();
  }

  /** Newest clearing time that any partition has seen. */
  get clearing(): Instant {
    return this.#readSide.clearing;
  }

  onAppended(listener: (entries: readonly LogEntry[]) => void): () => void {
    return this.#readSide.onAppended(listener);
  }

  /** @see ReadSide.reached */
  reached(log: ServiceLog, partition: number, position: number): Promise<void> {
    return this.#readSide.reached(log, partition, position);
  }

  /** Which events of some logs lists and histories contain. */
  readTo(...logs: readonly ServiceLog[]): AsOf {
    const positions = logs.flatMap((log) =>
      [...this.#readSide.positions(log)].map(([partition, position]) => [`${log}/${partition}`, position] as const),
    );
    return { clearing: this.clearing, positions: Object.fromEntries(positions) };
  }

  /** The same of the partition of an account. */
  readToOf(log: ServiceLog, accountId: AccountId): AsOf {
    const partition = this.partitionOf(accountId);
    const position = this.#readSide.positions(log).get(partition) ?? 0;
    return { clearing: this.clearing, positions: { [`${log}/${partition}`]: position } };
  }

  /** Resolves when lists and histories hold everything that accounts and margin have decided about an account so far. */
  async upToNow(accountId: AccountId): Promise<void> {
    const partition = this.partitionOf(accountId);
    const [accounts, margin] = await Promise.all([
      this.owners.tell(questions.accounts.isOpen, partition, accountId),
      this.owners.tell(questions.margin.figures, partition, []),
    ]);
    await this.reached('accounts', partition, accounts.position);
    await this.reached('margin', partition, margin.position);
  }

  get numbers(): readonly number[] {
    return Array.from({ length: this.partitions }, (_, each) => each);
  }

  partitionOf(accountId: AccountId): number {
    return partitionOfAccount(accountId, this.partitions);
  }

  /**
   * @param admit beside what every command of the type needs
   * @see Writes.execute
   */
  execute(log: ServiceLog, partition: number, command: Command, admit?: Admission): Promise<CommandResult> {
    return this.#writes.execute(log, partition, command, async () => {
      await assertPricesFor(command.type, this.market);
      await admit?.();
    });
  }

  /** Whether a command of this id was taken before: whoever sends it again asks for the answer that is stored. */
  isKnown(commandId: string): Promise<boolean> {
    return this.#writes.isKnown(commandId);
  }

  /** @see Writes.bodyTaken */
  bodyTaken(commandId: string, asked: object, make: () => Promise<object>): Promise<object> {
    return this.#writes.bodyTaken(commandId, asked, make);
  }

  /** Asks the owner of a partition; what it keeps in its state is nobody else's business. */
  async ask<Parameters extends readonly unknown[], Answer>(
    question: Question<Parameters, Answer>,
    partition: number,
    ...parameters: Parameters
  ): Promise<Answer> {
    return (await this.owners.tell(question, partition, ...parameters)).answer;
  }

  /** The same with how much of the partition the answer contains. */
  tell<Parameters extends readonly unknown[], Answer>(
    question: Question<Parameters, Answer>,
    partition: number,
    ...parameters: Parameters
  ): Promise<Told<Answer>> {
    return this.owners.tell(question, partition, ...parameters);
  }

  /** The same with the partition that it comes from. */
  async tellFrom<Parameters extends readonly unknown[], Answer>(
    question: Question<Parameters, Answer>,
    partition: number,
    ...parameters: Parameters
  ): Promise<ToldFrom<Answer>> {
    return { ...(await this.tell(question, partition, ...parameters)), log: question.log, partition };
  }

  /**
   * A page of a list that the owner of a partition has in hand.
   * @param keyOf what an item is known by in its order
   */
  async listPage<Key extends string | number, Parameters extends readonly unknown[], Item>(
    question: Question<readonly [WantedPart<Key>, ...Parameters], readonly Item[]>,
    partition: number,
    { after, limit }: WantedPart<Key>,
    keyOf: (item: Item) => Key,
    ...parameters: Parameters
  ): Promise<Page<Item>> {
    const told = await this.tellFrom(question, partition, { after, limit: limit + 1 }, ...parameters);
    return { ...cutPage(told.answer, limit, keyOf), asOf: asOfTold([told]) };
  }

  /** The same of a list whose parts every numbered partition has, in the order of names. */
  async listPageOfAll<Parameters extends readonly unknown[], Item>(
    question: Question<readonly [WantedPart<string>, ...Parameters], readonly Item[]>,
    { after, limit }: WantedPart<string>,
    nameOf: (item: Item) => string,
    ...parameters: Parameters
  ): Promise<Page<Item>> {
    const told = await this.tellAll(question, { after, limit: limit + 1 }, ...parameters);
    const found = told.flatMap(({ answer }) => answer);
    return { ...pageByName(found, nameOf, { after, limit }), asOf: asOfTold(told) };
  }

  /** Asks every numbered partition the same. */
  async askAll<Parameters extends readonly unknown[], Answer>(
    question: Question<Parameters, Answer>,
    ...parameters: Parameters
  ): Promise<readonly Answer[]> {
    return (await this.tellAll(question, ...parameters)).map(({ answer }) => answer);
  }

  /** The same with the partition that each answer comes from. */
  tellAll<Parameters extends readonly unknown[], Answer>(
    question: Question<Parameters, Answer>,
    ...parameters: Parameters
  ): Promise<readonly ToldFrom<Answer>[]> {
    return Promise.all(this.numbers.map((partition) => this.tellFrom(question, partition, ...parameters)));
  }
}
