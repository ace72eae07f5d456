import { useState } from 'react';
import { ActForm, Done } from '../../parts/acting';
import styles from '../../parts/acting.module.css';
import partStyles from '../../parts/parts.module.css';
import { figuresOf, figureText, nextId, withFigure } from './figures';

/** A second person reads the changes and approves. */
export function Approval({
  service,
  proposalId,
  id,
  changes,
  onDone,
}: {
  readonly service: string;
  readonly proposalId: string;
  readonly id: string;
  readonly changes: number;
  readonly onDone: (said: string) => void;
}) {
  const [isRead, setRead] = useState(false);
  return (
    <ActForm
      opens={`Approve ${proposalId}`}
      sends="Approve, as another person"
      hasReason={false}
      changed={['documents', service]}
      act={() => ({
        path: `/rules/${service}/proposals/${encodeURIComponent(proposalId)}/approvals`,
        body: {},
        done: `${id} is in force from the next decision on.`,
      })}
      onDone={onDone}
    >
      <label>
        <input type="checkbox" checked={isRead} required onChange={({ target }) => setRead(target.checked)} /> I have
        read {changes === 1 ? 'the change' : `all ${changes} changes`}
      </label>
    </ActForm>
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
  const [changed, setChanged] = useState<ReadonlyMap<string, string>>(new Map());
  const [done, setDone] = useState<string | null>(null);
  const figures = figuresOf(body);
  const byPath = new Map(figures.map((figure) => [figure.path.join('.'), figure]));
  const next = nextId(id, used);
  return (
    <>
      <ActForm
        opens={`Propose a change of ${id}`}
        sends={`Propose ${next}`}
        changed={['documents', service]}
        isReady={changed.size > 0}
        act={(reason, unique) => {
          const proposed = [...changed].reduce<unknown>(
            (document, [path, text]) => withFigure(document, byPath.get(path)?.path ?? [], text),
            body,
          );
          const proposalId = `${next}-${unique}`;
          return {
            path: `/rules/${service}/proposals`,
            body: { proposalId, kind, id: next, body: proposed, reason },
            done: `${proposalId} is proposed; another person approves it above.`,
          };
        }}
        onDone={(said) => {
          setChanged(new Map());
          setDone(said);
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
      </ActForm>
      <Done said={done} />
    </>
  );
}
