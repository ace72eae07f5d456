import { availableParallelism } from 'node:os';
import { Command, InvalidArgumentError } from 'commander';
import { wholeNumber } from '../composition/store-options.js';
import { examples } from './examples.js';
import { later } from './later.js';

/** A day: longer losses need other data. */
const LONGEST_HORIZON = 1_440;

export function backtestCommand(): Command {
  return new Command('backtest')
    .description(
      'Holds the margin of a position against the losses that came, over a file of prices: how often it was too little.',
    )
    .requiredOption('--prices <file>', 'CSV or CSV.gz of bars: ts_ms,open,high,low,close,volume')
    .option('--underlying <name>', 'whose prices they are: the parameters are those of it', 'BTC')
    .option('--rules <list>', 'as in compare', 'adaptive')
    .option(
      '--horizon <minutes>',
      'time of a loss, and distance of two observations',
      wholeNumber(1, LONGEST_HORIZON),
      60,
    )
    .option('--coverage <share>', 'share of the losses that the margin is to cover', coverage, 0.99)
    .option('--from <time>', 'first bar, ISO 8601 UTC; default: the first of the file')
    .option('--to <time>', 'end of the last bar; default: that of the file')
    .option('--threads <n>', 'rules at a time', wholeNumber(1, 256), availableParallelism())
    .option('--json', 'print every figure as JSON')
    .addHelpText(
      'after',
      examples([
        'backtest --prices btc-2020.csv.gz --rules adaptive,flat:0.02,adaptive:z=3',
        'Three rules over the same prices',
      ]),
    )
    .action(later(async () => (await import('./backtest.action.js')).backtest));
}

function coverage(value: string): number {
  const share = Number(value);
  if (!/^0\.\d{1,6}$/.test(value) || share < 0.5)
    throw new InvalidArgumentError('must be a share from 0.5 to 0.999999.');
  return share;
}
