import { marginProcess } from '@ballast/margin-domain';
import type { PartitionWorker } from '@ballast/partition-worker';
import { GivenUp, NotStored, QuestionDesk, TooManyQuestions } from './question-desk.js';
import { isCostly } from './question.js';
import { questions } from './questions.js';

/** A partition of margin in which nothing happened yet. */
const worker = {
  state: marginProcess.initialState(0, 1),
  size: 7,
  machine: { clearing: 42 },
  whenStored: () => Promise.resolve(),
} as unknown as PartitionWorker;

const ask = (desk: QuestionDesk) => desk.tell(worker, questions.margin.whatIf, [{ accountId: 'nobody.main' }]);

describe('costly questions [CLR-MRG-065]', () => {
  it('are those that answer in steps', () => {
    const costly = Object.values(questions.margin).filter((each) => isCostly(each));
    expect(costly).toEqual([questions.margin.whatIf, questions.margin.assessImported]);
  });

  it('wait for each other up to a bound; beyond it the next is asked to come again', async () => {
    const desk = new QuestionDesk(2);
    const asked = Array.from({ length: 5 }, () => ask(desk));
    const outcomes = (await Promise.allSettled(asked)).map((each) =>
      each.status === 'fulfilled' ? each.value.answer : each.reason instanceof TooManyQuestions,
    );
    expect(outcomes).toEqual(['account-unknown', 'account-unknown', 'account-unknown', true, true]);
    expect((await ask(desk)).answer).toBe('account-unknown');
  });

  it('are not computed for who went away meanwhile', async () => {
    const desk = new QuestionDesk();
    const gone = new AbortController();
    let steps = 0;
    const endless = {
      log: 'margin' as const,
      name: 'endless',
      *query() {
        for (;;) {
          steps += 1;
          if (steps === 3) gone.abort();
          yield;
        }
      },
    };
    await expect(desk.tell(worker, endless, [], gone.signal)).rejects.toThrow('aborted');
    await expect(desk.tell(worker, endless, [], gone.signal)).rejects.toThrow('aborted');
    expect(steps).toBe(3);
    expect((await ask(desk)).answer).toBe('account-unknown');
  });

  it('leave others their turn between two pieces', async () => {
    const desk = new QuestionDesk();
    let turns = 0;
    let isOver = false;
    const others = (): void => {
      turns += 1;
      if (!isOver) setImmediate(others);
    };
    setImmediate(others);
    for (let each = 0; each < 50; each++) await ask(desk);
    isOver = true;
    expect(turns).toBeGreaterThanOrEqual(50);
  });
});

describe('an answer', () => {
  const question = { log: 'margin' as const, name: 'anything', query: () => 'told' };
  const storing = (whenStored: () => Promise<void>) => ({ ...worker, whenStored }) as unknown as PartitionWorker;

  it('waits until what it rests on is stored, and speaks of the moment of the question [CLR-LOG-083]', async () => {
    let store = (): void => undefined;
    const stored = new Promise<void>((resolve) => (store = resolve));
    const busy = storing(() => stored) as { size: number } & PartitionWorker;
    const heard: string[] = [];
    const told = new QuestionDesk().tell(busy, question, []).then((answer) => {
      heard.push('answer');
      return answer;
    });
    busy.size = 8;
    await new Promise((resolve) => setImmediate(resolve));
    heard.push('stored');
    store();
    expect(await told).toMatchObject({ answer: 'told', position: 7 });
    expect(heard).toEqual(['stored', 'answer']);
  });

  it('is not given when it was not stored, or not in time [CLR-LOG-083]', async () => {
    const lost = storing(() => Promise.reject(new Error('disk full')));
    const refused = new QuestionDesk().tell(lost, question, []);
    await expect(refused).rejects.toThrow(GivenUp);
    await expect(refused).rejects.toThrow('disk full');
    const never = storing(() => new Promise(() => undefined));
    await expect(new QuestionDesk(8, 1).tell(never, question, [])).rejects.toThrow(NotStored);
    const costly = { ...question, *query() {} };
    await expect(new QuestionDesk(8, 1).tell(never, costly, [])).rejects.toThrow(NotStored);
  });

  it('says how much of the partition it contains', async () => {
    expect(await new QuestionDesk().tell(worker, questions.margin.figures, [['nobody.main']])).toEqual({
      answer: [{ accountId: 'nobody.main', state: null, figures: null }],
      position: 7,
      clearing: 42,
    });
  });

  it('is given in the turn of the question: several are of one moment', () => {
    const read: string[] = [];
    const asking = ['a', 'b'].map((name) =>
      new QuestionDesk().tell(worker, { log: 'margin', name, query: () => read.push(name) }, []),
    );
    expect(read).toEqual(['a', 'b']);
    return Promise.all(asking);
  });
});
