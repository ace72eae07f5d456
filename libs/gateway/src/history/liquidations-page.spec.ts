import type { LiquidationCasesProjection } from '@ballast/read-models';
import { casesPage, type WantedCases } from './liquidations-page.js';

interface Opened {
  readonly caseId: string;
  readonly at: number;
}

/** As the projection lists them, newest first. */
const listOf = (cases: readonly Opened[]): LiquidationCasesProjection =>
  ({
    open: 0,
    list: () =>
      [...cases]
        .sort((a, b) => b.at - a.at || (a.caseId < b.caseId ? -1 : 1))
        .map(({ caseId, at }) => ({ caseId, opened: { at, position: 1 }, closed: null })),
  }) as unknown as LiquidationCasesProjection;

const asOf = { clearing: 0, positions: {} };
const wanted: WantedCases = { open: undefined, search: undefined, behind: null, skip: 0, limit: 2 };

it('every case that was there is met once, though others are opened before each page [CLR-LST-001]', () => {
  const cases: Opened[] = ['a#1', 'b#1', 'c#1', 'd#1', 'e#1'].map((caseId, n) => ({ caseId, at: Math.floor(n / 2) }));
  const seen: string[] = [];
  for (let behind: WantedCases['behind'] = null, more = 0; ; more += 1) {
    const { items, last }: ReturnType<typeof casesPage> = casesPage(listOf(cases), asOf, { ...wanted, behind });
    seen.push(...items.map(({ caseId }) => caseId));
    if (last === null) break;
    behind = last;
    cases.push({ caseId: `new#${more}`, at: 10 + more });
  }
  expect(seen).toEqual(['e#1', 'c#1', 'd#1', 'a#1', 'b#1']);
});

it('is entered anywhere by how many are passed over', () => {
  const cases = ['a#1', 'b#1', 'c#1'].map((caseId) => ({ caseId, at: 0 }));
  const { items, last, total } = casesPage(listOf(cases), asOf, { ...wanted, skip: 1 });
  expect([items.map(({ caseId }) => caseId), last, total]).toEqual([['b#1', 'c#1'], null, 3]);
});
