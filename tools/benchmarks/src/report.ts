import Table from 'cli-table3';
import type { MachineDescription } from './machine-description.js';
import type { Bound, Figure, Unit } from './measure/figure.js';

/** What `--json` prints: the keys are a contract. */
export interface BenchReport {
  readonly machine: MachineDescription;
  readonly figures: readonly Figure[];
}

/** The report for a person: one line per figure, each with its bound beside it. */
export function reportText({ machine, figures }: BenchReport): string {
  const table = new Table({
    head: ['', 'measured', 'p99', 'against', 'ratio', 'aim', ''],
    style: { head: [], border: [], compact: true },
    colAligns: ['left', 'right', 'right', 'right', 'right', 'right', 'left'],
  });
  let part = '';
  for (const each of figures) {
    if (each.part !== part) {
      part = each.part;
      table.push([{ colSpan: 7, content: part.toUpperCase() }]);
    }
    table.push([
      `${each.what}\n  ${each.note}`,
      amount(each.value, each.unit),
      each.p99 === null ? '' : amount(each.p99, each.unit),
      each.reference === null ? '' : `${each.reference.what}\n${amount(each.reference.value, each.reference.unit)}`,
      each.ratio === null ? '' : quotient(each.ratio, each.bound),
      each.bound === null ? '' : aim(each.bound, each.unit),
      each.met === null ? '' : each.met ? 'met' : 'MISSED',
    ]);
  }
  return `${machineText(machine)}\n${table.toString()}`;
}

function machineText(machine: MachineDescription): string {
  const { processor, cores, memoryGiB, system, node, postgres, fsync, synchronousCommit, loadAtStart } = machine;
  const lines = [
    `${cores} cores (${processor}), ${memoryGiB} GiB, ${system}`,
    `Node ${node}, PostgreSQL ${postgres} (fsync ${fsync}, synchronous_commit ${synchronousCommit})`,
    `load average ${loadAtStart} at the start${loadAtStart > cores / 4 ? ': others are at work, only the ratios say something' : ''}`,
  ];
  if (machine.dataInMemory) lines.push('the data lies in memory: commits wait for no disk, choose another --data-dir');
  return lines.join('\n');
}

const whole = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });
const fine = new Intl.NumberFormat('en-US', { minimumSignificantDigits: 3, maximumSignificantDigits: 3 });

function amount(value: number, unit: Unit): string {
  return `${(Math.abs(value) >= 1_000 ? whole : fine).format(value)} ${unit}`;
}

/** Of an aim "at least" as a share, of one "at most" as a multiple. */
function quotient(ratio: number, bound: Bound | null): string {
  return bound?.kind === 'at most' ? `${ratio.toFixed(2)} x` : `${(ratio * 100).toFixed(0)} %`;
}

function aim({ of, kind, limit }: Bound, unit: Unit): string {
  const sign = kind === 'at least' ? '>=' : '<=';
  if (of === 'ratio') return `${sign} ${quotient(limit, { of, kind, limit })}`;
  return `${of === 'p99' ? 'p99 ' : ''}${sign} ${whole.format(limit)} ${unit}`;
}
