import { useState } from 'react';
import { useQuery } from '@tanstack/react-query';
import type { SurfacesView } from '@ballast/contracts';
import { questions } from '../../api/client';
import { percentTicks } from '../../charts/tick-labels';
import { XyLines } from '../../charts/xy-lines';
import { compact, exact, percent } from '../../format/amount';
import { utc } from '../../format/time';
import { DataTable, type Column } from '../../parts/data-table';
import { EventLink } from '../../parts/links';
import { usePastTime } from '../../parts/now-only';
import { Empty, Panel, Pending } from '../../parts/page';
import partStyles from '../../parts/parts.module.css';
import { Twin } from '../../parts/twin';
import styles from './surfaces.module.css';

type Expiry = SurfacesView['expiries'][number];
type Option = Expiry['options'][number];

/** A stroke of its own for each, so that colour is not the only sign. */
const STROKES = [
  { colour: 'series-equity' },
  { colour: 'series-call', dash: '8 3' },
  { colour: 'series-extra', dash: '2 3' },
  { colour: 'series-liquidation', dash: '8 3 2 3' },
  { colour: 'series-initial', dash: '14 4' },
  { colour: 'series-price', dash: '4 4' },
] as const;

/** Shares of the forward that the heat map shows. */
const isMapped = ({ share }: { readonly share: number }): boolean => share >= 0.7 && share <= 1.3;

const dayOf = (expiry: number): string => utc(expiry).slice(0, 10);

/** Volatility of options: smiles, strike by expiry, and the gates that each surface had to pass. */
export function Surfaces({ underlying }: { readonly underlying: string }) {
  const { data, error } = useQuery(questions.surfaces(underlying, usePastTime()));
  if (data === undefined) return <Pending error={error} what={`the volatility surfaces of ${underlying}`} />;
  const { expiries } = data;
  if (expiries.length === 0) {
    return (
      <Panel title="Volatility surfaces">
        <Empty>No option on {underlying} is listed, so there is no surface.</Empty>
      </Panel>
    );
  }
  return (
    <>
      <div className={partStyles.columns}>
        <Smiles underlying={underlying} expiries={expiries} />
        <HeatMap underlying={underlying} expiries={expiries} />
      </div>
      <Gates expiries={expiries} />
      <Options expiries={expiries} />
    </>
  );
}

interface Point {
  readonly expiry: number;
  readonly strike: number;
  readonly share: number;
  readonly volatility: number;
}

const POINT_COLUMNS: readonly Column<Point>[] = [
  { name: 'Expiry', isWhole: true, text: ({ expiry }) => dayOf(expiry) },
  {
    name: 'Strike',
    unit: 'USD',
    isNumber: true,
    text: ({ strike }) => strike.toFixed(2),
    show: ({ strike }) => exact(strike.toFixed(2)),
  },
  {
    name: 'Strike over forward',
    isNumber: true,
    text: ({ share }) => share.toFixed(2),
    show: ({ share }) => percent(share, 0),
  },
  {
    name: 'Volatility',
    unit: 'a year',
    isNumber: true,
    text: ({ volatility }) => volatility.toFixed(4),
    show: ({ volatility }) => percent(volatility),
  },
];

const pointsOf = (expiries: readonly Expiry[]): readonly Point[] =>
  expiries.flatMap(({ expiry, smile }) => smile.map((point) => ({ expiry, ...point })));

function Smiles({ underlying, expiries }: { readonly underlying: string; readonly expiries: readonly Expiry[] }) {
  const shown = expiries.slice(0, STROKES.length);
  return (
    <Twin
      title="Smiles"
      sub={
        expiries.length > shown.length
          ? `volatility a year by strike, the next ${shown.length} of ${expiries.length} expiries`
          : 'volatility a year by strike, one line for each expiry'
      }
      name={`smiles-${underlying}`}
      rows={pointsOf(shown)}
      columns={POINT_COLUMNS}
    >
      <XyLines
        label={`Volatility of options on ${underlying} by strike over forward`}
        xUnit="strike over forward"
        xLabels={percentTicks}
        yLabels={percentTicks}
        markedX={1}
        lines={shown.map(({ expiry, smile }, each) => ({
          name: dayOf(expiry),
          ...(STROKES[each] as (typeof STROKES)[number]),
          points: smile.map(({ share, volatility }) => [share, volatility] as const),
        }))}
      />
    </Twin>
  );
}

