import type { TextForm } from './text-form.js';

// A text that people read is printed in terminals, pages and reports, so it must not steer them: no control character
// (NUL, ESC, line breaks), no half of a surrogate pair, no mark that turns the direction of what follows. Written as ranges: what
// reads our schemas in other languages may know no classes of characters.
const ILLEGIBLE = '\\u0000-\\u001f\\u007f-\\u009f\\ud800-\\udfff\\u2028-\\u202e\\u2066-\\u2069';

const REMEDY =
  'leave out control characters (such as NUL, ESC and line breaks), halves of surrogate pairs and marks of text direction';

/**
 * A legible text.
 * @param title what it is, in a word or two
 * @param longest most UTF-16 code units
 * @param shortest 0 when it may be empty
 */
const legible = (title: string, longest: number, shortest: 0 | 1, example: string): TextForm => ({
  title,
  pattern: new RegExp(`^[^${ILLEGIBLE}]${shortest === 0 ? '*' : '+'}$`, 'u'),
  longest,
  remedy: shortest === 0 ? REMEDY : `write at least one character; ${REMEDY}`,
  example,
});

/** A name or a code of free form. */
export const LABEL: TextForm = legible('label', 120, 1, 'label');
/** What somebody else wrote, perhaps nonsense, kept for the record. */
export const QUOTATION: TextForm = legible('quotation', 300, 0, 'as it was written');
/** Why somebody wants something; auditors read it. */
export const REASON: TextForm = legible('reason', 2_000, 1, 'because of this');
/** Sentences for people. */
export const PROSE: TextForm = legible('prose', 2_000, 0, 'A sentence.');
/** Stream of an event, correlation and cause of an entry: our own or a sender's ids put together. */
export const STREAM: TextForm = legible('stream', 200, 1, 'account-carol.main');
export const CORRELATION: TextForm = legible('correlation', 300, 0, 'exchange.fills/0/1');
/** Person or key behind a command. */
export const ACTOR: TextForm = legible('actor', 200, 1, 'risk-officer-1');

const ILLEGIBLE_CHARACTER = new RegExp(`[${ILLEGIBLE}]`, 'gu');

/** What can be kept of a text from outside that may hold anything: legible, and no longer than that. */
export function legibleText(value: string, longest: number): string {
  const cut = value.slice(0, longest);
  return cut.replace(ILLEGIBLE_CHARACTER, '\ufffd');
}
