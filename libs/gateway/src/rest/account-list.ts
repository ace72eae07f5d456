import { accountIdForm, type AccountListQuery, type Page } from '@ballast/contracts';
import { compareText } from '@ballast/kernel';
import { questions } from '@ballast/services';
import type { RiskSurvey } from '../history/risk-survey.js';
import { asOfTold, type ClearingGateway } from './clearing.gateway.js';
import { placeIn, placeText } from './account-place.js';
import { parsed } from './problem.js';

/** The list of all accounts: by their ids from the accounts themselves, by figures from what margin makes of them. */
export class AccountList {
  constructor(
    private readonly clearing: ClearingGateway,
    private readonly survey: RiskSurvey,
  ) {}

  page(query: AccountListQuery): Promise<Page<object>> {
    const { order, direction, state, coverBelow } = query;
    const isById =
      order === 'accountId' && direction === 'ascending' && state === undefined && coverBelow === undefined;
    return isById ? this.#byId(query) : this.#byFigures(query);
  }

  async #byId({ after, limit, owner, search }: AccountListQuery): Promise<Page<object>> {
    const behind = after === undefined ? null : parsed(accountIdForm, after, 'after');
    const filter = { owner: owner ?? null, search: search ?? null };
    const found = await this.clearing.tellAll(questions.accounts.accountsAfter, behind, limit + 1, filter);
    const ids = found.flatMap(({ answer }) => answer).sort(compareText);
    const wanted = ids.slice(0, limit);
    const told = await Promise.all(
      [...new Set(wanted.map((accountId) => this.clearing.partitionOf(accountId)))].map((partition) =>
        this.clearing.tellFrom(
          questions.margin.figures,
          partition,
          wanted.filter((accountId) => this.clearing.partitionOf(accountId) === partition),
        ),
      ),
    );
    const byId = new Map(
      told.flatMap(({ answer, partition }) =>
        answer.map(({ accountId, state, figures }) => [accountId, { accountId, partition, state, figures }] as const),
      ),
    );
    return {
      items: wanted.flatMap((accountId) => byId.get(accountId) ?? []),
      next: ids.length > limit ? (wanted.at(-1) ?? null) : null,
      asOf: asOfTold([...found, ...told]),
    };
  }

  async #byFigures({ after, coverBelow, ...wanted }: AccountListQuery): Promise<Page<object>> {
    const { items, last, asOf } = await this.survey.accountsBehind({
      ...wanted,
      coverBelow: coverBelow === undefined ? undefined : Number(coverBelow),
      skip: 0,
      behind: after === undefined ? null : placeIn(after, wanted.order),
    });
    return {
      items: items.map(({ accountId, partition, state, figures }) => ({ accountId, partition, state, figures })),
      next: last === null ? null : placeText(last, wanted.order),
      asOf,
    };
  }
}
