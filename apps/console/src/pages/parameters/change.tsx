import { useState } from 'react';
import { Person, Reason, Said, useCommand, usePerson } from '../../parts/acting';
import partStyles from '../../parts/parts.module.css';
import { figuresOf, figureText, nextId, withFigure } from './figures';
import styles from '../../parts/acting.module.css';

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
  const { said, isRefused, isSending, send } = useCommand(['documents', service]);
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
  const { said, isRefused, isSending, send } = useCommand(['documents', service]);
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
      <Reason reason={reason} onChange={setReason} />
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
