import { Command } from 'commander';
import { examples } from './examples.js';
import { later } from './later.js';

export function conformanceCommand(): Command {
  return new Command('conformance')
    .description(
      "Runs every case of a directory of conformance files through Ballast's own margin models and liquidation methods; " +
        'exit 1 if a case fails or is of an unknown kind.',
    )
    .argument('<dir>', 'directory of case files (*.json, each with its parameter sets, tolerance and cases)')
    .option('--json', 'print the report as JSON')
    .addHelpText('after', examples(['conformance libs/conformance/cases', 'The bundled cases']))
    .action(later(async () => (await import('./conformance.action.js')).checkConformance));
}
