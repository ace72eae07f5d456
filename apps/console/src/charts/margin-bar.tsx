import { compact, usd } from '../format/amount';
import styles from './charts.module.css';

interface MarginBarProps {
  readonly equity: string;
  readonly liquidation: string;
  readonly call: string;
  readonly initial: string;
}

const WIDTH = 300;
const HEIGHT = 62;

/** The levels of an account as one bar, with its equity as a mark on it. */
export function MarginBar(props: MarginBarProps) {
  const [equity, liquidation, call, initial] = [props.equity, props.liquidation, props.call, props.initial].map(
    Number,
  ) as [number, number, number, number];
  const most = Math.max(equity, initial, call, 1) * 1.04;
  const x = (value: number): number => (Math.max(0, value) / most) * WIDTH;
  const parts = [
    { name: 'liquidation', from: 0, to: liquidation, colour: 'series-liquidation' },
    { name: 'call', from: liquidation, to: call, colour: 'series-call' },
    { name: 'initial', from: call, to: initial, colour: 'series-initial' },
  ];
  return (
    <svg
      className={styles.bar}
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      role="img"
      aria-label={`Equity ${usd(props.equity)}, liquidation level ${usd(props.liquidation)}, call level ${usd(props.call)}, initial level ${usd(props.initial)}`}
    >
      <rect x={0} y={18} width={WIDTH} height={18} className={styles.ground} />
      {parts.map(({ name, from, to, colour }) => (
        <g key={name}>
          <rect
            x={x(from)}
            y={18}
            width={Math.max(0, x(to) - x(from))}
            height={18}
            fill={`var(--${colour})`}
            opacity={0.55}
          />
          {x(to) - x(from) > 62 && (
            <text x={x(from) + 5} y={31} className={styles.word}>
              {name}
            </text>
          )}
        </g>
      ))}
      <path d={`M${x(equity)} 14 v26 m-5 -31 h10 l-5 7 z`} className={styles.needle} />
      <text
        x={Math.min(WIDTH - 4, Math.max(4, x(equity)))}
        y={55}
        textAnchor={x(equity) > WIDTH / 2 ? 'end' : 'start'}
        className={styles.word}
      >
        equity {compact(equity)} USD
      </text>
    </svg>
  );
}
