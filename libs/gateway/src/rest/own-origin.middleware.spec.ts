import { PASSED, through } from './guard.fixtures.js';
import { requireOwnOrigin } from './own-origin.middleware.js';

const guard = requireOwnOrigin();
const became = (host: string | undefined, origin?: string, method = 'POST') =>
  through(guard, method, '/accounts', { host, origin });

describe('a server without a token', () => {
  it.each<[string, string | undefined]>([
    ['127.0.0.1:8787', undefined],
    ['127.0.0.1', undefined],
    ['localhost:8787', undefined],
    ['LOCALHOST:8787', undefined],
    ['[::1]:8787', undefined],
    ['127.0.0.1:8787', 'http://127.0.0.1:8787'],
    ['localhost:8787', 'http://localhost:8787'],
  ])('answers a request for %s from %p', (host, origin) => {
    expect(became(host, origin)).toEqual(PASSED);
  });

  it.each<[string | undefined, string | undefined, string]>([
    ['evil.example', undefined, 'a name that was pointed at this machine'],
    ['evil.example:8787', 'http://evil.example:8787', 'the same with a page of its own'],
    ['127.0.0.1.evil.example', undefined, 'a name that begins like an address'],
    ['localhost.evil.example', undefined, 'a name that begins like a name of this machine'],
    ['', undefined, 'no name'],
    [undefined, undefined, 'no header'],
    ['127.0.0.1:8787', 'http://evil.example', 'a page of another origin'],
    ['127.0.0.1:8787', 'http://127.0.0.1:3000', 'a page of another server of this machine'],
    ['127.0.0.1:8787', 'http://localhost:8787', 'the same server by another name, which is another origin'],
    ['127.0.0.1:8787', 'null', 'a page without an origin, such as a file'],
    ['127.0.0.1:8787', '', 'an empty origin'],
  ])('refuses a request for %p from %p: %s', (host, origin) => {
    for (const method of ['GET', 'POST']) {
      expect(became(host, origin, method)).toEqual({ passed: 0, status: 403, code: 'origin-foreign', headers: {} });
    }
  });
});
