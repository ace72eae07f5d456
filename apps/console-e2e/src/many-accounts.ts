import { RiskSurvey, type SurveyedHouse } from '@ballast/gateway';
import type { RiskAccountsPage, RiskAccountsQuery } from '@ballast/contracts';
import { questions } from '@ballast/services';

/** A house of so many generated accounts, as many of them near their call level as in any other hundredth. */
function generated(accounts: number): SurveyedHouse {
  const numbers = Array.from({ length: accounts }, (_, each) => each);
  const call = Float64Array.from(numbers, (each) => 1_000 + (each % 977));
  const equity = call.map((level, each) => level * (0.5 + ((each * 7_919) % accounts) / accounts));
  const survey = {
    schedule: 1,
    underlyings: [{ underlying: 'BTC', mark: 5_000 }],
    accountIds: numbers.map((each) => `owner-${String(each).padStart(6, '0')}.main`),
    models: new Map(),
    states: new Uint8Array(accounts),
    called: new Uint8Array(accounts),
    equity,
    call,
    liquidation: call.map((level) => level / 2),
    values: call.map((level) => level * 10),
    coins: new Float64Array(accounts),
  };
  const figures = (ids: readonly string[]) =>
    ids.map((accountId) => {
      const at = Number(accountId.slice(6, 12));
      const level = call[at] ?? 0;
      return {
        accountId,
        state: 'HEALTHY',
        figures: {
          equity: (equity[at] ?? 0).toFixed(2),
          initial: (level * 1.25).toFixed(2),
          call: level.toFixed(2),
          maintenance: (level / 2).toFixed(2),
          liquidation: (level / 2).toFixed(2),
        },
      };
    });
  return {
    asOf: () => ({ clearing: Date.parse('2020-03-12T10:40:00Z'), positions: {} }),
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

  async page(address: string): Promise<RiskAccountsPage> {
    const query = new URL(address).searchParams;
    // The page enters the list anywhere and never goes on behind a place.
    const { last: _, ...page } = await this.#survey.accountsBehind({
      order: (query.get('order') ?? 'cover') as RiskAccountsQuery['order'],
      direction: (query.get('direction') ?? 'ascending') as RiskAccountsQuery['direction'],
      state: undefined,
      search: query.get('search') ?? undefined,
      behind: null,
      skip: Number(query.get('skip') ?? 0),
      limit: Number(query.get('limit') ?? 100),
    });
    return { ...page, next: null };
  }
}
