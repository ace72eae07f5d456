import { grouped } from '../commands/grouped.js';

/** Below this nobody can say how long the rest takes. */
const FIRST_ESTIMATE_MS = 1_000;
/** From so many of them on a larger unit says it better. */
const MANY = 120;
const SECONDS_A_MINUTE = 60;

/**
 * How long the rest of some work will take if it goes on like this, as words to be put behind how far it has come. What was done when it is
 * first asked, such as what an earlier attempt did, took no time.
 * @param now milliseconds
 */
export function remainingWords(now: () => number = () => performance.now()): (share: number) => string {
  let began: { readonly at: number; readonly share: number } | undefined;
  return (share) => {
    began ??= { at: now(), share };
    const took = now() - began.at;
    if (took < FIRST_ESTIMATE_MS || share <= began.share) return '';
    const seconds = Math.round((took * (1 - share)) / (share - began.share) / 1_000);
    const minutes = Math.ceil(seconds / SECONDS_A_MINUTE);
    if (seconds < MANY) return `, about ${seconds} s left`;
    return minutes < MANY ? `, about ${minutes} min left` : `, about ${Math.ceil(minutes / SECONDS_A_MINUTE)} h left`;
  };
}

/** Whole percents, never more than is done. */
export const percentWords = (share: number): string => `${Math.floor(100 * share)} %`;

/**
 * Words for how far a rebuild has come, and how long the rest will take.
 * @param now milliseconds
 */
export function rebuildProgress(
  what: string,
  tell: (line: string) => void,
  now: () => number = () => performance.now(),
): (done: number, total: number) => void {
  const remaining = remainingWords(now);
  remaining(0);
  return (done, total) =>
    tell(`${what}: ${grouped(done)} of ${grouped(total)} events${remaining(total === 0 ? 1 : done / total)}`);
}

/** A few events are not worth a word. */
const FIRST_WORD_AT = 1_000;

/** Words for how far the index of ids was filled: all of an older log is looked through, so nobody knows how much is left. */
export function indexingProgress(tell: (line: string) => void): (events: number) => void {
  let done = 0;
  return (events) => {
    done += events;
    if (done >= FIRST_WORD_AT) tell(`filling the index of ids: ${grouped(done)} events`);
  };
}
