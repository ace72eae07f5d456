import { partitionOfAccount } from '@ballast/kernel';
import { MARGIN_STATES, type AccountSurvey } from '@ballast/margin-domain';
import { questions } from '@ballast/services';
import { RiskSurvey, type AccountsBehind, type SurveyedHouse } from './risk-survey.js';

interface Account {
  readonly accountId: string;
  readonly equity: number;
  readonly call: number;
  readonly state?: (typeof MARGIN_STATES)[number];
  readonly values?: readonly number[];
}

const surveyOf = (accounts: readonly Account[], underlyings: readonly string[]): AccountSurvey => ({
  schedule: 7,
  underlyings: underlyings.map((underlying) => ({ underlying, mark: 100 })),
  accountIds: accounts.map(({ accountId }) => accountId),
  models: new Map(),
  states: Uint8Array.from(accounts, ({ state }) => MARGIN_STATES.indexOf(state ?? 'HEALTHY')),
  called: new Uint8Array(accounts.length),
  equity: Float64Array.from(accounts, ({ equity }) => equity),
  call: Float64Array.from(accounts, ({ call }) => call),
  liquidation: Float64Array.from(accounts, ({ call }) => call / 2),
  values: Float64Array.from(accounts.flatMap(({ values }) => values ?? underlyings.map(() => 0))),
  coins: new Float64Array(accounts.length * underlyings.length),
});

/** A house of partitions, which counts what it is asked. */
class CountedHouse implements SurveyedHouse {
  readonly asOf = () => ({ clearing: Date.parse('2020-03-12T10:40:00Z'), positions: { 'margin/0': 7 } });
  readonly openCases = 0;
  surveys = 0;
  /** Accounts whose exact figures were asked for, question by question. */
  exact: number[] = [];

  constructor(private readonly partitions: readonly AccountSurvey[]) {}

  get numbers(): readonly number[] {
    return this.partitions.map((_, partition) => partition);
  }

  readonly picture = () => {
    throw new Error('a list shows no picture of the house');
  };

  readonly ask: SurveyedHouse['ask'] = ((partition: number, question: unknown, ids: readonly string[]) => {
    if (question === questions.margin.survey) {
      this.surveys += 1;
      return Promise.resolve(this.partitions[partition]);
    }
    this.exact.push(ids.length);
    const zero = { equity: '0', initial: '0', call: '0', maintenance: '0', liquidation: '0' };
    return Promise.resolve(ids.map((accountId) => ({ accountId, state: 'HEALTHY', figures: zero })));
  }) as SurveyedHouse['ask'];
}

const asked = (query: Partial<AccountsBehind>): AccountsBehind => ({
  order: 'cover',
  direction: 'ascending',
  state: undefined,
  search: undefined,
  behind: null,
  skip: 0,
  limit: 100,
  ...query,
});

const idsOf = async (survey: RiskSurvey, query: Partial<AccountsBehind>) =>
  (await survey.accountsBehind(asked(query))).items.map(({ accountId }) => accountId);

