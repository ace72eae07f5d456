import { useEffect, useRef } from 'react';
import { useQueries, type UseQueryOptions } from '@tanstack/react-query';
import { useVirtualizer } from '@tanstack/react-virtual';
import { Cells, classOf, Gap, tableClass, type Column } from './data-table';
import { Empty } from './page';
import styles from './parts.module.css';

const PAGE_ROWS = 100;
const ROW_PX = 31;

export interface ServerColumn<Row> extends Column<Row> {
  /** What the server calls this order. */
  readonly order?: string;
}

/** A table of any length whose rows the server sorts and filters: pages are asked for as they come into sight. */
export function ServerTable<Row, Answer>({
  caption,
  total,
  columns,
  pageOf,
  rowsOf,
  order,
  direction,
  onOrder,
  empty,
}: {
  readonly caption: string;
  readonly total: number;
  readonly columns: readonly ServerColumn<Row>[];
  readonly pageOf: (offset: number, limit: number) => UseQueryOptions<Answer, Error, Answer, never>;
  readonly rowsOf: (answer: Answer) => readonly Row[];
  readonly order?: string;
  readonly direction?: string;
  readonly onOrder?: (order: string) => void;
  readonly empty: string;
}) {
  const scroll = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: total,
    getScrollElement: () => scroll.current,
    estimateSize: () => ROW_PX,
    overscan: 20,
  });
  const items = virtual.getVirtualItems();
  const [first, last] = [items[0]?.index ?? 0, items.at(-1)?.index ?? 0];
  const pages: number[] = [];
  for (let page = Math.floor(first / PAGE_ROWS); page <= Math.floor(last / PAGE_ROWS); page += 1) pages.push(page);
  const answers = useQueries({
    queries: pages.map((page) => pageOf(page * PAGE_ROWS, PAGE_ROWS) as unknown as UseQueryOptions<Answer>),
  });
  // Rows stay in sight while they are asked for again; those of another order or filter are others.
  const list = JSON.stringify((pageOf(0, PAGE_ROWS) as { readonly queryKey: unknown }).queryKey);
  const kept = useRef({ list, rows: new Map<number, Row>() });
  if (kept.current.list !== list) kept.current = { list, rows: new Map() };
  // Another list is read from its beginning.
  useEffect(() => {
    if (scroll.current !== null) scroll.current.scrollTop = 0;
  }, [list]);
  answers.forEach((answer, each) => {
    if (answer.data === undefined || answer.isPlaceholderData) return;
    rowsOf(answer.data).forEach((row, at) => kept.current.rows.set((pages[each] ?? 0) * PAGE_ROWS + at, row));
  });
  if (total === 0) return <Empty>{empty}</Empty>;
  const above = items[0]?.start ?? 0;
  const below = virtual.getTotalSize() - (items.at(-1)?.end ?? 0);
  return (
    <div
      className={styles.scroll}
      ref={scroll}
      tabIndex={0}
      role="group"
      aria-label={caption}
      style={{ height: '68vh', maxHeight: 'none' }}
    >
      <table className={`${tableClass(columns)} ${styles.single}`} aria-rowcount={total + 1}>
        <caption className="hidden">{caption}</caption>
        <thead>
          <tr>
            {columns.map((column) => {
              const isOrder = column.order !== undefined && column.order === order;
              return (
                <th
                  key={column.name}
                  scope="col"
                  className={classOf(column)}
                  aria-sort={isOrder ? (direction === 'descending' ? 'descending' : 'ascending') : undefined}
                >
                  {column.order === undefined || onOrder === undefined ? (
                    column.name
                  ) : (
                    <button type="button" onClick={() => onOrder(column.order as string)}>
                      {column.name} {isOrder ? (direction === 'descending' ? '▾' : '▴') : ''}
                    </button>
                  )}
                  {column.unit !== undefined && <span className={styles.unit}> {column.unit}</span>}
                </th>
              );
            })}
          </tr>
        </thead>
        <tbody>
          <Gap height={above} columns={columns.length} />
          {items.map(({ index }) => {
            const row = kept.current.rows.get(index);
            return (
              <tr key={index} ref={virtual.measureElement} data-index={index} aria-rowindex={index + 2}>
                <Cells row={row} columns={columns} />
              </tr>
            );
          })}
          <Gap height={below} columns={columns.length} />
        </tbody>
      </table>
    </div>
  );
}
