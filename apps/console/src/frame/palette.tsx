import { useEffect, useMemo, useRef, useState } from 'react';
import { useQuery } from '@tanstack/react-query';
import { questions } from '../api/client';
import { addressOfId } from '../format/place';
import styles from './palette.module.css';

interface Place {
  readonly address: string;
  readonly name: string;
}

const MOST_ACCOUNTS = 6;

/** Takes any id: an account, a case, an event, or the name of a page. */
export function Palette({
  places,
  onGo,
  onClose,
}: {
  readonly places: readonly Place[];
  readonly onGo: (address: string) => void;
  readonly onClose: () => void;
}) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [text, setText] = useState('');
  const [active, setActive] = useState(0);
  const wanted = text.trim().toLowerCase();
  const { data } = useQuery({
    ...questions.accounts({ search: wanted, limit: MOST_ACCOUNTS, order: 'accountId' }),
    enabled: wanted.length > 1 && !wanted.includes('/'),
  });
  useEffect(() => {
    if (dialog.current?.open === false) dialog.current.showModal();
  }, []);
  const found = useMemo((): readonly Place[] => {
    const direct = addressOfId(text);
    return [
      ...(direct === undefined ? [] : [{ address: direct, name: `Go to ${text.trim()}` }]),
      ...(wanted.length > 1 ? (data?.items ?? []) : []).map(({ accountId, state }) => ({
        address: `/accounts/${accountId}`,
        name: `Account ${accountId}, ${state}`,
      })),
      ...places
        .filter(({ name }) => name.toLowerCase().includes(wanted))
        .map((place) => ({ ...place, name: `Page: ${place.name}` })),
    ];
  }, [text, wanted, data, places]);
  const chosen = Math.min(active, Math.max(0, found.length - 1));
  return (
    <dialog ref={dialog} className={styles.palette} onClose={onClose} aria-label="Go to">
      <input
        autoFocus
        className={styles.input}
        value={text}
        placeholder="owner-0101.main, margin/0#107, owner-0101.main#1, or a page"
        aria-label="Id of an account, a case or an event"
        role="combobox"
        aria-expanded="true"
        aria-controls="palette-list"
        aria-activedescendant={found.length > 0 ? `palette-${chosen}` : undefined}
        onChange={({ target }) => {
          setText(target.value);
          setActive(0);
        }}
        onKeyDown={(event) => {
          if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
            event.preventDefault();
            const step = event.key === 'ArrowDown' ? 1 : -1;
            setActive((chosen + step + found.length) % Math.max(1, found.length));
          }
          const target = found[chosen];
          if (event.key === 'Enter' && target !== undefined) onGo(target.address);
        }}
      />
      <ul id="palette-list" role="listbox" aria-label="Where it leads" className={styles.list}>
        {found.map(({ address, name }, each) => (
          <li
            key={`${address} ${name}`}
            id={`palette-${each}`}
            role="option"
            aria-selected={each === chosen}
            className={styles.option}
            onClick={() => onGo(address)}
            onMouseMove={() => setActive(each)}
          >
            {name}
          </li>
        ))}
      </ul>
      {found.length === 0 && <p className={styles.none}>No account, case, event or page is called that.</p>}
      <p className={styles.help}>Enter goes there, arrows choose, Esc closes.</p>
    </dialog>
  );
}
