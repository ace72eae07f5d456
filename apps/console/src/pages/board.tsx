import { useState } from 'react';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { RiskBoard } from '@ballast/contracts';
import { questions } from '../api/client';
import { useLive, type NewsItem } from '../api/live';
import { Bars } from '../charts/bars';
import { compact, exact, percent, rounded, sentence, usd } from '../format/amount';
import { placeText } from '../format/place';
import { asOf, utc } from '../format/time';
import { DataTable, type Column } from '../parts/data-table';
import { AccountLink, EventLink } from '../parts/links';
import { Empty, Page, Panel, Pending, State } from '../parts/page';
import partStyles from '../parts/parts.module.css';
import { Twin } from '../parts/twin';
import { AtHouseTime, usePastTime } from '../parts/now-only';
import styles from './board.module.css';

/** The house at a glance: who is near the edge, what a move would do, what moves the levels, what just happened. */
export default function BoardPage() {
  return (
    <AtHouseTime title="Board">
      <TheBoard />
    </AtHouseTime>
  );
}

function TheBoard() {
  const at = usePastTime();
  const { data, error } = useQuery(questions.board(at));
  if (data === undefined) {
    return (
      <Page title="Board">
        <Pending error={error} what="the board" />
      </Page>
    );
  }
  return (
    <Page
      title="Board"
      lead={
        <>
          All {data.accounts.toLocaleString('en')} accounts {asOf(data.clearing)}
          {data.schedule === null ? '' : `, schedule margin/-1#${data.schedule}`}.
        </>
      }
    >
      {data.schedule === null ? (
        <Empty>
          No price set was published yet, so no account was assessed. Price sets are made of quotes, which an exchange
          of your own sends to <a href="/docs">POST /exchange/messages</a>.
        </Empty>
      ) : (
        <>
          <Cards board={data} />
          <div className={partStyles.columns}>
            <Distribution board={data} />
            <Shocks board={data} />
            <LiquidationMap board={data} />
          </div>
          <Scalars board={data} />
        </>
      )}
      {at === undefined && <Feed />}
    </Page>
  );
}

function Cards({ board }: { readonly board: RiskBoard }) {
  const { states, belowCall, fund, shortfall, openCalls, openCases, liquidationMap } = board;
  const atRisk = (move: number): string =>
    compact(
      liquidationMap.reduce(
        (sum, { bands }) =>
          sum + bands.filter((band) => band.move < 0 && band.move >= -move).reduce((all, { longs }) => all + longs, 0),
        0,
      ),
    );
  return (
    <dl className={partStyles.cards}>
      <div className={partStyles.card}>
        <dt>Accounts by state</dt>
        <dd>{states.HEALTHY.toLocaleString('en')} healthy</dd>
        <dd className={partStyles.note}>
          {states.WARN} warn, {states.MARGIN_CALL} called, {states.RESTRICTED} restricted, {states.LIQUIDATING}{' '}
          liquidating
        </dd>
      </div>
      <div className={partStyles.card}>
        <dt>Missing below the call level</dt>
        <dd>{compact(belowCall.missing)} USD</dd>
        <dd className={partStyles.note}>
          {belowCall.accounts} {belowCall.accounts === 1 ? 'account' : 'accounts'}, {openCalls} open{' '}
          {openCalls === 1 ? 'call' : 'calls'}
        </dd>
      </div>
      <div className={partStyles.card}>
        <dt>Longs that a fall would close out</dt>
        <dd>{atRisk(0.05)} USD at −5 %</dd>
        <dd className={partStyles.note}>{atRisk(0.1)} USD at −10 %, each price alone</dd>
      </div>
      <div className={partStyles.card}>
        <dt>Open liquidations</dt>
        <dd>{openCases}</dd>
        <dd className={partStyles.note}>
          <Link to="/liquidations">all liquidations</Link>
        </dd>
      </div>
      <div className={partStyles.card}>
        <dt>Insurance fund</dt>
        <dd>{compact(Number(fund.balance))} USD</dd>
        <dd className={partStyles.note}>
          of {compact(Number(fund.contributed))} USD paid in; losses that nobody paid: {usd(shortfall)}
        </dd>
      </div>
      <div className={partStyles.card}>
        <dt>Prices</dt>
        <dd>{board.priceStatus ?? 'none yet'}</dd>
        <dd className={partStyles.note}>
          {board.underlyings.map(({ underlying, mark }) => `${underlying} ${exact(mark)}`).join(', ')} USD
        </dd>
      </div>
    </dl>
  );
}

