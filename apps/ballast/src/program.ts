import { Command } from 'commander';
import { archiveCommand } from './commands/archive.command.js';
import { backtestCommand } from './commands/backtest.command.js';
import { backupCommand, restoreCommand } from './commands/backup.command.js';
import { bidCommand } from './commands/bid.command.js';
import { checkpointCommand } from './commands/checkpoint.command.js';
import { compareCommand } from './commands/compare.command.js';
import { conformanceCommand } from './commands/conformance.command.js';
import { correctCommand } from './commands/correct.command.js';
import { eventsCommand } from './commands/events.command.js';
import { idsCommand } from './commands/ids.command.js';
import { explainCommand } from './commands/explain.command.js';
import { importCommand } from './commands/import.command.js';
import { modelsCommand } from './commands/models.command.js';
import { reconcileCommand } from './commands/reconcile.command.js';
import { replayCommand } from './commands/replay.command.js';
import { serveCommand } from './commands/serve.command.js';
import { simulateCommand } from './commands/simulate.command.js';
import { statementCommand } from './commands/statement.command.js';
import { verifyCommand } from './commands/verify.command.js';
import { whatIfCommand } from './commands/what-if.command.js';
import { assertAllCount } from './composition/option-needs.js';
import { versionText } from './version.js';

/** The whole command line. */
export function ballastProgram(): Command {
  const program = new Command('ballast')
    .description('Clearing for crypto derivatives: every margin decision recorded, explained and replayable.')
    .version(versionText(), '-V, --version', 'print the version')
    .showHelpAfterError('(npx ballast <command> --help shows the options)')
    .hook('preAction', (_program, command) => assertAllCount(command))
    .addCommand(serveCommand())
    .addCommand(simulateCommand())
    .addCommand(verifyCommand())
    .addCommand(replayCommand())
    .addCommand(checkpointCommand())
    .addCommand(archiveCommand())
    .addCommand(backupCommand())
    .addCommand(restoreCommand())
    .addCommand(eventsCommand())
    .addCommand(idsCommand())
    .addCommand(correctCommand())
    .addCommand(explainCommand())
    .addCommand(statementCommand())
    .addCommand(bidCommand())
    .addCommand(reconcileCommand())
    .addCommand(importCommand())
    .addCommand(whatIfCommand())
    .addCommand(modelsCommand())
    .addCommand(compareCommand())
    .addCommand(backtestCommand())
    .addCommand(conformanceCommand());
  // Whoever calls decides how the process ends.
  for (const each of [program, ...program.commands, ...program.commands.flatMap(({ commands }) => commands)]) {
    each.exitOverride();
  }
  return program;
}
