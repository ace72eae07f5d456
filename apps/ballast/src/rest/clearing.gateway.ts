import type { AccountsState, FundState } from '@ballast/accounts-domain';
import type { HouseRules } from '@ballast/documents';
import type { EventLog } from '@ballast/event-log';
import { GLOBAL, type CommandResult, type LogEntry } from '@ballast/event-sourcing';
import type { ServiceLog } from '@ballast/facts';
import { partitionOfAccount, type AccountId, type Instant } from '@ballast/kernel';
import type { LiquidationState } from '@ballast/liquidation-domain';
import type { MarginState } from '@ballast/margin-domain';
import type { Command } from '@ballast/partition-worker';
import type { ClearingHouse } from '@ballast/services';
import type { AccountDecisions, ClearingPicture } from '@ballast/read-models';
import { IdempotentWrites } from './idempotent-writes.js';

export const CLEARING = 'ClearingGateway';

/** What the HTTP edge may ask of a running clearing house. */
export class ClearingGateway {
  readonly #writes: IdempotentWrites;

  constructor(
    readonly house: ClearingHouse,
    readonly decisions: AccountDecisions,
    private readonly pictureNow: () => ClearingPicture,
  ) {
    this.#writes = new IdempotentWrites(house);
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

  /** Resolves when the answer is durable. */
  execute(log: ServiceLog, partition: number, command: Command): Promise<CommandResult> {
    return this.#writes.execute(log, partition, command);
  }

  accounts(partition: number): AccountsState {
    return this.house.workerOf<AccountsState>('accounts', partition).state;
  }

  fund(): FundState {
    return this.house.workerOf<FundState>('accounts', GLOBAL).state;
  }

  margin(partition: number): MarginState {
    return this.house.workerOf<MarginState>('margin', partition).state;
  }

  liquidation(partition: number): LiquidationState {
    return this.house.workerOf<LiquidationState>('liquidation', partition).state;
  }

  /** Rules of a service, as its global partition has them. */
  rulesOf(service: ServiceLog): HouseRules {
    return this.house.workerOf<{ readonly rules: HouseRules }>(service, GLOBAL).state.rules;
  }

  /** Where a partition of a service ends. */
  sizeOf(log: ServiceLog, partition: number): number {
    return this.house.workerOf(log, partition).size;
  }

  log(name: string): EventLog | undefined {
    return this.house.logs.has(name) ? this.house.logs.log(name as ServiceLog) : undefined;
  }

  picture(): ClearingPicture {
    return this.pictureNow();
  }

  /** Newest clearing time that any partition has seen. */
  get clearing(): Instant {
    return Math.max(0, ...this.house.workers.map(({ machine }) => machine.clearing));
  }

  onAppended(listener: (entries: readonly LogEntry[]) => void): () => void {
    return this.house.onAppended(listener);
  }
}
