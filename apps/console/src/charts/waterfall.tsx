import { compact, signedUsd, usd, type Line } from '../format/amount';
import { useWidth } from './use-width';
import styles from './charts.module.css';

const BAR = 24;
const LABEL = 190;
const USUAL_WIDTH = 680;
/** Below this a name has a line of its own above its bar. */
const NARROW = 520;
const NAME_LINE = 15;
const FIGURE = 118;

/** What changed an amount, bar behind bar, from where it was to where it is. */
export function Waterfall({
  label,
  before,
  lines,
  after,
}: {
  readonly label: string;
  readonly before: { readonly name: string; readonly amount: string };
  readonly lines: readonly Line[];
  readonly after: { readonly name: string; readonly amount: string };
}) {
  const [ref, width] = useWidth(USUAL_WIDTH);
  const isNarrow = width < NARROW;
  const [left, above] = isNarrow ? [0, NAME_LINE] : [LABEL, 0];
  const row = above + BAR;
  let at = Number(before.amount);
  const bars = [
    { name: before.name, from: 0, to: at, amount: usd(before.amount), kind: 'total' as const },
    ...lines.map((line) => {
      const from = at;
      at += Number(line.amount);
      const kind = at >= from ? ('plus' as const) : ('minus' as const);
      return { name: line.label, from, to: at, amount: signedUsd(line.amount), kind };
    }),
    { name: after.name, from: 0, to: Number(after.amount), amount: usd(after.amount), kind: 'total' as const },
  ];
  const [low, high] = [
    Math.min(0, ...bars.flatMap(({ from, to }) => [from, to])),
    Math.max(1, ...bars.flatMap(({ from, to }) => [from, to])),
  ];
  const x = (value: number): number => left + ((value - low) / (high - low)) * (width - left - FIGURE);
  return (
    <svg
      ref={ref}
      className={styles.svg}
      viewBox={`0 0 ${width} ${bars.length * row + 6}`}
      role="img"
      aria-label={`${label}: from ${usd(before.amount)} to ${usd(after.amount)} by ${lines.length} lines. The table has them.`}
    >
      <line x1={x(0)} x2={x(0)} y1={0} y2={bars.length * row + 4} className={styles.axis} />
      {bars.map(({ name, from, to, amount, kind }, each) => (
        <g key={`${name} ${each}`}>
          <text
            x={isNarrow ? 0 : left - 8}
            y={each * row + (isNarrow ? NAME_LINE - 2 : 16)}
            textAnchor={isNarrow ? 'start' : 'end'}
            className={styles.strong}
          >
            {name}
          </text>
          <rect
            x={Math.min(x(from), x(to))}
            y={each * row + above + 4}
            width={Math.max(1.5, Math.abs(x(to) - x(from)))}
            height={BAR - 8}
            className={styles[kind]}
            opacity={0.85}
          />
          {each > 0 && kind !== 'total' && (
            <line x1={x(from)} x2={x(from)} y1={each * row - 4} y2={each * row + above + 4} className={styles.axis} />
          )}
          <text x={width - 4} y={each * row + above + 16} textAnchor="end" className={styles.strong}>
            {amount}
          </text>
        </g>
      ))}
      <text x={x(low)} y={bars.length * row + 4} className={styles.label} aria-hidden="true">
        {low < 0 ? compact(low) : ''}
      </text>
    </svg>
  );
}
