import { useState } from 'react';
import type { WhatIf } from '../../api/client';
import { zeroLine, type Segment } from '../../charts/contour';
import { levelLines } from '../../charts/level-lines';
import { amountTicks, moveTicks } from '../../charts/tick-labels';
import { useWidth } from '../../charts/use-width';
import chartStyles from '../../charts/charts.module.css';
import { XyLines } from '../../charts/xy-lines';
import { cents, isNegative, minus, plus, usd } from '../../format/amount';
import type { Column } from '../../parts/data-table';
import { Empty } from '../../parts/page';
import partStyles from '../../parts/parts.module.css';
import { Twin } from '../../parts/twin';

/** What the surface asks for: moves in steps of 2.5 %. */
export const SURFACE = {
  spotMoves: Array.from({ length: 25 }, (_, step) => String(((step - 12) * 25) / 1_000)),
  volatilityShocks: ['-0.5', '-0.25', '0', '0.25', '0.5', '0.75', '1'],
} as const;

type Figures = WhatIf['after'];
type Standing = 'clear' | 'call' | 'liquidation';

interface Cell {
  readonly spotMove: string;
  readonly volatilityShock: string;
  readonly pnl: string;
  readonly figures: Figures;
  readonly standing: Standing;
}

const WORDS: Readonly<Record<Standing, string>> = {
  clear: '● above the call level',
  call: '▲ below the call level',
  liquidation: '▼ below the liquidation level',
};

function standingOf({ equity, call, liquidation }: Figures): Standing {
  if (isNegative(minus(equity, liquidation))) return 'liquidation';
  return isNegative(minus(equity, call)) ? 'call' : 'clear';
}

const USUAL_WIDTH = 900;
const LEFT = 74;
const BOTTOM = 40;
const RIGHT = 14;
const ROW = 34;
const TOP = 8;

/**
 * Equity and levels after a sudden move of every price and of volatility, as margin would assess them: the map with the lines on
 * which equity meets the call and the liquidation level, and a slice of it at one volatility.
 */
export function Surface({ answer: { shocks, after }, account }: { readonly answer: WhatIf; readonly account: string }) {
  const [wanted, setWanted] = useState('0');
  const isAssessed = shocks.every(({ figures }) => figures !== null);
  const cells = shocks.map(({ spotMove, volatilityShock, pnl, figures }): Cell => {
    const at = figures ?? { ...after, equity: plus(after.equity, pnl) };
    return { spotMove, volatilityShock, pnl, figures: at, standing: standingOf(at) };
  });
  const moves = [...new Set(cells.map(({ spotMove }) => spotMove))];
  const shocksUp = [...new Set(cells.map(({ volatilityShock }) => volatilityShock))].reverse();
  const byPoint = new Map(cells.map((cell) => [`${cell.spotMove} ${cell.volatilityShock}`, cell]));
  const grid = shocksUp.map((volatility) => moves.map((move) => byPoint.get(`${move} ${volatility}`) as Cell));
  const isFlat = cells.every(({ figures: { call } }) => Number(call) === 0);
  const slice = cells.filter(({ volatilityShock }) => volatilityShock === wanted);
  return (
    <>
      <Twin
        title="Price and volatility"
        sub={
          isAssessed
            ? 'assessed anew after each move: requirements move with price and volatility; the liquidation level follows a rise of volatility only after its notice'
            : 'options are valued by the published scenarios; the levels are those of now'
        }
        name={`what-if-${account}`}
        rows={cells}
        columns={COLUMNS}
      >
        {cells.length === 0 || isFlat ? (
          <Empty>There is no position that a move would change.</Empty>
        ) : (
          <>
            <ul className={chartStyles.legend}>
              <li>equity over call level:</li>
              <li>
                <Swatch cover={2.5} /> 2 and more
              </li>
              <li>
                <Swatch cover={1.2} /> near 1
              </li>
              <li>
                <Swatch cover={0.7} /> ▲ below the call level
              </li>
              <li>
                <Swatch cover={0.2} /> ▼ below liquidation
              </li>
              <li>
                <svg width="26" height="8" aria-hidden="true">
                  <line x1="0" x2="26" y1="4" y2="4" stroke="var(--series-call)" strokeWidth="3" />
                </svg>{' '}
                equity meets the call level
              </li>
              <li>
                <svg width="26" height="8" aria-hidden="true">
                  <line
                    x1="0"
                    x2="26"
                    y1="4"
                    y2="4"
                    stroke="var(--series-liquidation)"
                    strokeWidth="3"
                    strokeDasharray="5 4"
                  />
                </svg>{' '}
                the liquidation level
              </li>
            </ul>
            <HeatMap grid={grid} moves={moves} volatilities={shocksUp} />
          </>
        )}
      </Twin>
      {cells.length > 0 && !isFlat && (
        <Twin
          title="Slice by price"
          sub={`equity and levels after a move of every price, volatility ${signed(wanted)}`}
          name={`what-if-slice-${account}`}
          rows={slice}
          columns={COLUMNS}
          tools={
            <label>
              <span className="hidden">Volatility of the slice</span>
              <select className={partStyles.field} value={wanted} onChange={({ target }) => setWanted(target.value)}>
                {shocksUp.map((volatility) => (
                  <option key={volatility} value={volatility}>
                    volatility {signed(volatility)}
                  </option>
                ))}
              </select>
            </label>
          }
        >
          <XyLines
            label="Equity and levels by move of the price"
            xUnit="move of every price"
            xLabels={moveTicks}
            yLabels={amountTicks}
            markedX={0}
            lines={levelLines(slice.map(({ spotMove, figures }) => [Number(spotMove), figures] as const))}
          />
        </Twin>
      )}
    </>
  );
}

