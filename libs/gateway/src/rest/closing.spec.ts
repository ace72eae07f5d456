import { Closing, refuseWritesWhen } from './closing.js';
import { PASSED, through } from './guard.fixtures.js';

describe('a process that may close', () => {
  it.each<[string, boolean]>([
    ['GET', true],
    ['HEAD', true],
    ['POST', false],
    ['PUT', false],
    ['PATCH', false],
    ['DELETE', false],
  ])('takes %s as long as it is not closing; whether it does then: %p', (method, taken) => {
    const closing = new Closing();
    const guard = refuseWritesWhen(closing);
    expect(through(guard, method, '/accounts')).toEqual(PASSED);
    closing.begin();
    expect(through(guard, method, '/accounts')).toEqual(
      taken
        ? PASSED
        : { passed: 0, status: 503, code: 'not-ready', headers: { connection: 'close', 'retry-after': '2' } },
    );
  });
});
