import { ConformanceFileError, reportText, runConformance, type ConformanceReport } from '@ballast/conformance';
import { UsageError } from '../usage-error.js';

export async function checkConformance(directory: string, options: { json?: boolean }): Promise<void> {
  const report = await reportOf(directory);
  process.stdout.write(options.json === true ? `${JSON.stringify(report, null, 2)}\n` : reportText(report));
  if (report.failed > 0) process.exitCode = 1;
}

async function reportOf(directory: string): Promise<ConformanceReport> {
  try {
    return await runConformance(directory);
  } catch (error) {
    if (error instanceof ConformanceFileError) throw new UsageError(error.message);
    throw error;
  }
}