function HeatMap({ underlying, expiries }: { readonly underlying: string; readonly expiries: readonly Expiry[] }) {
  const rows = pointsOf(expiries).filter(isMapped);
  const all = rows.map(({ volatility }) => volatility);
  const [least, most] = [Math.min(...all), Math.max(...all)];
  const shares = (expiries[0]?.smile ?? []).filter(isMapped).map(({ share }) => share);
  return (
    <Twin
      title="Strike by expiry"
      sub="volatility a year in percent; darker is higher"
      name={`surface-${underlying}`}
      rows={rows}
      columns={POINT_COLUMNS}
    >
      <div className={styles.map} role="img" aria-label="Volatility by strike and expiry. The table has every value.">
        {expiries.map(({ expiry, smile }) => (
          <div key={expiry} className={styles.row}>
            <span className={styles.name}>{dayOf(expiry)}</span>
            {smile.filter(isMapped).map(({ share, strike, volatility }) => (
              <span
                key={share}
                className={styles.cell}
                title={`${dayOf(expiry)}, strike ${exact(strike.toFixed(0))} USD: ${percent(volatility)} a year`}
                style={{
                  background: `color-mix(in srgb, var(--series-extra) ${(((volatility - least) / Math.max(1e-9, most - least)) * 45).toFixed(0)}%, var(--panel))`,
                }}
              >
                {(volatility * 100).toFixed(0)}
              </span>
            ))}
          </div>
        ))}
        <div className={styles.row}>
          <span className={styles.name}>strike, % of forward</span>
          {shares.map((share) => (
            <span key={share} className={styles.tick}>
              {(share * 100).toFixed(0)}
            </span>
          ))}
        </div>
      </div>
    </Twin>
  );
}

const atTheMoney = ({ smile }: Expiry): number => smile.find(({ share }) => share === 1)?.volatility ?? 0;

const GATES: readonly Column<Expiry>[] = [
  { name: 'Expiry', isWhole: true, text: ({ expiry }) => utc(expiry).slice(0, 16) },
  {
    name: 'Status',
    isWhole: true,
    text: ({ status }) => status,
    show: ({ status }) => (status === 'LIVE' ? '● LIVE' : `▲ ${status}`),
  },
  {
    name: 'Forward',
    unit: 'USD',
    isNumber: true,
    text: ({ forward }) => forward,
    show: ({ forward }) => exact(forward),
  },
  { name: 'From', text: ({ forwardFrom }) => forwardFrom },
  {
    name: 'At the forward',
    unit: 'a year',
    isNumber: true,
    text: (expiry) => atTheMoney(expiry).toFixed(4),
    show: (expiry) => percent(atTheMoney(expiry)),
  },
  { name: 'Quotes', isNumber: true, text: ({ quotes }) => String(quotes) },
  {
    name: 'Made by',
    text: ({ origin, rejected }) =>
      [origin, ...rejected.map((tried) => `not by ${tried.origin} (${tried.failed.join(', ')})`)].join(', '),
  },
  {
    name: 'Gates against arbitrage',
    unit: 'with room',
    text: ({ gates }) =>
      gates.map(({ gate, passed, margin }) => `${gate} ${passed ? 'passed' : 'FAILED'} by ${margin}`).join('; '),
    show: ({ gates }) => (
      <ul className={styles.gates}>
        {gates.map(({ gate, passed, margin }) => (
          <li key={gate} className={passed ? undefined : styles.failed}>
            {passed ? '●' : '▲ FAILED'} {gate} {compact(Number(margin))}
          </li>
        ))}
      </ul>
    ),
  },
  {
    name: 'Event',
    isWhole: true,
    text: ({ position }) => `pricing/-1#${position}`,
    show: ({ position }) => <EventLink place={`pricing/-1#${position}`} />,
  },
];

const Gates = ({ expiries }: { readonly expiries: readonly Expiry[] }) => (
  <Panel title="Surfaces and their gates" sub="what is published passed all of its gates, or is marked as degraded">
    <DataTable caption="Surfaces by expiry" rows={expiries} columns={GATES} empty="There is no surface." />
  </Panel>
);

const OPTIONS: readonly Column<Option>[] = [
  { name: 'Option', text: ({ instrument }) => instrument },
  { name: 'Strike', unit: 'USD', isNumber: true, text: ({ strike }) => strike, show: ({ strike }) => exact(strike) },
  {
    name: 'Mark',
    unit: 'USD, or coin if settled in it',
    isNumber: true,
    text: ({ price }) => price,
    show: ({ price }) => exact(price),
  },
  {
    name: 'Volatility',
    unit: 'a year',
    isNumber: true,
    text: ({ volatility }) => volatility,
    show: ({ volatility }) => percent(Number(volatility)),
  },
  {
    name: 'Status',
    text: ({ status }) => status,
    show: ({ status }) => (status === 'LIVE' ? '● LIVE' : `▲ ${status}`),
  },
];

function Options({ expiries }: { readonly expiries: readonly Expiry[] }) {
  const [wanted, setWanted] = useState<string | null>(null);
  const expiry = expiries.find((each) => dayOf(each.expiry) === wanted) ?? expiries[0];
  return (
    <Panel
      title="Options priced on them"
      sub="by strike, calls before puts; margin is computed with these marks and no others"
      tools={
        <label>
          <span className="hidden">Expiry of the options</span>
          <select
            className={partStyles.field}
            value={expiry === undefined ? '' : dayOf(expiry.expiry)}
            onChange={({ target }) => setWanted(target.value)}
          >
            {expiries.map((each) => (
              <option key={each.expiry}>{dayOf(each.expiry)}</option>
            ))}
          </select>
        </label>
      }
    >
      <DataTable
        caption="Options of an expiry"
        rows={expiry?.options ?? []}
        columns={OPTIONS}
        empty="No option of this expiry was priced."
      />
    </Panel>
  );
}
