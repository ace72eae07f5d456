import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { questions, type LogPage as Answer } from '../api/client';
import { placeText } from '../format/place';
import { utc } from '../format/time';
import { csvOf, download } from '../format/csv';
import { AccountLink, EventLink } from '../parts/links';
import { DataTable, type Column } from '../parts/data-table';
import { Page, Panel, Pending } from '../parts/page';
import partStyles from '../parts/parts.module.css';
import { logRoute, type LogSearch } from '../router';

type Event = Answer['items'][number];

const LOGS = [
  'margin',
  'accounts',
  'liquidation',
  'pricing',
  'exchange.quotes',
  'exchange.fills',
  'exchange.transfers',
  'exchange.orderReports',
];
const PAGE = 500;

const causeOf = ({ cause }: Event): string =>
  cause.kind === 'event'
    ? placeText(cause)
    : cause.kind === 'command'
      ? `command ${cause.id}`
      : cause.kind === 'timer'
        ? `timer ${cause.id}`
        : 'start';

const accountOf = ({ payload }: Event): string | undefined => {
  const { accountId } = (payload ?? {}) as { accountId?: unknown };
  return typeof accountId === 'string' ? accountId : undefined;
};

const COLUMNS: readonly Column<Event>[] = [
  { name: 'Event', text: placeText, show: (event) => <EventLink place={placeText(event)} /> },
  {
    name: 'Clearing time',
    unit: 'UTC',
    text: ({ time }) => utc(time.clearing),
    show: ({ time }) => (time.clearing === 0 ? 'as it opened' : utc(time.clearing)),
  },
  { name: 'Hop', isNumber: true, text: ({ time }) => String(time.hop) },
  { name: 'Type', text: ({ type }) => type },
  {
    name: 'Account',
    text: (event) => accountOf(event) ?? '',
    show: (event) => {
      const accountId = accountOf(event);
      return accountId === undefined ? '' : <AccountLink accountId={accountId} />;
    },
  },
  {
    name: 'Followed from',
    text: causeOf,
    show: (event) => (event.cause.kind === 'event' ? <EventLink place={causeOf(event)} /> : causeOf(event)),
  },
  { name: 'Actor', text: ({ actor }) => actor ?? '' },
  { name: 'Hash', text: ({ hash }) => hash, show: ({ hash }) => <code>{hash.slice(0, 12)}…</code> },
];

/** The entries of a log partition as they are stored. */
export default function LogPage() {
  const { log = 'margin', partition = 0, after = 0, type } = logRoute.useSearch();
  const navigate = useNavigate();
  const system = useQuery(questions.system());
  const { data, error, isPlaceholderData } = useQuery(questions.log(log, partition, after, PAGE));
  const change = (part: LogSearch): void => {
    void navigate({
      to: '/log',
      search: (before) =>
        Object.fromEntries(
          Object.entries({ ...before, ...part }).filter(([, value]) => value !== undefined && value !== ''),
        ),
    });
  };
  const all = [...(system.data?.partitions ?? []), ...(system.data?.exchange ?? [])].filter((each) => each.log === log);
  const size = all.find((each) => each.partition === partition)?.position;
  const isShown = data?.log === log && data.partition === partition && !isPlaceholderData;
  const events = isShown ? data.items : [];
  const shown = type === undefined ? events : events.filter((event) => event.type === type);
  const types = [...new Set(events.map((event) => event.type))].sort();
  return (
    <Page title="Log" lead="Entries as they are stored: append only, each hashed, each hash chained to all before it.">
      <div className={partStyles.filters}>
        <label>
          Log{' '}
          <select
            value={log}
            onChange={({ target }) =>
              change({
                log: target.value,
                partition: target.value === 'pricing' || target.value === 'exchange.quotes' ? -1 : 0,
                after: undefined,
                type: undefined,
              })
            }
          >
            {LOGS.map((each) => (
              <option key={each}>{each}</option>
            ))}
          </select>
        </label>
        <label>
          Partition{' '}
          <select
            value={partition}
            onChange={({ target }) => change({ partition: Number(target.value), after: undefined, type: undefined })}
          >
            {(all.length === 0 ? [{ partition }] : all).map((each) => (
              <option key={each.partition} value={each.partition}>
                {each.partition < 0 ? 'global (-1)' : each.partition}
              </option>
            ))}
          </select>
        </label>
        <label>
          Type{' '}
          <select value={type ?? ''} onChange={({ target }) => change({ type: target.value })}>
            <option value="">every type</option>
            {[...new Set([...types, ...(type === undefined ? [] : [type])])].map((each) => (
              <option key={each}>{each}</option>
            ))}
          </select>
        </label>
        <button
          type="button"
          className={partStyles.button}
          disabled={after === 0}
          onClick={() => change({ after: Math.max(0, after - PAGE) || undefined })}
        >
          ‹ Before
        </button>
        <button
          type="button"
          className={partStyles.button}
          disabled={!isShown || data.next === null}
          onClick={() => change({ after: Number(data?.next ?? 0) })}
        >
          After ›
        </button>
        <button
          type="button"
          className={partStyles.button}
          disabled={size === undefined}
          onClick={() => change({ after: Math.max(0, (size ?? 0) - PAGE) })}
        >
          Newest
        </button>
        <button
          type="button"
          className={partStyles.button}
          disabled={shown.length === 0}
          onClick={() =>
            download(
              `${log}-${partition}-${after}.csv`,
              csvOf(
                [...COLUMNS.map(({ name }) => name), 'Payload'],
                shown.map((event) => [...COLUMNS.map(({ text }) => text(event)), JSON.stringify(event.payload)]),
              ),
            )
          }
        >
          CSV
        </button>
      </div>
      {!isShown ? (
        <Pending error={error} what={`${log}/${partition}`} />
      ) : (
        <Panel
          title={`${log}/${partition}`}
          sub={`${shown.length} of the ${events.length} entries behind position ${after}${size === undefined ? '' : `; the log has ${size.toLocaleString('en')}`}`}
        >
          <DataTable
            caption={`Entries of ${log}/${partition}`}
            rows={shown}
            columns={COLUMNS}
            empty={
              events.length === 0
                ? 'The log has no entry behind this position.'
                : 'No entry of this page is of that type.'
            }
          />
        </Panel>
      )}
    </Page>
  );
}
