import type { AccountSeries } from '@ballast/contracts';
import { exact, minus, usd } from '../../format/amount';
import { utc } from '../../format/time';
import { Empty, Panel, State } from '../../parts/page';
import { SumTable } from '../../parts/sum-table';
import { MarginBar } from '../../charts/margin-bar';
import styles from './story.module.css';

/** What was held and needed at the point of the cursor. */
export function AtCursor({ series, point }: { readonly series: AccountSeries; readonly point: number }) {
  const { points, holdings } = series;
  const figures = {
    equity: points.equity[point] ?? '0',
    call: points.call[point] ?? '0',
    liquidation: points.liquidation[point] ?? '0',
    initial: points.initial[point] ?? '0',
  };
  const held = holdings.findLast((each) => each.point <= point);
  return (
    <Panel title="As of the cursor" sub={`${utc(points.at[point] ?? 0)} UTC`}>
      <p className={styles.state}>
        <State state={points.state[point] ?? null} />
      </p>
      <MarginBar {...figures} />
      <SumTable
        caption="Figures at the cursor"
        rows={[
          { label: 'Equity', amount: usd(figures.equity), level: 1 },
          { label: 'Call level', amount: usd(figures.call), level: 1 },
          { label: 'Equity less call level', amount: usd(minus(figures.equity, figures.call)), level: 0 },
          { label: 'Maintenance', amount: usd(points.maintenance[point] ?? '0'), level: 1 },
          { label: 'Liquidation level', amount: usd(figures.liquidation), level: 1 },
          { label: 'Initial level, warns below', amount: usd(figures.initial), level: 1 },
        ]}
      />
      <h3 className={styles.small}>Positions</h3>
      {held === undefined || held.positions.length === 0 ? (
        <Empty>No position was open.</Empty>
      ) : (
        <SumTable
          caption="Positions at the cursor"
          rows={held.positions.map(({ instrument, quantity }) => ({
            label: instrument,
            amount: `${exact(quantity)} contracts`,
            level: 1,
          }))}
        />
      )}
      <h3 className={styles.small}>Collateral</h3>
      {held === undefined || Object.keys(held.collateral).length === 0 ? (
        <Empty>Nothing was deposited.</Empty>
      ) : (
        <SumTable
          caption="Collateral at the cursor"
          rows={Object.entries(held.collateral).map(([asset, amount]) => ({
            label: asset,
            amount: `${exact(String(amount))} ${asset}`,
            level: 1,
          }))}
        />
      )}
    </Panel>
  );
}
