import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { NestExpressApplication } from '@nestjs/platform-express';
import type { NextFunction, Request, Response } from 'express';
import { Problem, sendProblem } from './problem.js';

/** Where the console answers; everything below it is the page or one of its files. */
export const CONSOLE_PATH = '/console/';

const BUILT = fileURLToPath(new URL('../../../../apps/console/dist/', import.meta.url));
const YEAR_SECONDS = 31_536_000;

/** Nothing but what this server sends: no other origin is ever asked. Charts place their parts by inline style. */
const POLICY = "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'";

/** Serves the built console: files by their name, and the page for every address that is a place in it. */
export function serveConsole(app: NestExpressApplication): void {
  app.use((request: Request, response: Response, next: NextFunction): void => {
    if (request.method !== 'GET' && request.method !== 'HEAD') return next();
    if (request.path === '/' || request.path === '/console') return response.redirect(302, CONSOLE_PATH);
    if (!request.path.startsWith(CONSOLE_PATH)) return next();
    const page = path.join(BUILT, 'index.html');
    if (!fs.existsSync(page)) {
      return sendProblem(response, new Problem('not-found', 'the console is not built; npm run build builds it'));
    }
    response.set({
      'content-security-policy': POLICY,
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
    });
    const asset = /^assets\/[\w.-]+$/.exec(request.path.slice(CONSOLE_PATH.length))?.[0];
    if (asset === undefined) {
      // The names of the assets change with their content, the page's does not.
      response.set('cache-control', 'no-cache');
      return response.sendFile(page);
    }
    const file = path.join(BUILT, asset);
    if (!fs.existsSync(file)) return sendProblem(response, new Problem('not-found', `there is no ${asset}`));
    response.set('cache-control', `public, max-age=${YEAR_SECONDS}, immutable`);
    response.sendFile(file);
  });
}
