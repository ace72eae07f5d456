import type { LiquidationsPage, LiquidationsQuery } from '@ballast/contracts';
import type { Instant } from '@ballast/kernel';
import type { LiquidationCasesProjection } from '@ballast/read-models';

/** A page of cases, newest first. */
export function liquidationsPage(
  cases: LiquidationCasesProjection,
  clearing: Instant,
  { open, search, offset, limit }: LiquidationsQuery,
): LiquidationsPage {
  const fitting = cases
    .list()
    .filter(({ closed }) => open === undefined || (closed === null) === (open === 'true'))
    .filter(({ caseId }) => search === undefined || caseId.includes(search.toLowerCase()));
  return {
    clearing,
    offset,
    total: fitting.length,
    open: cases.open,
    cases: fitting.slice(offset, offset + limit),
  };
}
