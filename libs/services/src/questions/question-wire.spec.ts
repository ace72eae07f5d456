import { setImmediate as breathe } from 'node:timers/promises';
import { dec } from '@ballast/kernel';
import type { Told } from './owners.js';
import { answerText, readAnswer } from './question-wire.js';

const told = <Answer>(answer: Answer): Told<Answer> => ({ answer, position: 7, clearing: 1_584_010_800_000 });
const entries = (count: number) =>
  Array.from({ length: count }, (_, n) => ({ n, pnl: dec(`${n}.25`), by: new Map([['BTC-PERP', 'one\ntwo']]) }));

describe('an answer on its way between two processes [CLR-MRG-065]', () => {
  it.each([
    ['a word', 'no-prices'],
    ['nothing', undefined],
    ['a list', entries(300)],
    ['a map', new Map([['a', entries(300)]])],
    ['a record of short lists', { shocks: entries(100), none: [] }],
    ['a record with long lists', { shocks: entries(961), lines: entries(101), worst: null, account: 'ann.main' }],
    ['a long list of nothing', { odd: Array.from({ length: 200 }, () => undefined) }],
  ])('is read as it was: %s', async (_what, answer) => {
    expect(await readAnswer(await answerText(told(answer)))).toEqual(told(answer));
  });

  it('of a long list lets others have their turn while it is written and while it is read', async () => {
    const answer = told({ shocks: entries(961) });
    const turnsWhile = async (work: Promise<unknown>): Promise<number> => {
      let turns = 0;
      let isDone = false;
      void work.then(() => (isDone = true));
      for (; !isDone; turns++) await breathe();
      return turns;
    };
    const text = await answerText(answer);
    expect(await turnsWhile(answerText(answer))).toBeGreaterThan(50);
    expect(await turnsWhile(readAnswer(text))).toBeGreaterThan(50);
    expect(Math.max(...text.split('\n').map(({ length }) => length))).toBeLessThan(text.length / 20);
  });
});
