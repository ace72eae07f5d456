/** Logs of the four services. */
export type ServiceLog = 'accounts' | 'pricing' | 'margin' | 'liquidation';
/** Topics of the exchange, each a log of its own. `exchange.quotes` has the global partition only. */
export type ExchangeLog =
  'exchange.quotes' | 'exchange.fills' | 'exchange.transfers' | 'exchange.orders' | 'exchange.orderReports';
/** Commands from outside, numbered per partition by the service that owns them. */
export type CommandLog = 'accounts.commands' | 'pricing.commands' | 'margin.commands' | 'liquidation.commands';
export type LogName = ServiceLog | ExchangeLog | CommandLog;

export const SERVICE_LOGS: readonly ServiceLog[] = ['accounts', 'pricing', 'margin', 'liquidation'];
export const EXCHANGE_LOGS: readonly ExchangeLog[] = [
  'exchange.quotes',
  'exchange.fills',
  'exchange.transfers',
  'exchange.orders',
  'exchange.orderReports',
];

/** Which partitions of a source log a reader takes: its own number, the global one, or all numbered ones. */
export type SourcePartitions = 'own' | 'global' | 'every';

export interface Source {
  readonly log: LogName;
  readonly partitions: SourcePartitions;
}

export interface Reader {
  readonly log: ServiceLog | 'exchange';
  readonly partition: 'numbered' | 'global';
  /** In the order in which lockstep takes entries of one clearing time and hop. */
  readonly sources: readonly Source[];
}

const from = (log: LogName, partitions: SourcePartitions): Source => ({ log, partitions });

/**
 * What reads what, in this order.
 * @see docs/architecture.md section 1
 */
export const READERS: readonly Reader[] = [
  {
    log: 'pricing',
    partition: 'global',
    sources: [from('exchange.quotes', 'global'), from('pricing.commands', 'global')],
  },
  {
    log: 'margin',
    partition: 'global',
    sources: [from('pricing', 'global'), from('margin.commands', 'global')],
  },
  {
    log: 'margin',
    partition: 'numbered',
    sources: [
      from('margin.commands', 'own'),
      from('margin', 'global'),
      from('pricing', 'global'),
      from('accounts', 'own'),
      from('liquidation', 'own'),
      from('liquidation', 'global'),
      from('exchange.orders', 'own'),
      from('accounts', 'global'),
    ],
  },
  {
    log: 'accounts',
    partition: 'numbered',
    sources: [
      from('accounts.commands', 'own'),
      from('exchange.fills', 'own'),
      from('exchange.transfers', 'own'),
      from('pricing', 'global'),
      from('margin', 'own'),
      from('liquidation', 'own'),
      from('liquidation', 'global'),
      from('accounts', 'global'),
    ],
  },
  {
    log: 'accounts',
    partition: 'global',
    sources: [from('accounts', 'every'), from('liquidation', 'every'), from('accounts.commands', 'global')],
  },
  {
    log: 'liquidation',
    partition: 'numbered',
    sources: [
      from('liquidation', 'global'),
      from('margin', 'global'),
      from('pricing', 'global'),
      from('margin', 'own'),
      from('accounts', 'own'),
      from('accounts', 'global'),
      from('exchange.orderReports', 'own'),
    ],
  },
  {
    log: 'liquidation',
    partition: 'global',
    sources: [
      from('liquidation.commands', 'global'),
      from('liquidation', 'every'),
      from('margin', 'every'),
      from('accounts', 'every'),
      from('accounts', 'global'),
    ],
  },
  {
    log: 'exchange',
    partition: 'global',
    sources: [from('pricing', 'global'), from('liquidation', 'every'), from('margin', 'every')],
  },
];

/**
 * By log: the others of the same owner of which some partition reads the partition of the same number beside it. Topics have no order
 * between them: what stands in one of them names how far its writer had written the others.
 */
export const READ_TOGETHER: ReadonlyMap<string, readonly LogName[]> = new Map(
  READERS.flatMap(({ sources }) => {
    const own = sources.flatMap(({ log, partitions }) =>
      log.startsWith('exchange.') && partitions === 'own' ? [log] : [],
    );
    return own.length < 2 ? [] : own.map((log): [string, LogName[]] => [log, own.filter((other) => other !== log)]);
  }),
);
