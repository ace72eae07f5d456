import { UsageError } from '../usage-error.js';
import { assertMayListen, tokenOf } from './access-options.js';
import { assertPortFree } from './free-port.js';
import type { ServeCliOptions } from './serve-options.js';

/** Whether it can be served so, by the options, the environment and the port. @throws UsageError */
export async function assertServable({ simulate, live, exchange, host, port }: ServeCliOptions): Promise<void> {
  assertMayListen(host, tokenOf(process.env));
  if (live === true && simulate === undefined) {
    throw new UsageError('--live lets a simulated exchange run freely; name its scenario with --simulate');
  }
  if (exchange === 'none' && simulate !== undefined) {
    throw new UsageError(
      '--exchange none takes the messages of your own exchange; leave out --simulate, or --exchange',
    );
  }
  await assertPortFree(port, host);
}
