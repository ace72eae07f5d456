import { Command } from 'commander';
import { examples } from './examples.js';
import { later } from './later.js';

export function modelsCommand(): Command {
  return new Command('models')
    .description('Lists the margin models with their versions, levels, default parameters and sources.')
    .option('--json', 'print the list as JSON')
    .addHelpText('after', examples(['models', 'All of them'], ['models --json', 'With their parameter documents']))
    .action(later(async () => (await import('./models.action.js')).listModels));
}
