import type { AsOf, LiquidationsPage, LiquidationsQuery } from '@ballast/contracts';
import type { LiquidationCasesProjection } from '@ballast/read-models';
import { nextRank } from './next-rank.js';

/** A page of cases, newest first. */
export function liquidationsPage(
  cases: LiquidationCasesProjection,
  asOf: AsOf,
  { open, search, after, limit }: LiquidationsQuery,
): LiquidationsPage {
  const fitting = cases
    .list()
    .filter(({ closed }) => open === undefined || (closed === null) === (open === 'true'))
    .filter(({ caseId }) => search === undefined || caseId.toLowerCase().includes(search.toLowerCase()));
  return {
    items: fitting.slice(after, after + limit),
    next: nextRank(after + limit, fitting.length),
    asOf,
    total: fitting.length,
    open: cases.open,
  };
}
