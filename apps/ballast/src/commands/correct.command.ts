import { Command } from 'commander';
import { wholeNumber, withStoreOptions } from '../composition/store-options.js';
import { examples } from './examples.js';
import { later } from './later.js';

const ACTIONS = () => import('./correct.action.js');

/** Says how an event is read that holds a figure which is none. */
export function correctCommand(): Command {
  return new Command('correct')
    .description(
      'Says how an event is to be read that holds a figure which is none, as older releases could store it; two persons do. What is stored stays as it is.',
    )
    .addCommand(
      placed('propose', 'Proposes figures for those that an event lacks; the log records it.')
        .requiredOption('--figure <field=figure>', 'what is read in a field; once for each', collected, [])
        .requiredOption('--actor <person>', 'who proposes it')
        .requiredOption('--reason <text>', 'why')
        .action(later(async () => (await ACTIONS()).proposeFigures)),
    )
    .addCommand(
      placed('approve', 'Approves what another person proposed: whoever reads the log from now on reads the event so.')
        .requiredOption('--actor <person>', 'who approves it; another person than who proposed it')
        .action(later(async () => (await ACTIONS()).approveFigures)),
    )
    .addCommand(
      withStoreOptions(
        new Command('list').description('Tells what is proposed, and which events are read otherwise than stored.'),
        'reads',
      )
        .option('--json', 'print as JSON')
        .action(later(async () => (await ACTIONS()).listCorrections)),
    )
    .addHelpText(
      'after',
      examples(
        [
          'correct propose --log liquidation --partition 3 --position 812 --figure payload.bankruptcyPrice=0 --actor ann --reason "a worthless option"',
          'Say what is read in a field',
        ],
        ['correct approve --log liquidation --partition 3 --position 812 --actor ben', 'Another person agrees'],
      ),
    );
}

const placed = (name: string, description: string): Command =>
  withStoreOptions(new Command(name).description(description), 'reads')
    .requiredOption('--log <name>', 'log of the event')
    .requiredOption('--partition <n>', 'its partition; -1 is the global one', wholeNumber(-1, 4_095))
    .requiredOption('--position <n>', 'its position there', wholeNumber(1, Number.MAX_SAFE_INTEGER));

const collected = (value: string, before: readonly string[]): readonly string[] => [...before, value];
