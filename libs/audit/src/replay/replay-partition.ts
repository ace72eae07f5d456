import {
  PartitionMachine,
  type CommandResult,
  type Genesis,
  type LogEntry,
  type Opening,
  type PartitionProcess,
  type SealedEvent,
} from '@ballast/event-sourcing';
import {
  type Block,
  type CommandRecord,
  type EventLine,
  type EventLog,
  type EventTexts,
  blockAt,
  commandEntry,
  correctionsOf,
  reasonsOfLine,
  textsOfLine,
  type EntryReader,
} from '@ballast/event-log';
import { mayHoldNoFigure, type ServiceLog } from '@ballast/facts';
import { InvariantViolation, canonicalText, invariant } from '@ballast/kernel';
import { ForwardReader, OutcomeReader, entriesOfTail, sourcesOf } from '@ballast/partition-worker';
import {
  answerDiffers,
  differenceOf,
  eventMissing,
  eventNotDecided,
  isSame,
  undecidable,
  type Divergence,
} from './divergence.js';
import type { Pace } from './pace.js';
import type { Waypoint } from './waypoint.js';

export interface PartitionReplay {
  readonly events: number;
  /** Events that were taken as they are read, not decided again: they stand in a block with one that two persons corrected. */
  readonly taken: number;
  readonly marginRuns: number;
  /** Assessments of accounts recomputed, the quiet ones included. */
  readonly decisions: number;
  readonly divergence: Divergence | undefined;
}

export interface ReplayPartitionOptions {
  /** Text of a state to go on from, see `PartitionMachine.snapshot`; default: the beginning. */
  readonly snapshot?: string | undefined;
  /** Position of the last event that is decided again; default: to the end of the log. */
  readonly upTo?: number | undefined;
  readonly onProgress?: (events: number) => void;
  /** Of those that are replayed at the same time. */
  readonly pace?: Pick<Pace, 'reach'> | undefined;
  /** Told of a state to go on from, after so many events at the earliest and where it ends, if a block ends there. */
  readonly waypoints?: { readonly every: number; readonly tell: (waypoint: Waypoint) => void } | undefined;
}

const PAGE = 1_000;
/** Events of the log behind a difference among which the one that was decided is looked for. */
const NEAR = 20;

/**
 * Decides every event of a partition again from its recorded inputs, in the order its bases tell, and compares byte
 * for byte. Nothing but the logs is read; nothing is written.
 */