describe('the list of accounts', () => {
  const few = () =>
    new RiskSurvey(
      new CountedHouse([
        surveyOf(
          [
            { accountId: 'ann', equity: 30, call: 10, values: [5, -40] },
            { accountId: 'dan', equity: 5, call: 0, state: 'WARN' },
          ],
          ['BTC', 'ETH'],
        ),
        surveyOf(
          [
            { accountId: 'ben', equity: 30, call: 20, state: 'WARN', values: [-7] },
            { accountId: 'cat', equity: -1, call: 20, values: [7] },
          ],
          ['ETH'],
        ),
      ]),
    );

  it.each([
    ['accountId', 'ascending', 'ann ben cat dan'],
    ['accountId', 'descending', 'dan cat ben ann'],
    ['equity', 'ascending', 'cat dan ann ben'],
    // Of two with the same figure the first by id comes first, whichever way the list goes.
    ['equity', 'descending', 'ann ben dan cat'],
    ['call', 'descending', 'ben cat ann dan'],
    ['cushion', 'ascending', 'cat dan ben ann'],
    ['notional', 'descending', 'ann ben cat dan'],
    // Who has no requirement is covered so many times by nothing.
    ['cover', 'ascending', 'cat ben ann dan'],
    ['cover', 'descending', 'ann ben cat dan'],
  ] as const)('by %s, %s, over the partitions', async (order, direction, ids) => {
    expect(await idsOf(few(), { order, direction })).toEqual(ids.split(' '));
  });

  it('is filtered by state and by a part of the id, and cut into pages, in its order', async () => {
    const survey = few();
    expect(await idsOf(survey, { order: 'equity', state: 'WARN' })).toEqual(['dan', 'ben']);
    expect(await idsOf(survey, { order: 'equity', search: 'AN' })).toEqual(['dan', 'ann']);
    const page = await survey.accountsBehind(asked({ order: 'equity', search: 'n', skip: 1, limit: 1 }));
    expect([page.total, page.last, page.items.map(({ accountId }) => accountId)]).toEqual([
      ...[3, { figure: 30, accountId: 'ann' }, ['ann']],
    ]);
    expect(page.states).toEqual({ HEALTHY: 2, WARN: 2, MARGIN_CALL: 0, RESTRICTED: 0, LIQUIDATING: 0 });
  });

  it('finds a part of the id whichever letters of both are capitals', async () => {
    const survey = new RiskSurvey(
      new CountedHouse([surveyOf([{ accountId: 'Desk-A.Main', equity: 1, call: 0 }], ['BTC'])]),
    );
    expect(await idsOf(survey, { search: 'Desk' })).toEqual(['Desk-A.Main']);
    expect(await idsOf(survey, { search: 'a.mAIN' })).toEqual(['Desk-A.Main']);
  });

  it.each(
    (['accountId', 'cover', 'equity', 'call'] as const).flatMap((order) =>
      (['ascending', 'descending'] as const).map((direction) => [order, direction] as const),
    ),
  )('by %s, %s, has every account once behind the last place of the page before', async (order, direction) => {
    // Some have the same figure, some have none.
    const accounts = Array.from({ length: 23 }, (_, each) => ({
      accountId: `o-${String(each).padStart(2, '0')}`,
      equity: (each * 7) % 5,
      call: each % 3,
    }));
    const survey = new RiskSurvey(
      new CountedHouse(
        [0, 1].map((of) =>
          surveyOf(
            accounts.filter((_, each) => each % 2 === of),
            ['BTC'],
          ),
        ),
      ),
    );
    const wanted = { order, direction, state: undefined, search: undefined, skip: 0, limit: 4 };
    const seen: string[] = [];
    for (let behind: AccountsBehind['behind'] = null; ;) {
      const { items, last } = await survey.accountsBehind({ ...wanted, behind });
      seen.push(...items.map(({ accountId }) => accountId));
      if (last === null) break;
      behind = last;
    }
    expect(seen).toEqual(await idsOf(survey, { order, direction }));
    expect(new Set(seen).size).toBe(accounts.length);
  });

  it('goes on behind an account that is there no more, or has another figure by now', async () => {
    const wanted = { direction: 'ascending', state: undefined, search: undefined, skip: 0, limit: 2 } as const;
    const behind = async (order: 'equity' | 'cover', figure: number | null, accountId: string) => {
      const { items } = await few().accountsBehind({ ...wanted, order, behind: { figure, accountId } });
      return items.map((each) => each.accountId);
    };
    expect(await behind('equity', 4.5, 'zoe')).toEqual(['dan', 'ann']);
    expect(await behind('equity', 30, 'abe')).toEqual(['ann', 'ben']);
    expect(await behind('cover', null, 'abe')).toEqual(['dan']);
    expect(await behind('cover', null, 'zoe')).toEqual([]);
  });

  it('names what an account has most at risk in, though another partition knows more products', async () => {
    const { items: rows } = await few().accountsBehind(asked({ order: 'accountId' }));
    expect(rows.map(({ largest, notional }) => [largest, notional])).toEqual([
      [{ underlying: 'ETH', value: -40 }, 45],
      [{ underlying: 'ETH', value: -7 }, 7],
      [{ underlying: 'ETH', value: 7 }, 7],
      [null, 0],
    ]);
  });

  describe('of 10,000 accounts', () => {
    const PARTITIONS = 8;
    const LIMIT = 100;
    const ORDERS = ['accountId', 'equity', 'call', 'cover', 'cushion', 'notional'] as const;
    const parts = Array.from({ length: PARTITIONS }, (): Account[] => []);
    for (let n = 0; n < 10_000; n += 1) {
      const accountId = `owner-${String(n).padStart(6, '0')}.main`;
      const call = 1_000 + (n % 977);
      parts[partitionOfAccount(accountId, PARTITIONS)]?.push({
        accountId,
        call,
        equity: call * (0.5 + ((n * 7_919) % 10_000) / 10_000),
        state: n % 10 === 0 ? 'WARN' : 'HEALTHY',
        values: [call * 10],
      });
    }
    const surveys = parts.map((accounts) => surveyOf(accounts, ['BTC']));

    it.each(ORDERS.flatMap((order) => [{ order }, { order, state: 'WARN' as const }, { order, search: '99' }]))(
      'a first page by %j looks at each partition once and is exact about its own rows alone',
      async (query) => {
        const house = new CountedHouse(surveys);
        const survey = new RiskSurvey(house);
        const { items: rows } = await survey.accountsBehind(asked({ ...query, limit: LIMIT }));
        const sum = () => house.exact.reduce((all, each) => all + each, 0);
        expect([rows.length, house.surveys, sum()]).toEqual([LIMIT, PARTITIONS, LIMIT]);
        // No more than one question for each partition, however many rows it has on the page.
        expect(house.exact.length).toBeLessThanOrEqual(PARTITIONS);
        await survey.accountsBehind(asked({ ...query, skip: LIMIT, limit: LIMIT }));
        expect([house.surveys, sum()]).toEqual([PARTITIONS, 2 * LIMIT]);
      },
    );
  });
});
