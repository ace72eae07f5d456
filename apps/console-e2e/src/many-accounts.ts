import { RiskSurvey, type SurveyedHouse } from '@ballast/gateway';
import type { RiskAccountsPage, RiskAccountsQuery } from '@ballast/contracts';
import { questions } from '@ballast/services';

/** A house of so many generated accounts, as many of them near their call level as in any other hundredth. */
function generated(accounts: number): SurveyedHouse {
  const rows = Array.from({ length: accounts }, (_, each) => {
    const call = 1_000 + (each % 977);
    return {
      accountId: `owner-${String(each).padStart(6, '0')}.main`,
      state: 'HEALTHY',
      model: null,
      isCalled: false,
      equity: call * (0.5 + ((each * 7_919) % accounts) / accounts),
      initial: call * 1.25,
      call,
      liquidation: call / 2,
      values: [call * 10],
      coins: [0],
    };
  });
  const figures = (ids: readonly string[]) =>
    ids.map((accountId) => {
      const row = rows[Number(accountId.slice(6, 12))];
      const of = (value = 0): string => value.toFixed(2);
      return {
        accountId,
        state: 'HEALTHY',
        figures: {
          equity: of(row?.equity),
          initial: of(row?.initial),
          call: of(row?.call),
          maintenance: of(row?.liquidation),
          liquidation: of(row?.liquidation),
        },
      };
    });
  const survey = { schedule: 1, underlyings: [{ underlying: 'BTC', mark: 5_000 }], accounts: rows };
  return {
    clearing: Date.parse('2020-03-12T10:40:00Z'),
    numbers: [0],
    picture: () => {
      throw new Error('the list of accounts shows no picture of the house');
    },
    openCases: 0,
    ask: ((_: number, question: unknown, ids: readonly string[]) =>
      Promise.resolve(question === questions.margin.survey ? survey : figures(ids))) as SurveyedHouse['ask'],
  };
}

/** The list of accounts as the server sorts, filters and cuts it, over generated accounts. */
export class ManyAccounts {
  readonly #survey: RiskSurvey;

  constructor(accounts: number) {
    this.#survey = new RiskSurvey(generated(accounts));
  }

  page(address: string): Promise<RiskAccountsPage> {
    const query = new URL(address).searchParams;
    return this.#survey.accounts({
      order: (query.get('order') ?? 'cover') as RiskAccountsQuery['order'],
      direction: (query.get('direction') ?? 'ascending') as RiskAccountsQuery['direction'],
      state: undefined,
      search: query.get('search') ?? undefined,
      offset: Number(query.get('offset') ?? 0),
      limit: Number(query.get('limit') ?? 100),
    });
  }
}