export async function replayPartition(
  process: PartitionProcess<unknown>,
  log: EventLog,
  partition: number,
  partitions: number,
  reader: EntryReader,
  { snapshot, upTo = Infinity, onProgress = () => undefined, pace, waypoints }: ReplayPartitionOptions = {},
): Promise<PartitionReplay> {
  const machine = new PartitionMachine(process, partition, partitions, snapshot);
  let last = machine.size;
  let waypointDue = last + (waypoints?.every ?? Infinity);
  const ids = await OutcomeReader.open(machine, log);
  const forward = new ForwardReader(reader);
  const commandLog = `${log.name}.commands`;
  let recomputed: SealedEvent[] = [];
  let events = 0;
  let taken = 0;
  let marginRuns = 0;
  let decisions = 0;
  const report = (divergence: Divergence | undefined): PartitionReplay => ({
    events,
    taken,
    marginRuns,
    decisions,
    divergence,
  });
  const place = { log: log.name, partition };
  let takenUpTo = 0;

  /** What the process or the machine refuses to take again was not so decided: an altered basis, source or state. */
  const refusable = async (
    position: number,
    line: EventLine | null,
    work: () => Promise<Divergence | undefined> | Divergence | undefined,
  ): Promise<Divergence | undefined> => {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof InvariantViolation)) throw error;
      return undecidable({ ...place, position }, line && readable(log.name, line), error.message);
    }
  };

  const accept = async (entry: LogEntry): Promise<CommandResult | undefined> => {
    if (!ids.knows(entry)) await ids.ask(entry, entry.log === commandLog ? [] : forward.ahead());
    return machine.accept(entry);
  };

  /** Applies one command and compares the stored answer. */
  const answer = async (record: CommandRecord): Promise<Divergence | undefined> => {
    const result = await accept(commandEntry(log.name, record));
    const replayed = result === undefined ? null : canonicalText(result);
    return replayed === record.resultText
      ? undefined
      : answerDiffers({ log: commandLog, partition, position: record.number }, record, replayed);
  };

  /** Applies the inputs that a stored event names as its basis, then what follows at the end of an item or in time. */
  const decideAgain = async (line: EventLine, next: EventLine | undefined): Promise<Divergence | undefined> => {
    const { basis, cause, time } = reasonsOfLine(log.name, line);
    await pace?.reach(time.clearing);
    for (const [source, sourcePartition, upTo] of basis) {
      const applied = machine.cursor(source, sourcePartition);
      if (source !== commandLog) {
        for await (const entry of forward.between(source, sourcePartition, applied, upTo)) await accept(entry);
        continue;
      }
      for (let number = applied + 1; number <= upTo; number++) {
        const [record] = await log.commands(partition, number - 1, 1);
        if (record === undefined) {
          const why = `command ${number} is missing`;
          return undecidable({ ...place, position: line.position }, textsOfLine(log.name, line), why);
        }
        const difference = await answer(record);
        if (difference !== undefined) return difference;
      }
    }
    if (machine.pending === 0) {
      if (cause.kind === 'start') machine.open(openingOf(log.name, line, next));
      else if (cause.kind === 'timer') machine.elapse({ clearing: time.clearing, hop: time.hop - 1 });
      else machine.settle();
    }
    recomputed = [...machine.drain().events];
    return undefined;
  };

  /** What follows from a figure that is none can't be decided again: the whole item is taken as it is read. */
  const takeBlock = async ({ firstPosition, lastPosition }: Span): Promise<undefined> => {
    for (const event of await log.read(partition, firstPosition - 1, lastPosition - firstPosition + 1)) {
      for (const [source, of, upTo] of event.basis) {
        for await (const entry of forward.between(source, of, machine.cursor(source, of), upTo)) machine.recall(entry);
      }
      machine.recallOwn(event);
      taken += 1;
    }
    takenUpTo = lastPosition;
  };

  const answerTo = async ({ position }: LogEntry): Promise<Divergence | undefined> => {
    const [record] = await log.commands(partition, position - 1, 1);
    return record && answer(record);
  };

  /** Only the end of a block is the end of an item: in the middle of one, what follows from its inputs is still to come. */
  const tellWaypoint = async (tell: (waypoint: Waypoint) => void): Promise<void> => {
    const block = await log.blockBefore(partition, last + 1);
    if (block?.lastPosition !== last || !machine.atEvent) return;
    waypointDue = last + (waypoints?.every ?? Infinity);
    const { firstPosition, number, blockChain } = block;
    const history = { firstPosition, number, blockChain: blockChain.toString('hex') };
    tell({ ...place, position: last, ...history, events, taken, marginRuns, decisions, text: machine.snapshot() });
  };

  while (last < upTo) {
    const page = await log.readLines(partition, last, PAGE);
    if (page.length === 0) break;
    const corrected = await correctedBlocks(log, partition, page);
    const before = events;
    for (const [index, line] of page.entries()) {
      const { position } = line;
      if (position > upTo) return report(undefined);
      if (position <= takenUpTo) {
        last = position;
        continue;
      }
      const block = recomputed.length === 0 ? corrected.get(position) : undefined;
      if (block !== undefined) {
        const difference = await refusable(position, line, () => takeBlock(block));
        if (difference !== undefined) return report(difference);
        last = position;
        continue;
      }
      if (recomputed.length === 0) {
        const difference = await refusable(position, line, () => decideAgain(line, page[index + 1]));
        if (difference !== undefined) return report(difference);
      }
      const again = recomputed.shift();
      if (again === undefined || !isSame(line, again)) {
        const following = { lines: page.slice(index + 1, index + 1 + NEAR), replayed: recomputed };
        const difference = await refusable(position, line, () => {
          const row = textsOfLine(log.name, line);
          return again === undefined
            ? eventNotDecided({ ...place, position }, row)
            : differenceOf(place, row, again, following);
        });
        return report(difference);
      }
      events += 1;
      last = position;
      if (again.type === 'MarginRunCompleted') {
        marginRuns += 1;
        decisions += (again.payload as { assessed: number }).assessed;
      }
      if (waypoints !== undefined && last >= waypointDue && recomputed.length === 0) await tellWaypoint(waypoints.tell);
    }
    onProgress(events - before);
    ids.forget();
  }
  if (waypoints !== undefined && recomputed.length === 0 && last > 0) await tellWaypoint(waypoints.tell);
  if (last >= upTo) return report(undefined);
  if (recomputed.length > 0) return report(eventMissing(recomputed[0] as SealedEvent));
  // Refused commands leave no event; those after the last event are answered again here.
  const sources = sourcesOf(log.name as ServiceLog, partition, partitions);
  const difference = await refusable(machine.size + 1, null, async () => {
    for await (const entry of entriesOfTail(machine, log, reader, sources)) {
      const refused = entry.log === commandLog ? await answerTo(entry) : undefined;
      if (entry.log !== commandLog) await accept(entry);
      if (refused !== undefined) return refused;
      const [extra] = machine.drain().events;
      if (extra !== undefined) return eventMissing(extra);
    }
    return undefined;
  });
  return report(difference);
}

type Span = Pick<Block, 'firstPosition' | 'lastPosition'>;

/**
 * Blocks with an event that is read as two persons have said, among those of which a page holds events, by their first positions.
 * Nothing but the page is read where every figure of it is one.
 */
async function correctedBlocks(
  log: EventLog,
  partition: number,
  page: readonly EventLine[],
): Promise<ReadonlyMap<number, Span>> {
  const spans = new Map<number, Span>();
  const last = page.at(-1)?.position ?? 0;
  const end = (await blockAt(log, partition, last))?.lastPosition ?? last;
  const rest = end > last ? await log.readLines(partition, last, end - last) : [];
  const suspects = [...page, ...rest].filter(({ text }) => mayHoldNoFigure(text));
  if (suspects.length === 0) return spans;
  const { approved } = await correctionsOf(log, partition);
  for (const { position } of suspects.filter((line) => approved.has(line.position))) {
    const span = await blockAt(log, partition, position);
    if (span !== undefined) spans.set(span.firstPosition, span);
  }
  return spans;
}

/** A line taken apart, to be told what it is about; null when it can't be. */
function readable(log: string, line: EventLine): EventTexts | null {
  try {
    return textsOfLine(log, line);
  } catch (error) {
    if (error instanceof InvariantViolation) return null;
    throw error;
  }
}

/** What a writer brought along when it started is told by what it said: the rules of a new log, then its release. */
function openingOf(log: string, line: EventLine, next: EventLine | undefined): Opening {
  const row = textsOfLine(log, line);
  const established = row.type === 'DocumentsEstablished' ? (JSON.parse(row.payloadText) as Genesis) : undefined;
  const said = established === undefined ? row : next && textsOfLine(log, next);
  const { release, build } = JSON.parse(said?.payloadText ?? '{}') as Partial<Opening>;
  invariant(release !== undefined && build !== undefined, `no release stands behind position ${row.position}`);
  return { release, build, genesis: established ?? { author: '', approver: '', documents: [] } };
}
