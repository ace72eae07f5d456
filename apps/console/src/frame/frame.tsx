import { useEffect, useRef, useState } from 'react';
import { Link, Outlet, useLocation, useNavigate, useSearch } from '@tanstack/react-router';
import { useLive } from '../api/live';
import { Palette } from './palette';
import { Strip } from './strip';
import { TokenForm } from './token-form';
import styles from './frame.module.css';

const PLACES = [
  { to: '/', name: 'Board', sign: '▦' },
  { to: '/accounts', name: 'Accounts', sign: '☰' },
  { to: '/liquidations', name: 'Liquidations', sign: '▼' },
  { to: '/markets', name: 'Markets', sign: '∿' },
  { to: '/what-if', name: 'What-if', sign: '?' },
  { to: '/fund', name: 'Fund', sign: '◍' },
  { to: '/parameters', name: 'Parameters', sign: '§' },
  { to: '/desk', name: 'Desk', sign: '✎' },
  { to: '/log', name: 'Log', sign: '≡' },
  { to: '/system', name: 'System', sign: '⚙' },
] as const;

const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));

/** What is around every page: the rail, the strip, the palette that takes any id. */
export function Frame() {
  const { connection } = useLive();
  const [isAsking, setAsking] = useState(false);
  const { at } = useSearch({ strict: false });
  const navigate = useNavigate();
  const main = useRef<HTMLElement>(null);
  const rail = useRef<HTMLElement>(null);
  const { pathname } = useLocation();
  // On a narrow screen the rail is a row that scrolls.
  useEffect(() => {
    rail.current?.querySelector('[aria-current=page]')?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  }, [pathname]);
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      const isPalette = event.key === '/' || (event.key === 'k' && (event.ctrlKey || event.metaKey));
      if (!isPalette || (event.key === '/' && isTyping(event.target))) return;
      event.preventDefault();
      setAsking(true);
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, []);
  return (
    <div className={styles.frame} data-past={at !== undefined}>
      <a
        className={styles.skip}
        href="#content"
        onClick={(event) => {
          event.preventDefault();
          main.current?.focus();
        }}
      >
        To the content
      </a>
      <nav className={styles.rail} aria-label="Places" ref={rail}>
        <div className={styles.brand}>Ballast</div>
        <ul>
          {PLACES.map(({ to, name, sign }) => (
            <li key={to}>
              <Link
                to={to}
                search={at === undefined ? {} : { at }}
                activeOptions={{ exact: to === '/', includeSearch: false }}
                activeProps={{ 'aria-current': 'page' }}
                className={styles.place}
              >
                <span aria-hidden="true" className={styles.sign}>
                  {sign}
                </span>
                {name}
              </Link>
            </li>
          ))}
        </ul>
        <a className={styles.docs} href="/docs">
          Interface
        </a>
      </nav>
      <div className={styles.body}>
        <Strip onAsk={() => setAsking(true)} />
        <main id="content" className={styles.content} tabIndex={-1} ref={main}>
          {connection === 'refused' ? <TokenForm /> : <Outlet />}
        </main>
      </div>
      {isAsking && (
        <Palette
          places={PLACES.map(({ to, name }) => ({ address: to, name }))}
          onGo={(address) => {
            setAsking(false);
            void navigate({ to: address });
          }}
          onClose={() => setAsking(false)}
        />
      )}
    </div>
  );
}
