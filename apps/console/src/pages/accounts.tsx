import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import type { RiskAccountsPage } from '@ballast/contracts';
import { ask, questions } from '../api/client';
import { cents, compact, minus, percent, usd } from '../format/amount';
import { csvOf, download } from '../format/csv';
import { asOf } from '../format/time';
import { AccountLink } from '../parts/links';
import { AtHouseTime, usePastTime } from '../parts/now-only';
import { Page, Panel, Pending, State } from '../parts/page';
import partStyles from '../parts/parts.module.css';
import { ServerTable, type ServerColumn } from '../parts/server-table';
import { accountsRoute, narrowed, type ListSearch } from '../router';

type Row = RiskAccountsPage['items'][number];

const STATES = ['HEALTHY', 'WARN', 'MARGIN_CALL', 'RESTRICTED', 'LIQUIDATING'] as const;
const CSV_ROWS = 500;

const COLUMNS: readonly ServerColumn<Row>[] = [
  {
    name: 'Account',
    order: 'accountId',
    text: ({ accountId }) => accountId,
    show: ({ accountId }) => <AccountLink accountId={accountId} />,
  },
  { name: 'State', text: ({ state }) => state, show: ({ state }) => <State state={state} /> },
  {
    name: 'Equity',
    unit: 'USD',
    order: 'equity',
    isNumber: true,
    text: ({ figures }) => figures.equity,
    show: ({ figures }) => cents(figures.equity),
  },
  {
    name: 'Call level',
    unit: 'USD',
    order: 'call',
    isNumber: true,
    text: ({ figures }) => figures.call,
    show: ({ figures }) => cents(figures.call),
  },
  {
    name: 'Liquidation level',
    unit: 'USD',
    isNumber: true,
    text: ({ figures }) => figures.liquidation,
    show: ({ figures }) => cents(figures.liquidation),
  },
  {
    name: 'Cushion',
    unit: 'USD',
    order: 'cushion',
    isNumber: true,
    text: ({ figures }) => minus(figures.equity, figures.call),
    show: ({ figures }) => cents(minus(figures.equity, figures.call)),
  },
  {
    name: 'Cover',
    order: 'cover',
    isNumber: true,
    text: ({ cover }) => (cover === null ? '' : String(cover)),
    show: ({ cover }) => (cover === null ? 'no requirement' : percent(cover, 0)),
  },
  {
    name: 'Positions',
    unit: 'USD',
    order: 'notional',
    isNumber: true,
    text: ({ notional }) => notional.toFixed(0),
    show: ({ notional }) => compact(notional),
  },
  {
    name: 'Largest',
    unit: 'USD',
    text: ({ largest }) => (largest === null ? '' : `${largest.underlying} ${largest.value.toFixed(0)}`),
    show: ({ largest }) =>
      largest === null
        ? 'none'
        : `${largest.underlying} ${largest.value < 0 ? 'short' : 'long'} ${compact(Math.abs(largest.value))}`,
  },
];

/** Every account, sorted and filtered by the server. */
export default function AccountsPage() {
  return (
    <AtHouseTime title="Accounts">
      <TheAccounts />
    </AtHouseTime>
  );
}

function TheAccounts() {
  const { order = 'cover', direction = 'ascending', state, search } = accountsRoute.useSearch();
  const navigate = useNavigate();
  const at = usePastTime();
  const asked = { order, direction, state, search, at };
  const { data, error } = useQuery(questions.accounts({ ...asked, skip: 0, limit: 100 }));
  const change = (part: ListSearch): void => {
    void navigate({
      to: '/accounts',
      replace: true,
      resetScroll: false,
      search: (before) => narrowed({ ...before, ...part }),
    });
  };
  return (
    <Page
      title="Accounts"
      lead={
        data === undefined ? undefined : (
          <>
            {data.total.toLocaleString('en')} accounts that fit, {asOf(data.asOf.clearing)}. Cover is equity over the
            call level.
          </>
        )
      }
    >
      <div className={partStyles.filters}>
        <label>
          Id contains{' '}
          <input
            value={search ?? ''}
            onChange={({ target }) => change({ search: target.value })}
            size={18}
            placeholder="owner-01"
          />
        </label>
        <label>
          State{' '}
          <select value={state ?? ''} onChange={({ target }) => change({ state: target.value })}>
            <option value="">every state</option>
            {STATES.map((each) => (
              <option key={each} value={each}>
                {each} ({data?.states[each] ?? 0})
              </option>
            ))}
          </select>
        </label>
        <button
          type="button"
          className={partStyles.button}
          onClick={() => {
            const query = new URLSearchParams({
              order,
              direction,
              limit: String(CSV_ROWS),
              ...(state === undefined ? {} : { state }),
              ...(search === undefined ? {} : { search }),
              ...(at === undefined ? {} : { at }),
            });
            void ask<RiskAccountsPage>(`/risk/accounts?${query}`).then(({ items }) =>
              download(
                'accounts.csv',
                csvOf(
                  COLUMNS.map(({ name, unit }) => (unit === undefined ? name : `${name} (${unit})`)),
                  items.map((row) => COLUMNS.map(({ text }) => text(row))),
                ),
              ),
            );
          }}
        >
          CSV of the first {CSV_ROWS}
        </button>
      </div>
      {data === undefined ? (
        <Pending error={error} what="the accounts" />
      ) : (
        <Panel
          title="All that fit"
          sub={
            data.total === 0
              ? 'none'
              : `nearest to the edge: ${data.items[0] === undefined ? '' : usd(minus(data.items[0].figures.equity, data.items[0].figures.call))} of cushion in the first row`
          }
        >
          <ServerTable
            key={at ?? 'now'}
            caption="Accounts"
            total={data.total}
            columns={COLUMNS}
            pageOf={(skip, limit) => questions.accounts({ ...asked, skip, limit }) as never}
            rowsOf={(answer: RiskAccountsPage) => answer.items}
            order={order}
            direction={direction}
            onOrder={(next) =>
              change({
                order: next,
                direction: next === order && direction === 'ascending' ? 'descending' : 'ascending',
              })
            }
            empty="No account fits the filter."
          />
        </Panel>
      )}
    </Page>
  );
}
