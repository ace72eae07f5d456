import type { EntryReader } from '@ballast/event-log';
import type { LogEntry } from '@ballast/event-sourcing';
import { partitionOfAccount } from '@ballast/kernel';

const TRANSFERS = 'exchange.transfers';

/** Openings of accounts and then deposits for them in turn, made when they are read: they take no room, however many there are. */
export class DepositTape implements EntryReader {
  /** By partition. */
  readonly #accounts: readonly (readonly string[])[];

  constructor(accounts: number, partitions: number) {
    const names = Array.from({ length: accounts }, (_, number) => `owner-${number}.main`);
    this.#accounts = Array.from({ length: partitions }, (_, partition) =>
      names.filter((name) => partitionOfAccount(name, partitions) === partition),
    );
  }

  /** Accounts of a partition: so many openings stand before its deposits. */
  openings(partition: number): number {
    return this.#accounts[partition]?.length ?? 0;
  }

  /** No end: whoever reads says how far. */
  async read(log: string, partition: number, after: number, limit: number): Promise<readonly LogEntry[]> {
    if (log !== TRANSFERS) return [];
    return Array.from({ length: limit }, (_, index) => this.#entry(partition, after + index + 1));
  }

  #entry(partition: number, position: number): LogEntry {
    const accounts = this.#accounts[partition] as readonly string[];
    const accountId = accounts[(position - 1) % accounts.length] as string;
    const deposit = { depositId: `deposit-${position}`, accountId, asset: 'USD', amount: '10.25' };
    const isOpening = position <= accounts.length;
    return {
      log: TRANSFERS,
      partition,
      position,
      id: `${TRANSFERS}/${partition}/${position}`,
      stream: `transfers-${accountId}`,
      version: position,
      type: isOpening ? 'AccountOpeningRequested' : 'DepositReceived',
      schemaVersion: 1,
      time: { clearing: position, hop: 0 },
      cause: { kind: 'timer', id: 'bench', due: 0 },
      basis: [],
      correlation: `bench/${position}`,
      actor: null,
      payload: isOpening ? { accountId } : deposit,
    };
  }
}
