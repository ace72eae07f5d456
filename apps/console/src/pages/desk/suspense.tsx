import { useState } from 'react';
import { useQueries, useQuery } from '@tanstack/react-query';
import { questions, type DeferredMessage, type Suspended as Item, type SuspenseRelease } from '../../api/client';
import { exact } from '../../format/amount';
import { utc } from '../../format/time';
import { ActForm, Approvals } from '../../parts/acting';
import { DataTable, type Column } from '../../parts/data-table';
import { Panel, Pending } from '../../parts/page';
import partStyles from '../../parts/parts.module.css';
import { DESK } from './acts';

type Suspended = Item & { readonly partition: number; readonly proposal: string };
type Deferred = DeferredMessage & { readonly partition: number };
type Release = SuspenseRelease & { readonly partition: number };

const byAccount = <Row extends { readonly accountId: string }>(): Column<Row> => ({
  name: 'Account',
  isWhole: true,
  text: ({ accountId }) => accountId,
});

const SUSPENSE: readonly Column<Suspended>[] = [
  byAccount(),
  { name: 'What', text: ({ reference }) => reference },
  {
    name: 'Brings',
    text: ({ money, fill }) =>
      money === null ? `${fill?.quantity ?? ''} ${fill?.instrument ?? ''}` : `${exact(money.amount)} ${money.asset}`,
  },
  { name: 'Why', text: ({ reason }) => reason },
  { name: 'Event', isWhole: true, text: ({ partition, position }) => `accounts/${partition}#${position}` },
  { name: 'To be released', isSentence: true, text: ({ proposal }) => proposal },
];

const DEFERRED: readonly Column<Deferred>[] = [
  byAccount(),
  { name: 'What', text: ({ reference }) => reference },
  {
    name: 'Waits for',
    text: ({ waitsFor: { account, contract, depositId } }) =>
      [
        ...(account ? ['its account'] : []),
        ...(contract ? ['its contract'] : []),
        ...(depositId === null ? [] : [`deposit ${depositId}`]),
      ].join(', '),
  },
  { name: 'Until', unit: 'UTC', text: ({ until }) => utc(until) },
  { name: 'Event', isWhole: true, text: ({ partition, position }) => `accounts/${partition}#${position}` },
];

/** What could not be booked, and messages that wait for what their basis names, of every partition. */
export function Suspense() {
  const system = useQuery(questions.system());
  const partitions = (system.data?.partitions ?? [])
    .filter(({ log, partition }) => log === 'accounts' && partition >= 0)
    .map(({ partition }) => partition);
  const views = useQueries({ queries: partitions.map((partition) => questions.suspense(partition)) });
  const error = system.error ?? views.find((view) => view.error !== null)?.error ?? null;
  if (system.data === undefined || views.some(({ data }) => data === undefined)) {
    return <Pending error={error} what="what is in suspense" />;
  }
  const kept = views.flatMap(({ data }) => (data === undefined ? [] : [data]));
  const releases = kept.flatMap(({ partition, releases: all }) => all.map((each): Release => ({ ...each, partition })));
  const items = kept.flatMap(({ partition, items: all }) =>
    all.map((item): Suspended => {
      const own = releases.filter((each) => each.partition === partition && each.position === item.position);
      const proposal =
        own.map(({ outcome, proposer, reason }) => `${outcome}, proposed by ${proposer}: ${reason}`).join('; ') ||
        'no release is proposed';
      return { ...item, partition, proposal };
    }),
  );
  const deferred = kept.flatMap(({ partition, deferred: all }) =>
    all.map((each): Deferred => ({ ...each, partition })),
  );
  return (
    <>
      <Panel title="Suspense" sub="what could not be booked where it says (CLR-ACC-016 to 019)">
        <DataTable caption="Items in suspense" rows={items} columns={SUSPENSE} empty="Nothing is in suspense." />
        <Approvals
          changed={DESK}
          waiting={releases.map(({ partition, releaseId, outcome, position }) => ({
            what: `${releaseId}: ${outcome} accounts/${partition}#${position}`,
            path: `/suspense/${partition}/releases/${encodeURIComponent(releaseId)}/approvals`,
            done: `${releaseId} is approved; the item has left suspense.`,
          }))}
        />
        {items.length > 0 && <ProposeRelease items={items} />}
      </Panel>
      <Panel title="Deferred messages" sub="they wait for what their basis names (CLR-ACC-050)">
        <DataTable
          caption="Messages that wait for what their basis names"
          rows={deferred}
          columns={DEFERRED}
          empty="No message waits for its account, its contract or a deposit."
        />
      </Panel>
    </>
  );
}

const placeOf = ({ partition, position }: Suspended): string => `accounts/${partition}#${position}`;

/** A person says what becomes of an item. */
function ProposeRelease({ items }: { readonly items: readonly Suspended[] }) {
  const [chosen, setChosen] = useState('');
  const [outcome, setOutcome] = useState<SuspenseRelease['outcome']>('book');
  // What was chosen may have left suspense since.
  const item = items.find((each) => placeOf(each) === chosen) ?? items[0];
  if (item === undefined) return null;
  return (
    <ActForm
      opens="Propose a release"
      sends="Propose the release"
      changed={DESK}
      act={(reason, unique) => {
        const releaseId = `release-${unique}`;
        return {
          path: `/suspense/${item.partition}/releases`,
          body: { releaseId, position: item.position, outcome, reason },
          done: `${releaseId} is proposed; another person approves it.`,
        };
      }}
    >
      <label>
        Item{' '}
        <select className={partStyles.field} value={placeOf(item)} onChange={({ target }) => setChosen(target.value)}>
          {items.map((each) => (
            <option key={placeOf(each)} value={placeOf(each)}>
              {placeOf(each)} {each.reference} for {each.accountId}
            </option>
          ))}
        </select>
      </label>
      <label>
        What becomes of it{' '}
        <select
          className={partStyles.field}
          value={outcome}
          onChange={({ target }) => setOutcome(target.value as SuspenseRelease['outcome'])}
        >
          <option value="book">book: where it says</option>
          {item.money !== null && <option value="send-back">send-back: its money, to where it came from</option>}
        </select>
      </label>
    </ActForm>
  );
}
