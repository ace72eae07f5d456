import { useMemo, useRef, useState } from 'react';
import type UPlot from 'uplot';
import type { AccountSeries } from '@ballast/contracts';
import { TimeChart, type Line } from '../../charts/time-chart';
import { grouped, nearestTo, shareOf } from '../../charts/place-on-axis';
import { amountTicks, numberTicks } from '../../charts/tick-labels';
import { colour } from '../../frame/theme';
import { exact, minus, rounded, sentence, usd } from '../../format/amount';
import { clock, utc } from '../../format/time';
import type { Column } from '../../parts/data-table';
import partStyles from '../../parts/parts.module.css';
import { Twin } from '../../parts/twin';
import { kindOf, leading, type StoryEvent } from './kinds';
import styles from './story.module.css';

interface PanesProps {
  readonly series: AccountSeries;
  readonly cursor: number;
  readonly chosen: number;
  readonly isSqueezed: boolean;
  readonly isPast: boolean;
  readonly onHover: (point: number | null) => void;
  readonly onChoose: (point: number) => void;
  readonly onRange: (from: number, to: number) => void;
}

const numbers = (column: readonly string[]): readonly number[] => column.map(Number);

const LEGEND = [
  { name: 'Equity', colour: 'series-equity', sign: '━' },
  { name: 'Call level', colour: 'series-call', sign: '━' },
  { name: 'Liquidation level', colour: 'series-liquidation', sign: '╍' },
  { name: 'Initial level', colour: 'series-initial', sign: '┄' },
] as const;

const STATE_COLOURS: Readonly<Record<string, string>> = {
  WARN: 'watch',
  MARGIN_CALL: 'call',
  RESTRICTED: 'call',
  LIQUIDATING: 'bad',
};
const STATE_SIGNS: Readonly<Record<string, string>> = {
  WARN: 'warn',
  MARGIN_CALL: 'call',
  RESTRICTED: 'restricted',
  LIQUIDATING: 'liquidating',
};

interface Row {
  readonly point: number;
}

