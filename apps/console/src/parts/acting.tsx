import { useEffect, useRef, useState, useSyncExternalStore } from 'react';
import { useQueryClient } from '@tanstack/react-query';
import { useSearch } from '@tanstack/react-router';
import { command, Refused } from '../api/client';
import styles from './acting.module.css';
import partStyles from './parts.module.css';

const PERSON = 'ballast-person';

const listeners = new Set<() => void>();

function listen(listener: () => void): () => void {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}

const personOfTab = (): string => sessionStorage.getItem(PERSON) ?? '';

function setPersonOfTab(person: string): void {
  sessionStorage.setItem(PERSON, person);
  for (const tell of listeners) tell();
}

/** Whether it is known what came of a command: a server that fails, or is gone, may have taken it. */
const isAnswered = (error: unknown): boolean => error instanceof Refused && error.status < 500;

function refusalText(error: unknown): string {
  const said = error instanceof Refused ? `${error.code}: ${error.message}` : (error as Error).message;
  return isAnswered(error)
    ? said
    : `It was not answered, and may have been taken (${said}). Send it again as it stands: it is not done twice.`;
}

/** A command that was sent; the same again is the same command until it is known what came of it. */
interface Sent {
  readonly asked: string;
  readonly key: string;
}

/** Of a key, in the ids that a person's act makes. */
const ID_LENGTH = 13;

/** What was done. It takes the focus of the form that has gone: the keyboard goes on from there, and it is read out. */
export function Done({ said }: { readonly said: string | null }) {
  const place = useRef<HTMLParagraphElement>(null);
  useEffect(() => place.current?.focus(), [said]);
  return (
    said !== null && (
      <p role="status" tabIndex={-1} ref={place}>
        ● {said}
      </p>
    )
  );
}

function focusFirstField(form: HTMLFormElement | null): void {
  (form?.elements[0] as HTMLElement | undefined)?.focus();
}

function takeFocus(button: HTMLButtonElement | null): void {
  button?.focus();
}

/** One line that a person has to write. */
export function TextField({
  label,
  value,
  size,
  placeholder,
  onChange,
}: {
  readonly label: string;
  readonly value: string;
  /** In characters. */
  readonly size: number;
  /** An example of what is written here. */
  readonly placeholder: string;
  readonly onChange: (value: string) => void;
}) {
  return (
    <label>
      {label}{' '}
      <input
        className={partStyles.field}
        value={value}
        size={size}
        required
        placeholder={placeholder}
        onChange={({ target }) => onChange(target.value)}
      />
    </label>
  );
}

interface Act {
  readonly path: string;
  readonly body: object;
  /** What is said when it is taken. */
  readonly done: string;
}

interface ActFormProps {
  /** What the button says that opens the form, and the form as its title. */
  readonly opens: string;
  readonly sends: string;
  /** What is sent for what stands in the fields, given the reason and what makes its ids those of nobody else. */
  readonly act: (reason: string, unique: string) => Act;
  /** Beginning of the keys of questions that it may change the answers of. */
  readonly changed: readonly string[];
  readonly hasReason?: boolean;
  /** Whether the fields say anything to send. */
  readonly isReady?: boolean;
  /** Says what was done, where the form itself goes with what it was about. */
  readonly onDone?: (said: string) => void;
  readonly children?: React.ReactNode;
}

/** A form by which a person acts, closed until somebody opens it. Nothing is done in the past. */
export function ActForm({
  opens,
  sends,
  act,
  changed,
  hasReason = true,
  isReady = true,
  onDone,
  children,
}: ActFormProps) {
  const { at } = useSearch({ strict: false });
  const client = useQueryClient();
  const person = useSyncExternalStore(listen, personOfTab);
  const [stands, setStands] = useState<'closed' | 'open' | 'left'>('closed');
  const [reason, setReason] = useState('');
  const [done, setDone] = useState<string | null>(null);
  const [refusal, setRefusal] = useState<string | null>(null);
  const [isSending, setSending] = useState(false);
  const unanswered = useRef<Sent | null>(null);
  if (at !== undefined) return null;
  if (stands !== 'open') {
    const open = (): void => {
      setDone(null);
      setRefusal(null);
      setStands('open');
    };
    return (
      <div className={styles.form}>
        <button
          type="button"
          className={partStyles.button}
          onClick={open}
          ref={stands === 'left' ? takeFocus : undefined}
        >
          {opens}
        </button>
        <Done said={done} />
      </div>
    );
  }
  const submit = async (): Promise<void> => {
    if (isSending) return;
    const by = person.trim();
    const { path, body } = act(reason.trim(), '');
    const asked = JSON.stringify([path, body, by]);
    const { key } = unanswered.current?.asked === asked ? unanswered.current : { key: crypto.randomUUID() };
    const sent = act(reason.trim(), key.slice(0, ID_LENGTH));
    unanswered.current = { asked, key };
    setRefusal(null);
    setSending(true);
    try {
      await command(sent.path, sent.body, { person: by, key });
      unanswered.current = null;
      await client.invalidateQueries({ queryKey: changed });
      setStands('closed');
      setReason('');
      (onDone ?? setDone)(sent.done);
    } catch (error) {
      if (isAnswered(error)) unanswered.current = null;
      setRefusal(refusalText(error));
    } finally {
      setSending(false);
    }
  };
  return (
    <form
      className={styles.form}
      aria-label={opens}
      ref={focusFirstField}
      onSubmit={(event) => {
        event.preventDefault();
        void submit();
      }}
    >
      <p className={styles.title}>{opens}</p>
      {children}
      {hasReason && (
        <TextField
          label="Why"
          value={reason}
          size={44}
          placeholder="what the approver and the auditor should know"
          onChange={setReason}
        />
      )}
      <TextField label="You are" value={person} size={18} placeholder="risk-officer-2" onChange={setPersonOfTab} />
      {/* Not disabled while it is sent: that would take the focus away from it. */}
      <button type="submit" className={partStyles.button} disabled={!isReady} aria-disabled={isSending}>
        {sends}
      </button>
      <button type="button" className={partStyles.button} onClick={() => setStands('left')}>
        Leave it
      </button>
      {refusal !== null && (
        <p role="alert" className={partStyles.problem}>
          ▲ {refusal}
        </p>
      )}
    </form>
  );
}

interface Waiting {
  /** What is approved, as the button says. */
  readonly what: string;
  readonly path: string;
  readonly body?: object;
  readonly done: string;
}

/** What waits for a second person, one form each. What was approved last is said here, since its form goes with it. */
export function Approvals({
  waiting,
  changed,
}: {
  readonly waiting: readonly Waiting[];
  readonly changed: readonly string[];
}) {
  const [done, setDone] = useState<string | null>(null);
  return (
    <>
      {waiting.map(({ what, path, body = {}, done: said }) => (
        <ActForm
          key={path}
          opens={`Approve ${what}`}
          sends="Approve, as another person"
          act={() => ({ path, body, done: said })}
          changed={changed}
          hasReason={false}
          onDone={setDone}
        />
      ))}
      <Done said={done} />
    </>
  );
}
