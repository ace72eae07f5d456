import { useRef } from 'react';
import { useVirtualizer } from '@tanstack/react-virtual';
import { Empty } from './page';
import styles from './parts.module.css';

export interface Column<Row> {
  readonly name: string;
  readonly unit?: string;
  readonly isNumber?: boolean;
  /** Kept on one line. */
  readonly isWhole?: boolean;
  /** Given room for several words a line, so that a narrow page scrolls sideways rather than a word at a time. */
  readonly isSentence?: boolean;
  /** As it is shown where `show` is absent, and as the CSV has it. */
  readonly text: (row: Row) => string;
  readonly show?: (row: Row) => React.ReactNode;
}

/** Above this only the rows in sight are in the page. */
const MOST_WHOLE = 120;
const ROW_PX = 31;

/** More columns than a narrow page shows beside each other: there each row becomes a list. */
const MOST_BESIDE = 3;

export const tableClass = (columns: readonly unknown[]): string =>
  `${styles.table} ${columns.length > MOST_BESIDE ? styles.wide : ''}`;

/** Numbers stand to the right; what a moment or a place is must not break. */
export const classOf = <Row,>({ isNumber, isWhole, isSentence, unit }: Column<Row>): string | undefined => {
  if (isNumber === true) return styles.number;
  if (isSentence === true) return styles.sentence;
  return isWhole === true || unit === 'UTC' ? styles.moment : undefined;
};

export function Headings<Row>({ columns }: { readonly columns: readonly Column<Row>[] }) {
  return (
    <tr>
      {columns.map((column) => (
        <th key={column.name} scope="col" className={classOf(column)}>
          {column.name}
          {column.unit !== undefined && <span className={styles.unit}> {column.unit}</span>}
        </th>
      ))}
    </tr>
  );
}

/** Room of the rows that are not in the page, above or below those in sight. */
export function Gap({ height, columns }: { readonly height: number; readonly columns: number }) {
  if (height <= 0) return null;
  return (
    <tr aria-hidden="true">
      <td colSpan={columns} style={{ height, padding: 0 }} />
    </tr>
  );
}

/** Cells of a row; undefined: it is on its way. */
export function Cells<Row>({
  row,
  columns,
}: {
  readonly row: Row | undefined;
  readonly columns: readonly Column<Row>[];
}) {
  return columns.map((column) => (
    <td
      key={column.name}
      className={classOf(column)}
      data-name={column.unit === undefined ? column.name : `${column.name}, ${column.unit}`}
    >
      {row === undefined ? '…' : (column.show?.(row) ?? column.text(row))}
    </td>
  ));
}

/** A table; a long one keeps only the rows in sight in the page. */
export function DataTable<Row>({
  caption,
  rows,
  columns,
  empty,
  isCurrent,
}: {
  readonly caption: string;
  readonly rows: readonly Row[];
  readonly columns: readonly Column<Row>[];
  /** The sentence of an empty one. */
  readonly empty: string;
  readonly isCurrent?: (row: Row) => boolean;
}) {
  const scroll = useRef<HTMLDivElement>(null);
  const isVirtual = rows.length > MOST_WHOLE;
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroll.current,
    estimateSize: () => ROW_PX,
    overscan: 12,
    enabled: isVirtual,
  });
  if (rows.length === 0) return <Empty>{empty}</Empty>;
  const items = virtual.getVirtualItems();
  const shown = isVirtual ? items.map(({ index }) => index) : rows.map((_, each) => each);
  const above = isVirtual ? (items[0]?.start ?? 0) : 0;
  const below = isVirtual ? virtual.getTotalSize() - (items.at(-1)?.end ?? 0) : 0;
  return (
    <div className={styles.scroll} ref={scroll} tabIndex={0} role="group" aria-label={caption}>
      <table className={tableClass(columns)} aria-rowcount={rows.length + 1}>
        <caption className="hidden">{caption}</caption>
        <thead>
          <Headings columns={columns} />
        </thead>
        <tbody>
          <Gap height={above} columns={columns.length} />
          {shown.map((each) => {
            const row = rows[each] as Row;
            return (
              <tr
                key={each}
                ref={isVirtual ? virtual.measureElement : undefined}
                data-index={each}
                aria-rowindex={each + 2}
                data-current={isCurrent?.(row) === true}
              >
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
