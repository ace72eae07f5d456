import type { Command } from 'commander';

/** The rules that new logs begin with, and who answers for them. */
export interface RulesOptions {
  readonly documents?: string;
  readonly author?: string;
  readonly approver?: string;
}

export function withRulesOptions(command: Command): Command {
  return command
    .option('--documents <directory>', 'rules that new logs begin with; default: the bundled ones')
    .option('--author <name>', 'person who wrote the rules that new logs begin with')
    .option('--approver <name>', 'another person, who approved them');
}
