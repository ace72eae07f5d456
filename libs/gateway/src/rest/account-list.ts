import { accountIdForm, type AccountListQuery, type Page } from '@ballast/contracts';
import { compareText } from '@ballast/kernel';
import { questions } from '@ballast/services';
import type { PlaceInOrder } from '../history/account-order.js';
import type { RiskSurvey } from '../history/risk-survey.js';
import { asOfTold, type ClearingGateway } from './clearing.gateway.js';
import { parsed, Problem } from './problem.js';

/** What stands for the figure of an account that has none. */
const NO_FIGURE = '-';
/** Figure and account; the number as a program writes it, so that it is read back as it was. */
const PLACE = /^(-|-?\d+(?:\.\d+)?(?:e[+-]?\d{1,3})?)~([^~]+)$/;

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
      behind: after === undefined ? null : placeIn(after, wanted.order),
    });
    return {
      items: items.map(({ accountId, partition, state, figures }) => ({ accountId, partition, state, figures })),
      next: last === null ? null : placeText(last, wanted.order),
      asOf,
    };
  }
}

const placeText = ({ figure, accountId }: PlaceInOrder, order: AccountListQuery['order']): string =>
  order === 'accountId' ? accountId : `${figure ?? NO_FIGURE}~${accountId}`;

/** @throws Problem for a place of another order */
function placeIn(after: string, order: AccountListQuery['order']): PlaceInOrder {
  if (order === 'accountId') return { figure: null, accountId: parsed(accountIdForm, after, 'after') };
  const [, figure = '', accountId = ''] = PLACE.exec(after) ?? [];
  if (figure === '') {
    throw new Problem('request-malformed', `after is no place in the order of ${order}`, [
      {
        field: 'after',
        message: `is no place in the order of ${order}`,
        remedy: 'write the `next` of the page before',
      },
    ]);
  }
  return {
    figure: figure === NO_FIGURE ? null : Number(figure),
    accountId: parsed(accountIdForm, accountId, 'after'),
  };
}
