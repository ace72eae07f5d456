import { useState } from 'react';
import { useQueryClient } from '@tanstack/react-query';
import { command, Refused } from '../../api/client';
import partStyles from '../../parts/parts.module.css';
import { figuresOf, figureText, nextId, withFigure } from './figures';
import styles from './change.module.css';

const PERSON = 'ballast-person';

/** Who acts, kept for as long as the tab is open. */
function usePerson(): readonly [string, (person: string) => void] {
  const [person, setPerson] = useState(() => sessionStorage.getItem(PERSON) ?? '');
  return [
    person,
    (next) => {
      sessionStorage.setItem(PERSON, next);
      setPerson(next);
    },
  ];
}

/** Sends a command once; what it was answered is said beside the form. */
function useCommand(service: string): {
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
      await client.invalidateQueries({ queryKey: ['documents', service] });
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

function Said({ said, isRefused }: { readonly said: string | null; readonly isRefused: boolean }) {
  if (said === null) return null;
  return isRefused ? (
    <p role="alert" className={partStyles.problem}>
      ▲ {said}
    </p>
  ) : (
    <p role="status">● {said}</p>
  );
}

const Person = ({ person, onChange }: { readonly person: string; readonly onChange: (next: string) => void }) => (
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

/** A second person reads the changes and approves. */
export function Approval({
  service,
  proposalId,
  id,
  changes,
}: {
  readonly service: string;
  readonly proposalId: string;
  readonly id: string;
  readonly changes: number;
}) {
  const [person, setPerson] = usePerson();
  const [isRead, setRead] = useState(false);
  const { said, isRefused, isSending, send } = useCommand(service);
  return (
    <form
      className={styles.form}
      aria-label={`Approve ${proposalId}`}
      onSubmit={(event) => {
        event.preventDefault();
        const path = `/rules/${service}/proposals/${encodeURIComponent(proposalId)}/approvals`;
        void send(path, {}, person.trim(), `${id} is in force from the next decision on.`);
      }}
    >
      <Person person={person} onChange={setPerson} />
      <label>
        <input type="checkbox" checked={isRead} required onChange={({ target }) => setRead(target.checked)} /> I have
        read {changes === 1 ? 'the change' : `all ${changes} changes`}
      </label>
      <button type="submit" className={partStyles.button} disabled={isSending}>
        Approve
      </button>
      <Said said={said} isRefused={isRefused} />
    </form>
  );
}

/** A person proposes other figures in place of a document in force. */
export function Proposing({
  service,
  document: { kind, id, body },
  used,
}: {
  readonly service: string;
  readonly document: { readonly kind: string; readonly id: string; readonly body?: unknown };
  /** Ids that are taken. */
  readonly used: readonly string[];
}) {
  const [person, setPerson] = usePerson();
  const [isOpen, setOpen] = useState(false);
  const [reason, setReason] = useState('');
  const [changed, setChanged] = useState<ReadonlyMap<string, string>>(new Map());
  const { said, isRefused, isSending, send } = useCommand(service);
  const figures = figuresOf(body);
  const byPath = new Map(figures.map((figure) => [figure.path.join('.'), figure]));
  const next = nextId(id, used);
  if (!isOpen) {
    return (
      <div className={styles.form}>
        <button type="button" className={partStyles.button} onClick={() => setOpen(true)}>
          Propose a change of {id}
        </button>
        <Said said={said} isRefused={isRefused} />
      </div>
    );
  }
  const propose = async (): Promise<void> => {
    const proposed = [...changed].reduce<unknown>(
      (document, [path, text]) => withFigure(document, byPath.get(path)?.path ?? [], text),
      body,
    );
    const proposalId = `${next}-${crypto.randomUUID().slice(0, 8)}`;
    const isDone = await send(
      `/rules/${service}/proposals`,
      { proposalId, kind, id: next, body: proposed, reason },
      person.trim(),
      `${proposalId} is proposed; another person approves it above.`,
    );
    if (!isDone) return;
    setOpen(false);
    setChanged(new Map());
  };
  return (
    <form
      className={styles.form}
      aria-label={`Propose ${next}`}
      onSubmit={(event) => {
        event.preventDefault();
        void propose();
      }}
    >
      <label>
        Figure to change{' '}
        <select
          className={partStyles.field}
          value=""
          onChange={({ target }) => {
            const figure = byPath.get(target.value);
            if (figure !== undefined) setChanged(new Map(changed).set(target.value, figureText(figure.value)));
          }}
        >
          <option value="">choose one …</option>
          {[...byPath.keys()]
            .filter((path) => !changed.has(path))
            .map((path) => (
              <option key={path}>{path}</option>
            ))}
        </select>
      </label>
      {[...changed].map(([path, text]) => (
        <label key={path} className={styles.change}>
          <code>{path}</code> {figureText(byPath.get(path)?.value)} →{' '}
          <input
            className={partStyles.field}
            value={text}
            aria-label={`New figure of ${path}`}
            onChange={({ target }) => setChanged(new Map(changed).set(path, target.value))}
          />
        </label>
      ))}
      <label>
        Why{' '}
        <input
          className={partStyles.field}
          value={reason}
          size={44}
          required
          placeholder="what the approver and the auditor should know"
          onChange={({ target }) => setReason(target.value)}
        />
      </label>
      <Person person={person} onChange={setPerson} />
      <button type="submit" className={partStyles.button} disabled={isSending || changed.size === 0}>
        Propose {next}
      </button>
      <button type="button" className={partStyles.button} onClick={() => setOpen(false)}>
        Leave it
      </button>
      <Said said={said} isRefused={isRefused} />
    </form>
  );
}
