import { GroupCommitter, type EventLog } from '@ballast/event-log';
import { GLOBAL, type MachineOutput, type SealedEvent } from '@ballast/event-sourcing';
import { invariant } from '@ballast/kernel';
import type { BenchContext } from '../bench-server.js';
import { figure, type Bound, type Figure } from '../measure/figure.js';
import { Latencies } from '../measure/latencies.js';
import { Stopwatch } from '../measure/stopwatch.js';
import { itemOf } from './log-tape.js';
import { MarginWorld, type PriceStep } from './margin-world.js';

export interface DecisionOptions {
  readonly accounts: readonly number[];
  readonly partitions: number;
  /** Price sets per number of accounts and kind of price; each also once more for the stages apart. */
  readonly priceSets: (accounts: number, kind: PriceKind) => number;
}

export type PriceKind = 'quiet' | 'moving';

export const DECISION_DEFAULTS: DecisionOptions = {
  accounts: [1_000, 10_000, 100_000],
  partitions: 8,
  priceSets: (accounts, kind) => (kind === 'quiet' ? (accounts > 50_000 ? 100 : 300) : accounts > 50_000 ? 10 : 50),
};

/** The architecture's promise for one core. */
const PROMISED_ACCOUNTS = 100_000;
const PROMISE: Bound = { of: 'p99', kind: 'at most', limit: 60 };

const KINDS: Readonly<Record<PriceKind, string>> = {
  quiet: 'quiet price',
  moving: 'price that moves 10 % across a level',
};

/**
 * From a price set to the last decision it brings: schedule, screening of all accounts of all partitions one after the
 * other on one core, exact decisions, root, sealing; then the append to PostgreSQL, all partitions in group commits.
 */
export async function benchDecision(
  context: BenchContext,
  options: DecisionOptions = DECISION_DEFAULTS,
): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const accounts of options.accounts) {
    context.onProgress(`decision: ${accounts} accounts`);
    figures.push(...(await benchAccounts(context, accounts, options)));
  }
  return figures;
}

async function benchAccounts(
  context: BenchContext,
  accounts: number,
  { partitions, priceSets }: DecisionOptions,
): Promise<Figure[]> {
  const database = await context.database();
  try {
    const world = new MarginWorld(accounts, partitions);
    const appender = await Appender.take(
      await database.store.open({ name: 'margin', partitions, global: true }),
      world,
    );
    await appender.append(world.open());
    // Both ways once, so that no measured price set is the first of its kind.
    for (let n = 0; n < 4; n++) await appender.append(n % 2 === 0 ? world.quiet() : world.moving());
    const figures: Figure[] = [];
    for (const kind of ['quiet', 'moving'] as const) {
      figures.push(...(await benchKind(world, appender, kind, priceSets(accounts, kind))));
    }
    return figures;
  } finally {
    await database.close();
  }
}

async function benchKind(
  world: MarginWorld,
  appender: Appender,
  kind: PriceKind,
  priceSets: number,
): Promise<Figure[]> {
  const before = new Latencies();
  const append = new Latencies();
  const screen = new Latencies();
  const root = new Latencies();
  let events = 0;
  let cpuMs = 0;
  for (let n = 0; n < 2 * priceSets; n++) {
    // Every other price set is measured with its stages apart, and so doesn't count as a whole.
    const apart = n % 2 === 1;
    const watch = new Stopwatch();
    const step = world[kind](apart);
    if (step.stages === null) {
      before.record(step.decidedMs);
      cpuMs += watch.stop().cpuMs;
    } else {
      screen.record(step.stages.screenMs);
      root.record(step.stages.rootMs);
    }
    events += eventsOf(step);
    const started = performance.now();
    await appender.append(step);
    append.record(performance.now() - started);
  }
  const accounts = world.size.toLocaleString('en-US');
  const part = 'decision';
  const what = `${accounts} accounts, ${KINDS[kind]}`;
  const row = (stage: string, { p50, p99 }: Latencies, note: string, bound?: Bound): Figure =>
    figure({ part, what: `${what}: ${stage}`, value: p50, p99, unit: 'ms', note, ...(bound && { bound }) });
  return [
    row(
      'all before the append',
      before,
      `${priceSets} price sets, mean ${(cpuMs / priceSets).toFixed(1)} ms of processor time`,
      kind === 'quiet' && world.size === PROMISED_ACCOUNTS ? PROMISE : undefined,
    ),
    row('screen', screen, 'float64, exact where near a level'),
    row('root', root, 'Merkle root over all assessments'),
    row('append', append, `${Math.round(events / priceSets / 2).toLocaleString('en-US')} events, until durable`),
  ];
}

const eventsOf = ({ global, partitions }: PriceStep): number =>
  partitions.reduce((total, { events }) => total + events.length, global.events.length);

/** Appends what all partitions decided, side by side, as the workers of one process do. */
export class Appender {
  readonly #ends = new Map<number, { epoch: number; size: number; head: Buffer }>();
  readonly #committer: GroupCommitter;

  private constructor(private readonly log: EventLog) {
    this.#committer = new GroupCommitter(log);
  }

  static async take(log: EventLog, { machines }: Pick<MarginWorld, 'machines'>): Promise<Appender> {
    const appender = new Appender(log);
    for (const partition of [GLOBAL, ...machines.map((machine) => machine.partition)]) {
      const { epoch, size, head } = await log.take(partition, 'bench');
      appender.#ends.set(partition, { epoch, size, head });
    }
    return appender;
  }

  async append({ global, partitions }: Pick<PriceStep, 'global' | 'partitions'>): Promise<void> {
    // Readers of the global partition apply nothing before it is durable.
    await this.#item(GLOBAL, global);
    await this.appendNumbered(partitions);
  }

  /** What numbered partitions decided, an item of each. */
  async appendNumbered(partitions: readonly MachineOutput[]): Promise<void> {
    await Promise.all(partitions.map((output, partition) => this.#item(partition, output)));
  }

  async #item(partition: number, { events, cursors }: MachineOutput): Promise<void> {
    const end = this.#ends.get(partition);
    invariant(end, `partition ${partition} was not taken`);
    const last: SealedEvent | undefined = events.at(-1);
    if (last === undefined) return;
    const outcome = await this.#committer.submit(itemOf(events, partition, end.epoch, end, cursors));
    invariant(outcome.status === 'appended', `${this.log.name}/${partition}: ${JSON.stringify(outcome)}`);
    end.size = last.position;
    end.head = last.chain;
  }
}
