import { useMemo, useState } from 'react';
import { useQuery } from '@tanstack/react-query';
import type { MarketsView } from '@ballast/contracts';
import { questions } from '../api/client';
import { amountTicks, numberTicks, percentTicks } from '../charts/tick-labels';
import { TimeChart, type Line } from '../charts/time-chart';
import { exact, percent, rounded } from '../format/amount';
import { asOf, utc } from '../format/time';
import { DataTable, type Column } from '../parts/data-table';
import { EventLink } from '../parts/links';
import { AtHouseTime, usePastTime } from '../parts/now-only';
import { Empty, Page, Panel, Pending } from '../parts/page';
import { jumpText } from '../parts/price-jump';
import { ageColumn, SOURCE_COLUMNS } from '../parts/source-columns';
import partStyles from '../parts/parts.module.css';
import { Twin } from '../parts/twin';
import { Surfaces } from './markets/surfaces';

type Market = MarketsView['markets'][number];

/** Prices with their sources: what margin is computed on, and why it could be trusted. */
export default function MarketsPage() {
  return (
    <AtHouseTime title="Markets">
      <TheMarkets />
    </AtHouseTime>
  );
}

function TheMarkets() {
  const { data, error } = useQuery(questions.markets(usePastTime()));
  const [wanted, setWanted] = useState<string | null>(null);
  if (data === undefined) {
    return (
      <Page title="Markets">
        <Pending error={error} what="the prices from the log" />
      </Page>
    );
  }
  const market = data.markets.find(({ underlying }) => underlying === wanted) ?? data.markets[0];
  return (
    <Page title="Markets" lead={`Prices ${asOf(data.clearing)}.`}>
      {market === undefined ? (
        <Empty>No price set was published yet.</Empty>
      ) : (
        <>
          <div className={partStyles.filters}>
            <label>
              Underlying{' '}
              <select value={market.underlying} onChange={({ target }) => setWanted(target.value)}>
                {data.markets.map(({ underlying, last: { status } }) => (
                  <option key={underlying} value={underlying}>
                    {underlying} {status}
                  </option>
                ))}
              </select>
            </label>
          </div>
          <Prices key={market.underlying} market={market} />
          <Surfaces key={`surfaces ${market.underlying}`} underlying={market.underlying} />
          <Sources market={market} clearing={data.clearing} />
        </>
      )}
      <SourceChanges changes={data.sourceChanges} />
    </Page>
  );
}

