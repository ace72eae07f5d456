import { InvariantViolation, canonicalText, invariant } from '@ballast/kernel';

/** What the log keeps of the removal of an archived range: who, and of which manifest by its SHA-256. */
export interface RemovalNote {
  readonly act: 'archived-range-removal-proposed' | 'archived-range-removed';
  readonly actor: string;
  readonly manifest: string;
  readonly reason?: string;
}

export const removalNoteText = (note: RemovalNote): string => canonicalText(note);

/**
 * Of a note that is of no correction.
 * @throws InvariantViolation when the text is no such note
 */
export function removalNoteOf(text: string): RemovalNote {
  try {
    const note = JSON.parse(text) as RemovalNote;
    invariant(canonicalText(note) === text, 'a note is not stored in its canonical text');
    invariant(note.act === 'archived-range-removal-proposed' || note.act === 'archived-range-removed', 'another note');
    return note;
  } catch {
    throw new InvariantViolation('its note is none that is known');
  }
}
