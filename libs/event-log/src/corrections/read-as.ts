import { InvariantViolation } from '@ballast/kernel';
import { figuresThatAreNone, mayHoldNoFigure, withFigures, type FigureThatIsNone } from '@ballast/facts';
import { sealedEvent, type Reading, type SealedEvent } from '@ballast/event-sourcing';
import { correctionsIn, type Corrections } from './correction-note.js';

type PlacedEvent = Pick<SealedEvent, 'log' | 'partition' | 'position' | 'type'>;

/** An event holds a figure that is none, and nobody has said how it is to be read: its readers stop. */
export class UnreadableEvent extends InvariantViolation {
  override readonly name = 'UnreadableEventRefused';

  constructor(event: PlacedEvent, nones: readonly FigureThatIsNone[]) {
    super(`${event.log}/${event.partition} position ${event.position}: ${unreadableText(event, nones)}`);
  }
}

/** What is wrong with an event that holds figures which are none, and what to do. */
export function unreadableText(
  { log, partition, position, type }: PlacedEvent,
  nones: readonly FigureThatIsNone[],
): string {
  const what = nones.map(({ field, text }) => `${field} of ${type} is "${text}", which is no figure`).join(', ');
  const place = `--log ${log} --partition ${partition} --position ${position}`;
  const figures = nones.map(({ field }) => `--figure ${field}=<figure>`).join(' ');
  return `${what}; two persons say how it is read: "npx ballast correct propose ${place} ${figures}", then "npx ballast correct approve ${place}"`;
}

/**
 * Events as they are to be read: those that hold a figure which is none with the figures that two persons have put in its place. Text,
 * hash and chain stay.
 * @param corrections asked only when there is such an event
 * @throws UnreadableEvent when nobody has
 * @see docs/spec/event-log.md CLR-LOG-080
 */
export async function asRead(
  events: readonly SealedEvent[],
  corrections: () => Promise<Corrections>,
): Promise<readonly SealedEvent[]> {
  if (!events.some(({ text }) => mayHoldNoFigure(text))) return events;
  let known: Corrections | undefined;
  const read: SealedEvent[] = [];
  for (const event of events) {
    const nones = mayHoldNoFigure(event.text) ? figuresThatAreNone(event) : [];
    if (nones.length === 0) read.push(event);
    else {
      known ??= await corrections();
      const correction = known.approved.get(event.position);
      if (correction === undefined) throw new UnreadableEvent(event, nones);
      const { figures, proposedBy, approvedBy, reason } = correction;
      read.push(eventReadAs(event, { figures, proposedBy, approvedBy, reason }));
    }
  }
  return read;
}

/** The event with other figures in the place of those that are none. */
export function eventReadAs(event: SealedEvent, readAs: Reading): SealedEvent {
  const { log, text, hash, chain } = event;
  return { ...sealedEvent(log, { ...event, payload: withFigures(event, readAs.figures) }, text, hash, chain), readAs };
}

/** Of a log that can be asked for the notes of a partition. */
export const correctionsOf = async (
  log: { notes(partition: number): Promise<readonly string[]> },
  partition: number,
): Promise<Corrections> => correctionsIn(await log.notes(partition));
