import { Command } from 'commander';
import type { ImaginedPosition } from '@ballast/margin-domain';
import { withStoreOptions } from '../composition/store-options.js';
import { UsageError } from '../usage-error.js';
import { examples } from './examples.js';
import { later } from './later.js';

export function whatIfCommand(): Command {
  return withStoreOptions(
    new Command('what-if').description(
      'Tells what margin would say of an account with other positions, another model or parameters, or after a shock, from the logs alone.',
    ),
    'reads',
  )
    .argument('<account>', 'account id <owner>.<name>')
    .option('--at <time>', 'as it stood at this clearing time, ISO 8601 UTC; default: the end of the logs')
    .option('--model <id>', 'a registered margin model <name>@<version>; default: the one the account is due')
    .option('--parameters <file>', "JSON file with a parameter document for that model; default: the model's own")
    .option('--parameters-hash <sha256>', 'refuse a document whose canonical text has another SHA-256')
    .option(
      '--position <instrument=quantity>',
      'imagine this position, filled at its mark; += adds to what is held; may be repeated',
      (value: string, before: readonly ImaginedPosition[] | undefined) => [...(before ?? []), imaginedPosition(value)],
    )
    .option('--spot-moves <list>', 'look at sudden moves of every underlying, such as -0.1,0,0.1', listOf)
    .option('--volatility-shocks <list>', 'each of them with these shocks of implied volatility; default: 0', listOf)
    .option('--json', 'print the answer as JSON, with every scenario')
    .addHelpText(
      'after',
      examples(
        ['what-if carol.main --position BTC-PERP=0', 'Without its bitcoin position'],
        ['what-if carol.main --at 2020-03-12T10:25:00Z --model derive-portfolio@2', 'By another model, at a time past'],
        ['what-if carol.main --spot-moves -0.2,-0.1,0.1 --volatility-shocks 0,0.5', 'After sudden moves'],
      ),
    )
    .action(later(async () => (await import('./what-if.action.js')).answer));
}

const listOf = (value: string): readonly string[] => value.split(',').map((each) => each.trim());

/** `BTC-PERP=-2` for the whole position, `BTC-PERP+=-2` on top of what is held. */
export function imaginedPosition(value: string): ImaginedPosition {
  const match = /^([A-Z0-9-]+?)(\+?=)(-?(?:0|[1-9]\d*)(?:\.\d+)?)$/.exec(value);
  if (match === null) {
    throw new UsageError(`--position must be such as BTC-PERP=-2 or BTC-27MAR26-60000-C+=5, not ${value}`);
  }
  const [, instrument = '', operator, quantity = '0'] = match;
  return { instrument, quantity, mode: operator === '=' ? 'replace' : 'add' };
}
