import { InvariantViolation, canonicalText, invariant, matches, SHA256_HEX, subjectOf } from '@ballast/kernel';
import type { Reading } from '@ballast/event-sourcing';
import type { FiguresByField } from '@ballast/facts';

/** What the log keeps of a correction: who, of which event by its SHA-256, and the figures that are read in it. */
export interface CorrectionNote {
  readonly act: 'event-correction-proposed' | 'event-corrected';
  readonly actor: string;
  readonly position: number;
  /** Of the event. */
  readonly hash: string;
  readonly figures: FiguresByField;
  /** Of the proposal. */
  readonly reason: string;
}

/** A reading of one event of a partition. */
export interface EventCorrection extends Reading {
  readonly position: number;
  /** Of the event. */
  readonly hash: string;
}

/** What is proposed and what is approved of the events of a partition, as its notes say, by position. */
export interface Corrections {
  readonly proposed: ReadonlyMap<number, CorrectionNote>;
  readonly approved: ReadonlyMap<number, EventCorrection>;
}

export const correctionNoteText = (note: CorrectionNote): string => canonicalText(note);

const ACTS: readonly unknown[] = ['event-correction-proposed', 'event-corrected'] satisfies CorrectionNote['act'][];

/**
 * What a note says, if it is of a correction at all.
 * @throws InvariantViolation when it is one and not as it was written
 */
export function correctionNoteOf(text: string): CorrectionNote | undefined {
  const note = parsed(text);
  if (!ACTS.includes(note.act)) return undefined;
  invariant(canonicalText(note) === text, 'a note is not stored in its canonical text');
  const { actor, position, hash, figures, reason } = note;
  const isWhole =
    [actor, reason].every((each) => typeof each === 'string') &&
    Number.isSafeInteger(position) &&
    matches(SHA256_HEX, hash) &&
    typeof figures === 'object';
  invariant(isWhole, 'its note is none that is known');
  return note as CorrectionNote;
}

function parsed(text: string): Partial<CorrectionNote> {
  try {
    return JSON.parse(text) as Partial<CorrectionNote>;
  } catch {
    throw new InvariantViolation('its note is none that is known');
  }
}

/**
 * Reads notes in their order: the newest proposal of an event stands, and one approval of it.
 * @throws InvariantViolation when one does not follow from those before
 */
export function correctionsIn(notes: readonly string[]): Corrections {
  const proposed = new Map<number, CorrectionNote>();
  const approved = new Map<number, EventCorrection>();
  for (const text of notes) {
    const note = correctionNoteOf(text);
    if (note !== undefined) addCorrection({ proposed, approved }, note);
  }
  return { proposed, approved };
}

/** @throws InvariantViolation when the note does not follow from those before */
export function addCorrection(
  known: { readonly proposed: Map<number, CorrectionNote>; readonly approved: Map<number, EventCorrection> },
  note: CorrectionNote,
): void {
  const { position, actor } = note;
  invariant(!known.approved.has(position), `position ${position} was corrected already`);
  if (note.act === 'event-correction-proposed') {
    known.proposed.set(position, note);
    return;
  }
  const proposal = known.proposed.get(position);
  invariant(proposal !== undefined, `a correction of position ${position} was approved that nobody proposed`);
  invariant(
    correctionNoteText({ ...proposal, act: note.act, actor }) === correctionNoteText(note),
    `the correction of position ${position} that was approved is not the one that was proposed`,
  );
  invariant(
    subjectOf(proposal.actor) !== subjectOf(actor),
    `${actor} proposed and approved the correction of position ${position}`,
  );
  const { hash, figures, reason } = note;
  known.proposed.delete(position);
  known.approved.set(position, {
    ...{ position, hash, figures, reason },
    ...{ proposedBy: proposal.actor, approvedBy: actor },
  });
}