const signed = (share: string): string => {
  const text = `${(Number(share) * 100).toFixed(1).replace(/\.0$/, '').replace('-', '−')} %`;
  return Number(share) > 0 ? `+${text}` : text;
};

const usdColumn = (name: string, of: (cell: Cell) => string): Column<Cell> => ({
  name,
  unit: 'USD',
  isNumber: true,
  text: of,
  show: (cell) => cents(of(cell)),
});

const COLUMNS: readonly Column<Cell>[] = [
  { name: 'Price', isNumber: true, text: ({ spotMove }) => spotMove, show: ({ spotMove }) => signed(spotMove) },
  {
    name: 'Volatility',
    isNumber: true,
    text: ({ volatilityShock }) => volatilityShock,
    show: ({ volatilityShock }) => signed(volatilityShock),
  },
  usdColumn('Profit', ({ pnl }) => pnl),
  usdColumn('Equity', ({ figures }) => figures.equity),
  usdColumn('Call level', ({ figures }) => figures.call),
  usdColumn('Liquidation level', ({ figures }) => figures.liquidation),
  { name: 'Stands', text: ({ standing }) => WORDS[standing].slice(2), show: ({ standing }) => WORDS[standing] },
];

/** From blue, far above the call level, over the ground of the panel at it, to red. */
function colourOf(cover: number): string {
  const [series, share] =
    cover >= 1
      ? (['series-equity', Math.min(1, (cover - 1) / 1.5) * 62 + 6] as const)
      : (['series-liquidation', Math.min(1, 1 - cover) * 62 + 10] as const);
  return `color-mix(in srgb, var(--${series}) ${share.toFixed(0)}%, var(--panel))`;
}

const Swatch = ({ cover }: { readonly cover: number }) => (
  <svg width="14" height="14" aria-hidden="true">
    <rect width="14" height="14" rx="2" fill={colourOf(cover)} stroke="var(--line)" />
  </svg>
);

const coverOf = ({ equity, call }: Figures): number => (Number(call) > 0 ? Number(equity) / Number(call) : Infinity);

function HeatMap({
  grid,
  moves,
  volatilities,
}: {
  readonly grid: readonly (readonly Cell[])[];
  readonly moves: readonly string[];
  readonly volatilities: readonly string[];
}) {
  const [ref, width] = useWidth(USUAL_WIDTH);
  const step = (width - LEFT - RIGHT) / moves.length;
  const height = TOP + volatilities.length * ROW + BOTTOM;
  const x = (column: number): number => LEFT + (column + 0.5) * step;
  const y = (row: number): number => TOP + (row + 0.5) * ROW;
  const lineOf = (level: 'call' | 'liquidation'): readonly Segment[] =>
    zeroLine(grid.map((row) => row.map(({ figures }) => Number(figures.equity) - Number(figures[level]))));
  const drawn = (segments: readonly Segment[]): string =>
    segments.map(([from, to]) => `M${x(from.column)},${y(from.row)}L${x(to.column)},${y(to.row)}`).join('');
  return (
    <svg
      ref={ref}
      className={chartStyles.svg}
      style={{ maxWidth: 'none' }}
      viewBox={`0 0 ${width} ${height}`}
      role="img"
      aria-label="Equity over call level after moves of price and volatility, with the lines on which equity meets the call and the liquidation level. The table has every value."
    >
      {grid.map((row, each) => (
        <g key={volatilities[each]}>
          <text x={LEFT - 6} y={y(each) + 4} textAnchor="end" className={chartStyles.label}>
            vol {signed(volatilities[each] ?? '0')}
          </text>
          {row.map((cell, column) => (
            <rect
              key={cell.spotMove}
              x={LEFT + column * step}
              y={TOP + each * ROW}
              width={step - 1}
              height={ROW - 1}
              fill={colourOf(coverOf(cell.figures))}
            >
              <title>{`price ${signed(cell.spotMove)}, volatility ${signed(cell.volatilityShock)}: equity ${usd(cell.figures.equity)}, call level ${usd(cell.figures.call)}, liquidation level ${usd(cell.figures.liquidation)}; ${WORDS[cell.standing].slice(2)}`}</title>
            </rect>
          ))}
          {row.map(({ standing, spotMove }, column) =>
            standing === 'clear' ? null : (
              <text
                key={spotMove}
                x={x(column)}
                y={y(each) + 4}
                textAnchor="middle"
                className={chartStyles.strong}
                aria-hidden="true"
              >
                {WORDS[standing].slice(0, 1)}
              </text>
            ),
          )}
        </g>
      ))}
      <path d={drawn(lineOf('call'))} stroke="var(--series-call)" strokeWidth="3" fill="none" strokeLinecap="round" />
      <path
        d={drawn(lineOf('liquidation'))}
        stroke="var(--series-liquidation)"
        strokeWidth="3"
        strokeDasharray="5 4"
        fill="none"
      />
      {moves.map((move, column) =>
        column % 4 === 0 ? (
          <text key={move} x={x(column)} y={height - BOTTOM + 16} textAnchor="middle" className={chartStyles.label}>
            {signed(move)}
          </text>
        ) : null,
      )}
      <rect
        x={LEFT + moves.indexOf('0') * step - 0.5}
        y={TOP + volatilities.indexOf('0') * ROW - 0.5}
        width={step}
        height={ROW}
        fill="none"
        stroke="var(--text)"
        strokeWidth="2"
      >
        <title>as it is</title>
      </rect>
      <text x={width - RIGHT} y={height - 6} textAnchor="end" className={chartStyles.label}>
        move of every price; the framed cell is the market as it is
      </text>
    </svg>
  );
}
