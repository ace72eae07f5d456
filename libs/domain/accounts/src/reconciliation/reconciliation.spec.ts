import { instantOf } from '@ballast/kernel';
import fc from 'fast-check';
import { ClearingHouse } from '../clearing-house.fixtures.js';
import { lastReconciliations, openBreaks } from './reconciliation.decider.js';

const NOON = instantOf('2026-01-05T12:00:00Z');
const FILE = 'f3'.repeat(32);

interface Line {
  readonly accountId: string | null;
  readonly asset: string | null;
  readonly instrument: string | null;
  readonly ledger: string;
  readonly reported: string;
}
const usd = (ledger: string, reported: string): Line => ({
  ...{ accountId: null, asset: 'USD', instrument: null },
  ...{ ledger, reported },
});
const btc = (accountId: string, ledger: string, reported: string): Line => ({
  ...{ accountId, asset: null, instrument: 'BTC-PERP' },
  ...{ ledger, reported },
});

const record = (house: ClearingHouse, differences: readonly Line[], changes: object = {}) =>
  house.command(
    'RecordReconciliation',
    { source: 'bank-a', of: 'custody', asOf: NOON, file: FILE, lines: FILE, compared: 3, differences, ...changes },
    'program',
  );
const explain = (house: ClearingHouse, breakId = 1, actor = 'ann') =>
  house.command('ProposeBreakExplanation', { breakId, explanation: 'the bank books it tomorrow' }, actor);
const approve = (house: ClearingHouse, breakId = 1, actor = 'ben') =>
  house.command('ApproveBreakExplanation', { breakId }, actor);
const codeOf = (result: ReturnType<typeof record>) => (result?.outcome === 'rejected' ? result.code : 'accepted');
const figuresOf = ({ fund }: ClearingHouse) => ({
  reconciliations: lastReconciliations(fund.state.reconciliations),
  breaks: [...openBreaks(fund.state.reconciliations)],
});
const typesOf = (house: ClearingHouse) =>
  house.fund.events.map(({ type }) => type).filter((type) => /Break|Recon/.test(type));

describe('books of others beside the ledger [CLR-ACC-080]', () => {
  it('a line that differs is a break from then on, until it agrees again', () => {
    const house = new ClearingHouse(2, 1);
    expect(record(house, [usd('100', '90')])).toMatchObject({
      data: { opened: 1, changed: 0, matched: 0, differing: 1, compared: 3 },
    });
    expect(record(house, [usd('100', '90')], { asOf: NOON + 1 })).toMatchObject({
      data: { opened: 0, changed: 0, matched: 0 },
    });
    expect(record(house, [usd('100', '95')], { asOf: NOON + 2 })).toMatchObject({ data: { changed: 1 } });
    expect(figuresOf(house).breaks).toMatchObject([
      { breakId: 1, asset: 'USD', ledger: '100', reported: '95', since: NOON, asOf: NOON + 2, explanation: null },
    ]);
    expect(record(house, [], { asOf: NOON + 3 })).toMatchObject({ data: { matched: 1, differing: 0 } });
    expect(figuresOf(house)).toMatchObject({ breaks: [], reconciliations: [{ source: 'bank-a', asOf: NOON + 3 }] });
    expect(typesOf(house)).toEqual([
      ...['BreakOpened', 'ReconciliationRecorded', 'ReconciliationRecorded'],
      ...['BreakChanged', 'ReconciliationRecorded', 'BreakMatched', 'ReconciliationRecorded'],
    ]);
    expect(house.fund.rebuilt().state).toEqual(house.fund.state);
  });

  it('a source knows only its own breaks, and ids are never used again', () => {
    const house = new ClearingHouse(2, 1);
    record(house, [usd('100', '90')]);
    record(house, [btc('a.main', '1', '2')], { source: 'exchange-a', of: 'positions' });
    expect(record(house, [], { asOf: NOON + 1 })).toMatchObject({ data: { matched: 1 } });
    record(house, [usd('1', '2')], { asOf: NOON + 2 });
    expect(figuresOf(house).breaks.map(({ breakId, source }) => [breakId, source])).toEqual([
      [2, 'exchange-a'],
      [3, 'bank-a'],
    ]);
  });

  it('is refused when it is older than the last one, or says nothing that can be read', () => {
    const house = new ClearingHouse(2, 1);
    record(house, []);
    expect(codeOf(record(house, [], { asOf: NOON - 1 }))).toBe('reconciliation-out-of-order');
    expect(codeOf(record(house, [], { asOf: NOON - 1, of: 'positions' }))).toBe('accepted');
    for (const wrong of [
      [usd('1', '1.0')],
      [usd('1', '2'), usd('1', '3')],
      [{ ...usd('1', '2'), instrument: 'BTC-PERP' }],
      [{ ...usd('1', '2'), asset: null }],
      [usd('1e3', '2')],
    ]) {
      expect(codeOf(record(house, wrong))).toBe('reconciliation-invalid');
    }
    expect(codeOf(record(house, [], { file: 'none' }))).toBe('reconciliation-invalid');
  });

  it('whatever was compared in whatever order, open breaks are the lines that differed last', () => {
    const lines = fc.uniqueArray(
      fc.record({
        name: fc.constantFrom('a.main', 'b.main', 'c.main'),
        ledger: fc.integer(),
        off: fc.integer({ min: 1 }),
      }),
      { selector: ({ name }) => name },
    );
    fc.assert(
      fc.property(fc.array(lines, { minLength: 1, maxLength: 6 }), (files) => {
        const house = new ClearingHouse(1, 1);
        let last: readonly Line[] = [];
        for (const [index, file] of files.entries()) {
          last = file.map(({ name, ledger, off }) => btc(name, String(ledger), String(ledger - off)));
          expect(codeOf(record(house, last, { asOf: NOON + index }))).toBe('accepted');
        }
        const open = figuresOf(house).breaks.map(({ accountId, ledger, reported }) => [accountId, ledger, reported]);
        expect(open.sort()).toEqual(
          last.map(({ accountId, ledger, reported }) => [accountId, ledger, reported]).sort(),
        );
      }),
      { numRuns: 50 },
    );
  });
});

describe('why two books differ [CLR-ACC-081]', () => {
  it('is said by two persons, however they write their names; other figures need to be explained anew', () => {
    const house = new ClearingHouse(2, 1);
    expect(codeOf(explain(house))).toBe('break-unknown');
    record(house, [usd('100', '90')]);
    expect(codeOf(approve(house))).toBe('break-not-proposed');
    expect(codeOf(explain(house, 1, ''))).toBe('actor-missing');
    expect(codeOf(explain(house))).toBe('accepted');
    expect(codeOf(approve(house, 1, ' Ann '))).toBe('proposer-may-not-approve');
    expect(codeOf(approve(house, 1, ''))).toBe('actor-missing');
    expect(codeOf(approve(house))).toBe('accepted');
    expect(codeOf(approve(house, 1, 'cleo'))).toBe('break-explained');
    expect(codeOf(explain(house, 1, 'cleo'))).toBe('break-explained');
    const explanation = { text: 'the bank books it tomorrow', proposer: 'ann', approver: 'ben' };
    expect(figuresOf(house).breaks).toMatchObject([{ explanation }]);
    record(house, [usd('100', '90')], { asOf: NOON + 1 });
    expect(figuresOf(house).breaks).toMatchObject([{ explanation }]);
    record(house, [usd('100', '80')], { asOf: NOON + 2 });
    expect(figuresOf(house).breaks).toMatchObject([{ explanation: null }]);
    expect(house.fund.rebuilt().state).toEqual(house.fund.state);
  });
});
