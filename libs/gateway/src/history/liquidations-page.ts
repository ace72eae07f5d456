import type { AsOf, LiquidationsPage, LiquidationsQuery } from '@ballast/contracts';
import { compareText, type Instant } from '@ballast/kernel';
import type { LiquidationCasesProjection } from '@ballast/read-models';

/** Where a case stands in the list, which never changes. */
export interface PlaceOfCase {
  readonly openedAt: Instant;
  readonly caseId: string;
}

export interface WantedCases extends Pick<LiquidationsQuery, 'open' | 'search' | 'limit' | 'skip'> {
  /** null: from the newest on. */
  readonly behind: PlaceOfCase | null;
}

/** A page with the place of its last case; null: there is nothing behind it. */
export interface CasesPage extends Omit<LiquidationsPage, 'next'> {
  readonly last: PlaceOfCase | null;
}

/** A page of cases, newest first: what is opened meanwhile comes before all that were there. */
export function casesPage(
  cases: LiquidationCasesProjection,
  asOf: AsOf,
  { open, search, behind, skip, limit }: WantedCases,
): CasesPage {
  const part = search?.toLowerCase() ?? '';
  const fitting = cases
    .inOrder()
    .filter(({ closed }) => open === undefined || (closed === null) === (open === 'true'))
    .filter(({ opened }) => opened.caseId.toLowerCase().includes(part));
  const first = behind === null ? 0 : fitting.findIndex(({ opened }) => isBehind(placeOf(opened), behind));
  const from = (first < 0 ? fitting.length : first) + skip;
  // Of all that there ever were only those of the page are written.
  const items = fitting.slice(from, from + limit).flatMap(({ opened: { caseId } }) => cases.find(caseId) ?? []);
  const last = items.at(-1);
  return {
    items,
    last: last !== undefined && from + limit < fitting.length ? placeOf(last) : null,
    asOf,
    total: fitting.length,
    open: cases.open,
  };
}

const placeOf = ({ opened, caseId }: Pick<LiquidationsPage['items'][number], 'opened' | 'caseId'>): PlaceOfCase => ({
  openedAt: opened.at,
  caseId,
});

/** Of two that were opened at one time the first by id comes first. */
const isBehind = (place: PlaceOfCase, other: PlaceOfCase): boolean =>
  place.openedAt === other.openedAt ? compareText(place.caseId, other.caseId) > 0 : place.openedAt < other.openedAt;
