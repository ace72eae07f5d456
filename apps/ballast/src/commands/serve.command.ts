import { Command } from 'commander';
import { firstLines, withServeOptions, type ServeCliOptions } from '../composition/serve-options.js';
import { examples } from './examples.js';
import { later } from './later.js';

export function serveCommand(): Command {
  return withServeOptions(
    new Command('serve').description(
      'Runs the clearing house in this process and serves its HTTP interface; continues on the data that is there.',
    ),
  )
    .addHelpText(
      'after',
      examples(
        ['serve', 'The clearing house alone, on what the data directory holds'],
        ['serve --exchange none', 'Your own exchange instead of a simulated one'],
        ['serve --simulate crash-2020-03', 'Replays a scenario in lockstep as fast as it can, then stays up'],
        [
          'serve --simulate crash-2020-03 --live --speed 10',
          'The simulated exchange by the wall clock, ten steps a second',
        ],
      ),
    )
    .action(later<[ServeCliOptions]>(async () => (await import('./serve.action.js')).serve, firstLines));
}
