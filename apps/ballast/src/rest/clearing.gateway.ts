import type { AccountsState, FundState } from '@ballast/accounts-domain';
import type { HouseRules } from '@ballast/documents';
import type { EventLog } from '@ballast/event-log';
import { GLOBAL, type CommandResult, type LogEntry } from '@ballast/event-sourcing';
import type { ServiceLog } from '@ballast/facts';
import { partitionOfAccount, type AccountId, type Instant } from '@ballast/kernel';
import type { LiquidationState } from '@ballast/liquidation-domain';
import type { MarginState } from '@ballast/margin-domain';
import type { PricingState } from '@ballast/pricing-domain';
import type { Command } from '@ballast/partition-worker';
import type { ClearingHouse } from '@ballast/services';
import type { AccountDecisions, ClearingPicture, LiquidationCasesProjection } from '@ballast/read-models';
import { IdempotentWrites } from './idempotent-writes.js';
import type { MarketWatch } from './market-watch.js';
import { Problem } from './problem.js';
import type { HouseHistory } from './rebuilt-house.js';
import { patiently, type StoreWatch } from './store-watch.js';

export const CLEARING = 'ClearingGateway';

/** State of what may be asked: only queries of the domains look into it. */
interface Asked {
  readonly accounts: AccountsState;
  readonly fund: FundState;
  readonly margin: MarginState;
  readonly pricing: PricingState;
  readonly liquidation: LiquidationState;
}

interface Ruled {
  readonly rules: HouseRules;
}

/** What moves the clearing time: a scenario in lockstep, an exchange by the wall clock, or nothing but commands. */
export type ServeMode = 'replay' | 'live' | 'idle';

/** Commands that are not taken while nobody knows what anything is worth. */
const NEEDS_PRICES: ReadonlySet<string> = new Set(['RequestWithdrawal']);

export interface ClearingGatewayParts {
  readonly house: ClearingHouse;
  /** What was decided about each account. */
  readonly decisions: AccountDecisions;
  /** What is rebuilt from the logs. */
  readonly history: HouseHistory;
  readonly cases: LiquidationCasesProjection;
  readonly picture: () => ClearingPicture;
  readonly mode: () => ServeMode;
  /** Made for the gateway, since only it asks services about their rules. */
  readonly market: (clearing: Pick<ClearingGateway, 'askRules'>) => MarketWatch;
  readonly store: StoreWatch;
  /** Why nothing is decided any more; undefined while everything is well. */
  readonly failure?: () => string | undefined;
}

/** A write that the store doesn't take within this time is answered later; whoever asked hears of that. */
const STUCK_AFTER_MS = 5_000;
const LOOK_EVERY_MS = 250;

/** What the HTTP edge may ask of a running clearing house. */
export class ClearingGateway {
  readonly #writes: IdempotentWrites;

  readonly house: ClearingHouse;
  readonly decisions: AccountDecisions;
  readonly history: HouseHistory;
  readonly cases: LiquidationCasesProjection;
  readonly picture: () => ClearingPicture;
  readonly mode: () => ServeMode;
  readonly market: MarketWatch;
  readonly store: StoreWatch;
  readonly #failure: () => string | undefined;

  constructor({
    house,
    decisions,
    history,
    cases,
    picture,
    mode,
    market,
    store,
    failure = () => undefined,
  }: ClearingGatewayParts) {
    this.house = house;
    this.decisions = decisions;
    this.history = history;
    this.cases = cases;
    this.picture = picture;
    this.mode = mode;
    this.market = market(this);
    this.store = store;
    this.#failure = failure;
    this.#writes = new IdempotentWrites(house, ({ type }) => {
      const trouble = NEEDS_PRICES.has(type) ? this.market.trouble() : null;
      if (trouble !== null) throw new Problem('prices-halted', trouble);
    });
  }

  get partitions(): number {
    return this.house.partitions;
  }

  get numbers(): readonly number[] {
    return Array.from({ length: this.partitions }, (_, each) => each);
  }

  partitionOf(accountId: AccountId): number {
    return partitionOfAccount(accountId, this.partitions);
  }

  /**
   * Resolves when the answer is durable. What fails in passing is repeated; the same command may always be sent again.
   * @throws Problem when the store is away for longer, or nothing is decided here any more
   */
  async execute(log: ServiceLog, partition: number, command: Command): Promise<CommandResult> {
    const answer = patiently(() => this.#writes.execute(log, partition, command));
    try {
      return await this.#unlessStuck(answer, command.id);
    } catch (error) {
      const failure = this.#failure();
      if (failure === undefined || error instanceof Problem) throw error;
      throw new Problem('not-ready', `${failure}; send the same request to the next process`, [], command.id);
    }
  }

  /** The answer, or word that it comes later: what is begun is stored as soon as the store takes it. */
  async #unlessStuck(answer: Promise<CommandResult>, commandId: string): Promise<CommandResult> {
    let look: NodeJS.Timeout | undefined;
    const stuck = new Promise<never>((_, reject) => {
      look = setInterval(() => {
        if (this.store.stuckMs < STUCK_AFTER_MS) return;
        const why = this.store.trouble() ?? 'the store was away';
        reject(new Problem('answer-pending', `${why}; ask again with the same Idempotency-Key`, [], commandId));
      }, LOOK_EVERY_MS);
    });
    // Whoever waits no longer must not make an unhandled failure of it.
    answer.catch(() => undefined);
    try {
      return await Promise.race([answer, stuck]);
    } finally {
      clearInterval(look);
    }
  }

  /** Asks a partition by a query of its domain: what a process keeps in its state is nobody else's business. */
  ask<Of extends keyof Asked, Parameters extends readonly unknown[], Answer>(
    of: Of,
    partition: number,
    query: (state: Asked[Of], ...parameters: Parameters) => Answer,
    ...parameters: Parameters
  ): Answer {
    const log = of === 'fund' ? 'accounts' : of;
    return query(this.house.workerOf<Asked[Of]>(log as ServiceLog, partition).state, ...parameters);
  }

  /** Asks a service about its rules, as its global partition has them. */
  askRules<Answer>(service: ServiceLog, query: (state: Ruled) => Answer): Answer {
    return query(this.house.workerOf<Ruled>(service, GLOBAL).state);
  }

  /** Where a partition of a service ends. */
  sizeOf(log: ServiceLog, partition: number): number {
    return this.house.workerOf(log, partition).size;
  }

  log(name: string): EventLog | undefined {
    return this.house.logs.has(name) ? this.house.logs.log(name as ServiceLog) : undefined;
  }

  /** Newest clearing time that any partition has seen. */
  get clearing(): Instant {
    return Math.max(0, ...this.house.workers.map(({ machine }) => machine.clearing));
  }

  onAppended(listener: (entries: readonly LogEntry[]) => void): () => void {
    return this.house.onAppended(listener);
  }
}
