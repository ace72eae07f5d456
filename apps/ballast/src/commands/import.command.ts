import { Command } from 'commander';
import { withKeyOptions } from '../composition/key-options.js';
import { examples } from './examples.js';
import { later } from './later.js';
import { withServedOption } from './served-option.js';

const ACTIONS = () => import('./import.action.js');

/** Brings the live book of an exchange. */
export function importCommand(): Command {
  return new Command('import')
    .description(
      'Brings the live book of an exchange to a running house: one signed file, all of it or nothing, by two persons.',
    )
    .addCommand(
      withKeyOptions(new Command('sign').description('Signs a book, and prints the signed note.'))
        .argument('<file>', BOOK)
        .option('--data-dir <directory>', 'data directory of the house, where no key may lie', '.ballast')
        .action(later(async () => (await ACTIONS()).signBook)),
    )
    .addCommand(
      served(
        new Command('check').description(
          'Tells everything that is wrong with a book, the first 100 faults, with exit 1; or how its accounts would stand at the prices now.',
        ),
      )
        .option('--json', 'print as JSON')
        .action(later(async () => (await ACTIONS()).checkBook)),
    )
    .addCommand(
      signed(
        new Command('bring').description(
          'Brings a signed book in which nothing is wrong; it waits for another person.',
        ),
      ).action(later(async () => (await ACTIONS()).bringBook)),
    )
    .addCommand(
      signed(
        new Command('approve').description(
          'Approves the book that another person brought, by the same signed file; every account is opened.',
        ),
      ).action(later(async () => (await ACTIONS()).approveBook)),
    )
    .addCommand(
      served(new Command('withdraw').description('Gives up a book that is not approved.'))
        .requiredOption('--actor <person>', 'who gives it up')
        .requiredOption('--reason <text>', 'why')
        .action(later(async () => (await ACTIONS()).withdrawBook)),
    )
    .addHelpText(
      'after',
      examples(
        ['import sign book.json --house exchange > book.note', 'The exchange signs its book'],
        ['import check book.json', 'Is anything wrong with it, and would anybody be called or closed out at once?'],
        ['import bring book.json --signature book.note --key exchange.key --actor ann', 'Ann brings it'],
        ['import approve book.json --signature book.note --key exchange.key --actor ben', 'Ben has read it too'],
      ),
    );
}

const BOOK = 'the book, JSON';

const served = (command: Command): Command => withServedOption(command.argument('<file>', BOOK));

const signed = (command: Command): Command =>
  served(command)
    .requiredOption('--signature <file>', 'the signed note of the book')
    .requiredOption('--key <key>', 'verifier key that must have signed it; or a file with it')
    .requiredOption('--actor <person>', 'who does it');
