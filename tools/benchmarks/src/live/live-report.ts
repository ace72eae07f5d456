import Table from 'cli-table3';
import type { LongestWait } from './clearing-watch.js';
import type { LiveReport, LoadReport } from './live.bench.js';

const sum = (times: ReadonlyMap<string, number>): number => [...times.values()].reduce((total, ms) => total + ms, 0);

const shares = (times: ReadonlyMap<string, number>, digits: number): string =>
  [...times].map(([name, value]) => `${name} ${value.toFixed(digits)}`).join(', ');

const row = ({ rate, sent, assessed, sustained, toPosition, toAssessment, cpuMsPerFill }: LoadReport): string[] => [
  String(rate),
  `${assessed} of ${sent}`,
  sustained.toFixed(0),
  `${toPosition.p50.toFixed(0)} / ${toPosition.p99.toFixed(0)}`,
  `${toAssessment.p50.toFixed(0)} / ${toAssessment.p99.toFixed(0)}`,
  sum(cpuMsPerFill).toFixed(3),
];

const longestText = (rate: number, { ms, toPositionMs, sentAtMs, partition }: LongestWait): string =>
  `longest wait at ${rate} fills/s: ${ms.toFixed(0)} ms, of which ${toPositionMs.toFixed(0)} to the position; ` +
  `sent ${(sentAtMs / 1_000).toFixed(1)} s after the load began, partition ${partition}`;

/** The report of a live run as people read it. */
export function liveReportText({ idle, loads, takeover }: LiveReport): string {
  const table = new Table({
    head: [
      'fills/s',
      'assessed',
      'sustained/s',
      'to position p50/p99, ms',
      'to assessment p50/p99, ms',
      'CPU ms a fill',
    ],
    style: { head: [], border: [] },
  });
  for (const load of loads) table.push(row(load));
  const lines = [table.toString()];
  for (const { rate, cpuMsPerFill, longest } of loads) {
    lines.push(`CPU at ${rate} fills/s, ms a fill: ${shares(cpuMsPerFill, 3)} [aim: 0.15 in all]`);
    if (longest !== undefined) lines.push(longestText(rate, longest));
  }
  if (idle.size > 0) lines.push(`idle, % of a core: ${sum(idle).toFixed(1)} [aim: 5]: ${shares(idle, 1)}`);
  if (takeover !== null) {
    const { ms, sessionTimeoutMs } = takeover;
    lines.push(
      `takeover after kill -9: ${(ms / 1_000).toFixed(1)} s, of which up to ${sessionTimeoutMs / 1_000} s until the group notices` +
        ' [aim: 5 s after that]',
    );
  }
  return lines.join('\n');
}