type Bucket = RiskBoard['distribution'][number];

const bucketName = ({ from }: Bucket): string => (from === null ? '< 0' : `≥ ${from}`);

function Distribution({ board: { distribution } }: { readonly board: RiskBoard }) {
  const columns: readonly Column<Bucket>[] = [
    { name: 'Equity / requirement', text: bucketName },
    { name: 'Accounts', isNumber: true, text: ({ accounts }) => String(accounts) },
    {
      name: 'Notional',
      unit: 'USD',
      isNumber: true,
      text: ({ notional }) => notional.toFixed(0),
      show: ({ notional }) => compact(notional),
    },
  ];
  const all = distribution.reduce((sum, { accounts }) => sum + accounts, 0);
  return (
    <Twin
      title="How far equity covers the requirement"
      sub="Accounts with a position, by equity over call requirement; below 1 is below the call level"
      name="distribution"
      rows={distribution}
      columns={columns}
    >
      {all === 0 ? (
        <Empty>No account holds a position.</Empty>
      ) : (
        <Bars
          label="Accounts by equity over call requirement"
          unit="accounts, by times covered"
          bars={distribution.map((bucket) => ({
            name: bucketName(bucket),
            value: bucket.accounts,
            colour:
              bucket.to !== null && bucket.to <= 1
                ? 'series-liquidation'
                : bucket.to !== null && bucket.to <= 1.25
                  ? 'series-call'
                  : 'series-equity',
            isMarked: bucket.from === 1,
          }))}
        />
      )}
    </Twin>
  );
}

/** Percent for a narrow cell: a digit behind the point while it is small. */
const short = (share: number): string =>
  share > 0 && share < 0.1 ? (share * 100).toFixed(1) : (share * 100).toFixed(0);

function Shocks({ board: { shocks } }: { readonly board: RiskBoard }) {
  const rows = shocks.flatMap(({ underlying, shares }) => shares.map((share) => ({ underlying, ...share })));
  const columns: readonly Column<(typeof rows)[number]>[] = [
    { name: 'Product', text: ({ underlying }) => underlying },
    { name: 'Move', isNumber: true, text: ({ move }) => percent(move, 0) },
    { name: 'Below call', isNumber: true, text: ({ belowCall }) => percent(belowCall) },
    { name: 'Below liquidation', isNumber: true, text: ({ belowLiquidation }) => percent(belowLiquidation) },
  ];
  return (
    <Twin
      title="What a sudden move would do"
      sub="Percent of open interest held below the call level (upper figure) and below the liquidation level (lower), rates as they are now"
      name="shocks"
      rows={rows}
      columns={columns}
    >
      {shocks.length === 0 ? (
        <Empty>There is no product with a linear contract.</Empty>
      ) : (
        <div
          className={styles.heat}
          role="img"
          aria-label="Share of open interest below a level by move of the price. The table has every value."
        >
          {shocks.map(({ underlying, shares }) => (
            <div key={underlying} className={styles.heatRow}>
              <span className={styles.product}>{underlying}</span>
              {shares.map(({ move, belowCall, belowLiquidation }) => (
                <span
                  key={move}
                  className={styles.cell}
                  title={`${underlying} ${percent(move, 0)}: ${percent(belowCall)} below call, ${percent(belowLiquidation)} below liquidation`}
                  style={{
                    background: `color-mix(in srgb, var(--series-liquidation) ${Math.round(Math.min(0.5, belowCall * 0.5) * 100)}%, var(--panel))`,
                  }}
                >
                  {short(belowCall)}
                  <small>{short(belowLiquidation)}</small>
                </span>
              ))}
            </div>
          ))}
          <div className={styles.heatRow}>
            <span className={styles.product}>%</span>
            {(shocks[0]?.shares ?? []).map(({ move }) => (
              <span key={move} className={styles.tick}>
                {move > 0 ? '+' : ''}
                {(move * 100).toFixed(0).replace('-', '−')}
              </span>
            ))}
          </div>
        </div>
      )}
    </Twin>
  );
}

