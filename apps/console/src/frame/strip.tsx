import { useEffect, useState } from 'react';
import { useNavigate, useSearch } from '@tanstack/react-router';
import type { StatusView } from '@ballast/contracts';
import { useLive, type Live } from '../api/live';
import { clearing, duration, iso, local } from '../format/time';
import { setTheme, useTheme } from './theme';
import styles from './frame.module.css';

const MODES = { replay: 'replay', live: 'live', idle: 'at rest' } as const;

/** What stands at the top of every page. */
export function Strip({ onAsk }: { readonly onAsk: () => void }) {
  const live = useLive();
  const theme = useTheme();
  const { status } = live;
  return (
    <header className={styles.strip}>
      <dl className={styles.facts}>
        <Fact name="Clearing time" hint={status === null ? '' : local(status.clearing)}>
          {status === null ? '–' : <time dateTime={iso(status.clearing)}>{clearing(status.clearing)}</time>}
        </Fact>
        <Fact name="Mode">{status === null ? '–' : MODES[status.mode]}</Fact>
        <Fact name="Lag" hint={status === null ? '' : waiting(status)}>
          {status === null || status.lagSeconds === null ? '–' : `${status.lagSeconds} s`}
        </Fact>
        <Fact name="Trees" hint="Events of the four service logs, each a leaf of a Merkle tree">
          {status === null ? '–' : `${status.events.toLocaleString('en')} events`}
        </Fact>
        <Fact
          name="Checkpoint"
          hint="The last signed checkpoint of the margin log: how long ago in clearing time, and how much was appended since"
        >
          {status === null
            ? '–'
            : status.checkpoint === null
              ? 'none signed yet'
              : `no. ${status.checkpoint.number}, ${duration(status.clearing - status.checkpoint.at)} and ${status.checkpoint.behind.toLocaleString('en')} events ago`}
        </Fact>
        <Fact name="Invariants" hint="Balances, positions, funds: looked at every five seconds">
          <Lamp live={live} />
        </Fact>
      </dl>
      <Connection live={live} />
      <div className={styles.tools}>
        <AsOfControl />
        <button type="button" className={styles.tool} onClick={onAsk} aria-keyshortcuts="/">
          Go to <kbd>/</kbd>
        </button>
        <button
          type="button"
          className={styles.tool}
          onClick={() => setTheme(theme === 'dark' ? 'light' : 'dark')}
          aria-label={theme === 'dark' ? 'Light theme' : 'Dark theme'}
        >
          {theme === 'dark' ? '☀' : '☾'}
        </button>
      </div>
    </header>
  );
}

const waiting = ({ backlog }: StatusView): string =>
  backlog === null ? 'somebody who decides a partition, or the store, does not answer' : `${backlog} inputs wait`;

function Fact({ name, hint, children }: { name: string; hint?: string; children: React.ReactNode }) {
  return (
    <div className={styles.fact} title={hint}>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function Lamp({ live: { status } }: { readonly live: Live }) {
  if (status === null) return <>–</>;
  const { violations, checked } = status.invariants;
  return violations.length === 0 ? (
    <span className={styles.good}>● {checked} hold</span>
  ) : (
    <span className={styles.bad}>▲ broken: {violations.join(', ')}</span>
  );
}

/** Says so when the server is gone, and since when nothing came. */
function Connection({ live: { connection, status } }: { readonly live: Live }) {
  if (connection === 'connected' || (connection === 'connecting' && status === null)) {
    return <p role="status" className="hidden" />;
  }
  return (
    <p role="status" className={styles.lost}>
      {connection === 'refused'
        ? 'The server asks for a token.'
        : 'The server does not answer. What is shown is old; trying again.'}
    </p>
  );
}

/** Live, or as it stood at a clearing time or an event; in the address, so that a link is evidence. */
function AsOfControl() {
  const { at } = useSearch({ strict: false });
  const navigate = useNavigate();
  const { status } = useLive();
  const [draft, setDraft] = useState<string | null>(null);
  useEffect(() => setDraft(null), [at]);
  const go = (value: string | undefined): void => {
    setDraft(null);
    void navigate({
      to: '.',
      search: ((before: Record<string, unknown>) => {
        const { at: _, ...rest } = before;
        return value === undefined ? rest : { ...rest, at: value };
      }) as never,
    });
  };
  if (draft !== null) {
    return (
      <form
        className={styles.asOf}
        onSubmit={(event) => {
          event.preventDefault();
          go(draft.trim() === '' ? undefined : draft.trim());
        }}
      >
        <label>
          <span className="hidden">As of: clearing time, or an event</span>
          <input
            autoFocus
            size={22}
            value={draft}
            placeholder="2020-03-12T10:25:00Z"
            onChange={({ target }) => setDraft(target.value)}
            onKeyDown={({ key }) => key === 'Escape' && setDraft(null)}
          />
        </label>
        <button type="submit" className={styles.tool}>
          Show
        </button>
      </form>
    );
  }
  return at === undefined ? (
    <button
      type="button"
      className={styles.tool}
      onClick={() => setDraft(status === null || status.clearing === 0 ? '' : iso(status.clearing))}
    >
      As of: now
    </button>
  ) : (
    <span className={styles.asOf}>
      <button type="button" className={styles.past} onClick={() => setDraft(at)}>
        As of {at}
      </button>
      <button type="button" className={styles.tool} onClick={() => go(undefined)}>
        Back to now
      </button>
    </span>
  );
}
