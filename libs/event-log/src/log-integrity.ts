import { MerkleFrontier, invariant, leafHash, sha256 } from '@ballast/kernel';
import { EMPTY_HEAD, chainHead, eventHash } from '@ballast/event-sourcing';
import type { CheckpointPartition } from './checkpoint.js';
import type { EventLog, EventRow, PartitionHead } from './event-log.js';
import { envelopeOf } from './stored-event.js';

const PAGE = 5_000;

/** The first place of a partition that is not as it was written. */
export interface LogFault {
  readonly log: string;
  readonly partition: number;
  /** Position of the event, or number of the command. */
  readonly position: number;
  readonly part: 'event' | 'command';
  readonly what: string;
}

export interface PartitionVerdict {
  readonly partition: number;
  /** Events that were checked and are sound. */
  readonly size: number;
  readonly head: Buffer;
  readonly root: Buffer;
  readonly fault: LogFault | undefined;
}

/** What signed checkpoints say about a partition, in order of size. */
export type Promised = Pick<CheckpointPartition, 'size' | 'root' | 'head'>;

/**
 * Recomputes a partition from its columns: every hash from the envelope, the chain, the Merkle tree, positions and
 * versions one by one, commands by their body; and holds it against its own end and against signed checkpoints.
 * What was changed together with all hashes after it is found by a checkpoint only.
 */
export async function verifyPartition(
  log: EventLog,
  partition: number,
  promises: readonly Promised[] = [],
): Promise<PartitionVerdict> {
  const frontier = new MerkleFrontier();
  let head: Buffer = EMPTY_HEAD;
  const verdict = (fault?: Pick<LogFault, 'position' | 'part' | 'what'>): PartitionVerdict => ({
    ...{ partition, size: frontier.size, head, root: frontier.root() },
    fault: fault && { log: log.name, partition, ...fault },
  });

  const end = await headOf(log, partition);
  const versions = new Map<string, number>();
  let before: EventRow | undefined;
  const waiting = promises.filter(({ size }) => size > 0).sort((a, b) => a.size - b.size);
  while (frontier.size < end.size) {
    const rows = await log.readRaw(partition, frontier.size, Math.min(PAGE, end.size - frontier.size));
    if (rows.length === 0) return verdict({ position: frontier.size + 1, part: 'event', what: 'the event is missing' });
    for (const row of rows) {
      const position = frontier.size + 1;
      const what = wrongWith(log.name, row, position, head, before, versions);
      if (what !== undefined) return verdict({ position, part: 'event', what });
      head = row.chain;
      before = row;
      versions.set(row.stream, row.version);
      frontier.append(leafHash(row.hash));
      while (waiting[0]?.size === frontier.size) {
        const promise = waiting.shift() as Promised;
        if (!promise.root.equals(frontier.root()) || !promise.head.equals(head)) {
          return verdict({
            position,
            part: 'event',
            what: 'the events up to here are not those of a signed checkpoint',
          });
        }
      }
    }
  }
  const next = frontier.size + 1;
  if (!end.head.equals(head)) {
    return verdict({
      position: end.size,
      part: 'event',
      what: 'the chain ends in another head than the partition’s row says',
    });
  }
  if (waiting.length > 0) {
    return verdict({ position: next, part: 'event', what: `a signed checkpoint knows ${waiting[0]?.size} events` });
  }
  const [beyond] = await log.readRaw(partition, end.size, 1);
  // An event that was appended meanwhile is within the end that the partition has by now.
  if (beyond !== undefined && (await headOf(log, partition)).size < beyond.position) {
    return verdict({
      position: beyond.position,
      part: 'event',
      what: 'the event stands beyond the end of the partition',
    });
  }
  return verdict(await wrongCommand(log, partition, end.commands));
}

function wrongWith(
  log: string,
  row: EventRow,
  position: number,
  head: Buffer,
  before: EventRow | undefined,
  versions: ReadonlyMap<string, number>,
): string | undefined {
  if (row.position !== position) return 'the event is missing';
  if (!eventHash(envelopeOf(log, row), row).equals(row.hash)) return 'the event’s content and its hash differ';
  if (!chainHead(head, row.hash).equals(row.chain)) return 'the chain does not continue the event before';
  const version = (versions.get(row.stream) ?? 0) + 1;
  if (row.version !== version) return `${row.stream} has version ${row.version} where ${version} belongs`;
  if (before && (row.clearing < before.clearing || (row.clearing === before.clearing && row.hop < before.hop))) {
    return 'logical time falls';
  }
  return undefined;
}

async function wrongCommand(
  log: EventLog,
  partition: number,
  count: number,
): Promise<Pick<LogFault, 'position' | 'part' | 'what'> | undefined> {
  for (let number = 0; number < count;) {
    const commands = await log.commands(partition, number, Math.min(PAGE, count - number));
    if (commands.length === 0) return { position: number + 1, part: 'command', what: 'the command is missing' };
    for (const command of commands) {
      number += 1;
      if (command.number !== number) return { position: number, part: 'command', what: 'the command is missing' };
      if (!sha256(command.bodyText).equals(command.bodyHash)) {
        return { position: number, part: 'command', what: 'the command’s body and its hash differ' };
      }
    }
  }
  return undefined;
}

async function headOf(log: EventLog, partition: number): Promise<PartitionHead> {
  const head = (await log.heads()).find((candidate) => candidate.partition === partition);
  invariant(head !== undefined, `log ${log.name} has no partition ${partition}`);
  return head;
}
