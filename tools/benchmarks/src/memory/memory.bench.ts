import { accountsProcess } from '@ballast/accounts-domain';
import { GLOBAL, PartitionMachine, type LogEntry, type PartitionProcess } from '@ballast/event-sourcing';
import { genesisOf, readHouseDocuments } from '@ballast/house-documents';
import { partitionOfAccount } from '@ballast/kernel';
import { liquidationProcess } from '@ballast/liquidation-domain';
import { marginProcess } from '@ballast/margin-domain';
import type { BenchContext } from '../bench-server.js';
import { LogTape } from '../decision/log-tape.js';
import { bytesInUse } from '../measure/bytes-in-use.js';
import { figure, type Figure } from '../measure/figure.js';

export interface MemoryOptions {
  readonly accounts: number;
  readonly partitions: number;
}

export const MEMORY_DEFAULTS: MemoryOptions = { accounts: 20_000, partitions: 8 };

/** One partition of a service, whatever its state is. */
interface Folding {
  accept(input: LogEntry): unknown;
  settle(): void;
  drain(): { readonly events: readonly LogEntry[] };
}

/** What an account with collateral and one position takes in the state of each service that keeps accounts. */
export async function benchMemory(context: BenchContext, options: MemoryOptions = MEMORY_DEFAULTS): Promise<Figure[]> {
  const { accounts, partitions } = options;
  context.onProgress(`memory: ${accounts} accounts`);
  const machines = <State>(process: PartitionProcess<State>): Folding[] =>
    Array.from({ length: partitions }, (_, partition) => new PartitionMachine(process, partition, partitions));
  const genesis = genesisOf(readHouseDocuments(), 'accounts');
  const specification = {
    id: 'BTC-PERP',
    contractSize: '1',
    quoteAsset: 'USD',
    settlementAsset: 'USD',
    tick: '0.5',
    lot: '0.001',
    cashStyle: 'marked-to-market',
    listedAt: '2020-01-01T00:00:00Z',
  };
  const ofAccountsOpened = (): Folding[] =>
    Array.from({ length: partitions }, (_, partition) => {
      const machine = new PartitionMachine(accountsProcess, partition, partitions);
      machine.open({ release: 'bench', build: '0'.repeat(64), genesis });
      machine.accept(
        new LogTape('pricing', GLOBAL).next('instrument-BTC-PERP', 'InstrumentAdmitted', { specification }, 1),
      );
      return machine;
    });
  const perAccount = (hold: () => unknown): number => {
    const before = bytesInUse();
    const held = hold();
    const taken = bytesInUse() - before;
    // Held until here, so that the collector couldn't take it back.
    return held === undefined ? 0 : taken / accounts;
  };

  const ofAccounts = perAccount(() => {
    const folded = ofAccountsOpened();
    openAccounts(options, folded, () => undefined);
    return folded;
  });
  const fedTo = <State>(process: PartitionProcess<State>): number => {
    const folded = machines(process);
    return perAccount(() => {
      openAccounts(options, ofAccountsOpened(), (events, partition) => {
        for (const event of events) (folded[partition] as Folding).accept(event);
      });
      return folded;
    });
  };
  const ofMargin = fedTo(marginProcess);
  const ofLiquidation = fedTo(liquidationProcess);
  const row = (what: string, value: number): Figure =>
    figure({
      part: 'memory',
      what,
      value,
      unit: 'bytes',
      note: `${accounts.toLocaleString('en-US')} accounts with collateral in two assets and a position`,
    });
  return [
    row('an account in accounts', ofAccounts),
    row('an account in margin', ofMargin),
    row('an account in liquidation', ofLiquidation),
    row('an account in all services', ofAccounts + ofMargin + ofLiquidation),
  ];
}

/** Opens accounts through the accounts service, with a deposit in two assets and one fill each. */
function openAccounts(
  { accounts, partitions }: MemoryOptions,
  services: readonly Folding[],
  onEvents: (events: readonly LogEntry[], partition: number) => void,
): void {
  const tapes = services.map((_, partition) => ({
    transfers: new LogTape('exchange.transfers', partition),
    fills: new LogTape('exchange.fills', partition),
  }));
  for (let n = 0; n < accounts; n++) {
    const accountId = `owner-${n}.main`;
    const partition = partitionOfAccount(accountId, partitions);
    const service = services[partition] as Folding;
    const { transfers, fills } = tapes[partition] as (typeof tapes)[number];
    const told = [
      transfers.next(`transfers-${accountId}`, 'AccountOpeningRequested', { accountId }, 1),
      ...(['USD', 'BTC'] as const).map((asset) =>
        transfers.next(
          `transfers-${accountId}`,
          'DepositReceived',
          { depositId: `deposit-${n}-${asset}`, accountId, asset, amount: asset === 'USD' ? '10000.25' : '0.125' },
          1,
        ),
      ),
      fills.next(
        `fills-${accountId}`,
        'TradeFilled',
        {
          tradeId: `trade-${n}`,
          accountId,
          instrument: 'BTC-PERP',
          side: n % 2 === 0 ? 'buy' : 'sell',
          quantity: '0.25',
          price: '60000.5',
          liquidity: 'taker',
          closeOutOrder: null,
        },
        1,
      ),
    ];
    for (const each of told) service.accept(each);
    service.settle();
    onEvents(service.drain().events, partition);
  }
}