/** Four charts over one axis with one cursor: equity against the levels, price with own fills, scalars, requirement by position. */
export function Panes(props: PanesProps) {
  const { series, cursor, chosen, isSqueezed, isPast, onHover, onChoose, onRange } = props;
  const { points, underlyings, shares, events } = series;
  const [layout, setLayout] = useState({ left: 62, width: 600 });
  const [wanted, setWanted] = useState<string | null>(null);
  const largest = useMemo(() => largestOf(series), [series]);
  const product = underlyings.find(({ underlying }) => underlying === (wanted ?? largest)) ?? underlyings[0];
  const rows = useMemo(() => points.at.map((_, point): Row => ({ point })), [points]);
  const common = { at: points.at, isSqueezed, cursor, onCursor: onHover, onChoose, onRange };

  const equity = useMemo(
    (): readonly Line[] => [
      { name: 'initial level', colour: 'series-initial', values: numbers(points.initial), dash: [2, 3], width: 1 },
      { name: 'liquidation level', colour: 'series-liquidation', values: numbers(points.liquidation), dash: [7, 3] },
      { name: 'call level', colour: 'series-call', values: numbers(points.call) },
      { name: 'equity', colour: 'series-equity', values: numbers(points.equity), width: 2.5 },
    ],
    [points],
  );
  const price = useMemo(
    (): readonly Line[] =>
      product === undefined
        ? []
        : [{ name: `mark of ${product.underlying}`, colour: 'series-price', values: numbers(product.mark) }],
    [product],
  );
  const scalars = useMemo(
    (): readonly Line[] =>
      product === undefined
        ? []
        : [
            {
              name: 'liquidation, long side',
              colour: 'series-liquidation',
              values: numbers(product.liquidationScalarLong),
              dash: [7, 3],
            },
            {
              name: 'liquidation, short side',
              colour: 'series-extra',
              values: numbers(product.liquidationScalarShort),
              dash: [2, 3],
            },
            { name: 'call', colour: 'series-call', values: numbers(product.callScalar), width: 2 },
          ],
    [product],
  );
  const split = useMemo(
    (): readonly Line[] =>
      shares.map(({ instrument, maintenance }, each) => ({
        name: instrument,
        colour: SHARE_COLOURS[each % SHARE_COLOURS.length] ?? 'series-equity',
        values: numbers(maintenance),
        isArea: true,
      })),
    [shares],
  );
  const atColumn: Column<Row> = { name: 'Clearing time', unit: 'UTC', text: ({ point }) => utc(points.at[point] ?? 0) };
  const runColumn: Column<Row> = {
    name: 'Run',
    text: ({ point }) => `margin/${series.partition}#${points.position[point]}`,
  };
  const column = (name: string, unit: string, values: readonly string[]): Column<Row> => ({
    name,
    unit,
    isNumber: true,
    text: ({ point }) => values[point] ?? '',
    show: ({ point }) => exact(values[point] ?? '0'),
  });

  const host = useRef<HTMLDivElement>(null);
  return (
    <div className={styles.panes} ref={host} onMouseLeave={() => onHover(null)}>
      <Twin
        title="Equity against what it must cover"
        sub="USD, each step a margin run"
        name={`${series.accountId}-equity`}
        rows={rows}
        columns={[
          atColumn,
          runColumn,
          { name: 'State', text: ({ point }) => points.state[point] ?? '' },
          column('Equity', 'USD', points.equity),
          column('Call level', 'USD', points.call),
          column('Maintenance', 'USD', points.maintenance),
          column('Liquidation level', 'USD', points.liquidation),
          column('Initial level', 'USD', points.initial),
        ]}
      >
        <ul className={styles.legend}>
          {LEGEND.map(({ name, colour: of, sign }) => (
            <li key={name}>
              <span aria-hidden="true" style={{ color: `var(--${of})` }}>
                {sign}
              </span>{' '}
              {name} <span className="number">{usd(valueAt(points, name, cursor))}</span>
            </li>
          ))}
          <li>
            Cushion over the call level{' '}
            <span className="number">{usd(minus(points.equity[cursor] ?? '0', points.call[cursor] ?? '0'))}</span>
          </li>
        </ul>
        <Marks {...{ events, points, isSqueezed, chosen, onChoose, ...layout }} />
        <TimeChart
          {...common}
          label="Equity against what it must cover"
          lines={equity}
          height={270}
          hasTimes
          tickLabels={amountTicks}
          drawUnder={(plot) => drawStates(plot, points, isSqueezed, isPast ? chosen : null)}
          onLayout={(left, width) => {
            if (Math.abs(left - layout.left) + Math.abs(width - layout.width) > 1) setLayout({ left, width });
          }}
        />
        <StateLane {...{ points, isSqueezed, ...layout }} />
        <Slider {...{ series, chosen, isSqueezed, onChoose, ...layout }} />
      </Twin>
      {product !== undefined && (
        <>
          <Twin
            title="Price, with own fills"
            sub={`Mark of ${product.underlying}, USD; ▲ bought, ▼ sold`}
            name={`${series.accountId}-price-${product.underlying}`}
            rows={rows}
            columns={[atColumn, runColumn, column(`Mark of ${product.underlying}`, 'USD', product.mark)]}
            tools={
              <label className={styles.choice}>
                <span className="hidden">Product</span>
                <select
                  className={partStyles.field}
                  value={product.underlying}
                  onChange={({ target }) => setWanted(target.value)}
                >
                  {underlyings.map(({ underlying }) => (
                    <option key={underlying}>{underlying}</option>
                  ))}
                </select>
              </label>
            }
          >
            <p className={styles.reading}>
              {exact(product.mark[cursor] ?? '0')} USD at {clock(points.at[cursor] ?? 0)}
            </p>
            <TimeChart
              {...common}
              label={`Mark of ${product.underlying}`}
              lines={price}
              height={150}
              hasTimes={false}
              tickLabels={amountTicks}
              drawOver={(plot) => drawFills(plot, events, product.underlying, points.at, isSqueezed)}
            />
          </Twin>
          <Twin
            title="Volatility scalar"
            sub={`Of ${product.underlying}: the call level moves at once, the liquidation level only with notice or the price trigger`}
            name={`${series.accountId}-scalars-${product.underlying}`}
            rows={rows}
            columns={[
              atColumn,
              runColumn,
              column('Call', 'scalar', product.callScalar),
              column('Liquidation, long', 'scalar', product.liquidationScalarLong),
              column('Liquidation, short', 'scalar', product.liquidationScalarShort),
            ]}
          >
            <p className={styles.reading}>
              <span style={{ color: 'var(--series-call)' }}>
                ━ call {rounded(product.callScalar[cursor] ?? '0', 4)}
              </span>{' '}
              <span style={{ color: 'var(--series-liquidation)' }}>
                ╍ long {rounded(product.liquidationScalarLong[cursor] ?? '0', 4)}
              </span>{' '}
              <span style={{ color: 'var(--series-extra)' }}>
                ┄ short {rounded(product.liquidationScalarShort[cursor] ?? '0', 4)}
              </span>
            </p>
            <TimeChart
              {...common}
              label={`Volatility scalars of ${product.underlying}`}
              lines={scalars}
              height={120}
              hasTimes={false}
              tickLabels={numberTicks}
            />
          </Twin>
        </>
      )}
      {split.length > 0 && (
        <Twin
          title="Requirement by position"
          sub="Share of the maintenance requirement, USD; below zero for a hedge"
          name={`${series.accountId}-requirement`}
          rows={rows}
          columns={[
            atColumn,
            runColumn,
            ...shares.map(({ instrument, maintenance }) => column(instrument, 'USD', maintenance)),
            column('Maintenance', 'USD', points.maintenance),
          ]}
        >
          <p className={styles.reading}>
            {shares.map(({ instrument, maintenance }, each) => (
              <span key={instrument} style={{ color: `var(--${SHARE_COLOURS[each % SHARE_COLOURS.length]})` }}>
                ■ {instrument} {usd(maintenance[cursor] ?? '0')}{' '}
              </span>
            ))}
          </p>
          <TimeChart
            {...common}
            label="Requirement by position"
            lines={split}
            height={130}
            hasTimes
            tickLabels={amountTicks}
          />
        </Twin>
      )}
    </div>
  );
}

