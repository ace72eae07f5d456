import { describeRest, expectProblem, readEvents } from '@ballast/gateway/testing';
import { openTestHouse } from './served-house.fixtures.js';

describeRest({ open: () => openTestHouse(), appends: true });

describe('a house with a token', () => {
  it('asks for it everywhere but at the health checks', async () => {
    const guarded = await openTestHouse({
      token: 'a-secret-of-16-characters',
      to: '2020-03-11T00:00:00Z',
      accounts: 10,
    });
    try {
      expect((await guarded.get('/summary')).status).toBe(200);
      for (const authorization of ['', 'Bearer wrong', 'a-secret-of-16-characters']) {
        expectProblem(await guarded.get('/summary', { authorization }), 401, 'not-authenticated');
        expectProblem(await guarded.get('/docs', { authorization }), 401, 'not-authenticated');
        expectProblem(
          await guarded.post('/accounts', { accountId: 'x.main' }, undefined, { authorization }),
          401,
          'not-authenticated',
        );
        expect((await guarded.get('/health/live', { authorization })).status).toBe(200);
      }
    } finally {
      await guarded.close();
    }
  }, 60_000);
});

describe('a house that closes', () => {
  it('is not ready any more, takes no writes, and ends its streams', async () => {
    const closing = await openTestHouse({ to: '2020-03-11T00:00:00Z', accounts: 10 });
    const stream = readEvents(`${closing.url}/margin-events`, Infinity);
    await closing.get('/summary');
    closing.beginClosing();
    expect((await closing.get('/health/ready')).status).toBe(503);
    expectProblem(await closing.post('/accounts', { accountId: 'late.main' }), 503, 'not-ready');
    expect((await closing.get('/accounts/late.main')).status).toBe(404);
    expect((await stream).length).toBeGreaterThan(0);
    await closing.close();
  }, 60_000);
});
