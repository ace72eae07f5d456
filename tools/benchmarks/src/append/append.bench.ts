import { GroupCommitter, type EventLog } from '@ballast/event-log';
import { canonicalText, invariant } from '@ballast/kernel';
import type { BenchContext } from '../bench-server.js';
import { figure, type Figure } from '../measure/figure.js';
import { Latencies } from '../measure/latencies.js';
import { median } from '../measure/median.js';
import { BareInsert } from './bare-insert.js';
import { PartitionWriter, TYPICAL_PAYLOAD } from './partition-writer.js';

export interface AppendOptions {
  /** Numbers of clients that each wait for the answer to their command before they send the next. */
  readonly clients: readonly number[];
  /** Events per item, as a consumer appends them; one writer per partition. */
  readonly batches: readonly number[];
  readonly secondsEach: number;
  /** The log and the bare insert take turns this many times; the middle ratio counts. */
  readonly rounds: number;
}

export const APPEND_DEFAULTS: AppendOptions = {
  clients: [1, 8, 64],
  batches: [10, 100, 1_000],
  secondsEach: 2,
  rounds: 3,
};

const PARTITIONS = 8;
const WARM_UP_SECONDS = 0.5;

interface Load {
  readonly what: string;
  readonly clients: number;
  readonly eventsPerItem: number;
  readonly forCommands: boolean;
}

/** What one round of a load came to. */
interface Round {
  readonly eventsPerSecond: number;
  /** Mean events of one transaction. */
  readonly eventsPerCommit: number;
  /** Mean blocks of one transaction. */
  readonly blocksPerCommit: number;
  /** Most transactions at a time. */
  readonly connections: number;
}

/**
 * Events per second through group commit, sealing (canonical text, two SHA-256) included, against a bare insert of the
 * same blocks on the same server, with as many blocks and events per transaction and as many connections as group commit
 * came to.
 */
export async function benchAppend(context: BenchContext, options: AppendOptions = APPEND_DEFAULTS): Promise<Figure[]> {
  const database = await context.database();
  const log = await database.store.open({ name: 'accounts', partitions: PARTITIONS, global: true });
  const bare = await BareInsert.create(database.connection, 'accounts', {
    payloadText: canonicalText(TYPICAL_PAYLOAD),
    partitions: PARTITIONS,
  });
  try {
    const writers = await Promise.all(
      Array.from({ length: PARTITIONS }, (_, partition) => PartitionWriter.take(log, partition)),
    );
    const figures: Figure[] = [];
    for (const load of loadsOf(options)) {
      context.onProgress(`append: ${load.what}`);
      figures.push(await benchLoad(log, writers, bare, load, options));
    }
    return figures;
  } finally {
    await bare.close();
    await database.close();
  }
}

function loadsOf({ clients, batches }: AppendOptions): Load[] {
  return [
    ...clients.map((count) => ({
      what: `one-event commands, ${count} at a time`,
      clients: count,
      eventsPerItem: 1,
      forCommands: true,
    })),
    ...batches.map((size) => ({
      what: `batches of ${size} events`,
      clients: PARTITIONS,
      eventsPerItem: size,
      forCommands: false,
    })),
  ];
}

async function benchLoad(
  log: EventLog,
  writers: readonly PartitionWriter[],
  bare: BareInsert,
  load: Load,
  { secondsEach, rounds }: AppendOptions,
): Promise<Figure> {
  const milliseconds = secondsEach * 1_000;
  const warmUp = Math.min(milliseconds, WARM_UP_SECONDS * 1_000);
  const latencies = new Latencies();
  const commandsPerEvent = load.forCommands ? 1 : 0;
  const warm = await runLoad(log, writers, load, warmUp, new Latencies());
  const bareOf = (ours: Round, forMs: number): Promise<{ readonly eventsPerSecond: number }> =>
    bare.run(
      ours.connections,
      ours.blocksPerCommit,
      ours.eventsPerCommit / ours.blocksPerCommit,
      commandsPerEvent,
      forMs,
    );
  await bareOf(warm, warmUp);
  const measured: { readonly ours: Round; readonly bare: number }[] = [];
  for (let round = 0; round < rounds; round++) {
    const ours = await runLoad(log, writers, load, milliseconds, latencies);
    const { eventsPerSecond } = await bareOf(ours, milliseconds);
    measured.push({ ours, bare: eventsPerSecond });
  }
  const perCommit = median(measured.map(({ ours }) => ours.eventsPerCommit));
  const blocksPerCommit = median(measured.map(({ ours }) => ours.blocksPerCommit));
  const connections = Math.max(...measured.map(({ ours }) => ours.connections));
  return figure({
    part: 'append',
    what: load.what,
    value: median(measured.map(({ ours }) => ours.eventsPerSecond)),
    unit: 'events/s',
    reference: { what: 'bare insert', value: median(measured.map((each) => each.bare)), unit: 'events/s' },
    ratio: median(measured.map((each) => each.ours.eventsPerSecond / each.bare)),
    bound: { of: 'ratio', kind: 'at least', limit: 0.6 },
    note:
      `${perCommit.toFixed(1)} events in ${blocksPerCommit.toFixed(1)} blocks per commit, ${connections} connection${connections === 1 ? '' : 's'}; ` +
      `answer p50 ${latencies.p50.toFixed(1)} ms, p99 ${latencies.p99.toFixed(1)} ms`,
  });
}

async function runLoad(
  log: EventLog,
  writers: readonly PartitionWriter[],
  { clients, eventsPerItem, forCommands }: Load,
  milliseconds: number,
  latencies: Latencies,
): Promise<Round> {
  const commits = { count: 0, blocks: 0, running: 0, atOnce: 0 };
  const committer = new GroupCommitter(observed(log, commits));
  const started = performance.now();
  const until = started + milliseconds;
  let stored = 0;
  const client = async (_: unknown, index: number): Promise<void> => {
    const writer = writers[index % writers.length] as PartitionWriter;
    while (performance.now() < until) {
      const asked = performance.now();
      const outcome = await committer.submit(writer.item(eventsPerItem, forCommands));
      invariant(outcome.status === 'appended', `the log answered ${JSON.stringify(outcome)}`);
      latencies.record(performance.now() - asked);
      stored += eventsPerItem;
    }
  };
  await Promise.all(Array.from({ length: clients }, client));
  const elapsed = performance.now() - started;
  await committer.close();
  return {
    eventsPerSecond: (stored * 1_000) / elapsed,
    eventsPerCommit: stored / commits.count,
    blocksPerCommit: commits.blocks / commits.count,
    connections: commits.atOnce,
  };
}

/** The same log, its transactions counted. */
function observed(
  log: EventLog,
  commits: { count: number; blocks: number; running: number; atOnce: number },
): EventLog {
  const append: EventLog['append'] = async (items) => {
    commits.count += 1;
    commits.blocks += items.length;
    commits.running += 1;
    commits.atOnce = Math.max(commits.atOnce, commits.running);
    try {
      return await log.append(items);
    } finally {
      commits.running -= 1;
    }
  };
  return new Proxy(log, {
    get(target, name) {
      if (name === 'append') return append;
      const member: unknown = Reflect.get(target, name, target);
      return typeof member === 'function' ? (member.bind(target) as unknown) : member;
    },
  });
}