const SHARE_COLOURS = ['series-equity', 'series-extra', 'series-call', 'series-initial'];

function valueAt(points: AccountSeries['points'], name: (typeof LEGEND)[number]['name'], point: number): string {
  const column = {
    Equity: points.equity,
    'Call level': points.call,
    'Liquidation level': points.liquidation,
    'Initial level': points.initial,
  };
  return column[name][point] ?? '0';
}

/** The underlying that most of the requirement was for. */
function largestOf({ shares, underlyings }: AccountSeries): string | undefined {
  const sums = shares.map(({ instrument, maintenance }) => ({
    instrument,
    sum: maintenance.reduce((sum, each) => sum + Math.abs(Number(each)), 0),
  }));
  const most = sums.reduce((best, each) => (each.sum > best.sum ? each : best), { instrument: '', sum: -1 });
  return underlyings.find(({ underlying }) => most.instrument.startsWith(`${underlying}-`))?.underlying;
}

interface Laid {
  readonly left: number;
  readonly width: number;
}

/** A mark with a count of two digits, and a gap. */
const MARK_PX = 34;

/** Events as buttons above the chart: reached by keyboard, read by name. */
function Marks({
  events,
  points,
  isSqueezed,
  chosen,
  onChoose,
  left,
  width,
}: Laid & {
  readonly events: readonly StoryEvent[];
  readonly points: AccountSeries['points'];
  readonly isSqueezed: boolean;
  readonly chosen: number;
  readonly onChoose: (point: number) => void;
}) {
  const groups = useMemo(
    () => grouped(events, points.at, isSqueezed, width, MARK_PX),
    [events, points.at, isSqueezed, width],
  );
  if (events.length === 0) return null;
  return (
    <ul className={styles.marks} style={{ marginLeft: left, width }} aria-label="Events over time">
      {groups.map(({ point, share, items }) => {
        const first = leading(items);
        const { sign, colour: of } = kindOf(first);
        const others = items.length === 1 ? '' : ` and ${items.length - 1} more`;
        return (
          <li key={`${point} ${items.length}`} style={{ left: share * width }}>
            <button
              type="button"
              className={styles.mark}
              style={{ color: `var(--${of})` }}
              aria-label={`${utc(first.at)}: ${sentence(first.summary)}${others}`}
              aria-pressed={items.some((each) => each.point === chosen)}
              title={items
                .slice(0, 12)
                .map((each) => `${clock(each.at)}  ${sentence(each.summary)}`)
                .join('\n')}
              onClick={() => onChoose(first.point)}
            >
              <span className={styles.sign} data-sign={sign} data-count={items.length > 1 ? items.length : ''} />
            </button>
          </li>
        );
      })}
    </ul>
  );
}

/** Stretches of one state, named where there is room. */
function StateLane({
  points,
  isSqueezed,
  left,
  width,
}: Laid & { readonly points: AccountSeries['points']; readonly isSqueezed: boolean }) {
  const stretches = useMemo(() => {
    const found: { state: string; from: number; to: number }[] = [];
    points.state.forEach((state, each) => {
      const last = found.at(-1);
      const share = shareOf(points.at, each, isSqueezed);
      if (last?.state === state) return;
      if (last !== undefined) last.to = share;
      found.push({ state, from: share, to: 1 });
    });
    return found.filter(({ state }) => state !== 'HEALTHY');
  }, [points, isSqueezed]);
  return (
    <div className={styles.lane} style={{ marginLeft: left, width }} aria-hidden="true">
      {stretches.map(({ state, from, to }) => {
        const room = Math.max(3, (to - from) * width);
        return (
          <span
            key={`${state} ${from}`}
            className={styles.stretch}
            title={state}
            style={{ left: from * width, width: room, background: `var(--${STATE_COLOURS[state] ?? 'quiet'})` }}
          >
            {room > 64 ? STATE_SIGNS[state] : ''}
          </span>
        );
      })}
    </div>
  );
}

