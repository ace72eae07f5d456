/** `2020-03-12 10:25:00`, UTC. */
export const utc = (at: number): string => new Date(at).toISOString().slice(0, 19).replace('T', ' ');

/** A clearing time in words: what was laid down before the first tick has none. */
export const clearing = (at: number): string => (at === 0 ? 'as it opened' : `${utc(at)} UTC`);

/** Up to where a page is told. A house that no exchange has told anything stands at no time. */
export const asOf = (at: number): string => (at === 0 ? 'before the exchange said anything' : `as of ${utc(at)} UTC`);

/** `10:25`, UTC; with seconds where they are not zero. */
export const clock = (at: number): string => {
  const time = new Date(at).toISOString().slice(11, 19);
  return time.endsWith(':00') ? time.slice(0, 5) : time;
};

/** `Mar 12, 10:25` for the ends of an axis. */
export const dayAndClock = (at: number): string => `${new Date(at).toISOString().slice(5, 10)} ${clock(at)}`;

/** As addresses carry it: `2020-03-12T10:25:00Z`. */
export const iso = (at: number): string => new Date(at).toISOString().replace('.000Z', 'Z');

/** The same moment where the reader is, for a hover. */
export const local = (at: number): string => `${new Date(at).toLocaleString()} where you are`;

/** `3 min 20 s`. */
export function duration(ms: number): string {
  const seconds = Math.round(ms / 1_000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return seconds % 60 === 0 ? `${minutes} min` : `${minutes} min ${seconds % 60} s`;
  const hours = Math.floor(minutes / 60);
  const [most, rest] = hours < 48 ? [`${hours} h`, minutes % 60] : [`${Math.floor(hours / 24)} d`, hours % 24];
  return rest === 0 ? most : `${most} ${rest} ${hours < 48 ? 'min' : 'h'}`;
}
