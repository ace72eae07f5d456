import type { NextFunction, Request, RequestHandler, Response } from 'express';
import { Problem, sendProblem } from './problem.js';

/** Names by which this machine alone is asked. */
const LOOPBACK_NAMES: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '[::1]']);

/** Host and port of an origin such as `http://127.0.0.1:8787`; null for what is none. */
function hostOf(origin: string): string | null {
  return URL.canParse(origin) ? new URL(origin).host : null;
}

/**
 * A server without a token trusts whoever is on this machine, and a page of somebody else in the browser of that person is not: it
 * may point its own name at 127.0.0.1 (DNS rebinding) or post across origins. So a request must ask for a loopback name, and if it
 * says which page it comes from, that page must be of this server.
 */
export function requireOwnOrigin(): RequestHandler {
  return (request: Request, response: Response, next: NextFunction): void => {
    const host = request.header('host')?.toLowerCase() ?? '';
    const origin = request.header('origin');
    const isLocal = LOOPBACK_NAMES.has(host.replace(/:\d+$/, ''));
    if (isLocal && (origin === undefined || hostOf(origin) === host)) return next();
    sendProblem(
      response,
      new Problem(
        'origin-foreign',
        isLocal
          ? 'a page of another origin may not ask this server; open its own pages, or start it with BALLAST_TOKEN'
          : 'ask for 127.0.0.1 or localhost, or start the server with BALLAST_TOKEN to be asked under another name',
      ),
    );
  };
}
