import { useState } from 'react';
import { useQueryClient } from '@tanstack/react-query';
import { useSearch } from '@tanstack/react-router';
import { command, Refused } from '../api/client';
import styles from './acting.module.css';
import partStyles from './parts.module.css';

const PERSON = 'ballast-person';

/** Who acts, kept for as long as the tab is open. */
export function usePerson(): readonly [string, (person: string) => void] {
  const [person, setPerson] = useState(() => sessionStorage.getItem(PERSON) ?? '');
  return [
    person,
    (next) => {
      sessionStorage.setItem(PERSON, next);
      setPerson(next);
    },
  ];
}

/**
 * Sends a command once; what it was answered is said beside the form.
 * @param changed beginning of the keys of questions that it may change the answers of
 */
export function useCommand(changed: readonly string[]): {
  readonly said: string | null;
  readonly isRefused: boolean;
  readonly isSending: boolean;
  readonly send: (path: string, body: object, person: string, done: string) => Promise<boolean>;
} {
  const client = useQueryClient();
  const [said, setSaid] = useState<string | null>(null);
  const [isRefused, setRefused] = useState(false);
  const [isSending, setSending] = useState(false);
  const send = async (path: string, body: object, person: string, done: string): Promise<boolean> => {
    setSending(true);
    try {
      await command(path, body, person);
      setSaid(done);
      setRefused(false);
      await client.invalidateQueries({ queryKey: changed });
      return true;
    } catch (error) {
      setRefused(true);
      setSaid(
        error instanceof Refused
          ? `${error.code}: ${error.message}`
          : `It was not answered: ${(error as Error).message}`,
      );
      return false;
    } finally {
      setSending(false);
    }
  };
  return { said, isRefused, isSending, send };
}

export function Said({ said, isRefused }: { readonly said: string | null; readonly isRefused: boolean }) {
  if (said === null) return null;
  return isRefused ? (
    <p role="alert" className={partStyles.problem}>
      ▲ {said}
    </p>
  ) : (
    <p role="status">● {said}</p>
  );
}

export const Person = ({
  person,
  onChange,
}: {
  readonly person: string;
  readonly onChange: (next: string) => void;
}) => (
  <label>
    You are{' '}
    <input
      className={partStyles.field}
      value={person}
      placeholder="risk-officer-2"
      size={18}
      required
      onChange={({ target }) => onChange(target.value)}
    />
  </label>
);

/** Why something is done: whoever approves it and the auditor read it. */
export const Reason = ({
  reason,
  onChange,
}: {
  readonly reason: string;
  readonly onChange: (next: string) => void;
}) => (
  <label>
    Why{' '}
    <input
      className={partStyles.field}
      value={reason}
      size={44}
      required
      placeholder="what the approver and the auditor should know"
      onChange={({ target }) => onChange(target.value)}
    />
  </label>
);

interface Act {
  readonly path: string;
  readonly body: object;
  /** What is said when it is taken. */
  readonly done: string;
}

/**
 * A form by which a person acts, closed until somebody opens it. Nothing is done in the past.
 * @param acts what is sent for what stands in the fields, given the reason
 */
export function ActForm({
  opens,
  sends,
  act,
  changed,
  hasReason = true,
  children,
}: {
  readonly opens: string;
  readonly sends: string;
  readonly act: (reason: string) => Act;
  readonly changed: readonly string[];
  readonly hasReason?: boolean;
  readonly children?: React.ReactNode;
}) {
  const { at } = useSearch({ strict: false });
  const [person, setPerson] = usePerson();
  const [isOpen, setOpen] = useState(false);
  const [reason, setReason] = useState('');
  const { said, isRefused, isSending, send } = useCommand(changed);
  if (at !== undefined) return null;
  if (!isOpen) {
    return (
      <div className={styles.form}>
        <button type="button" className={partStyles.button} onClick={() => setOpen(true)}>
          {opens}
        </button>
        <Said said={said} isRefused={isRefused} />
      </div>
    );
  }
  const submit = async (): Promise<void> => {
    const { path, body, done } = act(reason.trim());
    if (!(await send(path, body, person.trim(), done))) return;
    setOpen(false);
    setReason('');
  };
  return (
    <form
      className={styles.form}
      aria-label={opens}
      onSubmit={(event) => {
        event.preventDefault();
        void submit();
      }}
    >
      {children}
      {hasReason && <Reason reason={reason} onChange={setReason} />}
      <Person person={person} onChange={setPerson} />
      <button type="submit" className={partStyles.button} disabled={isSending}>
        {sends}
      </button>
      <button type="button" className={partStyles.button} onClick={() => setOpen(false)}>
        Leave it
      </button>
      <Said said={said} isRefused={isRefused} />
    </form>
  );
}

/** A second person approves what waits. @param what is approved, as the button says */
export const ApproveForm = ({
  what,
  path,
  body = {},
  done,
  changed,
}: {
  readonly what: string;
  readonly path: string;
  readonly body?: object;
  readonly done: string;
  readonly changed: readonly string[];
}) => (
  <ActForm
    opens={`Approve ${what}`}
    sends="Approve, as another person"
    act={() => ({ path, body, done })}
    changed={changed}
    hasReason={false}
  />
);
