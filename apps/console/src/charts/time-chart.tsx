import { useEffect, useRef, useState } from 'react';
import UPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { colour, useTheme } from '../frame/theme';
import { clock, dayAndClock, utc } from '../format/time';
import { shareOf } from './place-on-axis';
import type { TickLabels } from './tick-labels';
import styles from './charts.module.css';

export interface Line {
  readonly name: string;
  /** Name of a colour of the theme. */
  readonly colour: string;
  readonly values: readonly number[];
  readonly width?: number;
  readonly dash?: readonly number[];
  /** Filled down to zero. */
  readonly isArea?: boolean;
}

export interface TimeChartProps {
  readonly label: string;
  /** Clearing times, ms. */
  readonly at: readonly number[];
  readonly lines: readonly Line[];
  readonly height: number;
  /** One place of the axis for each point instead of true time: quiet hours take no room. */
  readonly isSqueezed: boolean;
  /** Index of the point that the cursor of all panes stands on. */
  readonly cursor: number;
  readonly onCursor: (index: number) => void;
  /** The range that the reader dragged over. */
  readonly onRange?: (from: number, to: number) => void;
  readonly tickLabels: TickLabels;
  /** Drawn below the lines. */
  readonly drawUnder?: (plot: UPlot) => void;
  /** Drawn above the lines. */
  readonly drawOver?: (plot: UPlot) => void;
  /** Told where the axis lies, pixels, for what is laid over it. */
  readonly onLayout?: (left: number, width: number) => void;
  /** The point that was clicked. */
  readonly onChoose?: (index: number) => void;
  readonly hasTimes: boolean;
}

const AXIS_PX = 72;

/** Lines over clearing time as steps, with a cursor that all charts of a page share. */
export function TimeChart(props: TimeChartProps) {
  const { label, at, lines, height, isSqueezed, cursor, hasTimes } = props;
  const host = useRef<HTMLDivElement>(null);
  const latest = useRef(props);
  latest.current = props;
  const theme = useTheme();
  const [axis, setAxis] = useState<{ readonly left: number; readonly width: number } | null>(null);

  useEffect(() => {
    const element = host.current;
    if (element === null) return;
    const xs = isSqueezed ? at.map((_, each) => each) : at.map((time) => time / 1_000);
    const steps = UPlot.paths.stepped?.({ align: 1 });
    const look = {
      stroke: colour('quiet'),
      grid: { stroke: colour('grid'), width: 1 },
      ticks: { stroke: colour('grid') },
    };
    const first = at[0] ?? 0;
    const isLong = (at.at(-1) ?? 0) - first > 24 * 3_600_000;
    const timeOf = (x: number): string => {
      const time = isSqueezed ? (latest.current.at[Math.round(x)] ?? first) : x * 1_000;
      return isLong ? dayAndClock(time) : clock(time);
    };
    const made = new UPlot(
      {
        width: element.clientWidth,
        height,
        padding: [8, 26, hasTimes ? 0 : 10, 0],
        legend: { show: false },
        // The line of the cursor is laid over the chart, where steps by keyboard move it as the mouse does.
        cursor: { x: false, y: false, points: { show: false }, drag: { x: true, y: false, setScale: false } },
        scales: { x: { time: false }, y: { range: (_, least, most) => rangeOf(least, most) } },
        axes: [
          {
            ...look,
            show: hasTimes,
            size: 28,
            space: 90,
            values: (_, splits) => splits.map(timeOf),
            ...(isSqueezed ? {} : { incrs: [60, 300, 600, 900, 1800, 3600, 7200, 14400, 21600, 43200, 86400] }),
          },
          { ...look, size: AXIS_PX, values: (_, splits) => [...latest.current.tickLabels(splits)] },
        ],
        series: [
          {},
          ...lines.map((line) => ({
            label: line.name,
            stroke: colour(line.colour),
            width: line.width ?? 1.5,
            ...(line.dash === undefined ? {} : { dash: [...line.dash] }),
            ...(line.isArea === true ? { fill: `${colour(line.colour)}30` } : {}),
            ...(steps === undefined ? {} : { paths: steps }),
            points: { show: false },
          })),
        ],
        hooks: {
          drawAxes: [(drawn) => latest.current.drawUnder?.(drawn)],
          draw: [
            (drawn) => {
              latest.current.drawOver?.(drawn);
              const ratio = devicePixelRatio;
              const [left, width] = [drawn.bbox.left / ratio, drawn.bbox.width / ratio];
              setAxis((before) => (before?.left === left && before.width === width ? before : { left, width }));
              latest.current.onLayout?.(left, width);
            },
          ],
          setSelect: [
            (drawn) => {
              const { left, width } = drawn.select;
              if (width < 8) return;
              const [from, to] = [drawn.posToIdx(left), drawn.posToIdx(left + width)];
              drawn.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
              const times = latest.current.at;
              latest.current.onRange?.(times[from] ?? 0, times[to] ?? 0);
            },
          ],
        },
      },
      [xs, ...lines.map(({ values }) => [...values])],
      element,
    );
    made.over.addEventListener('mousemove', () => {
      const { idx } = made.cursor;
      if (idx !== null && idx !== undefined) latest.current.onCursor(idx);
    });
    made.over.addEventListener('click', () => {
      const { idx } = made.cursor;
      if (idx !== null && idx !== undefined) latest.current.onChoose?.(idx);
    });
    const resize = new ResizeObserver(() => made.setSize({ width: element.clientWidth, height }));
    resize.observe(element);
    return () => {
      resize.disconnect();
      made.destroy();
    };
  }, [at, lines, height, isSqueezed, hasTimes, theme]);

  const last = at.at(-1);
  const range = at[0] === undefined || last === undefined ? 'nothing' : `${utc(at[0])} to ${utc(last)} UTC`;
  return (
    <div className={styles.time}>
      <div
        ref={host}
        role="img"
        aria-label={`${label}: ${lines.map(({ name }) => name).join(', ')}, ${range}. The table has every value.`}
        style={{ minHeight: height }}
      />
      {axis !== null && (
        <div
          className={styles.cursor}
          style={{
            left: axis.left + shareOf(at, cursor, isSqueezed) * axis.width,
            height: height - (hasTimes ? 28 : 10),
          }}
        />
      )}
    </div>
  );
}

/** A twentieth of room on both sides; zero stays in sight when it is near. */
function rangeOf(least: number | null, most: number | null): [number, number] {
  const [low, high] = [least ?? 0, most ?? 1];
  const room = (high - low) * 0.05 || Math.abs(high) * 0.05 || 1;
  const isNearZero = low > 0 && low < (high - low) * 0.6;
  return [isNearZero ? 0 : low - room, high + room];
}
