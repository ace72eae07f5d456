import { compact } from '../format/amount';
import { roundTicks } from './round-ticks';
import { amountTicks } from './tick-labels';
import { useWidth } from './use-width';
import styles from './charts.module.css';

export interface Bar {
  readonly name: string;
  readonly value: number;
  /** A second value of the same bar, drawn behind it. */
  readonly behind?: number;
  readonly colour?: string;
  readonly behindColour?: string;
  readonly isMarked?: boolean;
}

const USUAL_WIDTH = 640;
const LEFT = 46;
const BOTTOM = 34;
/** Room that the name of a bar takes. */
const NAME = 40;

/** Upright bars over names, with a scale on the left. */
export function Bars({
  label,
  bars,
  height = 220,
  unit,
}: {
  label: string;
  bars: readonly Bar[];
  height?: number;
  unit: string;
}) {
  const [ref, width] = useWidth(USUAL_WIDTH);
  const most = Math.max(1e-9, ...bars.map(({ value, behind = 0 }) => Math.max(value, behind)));
  const step = (width - LEFT) / Math.max(1, bars.length);
  const namedEvery = Math.ceil(NAME / step);
  const y = (value: number): number => 8 + (1 - value / most) * (height - BOTTOM - 8);
  const ticks = [0, ...roundTicks(0, most, 3).filter((tick) => tick > 0)];
  const tickNames = amountTicks(ticks);
  return (
    <svg
      ref={ref}
      className={styles.svg}
      viewBox={`0 0 ${width} ${height}`}
      role="img"
      aria-label={`${label}, ${unit}. The table has every value.`}
    >
      {ticks.map((tick, each) => (
        <g key={tick}>
          <line x1={LEFT} x2={width} y1={y(tick)} y2={y(tick)} className={styles.axis} />
          <text x={LEFT - 6} y={y(tick) + 4} textAnchor="end" className={styles.label}>
            {tickNames[each]}
          </text>
        </g>
      ))}
      {bars.map(({ name, value, behind = 0, colour, behindColour, isMarked }, each) => {
        const x = LEFT + each * step;
        return (
          <g key={name}>
            <title>{`${name}: ${compact(value)} ${unit}`}</title>
            <rect
              x={x + step * 0.12}
              y={y(behind)}
              width={step * 0.76}
              height={Math.max(0, y(0) - y(behind))}
              fill={`var(--${behindColour ?? 'series-extra'})`}
              opacity={0.3}
            />
            <rect
              x={x + step * 0.12}
              y={y(value)}
              width={step * 0.76}
              height={Math.max(0, y(0) - y(value))}
              fill={`var(--${colour ?? 'series-equity'})`}
              opacity={0.85}
            />
            {isMarked === true && (
              <line x1={x} x2={x} y1={4} y2={height - BOTTOM} stroke="var(--text)" strokeDasharray="3 3" />
            )}
            {each % namedEvery === 0 && (
              <text
                x={each === bars.length - 1 ? width : x + step / 2}
                y={height - BOTTOM + 15}
                textAnchor={each === bars.length - 1 ? 'end' : 'middle'}
                className={styles.label}
              >
                {name}
              </text>
            )}
          </g>
        );
      })}
      <text x={width} y={height - 4} textAnchor="end" className={styles.label}>
        {unit}
      </text>
    </svg>
  );
}
