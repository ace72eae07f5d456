import { useEffect } from 'react';
import styles from './parts.module.css';

/** A page with its title, which is also the tab's. */
export function Page({
  title,
  beside,
  lead,
  children,
}: {
  readonly title: string;
  readonly beside?: React.ReactNode;
  readonly lead?: React.ReactNode;
  readonly children: React.ReactNode;
}) {
  useEffect(() => {
    document.title = `${title} · Ballast`;
  }, [title]);
  return (
    <article className={styles.page}>
      <header>
        <div className={styles.head}>
          <h1>{title}</h1>
          {beside}
        </div>
        {lead !== undefined && <p className={styles.lead}>{lead}</p>}
      </header>
      {children}
    </article>
  );
}

export function Panel({
  title,
  sub,
  tools,
  children,
}: {
  readonly title: string;
  readonly sub?: React.ReactNode;
  readonly tools?: React.ReactNode;
  readonly children: React.ReactNode;
}) {
  return (
    <section className={styles.panel} aria-label={title}>
      <div className={styles.panelHead}>
        <h2>{title}</h2>
        {sub !== undefined && <span className={styles.sub}>{sub}</span>}
        {tools !== undefined && <div className={styles.panelTools}>{tools}</div>}
      </div>
      <div className={styles.panelBody}>{children}</div>
    </section>
  );
}

export const Empty = ({ children }: { readonly children: React.ReactNode }) => (
  <p className={styles.empty}>{children}</p>
);

const STATES: Readonly<Record<string, string>> = {
  HEALTHY: '● HEALTHY',
  WARN: '◐ WARN',
  MARGIN_CALL: '▲ MARGIN_CALL',
  RESTRICTED: '■ RESTRICTED',
  LIQUIDATING: '▼ LIQUIDATING',
};

/** A margin state: a sign, a word and a colour. */
export const State = ({ state }: { readonly state: string | null }) =>
  state === null ? (
    <span>not assessed yet</span>
  ) : (
    <span className={styles.badge} data-state={state}>
      {STATES[state] ?? state}
    </span>
  );

/** What stands there while nothing does: reading, or why there is nothing. */
export function Pending({ error, what }: { readonly error: Error | null; readonly what: string }) {
  return error === null ? (
    <p role="status" className={styles.empty}>
      Reading {what} …
    </p>
  ) : (
    <p role="alert" className={styles.problem}>
      {what.charAt(0).toUpperCase() + what.slice(1)} cannot be shown: {error.message}.
    </p>
  );
}
