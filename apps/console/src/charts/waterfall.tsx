import { compact, signedUsd, usd, type Line } from '../format/amount';
import styles from './charts.module.css';

const ROW = 24;
const LABEL = 190;
const WIDTH = 680;
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
  const x = (value: number): number => LABEL + ((value - low) / (high - low)) * (WIDTH - LABEL - FIGURE);
  return (
    <svg
      className={styles.svg}
      viewBox={`0 0 ${WIDTH} ${bars.length * ROW + 6}`}
      role="img"
      aria-label={`${label}: from ${usd(before.amount)} to ${usd(after.amount)} by ${lines.length} lines. The table has them.`}
    >
      <line x1={x(0)} x2={x(0)} y1={0} y2={bars.length * ROW + 4} className={styles.axis} />
      {bars.map(({ name, from, to, amount, kind }, each) => (
        <g key={`${name} ${each}`}>
          <text x={LABEL - 8} y={each * ROW + 16} textAnchor="end" className={styles.strong}>
            {name}
          </text>
          <rect
            x={Math.min(x(from), x(to))}
            y={each * ROW + 4}
            width={Math.max(1.5, Math.abs(x(to) - x(from)))}
            height={ROW - 8}
            className={styles[kind]}
            opacity={0.85}
          />
          {each > 0 && kind !== 'total' && (
            <line x1={x(from)} x2={x(from)} y1={each * ROW - 4} y2={each * ROW + 4} className={styles.axis} />
          )}
          <text x={WIDTH - 4} y={each * ROW + 16} textAnchor="end" className={styles.strong}>
            {amount}
          </text>
        </g>
      ))}
      <text x={x(low)} y={bars.length * ROW + 4} className={styles.label} aria-hidden="true">
        {low < 0 ? compact(low) : ''}
      </text>
    </svg>
  );
}
