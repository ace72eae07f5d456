import { assertMayListen, tokenOf } from './access-options.js';
import { assertPortFree } from './free-port.js';
import type { ServeCliOptions } from './serve-options.js';

/** Whether it can be served so, by the environment and the port. @throws UsageError */
export async function assertServable({ host, port }: ServeCliOptions): Promise<void> {
  assertMayListen(host, tokenOf(process.env));
  await assertPortFree(port, host);
}
