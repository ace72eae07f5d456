import { useSearch } from '@tanstack/react-router';
import styles from './now-only.module.css';

/** The past clearing time that a page about the whole house is shown at; undefined for now. */
export function usePastTime(): string | undefined {
  const { at } = useSearch({ strict: false });
  return at !== undefined && isTime(at) ? at : undefined;
}

/** An event is the other way to name a moment; it is one of a single account. */
const isTime = (at: string): boolean => !at.includes('#');

/** Says of a page that shows the present only that it does, when the reader stands in the past. */
export function NowOnly({ what }: { readonly what: string }) {
  const { at } = useSearch({ strict: false });
  if (at === undefined) return null;
  return (
    <p role="note" className={styles.note}>
      {what} shows the present, not {at}.
    </p>
  );
}

/** Says of a page about the whole house that it shows the present where only an event is named. */
export function NowForEvents({ what }: { readonly what: string }) {
  return usePastTime() === undefined ? <NowOnly what={`${what} knows past times and no single events, so it`} /> : null;
}
