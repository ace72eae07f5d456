import type { ConformanceReport, FailedCase } from './run-conformance.js';

/** The report as lines: one per kind, its failed cases below it, one per file that cannot be read, and `N passed, M failed` as the last. */
export function reportText(report: ConformanceReport): string {
  const lines = report.kinds.flatMap(({ engine, kind, passed, total, failures }) => [
    `${engine} ${kind} ${passed}/${total}`,
    ...failures.flatMap(failureLines),
  ]);
  const unreadable = report.unreadable.map(({ message }) => message);
  return [...lines, ...unreadable, `${report.passed} passed, ${report.failed} failed`].join('\n') + '\n';
}

function failureLines({ id, message, differences }: FailedCase): string[] {
  if (message !== undefined) return [`  ${id}: ${message}`];
  return differences.map(({ field, expected, actual }) => `  ${id}: ${field}: expected ${expected}, is ${actual}`);
}
