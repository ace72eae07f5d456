import { Command } from 'commander';
import { examples } from './examples.js';
import { later } from './later.js';
import { withServedOption } from './served-option.js';

export function bidCommand(): Command {
  return withServedOption(new Command('bid'))
    .description(
      'Bids in an auction of a running house. GET /auctions tells which are open, what each gives and who may bid; margin judges the bidder before anything is his.',
    )
    .argument('<auction>', 'id of the auction')
    .requiredOption('--account <account>', 'the bidder: an account that the auction names')
    .requiredOption('--quantity <contracts>', 'contracts at most, whole lots')
    .requiredOption(
      '--discount <fraction>',
      'of the notional, below the mark for a long and above it for a short; of a falling price the least that is taken',
    )
    .option('--id <id>', 'of the bid: sent again with its id it has the same answer; a new one unless given')
    .addHelpText(
      'after',
      examples([
        'bid BTC-PERP-5-101 --account provider-1.book --quantity 50 --discount 0.002',
        'Take over 50 contracts 0.2 % from the mark, or more if the auction gives more',
      ]),
    )
    .action(later(async () => (await import('./bid.action.js')).bid));
}
