import styles from './parts.module.css';

export interface SumRow {
  readonly label: React.ReactNode;
  readonly amount: string;
  readonly detail?: React.ReactNode;
  /** 0: a total. */
  readonly level: 0 | 1 | 2;
}

/** An indented sum: what stands below is what stands above it added up. */
export function SumTable({ caption, rows }: { readonly caption: string; readonly rows: readonly SumRow[] }) {
  return (
    <table className={styles.sum}>
      <caption className="hidden">{caption}</caption>
      <thead className="hidden">
        <tr>
          <th scope="col">Line</th>
          <th scope="col">Amount</th>
          <th scope="col">How</th>
        </tr>
      </thead>
      <tbody>
        {rows.map(({ label, amount, detail, level }, each) => (
          <tr key={each} data-level={level}>
            <td>{label}</td>
            <td className={styles.amount}>{amount}</td>
            <td className={styles.detail}>{detail}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
