import { PASSED, through } from './guard.fixtures.js';
import { requireToken } from './token.middleware.js';

describe('the token of the house', () => {
  const guard = requireToken('secret-1');

  it.each<[string, string | undefined]>([
    ['/accounts', 'Bearer secret-1'],
    ['/health/live', undefined],
    ['/health/ready', undefined],
    ['/health/ready', 'Bearer wrong'],
  ])('lets %s with %p in', (path, authorization) => {
    expect(through(guard, 'GET', path, { authorization })).toEqual(PASSED);
  });

  it.each<[string, string | undefined]>([
    ['/accounts', undefined],
    ['/accounts', ''],
    ['/accounts', 'secret-1'],
    ['/accounts', 'Basic secret-1'],
    ['/accounts', 'Bearer '],
    ['/accounts', 'Bearer secret-'],
    ['/accounts', 'Bearer secret-11'],
    ['/accounts', 'Bearer SECRET-1'],
    ['/metrics', undefined],
    ['/health', undefined],
    ['/health/live/more', undefined],
    ['/docs', undefined],
  ])('keeps %s with %p out, and says how to come in', (path, authorization) => {
    expect(through(guard, 'GET', path, { authorization })).toEqual({
      passed: 0,
      status: 401,
      code: 'not-authenticated',
      headers: { 'www-authenticate': 'Bearer' },
    });
  });
});
