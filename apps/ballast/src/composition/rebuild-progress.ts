import { grouped } from '../commands/grouped.js';

/** Below this nobody can say how long the rest takes. */
const FIRST_ESTIMATE_MS = 1_000;

/**
 * Words for how far a rebuild has come, and how long the rest will take if it goes on like this.
 * @param now milliseconds
 */
export function rebuildProgress(
  what: string,
  tell: (line: string) => void,
  now: () => number = () => performance.now(),
): (done: number, total: number) => void {
  const began = now();
  return (done, total) => {
    const took = now() - began;
    const left = took < FIRST_ESTIMATE_MS ? '' : `, about ${Math.ceil((took * (total - done)) / done / 1_000)} s left`;
    tell(`${what}: ${grouped(done)} of ${grouped(total)} events${left}`);
  };
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
