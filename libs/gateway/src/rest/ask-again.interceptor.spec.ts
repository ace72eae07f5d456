import type { ExecutionContext } from '@nestjs/common';
import { defer, firstValueFrom, NEVER, of, throwError, type Observable } from 'rxjs';
import { AskAgain } from './ask-again.interceptor.js';
import { StoreWatch } from './store-watch.js';

const away = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });

/** Fails so often, then answers. */
function question(failures: number, error: Error = away) {
  let asked = 0;
  const handle = (): Observable<string> => defer(() => (++asked > failures ? of('answer') : throwError(() => error)));
  return { handle, asked: () => asked };
}

function ask(handle: () => Observable<unknown>, method = 'GET', watch = new StoreWatch()): Promise<unknown> {
  const context = {
    switchToHttp: () => ({ getRequest: () => ({ method }), getResponse: () => ({ headersSent: false }) }),
  } as unknown as ExecutionContext;
  return firstValueFrom(new AskAgain(watch).intercept(context, { handle }));
}

describe('a question that the store does not answer', () => {
  it('is asked again until it does', async () => {
    const { handle, asked } = question(2);
    expect(await ask(handle)).toBe('answer');
    expect(asked()).toBe(3);
  });

  it('is given up after some times', async () => {
    const { handle, asked } = question(Infinity);
    await expect(ask(handle)).rejects.toBe(away);
    expect(asked()).toBe(5);
  });

  it('is asked once when the store is not to blame, or when it is a write', async () => {
    const defect = question(1, new Error('a defect'));
    await expect(ask(defect.handle)).rejects.toThrow('a defect');
    const write = question(1);
    await expect(ask(write.handle, 'POST')).rejects.toBe(away);
    expect([defect.asked(), write.asked()]).toEqual([1, 1]);
  });

  it('that waits for what the store does not take ends with word of that', async () => {
    let wall = 0;
    const watch = new StoreWatch(() => wall);
    watch.appendFailed(new Error('no space left on device'));
    wall = 5_000;
    await expect(ask(() => NEVER, 'GET', watch)).rejects.toMatchObject({ body: { code: 'store-unavailable' } });
  });
});
