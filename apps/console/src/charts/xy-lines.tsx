import styles from './charts.module.css';
import { roundTicks } from './round-ticks';
import type { TickLabels } from './tick-labels';
import { useWidth } from './use-width';

export interface XyLine {
  readonly name: string;
  readonly colour: string;
  readonly dash?: string;
  readonly points: readonly (readonly [x: number, y: number])[];
}

const USUAL_WIDTH = 640;
const LEFT = 56;
const RIGHT = 14;
const TOP = 10;
const BOTTOM = 36;

/** Lines over an axis of numbers, with a legend of words and strokes. */
export function XyLines({
  label,
  lines,
  xLabels,
  yLabels,
  xUnit,
  markedX,
  height = 240,
}: {
  readonly label: string;
  readonly lines: readonly XyLine[];
  readonly xLabels: TickLabels;
  readonly yLabels: TickLabels;
  readonly xUnit: string;
  /** An upright line, such as where the price is. */
  readonly markedX?: number;
  readonly height?: number;
}) {
  const [ref, width] = useWidth(USUAL_WIDTH);
  const points = lines.flatMap((line) => line.points);
  const [xs, ys] = [points.map(([x]) => x), points.map(([, y]) => y)];
  const [left, right] = [Math.min(...xs), Math.max(...xs)];
  const [low, high] = [Math.min(...ys), Math.max(...ys)];
  const x = (value: number): number => LEFT + ((value - left) / Math.max(1e-12, right - left)) * (width - LEFT - RIGHT);
  const y = (value: number): number =>
    TOP + (1 - (value - low) / Math.max(1e-12, high - low)) * (height - TOP - BOTTOM);
  const [xTicks, yTicks] = [roundTicks(left, right, width < 420 ? 4 : 7), roundTicks(low, high)];
  const [xNames, yNames] = [xLabels(xTicks), yLabels(yTicks)];
  return (
    <div>
      <ul className={styles.legend}>
        {lines.map(({ name, colour, dash }) => (
          <li key={name}>
            <svg width="26" height="8" aria-hidden="true">
              <line x1="0" x2="26" y1="4" y2="4" stroke={`var(--${colour})`} strokeWidth="2.5" strokeDasharray={dash} />
            </svg>{' '}
            {name}
          </li>
        ))}
      </ul>
      <svg
        ref={ref}
        className={styles.svg}
        viewBox={`0 0 ${width} ${height}`}
        role="img"
        aria-label={`${label}. The table has every value.`}
      >
        {yTicks.map((tick, each) => (
          <g key={tick}>
            <line x1={LEFT} x2={width - RIGHT} y1={y(tick)} y2={y(tick)} className={styles.axis} />
            <text x={LEFT - 6} y={y(tick) + 4} textAnchor="end" className={styles.label}>
              {yNames[each]}
            </text>
          </g>
        ))}
        {xTicks.map((tick, each) => (
          <text
            key={tick}
            x={x(tick)}
            y={height - BOTTOM + 15}
            textAnchor={x(tick) > width - 50 ? 'end' : x(tick) < LEFT + 10 ? 'start' : 'middle'}
            className={styles.label}
          >
            {xNames[each]}
          </text>
        ))}
        {markedX !== undefined && (
          <line
            x1={x(markedX)}
            x2={x(markedX)}
            y1={4}
            y2={height - BOTTOM}
            stroke="var(--text)"
            strokeDasharray="3 3"
          />
        )}
        {low < 0 && high > 0 && (
          <line x1={LEFT} x2={width - RIGHT} y1={y(0)} y2={y(0)} stroke="var(--quiet)" strokeWidth="1" />
        )}
        {lines.map(({ name, colour, dash, points: own }) => (
          <polyline
            key={name}
            points={own.map(([at, value]) => `${x(at).toFixed(1)},${y(value).toFixed(1)}`).join(' ')}
            fill="none"
            stroke={`var(--${colour})`}
            strokeWidth="2.2"
            strokeDasharray={dash}
          />
        ))}
        <text x={width - RIGHT} y={height - 5} textAnchor="end" className={styles.label}>
          {xUnit}
        </text>
      </svg>
    </div>
  );
}
