import type { LogEntry } from '@ballast/event-sourcing';
import { LiquidationCasesProjection } from '@ballast/read-models';
import { casesPage, type WantedCases } from './liquidations-page.js';

interface Opened {
  readonly caseId: string;
  readonly at: number;
}

function listOf(cases: readonly Opened[]): LiquidationCasesProjection {
  const projection = new LiquidationCasesProjection();
  for (const opened of cases) add(projection, opened);
  return projection;
}

function add(projection: LiquidationCasesProjection, { caseId, at }: Opened): void {
  const payload = { caseId, accountId: 'a.main', trigger: { position: 1 }, figures: {} };
  const event = { log: 'liquidation', partition: 0, position: 1, type: 'LiquidationOpened', time: { clearing: at } };
  projection.apply({ ...event, payload } as unknown as LogEntry);
}

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

it('has a case that was opened after somebody asked', () => {
  const cases = listOf([{ caseId: 'a#1', at: 0 }]);
  expect(casesPage(cases, asOf, wanted)).toMatchObject({ total: 1, open: 1 });
  add(cases, { caseId: 'b#1', at: 1 });
  const { items, total } = casesPage(cases, asOf, { ...wanted, open: 'true', search: 'B' });
  expect([items.map(({ caseId }) => caseId), total]).toEqual([['b#1'], 1]);
});
