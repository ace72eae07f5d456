import { BallastClient } from '@ballast/exchange-client';
import { tokenOf } from '../composition/access-options.js';
import { UsageError } from '../usage-error.js';

/** The running house that a command asks. */
export function servedHouse(
  url: string,
  options: { readonly patienceMs: number; readonly actor?: string },
): BallastClient {
  if (!/^https?:\/\/[^/]/.test(url) || !URL.canParse(url)) {
    throw new UsageError(`--url ${url}: write where the house serves, such as http://127.0.0.1:8787`);
  }
  const token = tokenOf(process.env);
  return new BallastClient({ url, ...options, ...(token !== undefined && { token }) });
}