function LiquidationMap({ board: { liquidationMap } }: { readonly board: RiskBoard }) {
  const [wanted, setWanted] = useState<string | null>(null);
  const map = liquidationMap.find(({ underlying }) => underlying === wanted) ?? liquidationMap[0];
  if (map === undefined) return null;
  const mark = Number(map.mark);
  const rows = map.bands.map((band) => ({
    ...band,
    price: mark * (1 + band.move),
    value: band.longs + band.shorts,
    sum: map.bands
      .filter(({ move }) => Math.sign(move) === Math.sign(band.move) && Math.abs(move) <= Math.abs(band.move))
      .reduce((all, { longs, shorts }) => all + longs + shorts, 0),
  }));
  const columns: readonly Column<(typeof rows)[number]>[] = [
    { name: 'Move to', isNumber: true, text: ({ move }) => percent(move, 0) },
    {
      name: 'Price',
      unit: 'USD',
      isNumber: true,
      text: ({ price }) => price.toFixed(2),
      show: ({ price }) => exact(price.toFixed(2)),
    },
    {
      name: 'Longs',
      unit: 'USD',
      isNumber: true,
      text: ({ longs }) => longs.toFixed(0),
      show: ({ longs }) => compact(longs),
    },
    {
      name: 'Shorts',
      unit: 'USD',
      isNumber: true,
      text: ({ shorts }) => shorts.toFixed(0),
      show: ({ shorts }) => compact(shorts),
    },
    {
      name: 'Up to there',
      unit: 'USD',
      isNumber: true,
      text: ({ sum }) => sum.toFixed(0),
      show: ({ sum }) => compact(sum),
    },
    { name: 'Accounts', isNumber: true, text: ({ accounts }) => String(accounts) },
  ];
  const isEmpty = rows.every(({ value }) => value === 0);
  return (
    <Twin
      title="Where liquidations lie"
      sub={`Value that would close out as ${map.underlying} alone moves from ${exact(map.mark)} USD; pale: all up to there`}
      name={`liquidation-map-${map.underlying}`}
      rows={rows}
      columns={columns}
      tools={
        <label>
          <span className="hidden">Product of the map</span>
          <select
            className={partStyles.field}
            value={map.underlying}
            onChange={({ target }) => setWanted(target.value)}
          >
            {liquidationMap.map(({ underlying }) => (
              <option key={underlying}>{underlying}</option>
            ))}
          </select>
        </label>
      }
    >
      {isEmpty ? (
        <Empty>No position would be closed out by a move of up to 30 %.</Empty>
      ) : (
        <Bars
          label={`Liquidations by price of ${map.underlying}`}
          unit="USD, by move of the price"
          bars={rows.map(({ move, value, sum }) => ({
            name: `${move > 0 ? '+' : '−'}${Math.abs(move * 100).toFixed(0)} %`,
            value,
            behind: sum,
            colour: move < 0 ? 'series-liquidation' : 'series-extra',
            behindColour: move < 0 ? 'series-liquidation' : 'series-extra',
            isMarked: move === 0.05,
          }))}
        />
      )}
    </Twin>
  );
}

