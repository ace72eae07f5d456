import type { Command } from 'commander';
import { UsageError } from '../usage-error.js';
import { assertMayListen, tokenOf } from './access-options.js';
import { assertPortFree } from './free-port.js';
import type { ServeCliOptions } from './serve-options.js';

/** Options that make the run of a simulated exchange. */
const OF_A_RUN = ['from', 'to', 'accounts', 'seed', 'openingFund', 'reactions', 'priceFeedback'];

/** Whether it can be served so, by the options, the environment and the port. @throws UsageError */
export async function assertServable(options: ServeCliOptions, command: Command): Promise<void> {
  const { simulate, live, exchange, host, port } = options;
  assertMayListen(host, tokenOf(process.env));
  if (live === true && simulate === undefined) {
    throw new UsageError('--live lets a simulated exchange run freely; name its scenario with --simulate');
  }
  if (exchange === 'none' && simulate !== undefined) {
    throw new UsageError(
      '--exchange none takes the messages of your own exchange; leave out --simulate, or --exchange',
    );
  }
  if (simulate === undefined) assertNotGiven(command, OF_A_RUN, 'makes a simulated exchange; add --simulate');
  if (live !== true) assertNotGiven(command, ['speed'], 'is of a simulated exchange that runs freely; add --live');
  await assertPortFree(port, host);
}

/** What would be passed over is not what was asked for. @throws UsageError */
function assertNotGiven(command: Command, names: readonly string[], why: string): void {
  const given = command.options.find(
    (option) =>
      names.includes(option.attributeName()) &&
      command.getOptionValueSource(option.attributeName()) === 'cli' &&
      // The one of a pair: what a word and its "no" make has one name.
      option.negate === (command.getOptionValue(option.attributeName()) === false),
  );
  if (given !== undefined) throw new UsageError(`${given.long} ${why}, or leave it out`);
}
