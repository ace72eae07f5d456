import { availableParallelism } from 'node:os';
import { Command, Option } from 'commander';
import { reactionsOption } from '../composition/reactions-option.js';
import { wholeNumber } from '../composition/store-options.js';
import { examples } from './examples.js';
import { later } from './later.js';

/**
 * The fall of 12 March 2020, after which prices went on falling, a dip of 14 March that was made good the next day, and an evening of
 * 11 March, calm but for one per cent down and two up, so that there is something to close out.
 */
const SCENARIOS = [
  'crash-2020-03@2020-03-12T09:30:00Z/2020-03-12T12:00:00Z',
  'crash-2020-03@2020-03-14T20:30:00Z/2020-03-15T00:00:00Z',
  'crash-2020-03@2020-03-11T17:00:00Z/2020-03-11T18:30:00Z',
].join(',');
const RULES = 'adaptive,binance-tiered@1,hyperliquid-tiered@1,flat:0.03,flat:0.05';

export function compareCommand(): Command {
  return new Command('compare')
    .description('Runs the same markets under several rules, and says what each costs and spares owners and house.')
    .option('--scenario <list>', 'bundled scenarios or directories, each with @<from>/<to> for a part of it', SCENARIOS)
    .option(
      '--rules <list>',
      'adaptive, flat:<rate> or a model of `ballast models`, each with :<figure>=<value> for other figures',
      RULES,
    )
    .option(
      '--method <list>',
      'how much a liquidation closes: to-target (the target health, in slices), full, or by-share (orderShare of what is held with each order, 0.2 where the rule has none); every rule runs with each',
    )
    .option(
      '--providers <file>',
      'a liquidity-providers document; every rule runs without what it agrees to and with it',
    )
    .option('--seeds <n>', 'runs of every rule and window, seeds 1 to n', wholeNumber(1, 1_000), 3)
    .option('--accounts <n>', 'simulated accounts', wholeNumber(10, 200_000), 200)
    .addOption(
      new Option('--price-feedback <which>', 'whether close-outs move the prices of the market')
        .choices(['on', 'off', 'both'])
        .default('on'),
    )
    .addOption(reactionsOption())
    .option('--opening-fund <usd>', 'insurance fund at the start; default: the scenario says')
    .option('--threads <n>', 'runs at a time', wholeNumber(1, 256), availableParallelism())
    .option('--chart <file>', 'draw bad debt over needless closures into an SVG file')
    .option('--json', 'print every run and interval as JSON')
    .addHelpText(
      'after',
      examples(
        ['compare', 'Five rules through a crash and through a dip that was made good'],
        ['compare --rules adaptive,adaptive:callMultiple=1.5 --seeds 5', 'One figure changed'],
        ['compare --rules adaptive,flat:0.05 --method to-target,full', 'Closed to the target, and closed out'],
        ['compare --rules adaptive --providers ./providers.json', 'What liquidity providers are worth'],
        ['compare --price-feedback both --chart rules.svg', 'With and without a market that close-outs move'],
      ),
    )
    .action(later(async () => (await import('./compare.action.js')).compare));
}
