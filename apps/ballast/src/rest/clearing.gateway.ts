import type { AccountsState } from '@ballast/accounts-domain';
import type { EventLog } from '@ballast/event-log';
import { GLOBAL, type CommandResult, type LogEntry } from '@ballast/event-sourcing';
import type { ServiceLog } from '@ballast/facts';
import { partitionOfAccount, type AccountId, type Instant } from '@ballast/kernel';
import type { MarginGlobalState, MarginState } from '@ballast/margin-domain';
import type { Command } from '@ballast/partition-worker';
import type { ClearingHouse } from '@ballast/services';
import type { ClearingPicture } from '@ballast/read-models';

export const CLEARING = 'ClearingGateway';

/** What the HTTP edge may ask of a running clearing house. */
export class ClearingGateway {
  constructor(
    readonly house: ClearingHouse,
    private readonly pictureNow: () => ClearingPicture,
  ) {}

  get partitions(): number {
    return this.house.partitions;
  }

  partitionOf(accountId: AccountId): number {
    return partitionOfAccount(accountId, this.partitions);
  }

  execute(log: ServiceLog, partition: number, command: Command): Promise<CommandResult> {
    return this.house.execute(log, partition, command);
  }

  accounts(accountId: AccountId): AccountsState {
    return this.house.workerOf<AccountsState>('accounts', this.partitionOf(accountId)).state;
  }

  margin(accountId: AccountId): MarginState {
    return this.house.workerOf<MarginState>('margin', this.partitionOf(accountId)).state;
  }

  marginGlobal(): MarginGlobalState {
    return this.house.workerOf<MarginGlobalState>('margin', GLOBAL).state;
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
