import {
  PartitionMachine,
  canonicalEnvelope,
  type LogEntry,
  type PartitionProcess,
  type SealedEvent,
} from '@ballast/event-sourcing';
import type { CommandRecord, EventLog, EventRow } from '@ballast/event-log';
import { InvariantViolation, canonicalText } from '@ballast/kernel';
import { ForwardReader, commandEntry, entriesOfTail, type EntryReader } from '@ballast/partition-worker';

/** Two sides of the first decision that does not come out as it is stored. */
export interface Divergence {
  readonly log: string;
  readonly partition: number;
  readonly position: number;
  readonly what: string;
  readonly stored: string | null;
  readonly recomputed: string | null;
}

export interface PartitionReplay {
  readonly events: number;
  /** Assessments of accounts recomputed, the quiet ones included, and all other decided events. */
  readonly decisions: number;
  readonly divergence: Divergence | undefined;
}

const PAGE = 1_000;

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
  onProgress: (events: number) => void = () => undefined,
): Promise<PartitionReplay> {
  const machine = new PartitionMachine(process, partition, partitions);
  const forward = new ForwardReader(reader);
  const commandLog = `${log.name}.commands`;
  let recomputed: SealedEvent[] = [];
  let events = 0;
  let decisions = 0;

  const diverges = (position: number, what: string, stored: string | null, again: string | null): PartitionReplay => ({
    events,
    decisions,
    divergence: { log: log.name, partition, position, what, stored, recomputed: again },
  });

  const beyondTheEnd = (extra: SealedEvent): Divergence | undefined =>
    diverges(extra.position, 'the log ends before an event that follows', null, envelopeOf(extra)).divergence;

  /** What the process or the machine refuses to take again was not so decided: an altered basis, source or state. */
  const refusable = async (
    position: number,
    row: EventRow | null,
    work: () => Promise<Divergence | undefined>,
  ): Promise<Divergence | undefined> => {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof InvariantViolation)) throw error;
      const stored = row && envelopeOfRow(log.name, row);
      return diverges(position, `it can't be decided again: ${error.message}`, stored, null).divergence;
    }
  };

  /** Applies one command and compares the stored answer. */
  const answer = (record: CommandRecord): Divergence | undefined => {
    const result = machine.accept(commandEntry(log.name, record));
    const text = result === undefined ? null : canonicalText(result);
    if (text === record.resultText) return undefined;
    return {
      log: commandLog,
      partition,
      position: record.number,
      what: `answer to command ${record.commandId}`,
      stored: record.resultText,
      recomputed: text,
    };
  };

  /** Applies the inputs that a stored event names as its basis, then what follows at the end of an item or in time. */
  const decideAgain = async (row: EventRow): Promise<Divergence | undefined> => {
    for (const [source, sourcePartition, upTo] of JSON.parse(row.basisText) as [string, number, number][]) {
      const applied = machine.cursor(source, sourcePartition);
      if (source !== commandLog) {
        for await (const entry of forward.between(source, sourcePartition, applied, upTo)) machine.accept(entry);
        continue;
      }
      for (let number = applied + 1; number <= upTo; number++) {
        const [record] = await log.commands(partition, number - 1, 1);
        if (record === undefined) {
          return diverges(row.position, `command ${number} is missing`, envelopeOfRow(log.name, row), null).divergence;
        }
        const difference = answer(record);
        if (difference !== undefined) return difference;
      }
    }
    if (machine.pending === 0) {
      const cause = JSON.parse(row.causeText) as { kind: string };
      if (cause.kind === 'timer') machine.elapse(row.clearing);
      else machine.settle();
    }
    recomputed = [...machine.drain().events];
    return undefined;
  };

  const answerTo = async ({ position }: LogEntry): Promise<Divergence | undefined> => {
    const [record] = await log.commands(partition, position - 1, 1);
    return record && answer(record);
  };

  for (let after = 0; ;) {
    const page = await log.readRaw(partition, after, PAGE);
    if (page.length === 0) break;
    for (const row of page) {
      if (recomputed.length === 0) {
        const difference = await refusable(row.position, row, () => decideAgain(row));
        if (difference !== undefined) return { events, decisions, divergence: difference };
      }
      const again = recomputed.shift();
      const difference = compare(row, again);
      if (difference !== undefined) {
        return diverges(
          row.position,
          difference,
          envelopeOfRow(log.name, row),
          again === undefined ? null : envelopeOf(again),
        );
      }
      events += 1;
      decisions += assessedIn(row);
    }
    onProgress(page.length);
    after = (page.at(-1) as EventRow).position;
  }
  if (recomputed.length > 0) {
    const extra = recomputed[0] as SealedEvent;
    return { events, decisions, divergence: beyondTheEnd(extra) };
  }
  // Refused commands leave no event; those after the last event are answered again here.
  const difference = await refusable(machine.size + 1, null, async () => {
    for await (const entry of entriesOfTail(machine, log, reader)) {
      const refused = entry.log === commandLog ? await answerTo(entry) : undefined;
      if (entry.log !== commandLog) machine.accept(entry);
      if (refused !== undefined) return refused;
      const [extra] = machine.drain().events;
      if (extra !== undefined) return beyondTheEnd(extra);
    }
    return undefined;
  });
  if (difference !== undefined) return { events, decisions, divergence: difference };
  return { events, decisions, divergence: undefined };
}

const COMPARED = [
  'id',
  'stream',
  'version',
  'type',
  'schemaVersion',
  'causeText',
  'basisText',
  'correlation',
  'actor',
  'payloadText',
] as const;

/** Name of the first field in which a stored event and the recomputed one differ. */
function compare(row: EventRow, again: SealedEvent | undefined): string | undefined {
  if (again === undefined) return 'nothing follows where an event is stored';
  if (again.position !== row.position) return 'position';
  if (again.time.clearing !== row.clearing || again.time.hop !== row.hop) return 'time';
  for (const field of COMPARED) if (again[field] !== row[field]) return field.replace(/Text$/, '');
  if (!again.hash.equals(row.hash)) return 'hash';
  if (!again.chain.equals(row.chain)) return 'chain';
  return undefined;
}

function assessedIn(row: EventRow): number {
  if (row.type !== 'MarginRunCompleted') return 1;
  return (JSON.parse(row.payloadText) as { assessed: number }).assessed;
}

function envelopeOfRow(log: string, row: EventRow): string {
  return canonicalEnvelope({ ...row, log, time: { clearing: row.clearing, hop: row.hop } }, row);
}

function envelopeOf(event: SealedEvent): string {
  return canonicalEnvelope(event, event);
}