function Scalars({ board: { underlyings } }: { readonly board: RiskBoard }) {
  const columns: readonly Column<RiskBoard['underlyings'][number]>[] = [
    { name: 'Product', text: ({ underlying }) => underlying },
    {
      name: 'Status',
      isWhole: true,
      text: ({ status }) => status,
      show: ({ status }) => (status === 'LIVE' ? '● LIVE' : `▲ ${status}`),
    },
    { name: 'Mark', unit: 'USD', isNumber: true, text: ({ mark }) => mark, show: ({ mark }) => exact(mark) },
    {
      name: 'Measured',
      isNumber: true,
      text: ({ scalarMeasured }) => scalarMeasured,
      show: ({ scalarMeasured }) => rounded(scalarMeasured, 4),
    },
    { name: 'Driven by', text: ({ drivenBy }) => drivenBy },
    {
      name: 'Call',
      isNumber: true,
      text: ({ callScalar }) => callScalar,
      show: ({ callScalar }) => rounded(callScalar, 4),
    },
    {
      name: 'Liq. long',
      isNumber: true,
      text: ({ liquidationScalarLong }) => liquidationScalarLong,
      show: ({ liquidationScalarLong: of }) => rounded(of, 4),
    },
    {
      name: 'Liq. short',
      isNumber: true,
      text: ({ liquidationScalarShort }) => liquidationScalarShort,
      show: ({ liquidationScalarShort: of }) => rounded(of, 4),
    },
    {
      name: 'Hour',
      isNumber: true,
      text: ({ logReturn }) => logReturn,
      show: ({ logReturn }) => percent(Number(logReturn), 2),
    },
    {
      name: 'Trigger',
      isWhole: true,
      text: ({ triggeredLong, triggeredShort }) =>
        [triggeredLong ? 'long' : '', triggeredShort ? 'short' : ''].join(' ').trim(),
      show: ({ triggeredLong, triggeredShort, triggerThreshold }) =>
        triggeredLong || triggeredShort
          ? `▲ on, ${triggeredLong ? 'long' : 'short'} side`
          : `beyond ${percent(Number(triggerThreshold), 2)}`,
    },
  ];
  return (
    <Panel
      title="Volatility scalars and their causes"
      sub="measured, then limited and buffered: the call level; with notice or the trigger: the liquidation level"
    >
      <DataTable caption="Volatility scalars" rows={underlyings} columns={columns} empty="There is no schedule yet." />
    </Panel>
  );
}

function Feed() {
  const { news, received } = useLive();
  const [type, setType] = useState('');
  const shown = type === '' ? news : news.filter((item) => item.type === type);
  const columns: readonly Column<NewsItem>[] = [
    { name: 'Clearing time', unit: 'UTC', text: ({ at }) => utc(at) },
    {
      name: 'Account',
      isWhole: true,
      text: ({ accountId }) => accountId,
      show: ({ accountId }) => <AccountLink accountId={accountId} />,
    },
    {
      name: 'State',
      text: ({ state }) => state ?? '',
      show: ({ state }) => (state === null ? '' : <State state={state} />),
    },
    { name: 'What', isSentence: true, text: ({ summary }) => summary, show: ({ summary }) => sentence(summary) },
    { name: 'Event', text: placeText, show: (item) => <EventLink place={placeText(item)} /> },
  ];
  return (
    <Panel
      title="Just decided"
      sub={`newest first; ${received} since this page was opened`}
      tools={
        <label>
          <span className="hidden">Only of type</span>
          <select className={partStyles.field} value={type} onChange={({ target }) => setType(target.value)}>
            <option value="">Every change</option>
            {[
              'AccountStateChanged',
              'MarginCallIssued',
              'MarginCallMet',
              'MarginCallExpired',
              'LiquidationTriggered',
              'WithdrawalRefused',
            ].map((each) => (
              <option key={each}>{each}</option>
            ))}
          </select>
        </label>
      }
    >
      <DataTable
        caption="Decisions, newest first"
        rows={shown}
        columns={columns}
        empty="Nothing that changes what an account may do was decided lately."
      />
    </Panel>
  );
}
