import { accountIdForm, type AccountListQuery, type RiskAccountsQuery } from '@ballast/contracts';
import type { PlaceInOrder } from '../history/account-order.js';
import { noPlace } from './list-page.js';
import { parsed } from './problem.js';

type AccountOrder = AccountListQuery['order'] | RiskAccountsQuery['order'];

/** What stands for the figure of an account that has none. */
const NO_FIGURE = '-';
/** Figure and account; the number as a program writes it, so that it is read back as it was. */
const PLACE = /^(-|-?\d+(?:\.\d+)?(?:e[+-]?\d{1,3})?)~([^~]+)$/;

/** A place as a client is told it: an account id or, in an order of figures, a figure and an account id. */
export const placeText = ({ figure, accountId }: PlaceInOrder, order: AccountOrder): string =>
  order === 'accountId' ? accountId : `${figure ?? NO_FIGURE}~${accountId}`;

/** @throws Problem for a place of another order */
export function placeIn(after: string, order: AccountOrder): PlaceInOrder {
  if (order === 'accountId') return { figure: null, accountId: parsed(accountIdForm, after, 'after') };
  const [, figure = '', accountId = ''] = PLACE.exec(after) ?? [];
  if (figure === '') {
    throw noPlace(`the order of ${order}`);
  }
  return {
    figure: figure === NO_FIGURE ? null : Number(figure),
    accountId: parsed(accountIdForm, accountId, 'after'),
  };
}
