import { useState } from 'react';
import { csvOf, download } from '../format/csv';
import { DataTable, type Column } from './data-table';
import { Panel } from './page';
import styles from './parts.module.css';

/** A chart with its twin, a table of exactly what is drawn, and a CSV of the same. Key `t` changes between them. */
export function Twin<Row>({
  title,
  sub,
  name,
  rows,
  columns,
  tools,
  children,
}: {
  readonly title: string;
  readonly sub?: React.ReactNode;
  /** Of the file. */
  readonly name: string;
  readonly rows: readonly Row[];
  readonly columns: readonly Column<Row>[];
  readonly tools?: React.ReactNode;
  readonly children: React.ReactNode;
}) {
  const [isTable, setTable] = useState(false);
  return (
    <div
      onKeyDown={({ key, target, ctrlKey, metaKey, altKey }) => {
        if (key !== 't' || ctrlKey || metaKey || altKey) return;
        if (
          target instanceof HTMLElement &&
          /^(INPUT|SELECT|TEXTAREA)$/.test(target.tagName) &&
          target.getAttribute('type') !== 'range'
        )
          return;
        setTable(!isTable);
      }}
    >
      <Panel
        title={title}
        sub={sub}
        tools={
          <>
            {tools}
            <button
              type="button"
              className={styles.button}
              aria-pressed={isTable}
              aria-keyshortcuts="t"
              onClick={() => setTable(!isTable)}
            >
              Table
            </button>
            <button
              type="button"
              className={styles.button}
              onClick={() =>
                download(
                  `${name}.csv`,
                  csvOf(
                    columns.map(({ name: column, unit }) => (unit === undefined ? column : `${column} (${unit})`)),
                    rows.map((row) => columns.map(({ text }) => text(row))),
                  ),
                )
              }
            >
              CSV
            </button>
          </>
        }
      >
        {isTable ? <DataTable caption={title} rows={rows} columns={columns} empty="Nothing is drawn." /> : children}
      </Panel>
    </div>
  );
}
