import { LOOPBACK, SHORTEST_TOKEN, TOKEN, TOKEN_REMEDY } from '@ballast/services/bearer-token';
import { UsageError } from '../usage-error.js';

/** An address that others can reach needs a token; without one only this machine may ask. */
export function assertMayListen(host: string, token: string | undefined): void {
  if (LOOPBACK.includes(host)) return;
  if (token === undefined) {
    throw new UsageError(
      `--host ${host} can be reached by others: set the variable BALLAST_TOKEN to a secret of at least ${SHORTEST_TOKEN} characters, or leave --host out`,
    );
  }
}

/** The token requests must bring; a token that is easily guessed is refused. */
export function tokenOf(environment: NodeJS.ProcessEnv): string | undefined {
  const token = environment['BALLAST_TOKEN'];
  if (token === undefined || token === '') return undefined;
  if (!TOKEN.test(token)) throw new UsageError(`BALLAST_TOKEN ${TOKEN_REMEDY}`);
  return token;
}
