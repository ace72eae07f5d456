import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import type { LiquidationCaseRow, LiquidationsPage as Answer } from '@ballast/contracts';
import { questions } from '../api/client';
import { cents, exact } from '../format/amount';
import { asOf, utc } from '../format/time';
import { EventLink } from '../parts/links';
import { AtHouseTime, usePastTime } from '../parts/now-only';
import { Page, Panel, Pending } from '../parts/page';
import partStyles from '../parts/parts.module.css';
import { ServerTable, type ServerColumn } from '../parts/server-table';
import { liquidationsRoute, narrowed, type ListSearch } from '../router';

const COLUMNS: readonly ServerColumn<LiquidationCaseRow>[] = [
  { name: 'Opened', unit: 'UTC', text: ({ opened }) => utc(opened.at) },
  {
    name: 'Case',
    text: ({ caseId }) => caseId,
    show: ({ caseId }) => (
      <Link to="/liquidations/$caseId" params={{ caseId }}>
        {caseId}
      </Link>
    ),
  },
  { name: 'Outcome', text: ({ outcome }) => outcome ?? 'open', show: ({ outcome }) => outcome ?? '▼ open' },
  { name: 'Slices', isNumber: true, text: ({ slices }) => String(slices) },
  {
    name: 'Closed',
    unit: 'USD',
    isNumber: true,
    text: ({ closedNotional }) => closedNotional,
    show: ({ closedNotional }) => cents(closedNotional),
  },
  {
    name: 'Slippage',
    unit: 'USD',
    isNumber: true,
    text: ({ slippage }) => slippage,
    show: ({ slippage }) => cents(slippage),
  },
  {
    name: 'Penalty',
    unit: 'USD',
    isNumber: true,
    text: ({ penalty }) => penalty,
    show: ({ penalty }) => cents(penalty),
  },
  {
    name: 'Fund asked',
    unit: 'USD',
    isNumber: true,
    text: ({ fundAsked }) => fundAsked,
    show: ({ fundAsked }) => cents(fundAsked),
  },
  {
    name: 'Why',
    text: ({ partition, trigger }) => `margin/${partition}#${trigger}`,
    show: ({ partition, trigger }) => <EventLink place={`margin/${partition}#${trigger}`} />,
  },
];

/** Every liquidation, newest first. */
export default function LiquidationsPage() {
  return (
    <AtHouseTime title="Liquidations">
      <TheLiquidations />
    </AtHouseTime>
  );
}

function TheLiquidations() {
  const { open, search } = liquidationsRoute.useSearch();
  const at = usePastTime();
  const navigate = useNavigate();
  const { data, error } = useQuery(questions.liquidations({ open, search, at, skip: 0, limit: 100 }));
  const change = (part: ListSearch): void => {
    void navigate({
      to: '/liquidations',
      replace: true,
      resetScroll: false,
      search: (before) => narrowed({ ...before, ...part }),
    });
  };
  return (
    <Page
      title="Liquidations"
      lead={
        data === undefined ? undefined : (
          <>
            {exact(String(data.total))} cases that fit, {data.open} open now, {asOf(data.asOf.clearing)}.
          </>
        )
      }
    >
      <div className={partStyles.filters}>
        <label>
          Case contains{' '}
          <input
            value={search ?? ''}
            onChange={({ target }) => change({ search: target.value })}
            size={18}
            placeholder="owner-01"
          />
        </label>
        <label>
          Show{' '}
          <select value={open ?? ''} onChange={({ target }) => change({ open: target.value })}>
            <option value="">every case</option>
            <option value="true">open ones</option>
            <option value="false">closed ones</option>
          </select>
        </label>
      </div>
      {data === undefined ? (
        <Pending error={error} what="the liquidations" />
      ) : (
        <Panel title="Cases" sub="newest first">
          <ServerTable
            key={at ?? 'now'}
            caption="Liquidations"
            total={data.total}
            columns={COLUMNS}
            pageOf={(skip, limit) => questions.liquidations({ open, search, at, skip, limit }) as never}
            rowsOf={(answer: Answer) => answer.items}
            empty="Nobody was liquidated, or no case fits the filter."
          />
        </Panel>
      )}
    </Page>
  );
}
