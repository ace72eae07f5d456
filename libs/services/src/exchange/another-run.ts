import type { LogDirectory } from '@ballast/event-log';
import { GLOBAL } from '@ballast/event-sourcing';

/**
 * The first message of a simulated exchange names its run; another run, or an exchange outside, would not continue its logs but fork them.
 * @returns what stands there instead of the run; undefined when the run may go on
 */
export async function anotherRun(logs: LogDirectory, runName: string): Promise<string | undefined> {
  const [first] = await logs.log('exchange.quotes').read(GLOBAL, 0, 1);
  if (first === undefined) return undefined;
  if (first.type !== 'MarketOpened') {
    return `the data is of an exchange outside, whose messages were taken (asked for: ${runName})`;
  }
  const { name } = first.payload as { readonly name: string };
  return name === runName ? undefined : `the data is of another run (${name}; asked for: ${runName})`;
}
