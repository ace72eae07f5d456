import { errorOf, HistoryAnswers, type HistoryAnswer } from './history-answers.js';
import type { HouseHistory } from './rebuilt-house.js';
import { isStoreFailure } from '../rest/store-watch.js';

const AWAY = Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:5432'), { code: 'ECONNREFUSED' });
const QUESTION = { id: 7, method: 'markets', args: [] } as const;

/** As it comes out of the other thread. */
const received = (answer: HistoryAnswer): HistoryAnswer => structuredClone(answer);

describe('a question about the past', () => {
  it('that the store could not answer is told as that, and so may be asked again', async () => {
    const markets = (): Promise<never> => Promise.reject(AWAY);
    const answers = new HistoryAnswers(() => Promise.resolve({ markets } as unknown as HouseHistory));
    const answer = received(await answers.answer(QUESTION));
    const error = 'error' in answer ? errorOf(answer.error) : undefined;
    expect([error?.message, isStoreFailure(error)]).toEqual([AWAY.message, true]);
  });

  it('keeps the name of what cannot be read, by which the interface tells it', async () => {
    const unreadable = Object.assign(new Error('margin/0 position 7'), { name: 'UnreadableEventRefused' });
    const answers = new HistoryAnswers(() =>
      Promise.resolve({ markets: () => Promise.reject(unreadable) } as unknown as HouseHistory),
    );
    const answer = received(await answers.answer(QUESTION));
    const error = 'error' in answer ? errorOf(answer.error) : undefined;
    expect([error?.name, isStoreFailure(error)]).toEqual(['UnreadableEventRefused', false]);
  });

  it('is answered though the history could not be opened for the one before', async () => {
    let isAway = true;
    const answers = new HistoryAnswers(() =>
      isAway
        ? Promise.reject(AWAY)
        : Promise.resolve({ markets: () => Promise.resolve('all of them') } as unknown as HouseHistory),
    );
    expect(await answers.answer(QUESTION)).toMatchObject({ id: 7, error: { code: 'ECONNREFUSED' } });
    isAway = false;
    expect(await answers.answer(QUESTION)).toEqual({ id: 7, value: 'all of them' });
  });
});
