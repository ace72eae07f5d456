import { useSearch } from '@tanstack/react-router';
import styles from './now-only.module.css';

/** Says of a page that shows the present only that it does, when the reader stands in the past. */
export function NowOnly({ what }: { readonly what: string }) {
  const { at } = useSearch({ strict: false });
  if (at === undefined) return null;
  return (
    <p role="note" className={styles.note}>
      {what} shows the present, not {at}: only accounts, decisions, cases and events are rebuilt for a past moment.
    </p>
  );
}