/** Positions of the slider's thumb over the width of the axis. */
const SLIDER_STEPS = 10_000;

/** The run that a key steps to; undefined for a key that steps nowhere. */
function steppedTo(key: string, chosen: number, last: number): number | undefined {
  switch (key) {
    case 'ArrowLeft':
    case 'ArrowDown':
      return Math.max(0, chosen - 1);
    case 'ArrowRight':
    case 'ArrowUp':
      return Math.min(last, chosen + 1);
    case 'Home':
      return 0;
    case 'End':
      return last;
    default:
      return undefined;
  }
}

/** Below the chart, its thumb under the cursor; steps from run to run, by keyboard too: arrows, Home, End. */
function Slider({
  series: { points, partition },
  chosen,
  isSqueezed,
  onChoose,
  left,
  width,
}: Laid & {
  readonly series: AccountSeries;
  readonly chosen: number;
  readonly isSqueezed: boolean;
  readonly onChoose: (point: number) => void;
}) {
  const { at } = points;
  return (
    <input
      type="range"
      className={styles.slider}
      style={{ marginLeft: left - 8, width: width + 16 }}
      min={0}
      max={SLIDER_STEPS}
      step={1}
      value={Math.round(shareOf(at, chosen, isSqueezed) * SLIDER_STEPS)}
      aria-label="Run"
      aria-valuetext={`${utc(at[chosen] ?? 0)}, margin/${partition}#${points.position[chosen]}, ${points.state[chosen]}, equity ${usd(points.equity[chosen] ?? '0')}`}
      onKeyDown={(event) => {
        const point = steppedTo(event.key, chosen, at.length - 1);
        if (point === undefined) return;
        event.preventDefault();
        onChoose(point);
      }}
      onChange={({ target }) => onChoose(nearestTo(at, Number(target.value) / SLIDER_STEPS, isSqueezed))}
    />
  );
}

/** Grounds of the stretches that were not healthy, and what was not known yet at the chosen point. */
function drawStates(
  plot: UPlot,
  { at, state }: AccountSeries['points'],
  isSqueezed: boolean,
  chosen: number | null,
): void {
  const { ctx, bbox } = plot;
  const xOf = (index: number): number => plot.valToPos(isSqueezed ? index : (at[index] ?? 0) / 1_000, 'x', true);
  ctx.save();
  for (let from = 0; from < state.length;) {
    let to = from + 1;
    while (to < state.length && state[to] === state[from]) to += 1;
    const of = STATE_COLOURS[state[from] ?? ''];
    if (of !== undefined) {
      ctx.fillStyle = `${colour(of)}26`;
      const [start, end] = [xOf(from), xOf(Math.min(to, state.length - 1))];
      ctx.fillRect(start, bbox.top, Math.max(2, end - start), bbox.height);
    }
    from = to;
  }
  if (chosen !== null) {
    const start = xOf(chosen);
    ctx.fillStyle = `${colour('quiet')}1f`;
    ctx.fillRect(start, bbox.top, bbox.left + bbox.width - start, bbox.height);
  }
  ctx.restore();
}

/** A triangle at the price of each fill, up for a buy. */
function drawFills(
  plot: UPlot,
  events: readonly StoryEvent[],
  underlying: string,
  at: readonly number[],
  isSqueezed: boolean,
): void {
  const { ctx } = plot;
  const size = 5 * devicePixelRatio;
  ctx.save();
  for (const { fill, point } of events) {
    if (fill === null || !fill.instrument.startsWith(`${underlying}-`)) continue;
    const x = plot.valToPos(isSqueezed ? point : (at[point] ?? 0) / 1_000, 'x', true);
    const y = plot.valToPos(Number(fill.price), 'y', true);
    const up = fill.side === 'buy' ? -1 : 1;
    ctx.fillStyle = colour(fill.side === 'buy' ? 'good' : 'bad');
    ctx.beginPath();
    ctx.moveTo(x, y + up * size);
    ctx.lineTo(x - size, y - up * size * 0.7);
    ctx.lineTo(x + size, y - up * size * 0.7);
    ctx.fill();
  }
  ctx.restore();
}
