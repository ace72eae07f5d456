import { Command } from 'commander';
import { ConformanceFileError, reportText, runConformance, type ConformanceReport } from '@ballast/conformance';
import { UsageError } from '../usage-error.js';
import { examples } from './examples.js';

export function conformanceCommand(): Command {
  return new Command('conformance')
    .description(
      "Runs every case of a directory of conformance files through Ballast's own margin models and liquidation methods; " +
        'exit 1 if a case fails or is of an unknown kind.',
    )
    .argument('<dir>', 'directory of case files (*.json, each with its parameter sets, tolerance and cases)')
    .option('--json', 'print the report as JSON')
    .addHelpText('after', examples(['conformance libs/conformance/cases', 'The bundled cases']))
    .action(async (directory: string, options: { json?: boolean }) => {
      const report = await reportOf(directory);
      process.stdout.write(options.json === true ? `${JSON.stringify(report, null, 2)}\n` : reportText(report));
      if (report.failed > 0) process.exitCode = 1;
    });
}

async function reportOf(directory: string): Promise<ConformanceReport> {
  try {
    return await runConformance(directory);
  } catch (error) {
    if (error instanceof ConformanceFileError) throw new UsageError(error.message);
    throw error;
  }
}