function Prices({ market }: { readonly market: Market }) {
  const { underlying, at, index, mark, fundingRate, callScalar } = market;
  const [cursor, setCursor] = useState(at.length - 1);
  const point = Math.min(cursor, at.length - 1);
  const rows = useMemo(() => at.map((_, each) => each), [at]);
  const price = useMemo(
    (): readonly Line[] => [
      { name: 'index', colour: 'series-equity', values: index.map(Number) },
      ...(mark.length === 0 ? [] : [{ name: 'mark', colour: 'series-call', values: mark.map(Number), dash: [6, 3] }]),
    ],
    [index, mark],
  );
  const funding = useMemo(
    (): readonly Line[] => [{ name: 'predicted funding', colour: 'series-extra', values: fundingRate.map(Number) }],
    [fundingRate],
  );
  const scalar = useMemo(
    (): readonly Line[] => [{ name: 'call scalar', colour: 'series-call', values: callScalar.map(Number) }],
    [callScalar],
  );
  const common = { at, isSqueezed: false, cursor: point, onCursor: setCursor };
  const timeColumn: Column<number> = { name: 'Clearing time', unit: 'UTC', text: (each) => utc(at[each] ?? 0) };
  const column = (name: string, unit: string, values: readonly string[]): Column<number> => ({
    name,
    unit,
    isNumber: true,
    text: (each) => values[each] ?? '',
    show: (each) => exact(values[each] ?? '0'),
  });
  return (
    <>
      <Twin
        title={`Index and mark of ${underlying}`}
        sub="USD"
        name={`prices-${underlying}`}
        rows={rows}
        columns={[
          timeColumn,
          column('Index', 'USD', index),
          ...(mark.length === 0 ? [] : [column('Mark', 'USD', mark)]),
        ]}
      >
        <p>
          {utc(at[point] ?? 0)} UTC:{' '}
          <span style={{ color: 'var(--series-equity)' }}>━ index {exact(index[point] ?? '0')} USD</span>{' '}
          {mark.length === 0 ? (
            'It has no perpetual, so no mark.'
          ) : (
            <span style={{ color: 'var(--series-call)' }}>╍ mark {exact(mark[point] ?? '0')} USD</span>
          )}
        </p>
        <TimeChart
          {...common}
          label={`Index and mark of ${underlying}`}
          lines={price}
          height={240}
          hasTimes
          tickLabels={amountTicks}
        />
      </Twin>
      {mark.length > 0 && (
        <div className={partStyles.columns}>
          <Twin
            title={`Predicted funding of ${underlying}`}
            sub="for 8 hours, longs pay when it is above zero"
            name={`funding-${underlying}`}
            rows={rows}
            columns={[timeColumn, column('Rate', 'fraction', fundingRate)]}
          >
            <p>{percent(Number(fundingRate[point] ?? 0), 4)}</p>
            <TimeChart
              {...common}
              label="Predicted funding"
              lines={funding}
              height={140}
              hasTimes
              tickLabels={percentTicks}
            />
          </Twin>
          <Twin
            title={`Volatility scalar of ${underlying}`}
            sub="of the call level"
            name={`scalar-${underlying}`}
            rows={rows}
            columns={[timeColumn, column('Call scalar', '', callScalar)]}
          >
            <p>{rounded(callScalar[point] ?? '0', 4)}</p>
            <TimeChart
              {...common}
              label="Volatility scalar"
              lines={scalar}
              height={140}
              hasTimes
              tickLabels={numberTicks}
            />
          </Twin>
        </div>
      )}
    </>
  );
}

function Sources({
  market: { underlying, index, last },
  clearing,
}: {
  readonly market: Market;
  readonly clearing: number;
}) {
  const now = Number(index.at(-1) ?? 0);
  type Source = (typeof last.sources)[number];
  const columns: readonly Column<Source>[] = [
    ...SOURCE_COLUMNS,
    {
      name: 'From the index',
      isNumber: true,
      text: ({ mid }) => (mid === null ? '' : String(Number(mid) / now - 1)),
      show: ({ mid }) => (mid === null ? '–' : percent(Number(mid) / now - 1, 3)),
    },
    ageColumn(clearing),
  ];
  return (
    <Panel
      title={`Sources of ${underlying}`}
      sub={
        <>
          {last.status}, <EventLink place={`pricing/-1#${last.priceSet}`} />
          {last.jump === null ? '' : `, ${jumpText(last.jump)}`}
          {last.branch === null ? '' : `, mark is candidate ${last.branch}`}
        </>
      }
    >
      <DataTable
        caption={`Sources of ${underlying}`}
        rows={last.sources}
        columns={columns}
        empty="No source ever quoted it."
      />
    </Panel>
  );
}

function SourceChanges({ changes }: { readonly changes: MarketsView['sourceChanges'] }) {
  const columns: readonly Column<MarketsView['sourceChanges'][number]>[] = [
    { name: 'Clearing time', unit: 'UTC', text: ({ at }) => utc(at) },
    { name: 'Underlying', text: ({ underlying }) => underlying },
    { name: 'Source', text: ({ venue }) => venue },
    { name: 'From', text: ({ from }) => from ?? 'never quoted' },
    { name: 'To', text: ({ to }) => to },
    { name: 'Why', text: ({ reason }) => reason },
    {
      name: 'Event',
      text: ({ position }) => `pricing/-1#${position}`,
      show: ({ position }) => <EventLink place={`pricing/-1#${position}`} />,
    },
  ];
  return (
    <Panel title="Sources that began or ceased to count" sub="newest first">
      <DataTable caption="Changes of sources" rows={changes} columns={columns} empty="No source changed its status." />
    </Panel>
  );
}
