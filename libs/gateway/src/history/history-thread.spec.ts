import { TooManyQuestions } from '@ballast/services';
import { HistoryThread } from './history-thread.js';

/** Its thread is compiled and this is the source, so it ends as soon as it begins. */
const thread = (failures: Error[] = []): HistoryThread =>
  new HistoryThread({ connection: '', partitions: 1, archive: undefined }, (error) => failures.push(error));

const ENDED = { name: 'Problem', body: { status: 503, code: 'not-ready' } };

describe('a thread that rebuilds history', () => {
  it('takes so many questions at once; who comes then is asked to come again', async () => {
    const history = thread();
    const waiting = Array.from({ length: 64 }, () => history.markets());
    await expect(history.markets()).rejects.toBeInstanceOf(TooManyQuestions);
    for (const { status } of await Promise.allSettled(waiting)) expect(status).toBe('rejected');
    // There is room again.
    await expect(history.markets()).rejects.toMatchObject(ENDED);
  });

  it('that ends takes only its own questions with it: the next one is told what became of its own thread', async () => {
    const failures: Error[] = [];
    const history = thread(failures);
    await expect(history.fund({ after: null, limit: 1 })).rejects.toMatchObject(ENDED);
    // Asked when the first has said that it failed, and has not ended yet.
    await expect(history.markets()).rejects.toMatchObject(ENDED);
    // It is said why, and not to who asked.
    expect(failures.map(({ message }) => message)).toEqual(Array(2).fill(expect.stringContaining('history-worker')));
  });
});
