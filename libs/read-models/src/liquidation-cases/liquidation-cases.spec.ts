import type { LogEntry } from '@ballast/event-sourcing';
import { LiquidationCasesProjection } from './liquidation-cases.js';

const figures = { equity: '5', initial: '30', call: '12', liquidation: '10' };
let position = 0;
const entry = (type: string, payload: object, at = 1_000): LogEntry =>
  ({
    log: 'liquidation',
    type,
    payload,
    partition: 2,
    position: ++position,
    time: { clearing: at, hop: 1 },
  }) as unknown as LogEntry;
const opened = (caseId: string, at: number): LogEntry =>
  entry('LiquidationOpened', { caseId, accountId: 'a.main', trigger: { partition: 2, position: 9 }, figures }, at);
const cost = (caseId: string, amounts: object): LogEntry =>
  entry('LiquidationCostAssessed', {
    caseId,
    closedNotional: '100.5',
    slippage: '-0.2',
    penalty: '3',
    reward: '1',
    ...amounts,
  });

function casesOf(...entries: readonly LogEntry[]): LiquidationCasesProjection {
  const projection = new LiquidationCasesProjection();
  for (const each of entries) projection.apply(each);
  return projection;
}

describe('the list of liquidations', () => {
  it('adds up what the slices of a case cost, exactly', () => {
    const cases = casesOf(
      opened('a.main#1', 1_000),
      entry('CloseOutOrderPlaced', { caseId: 'a.main#1' }),
      cost('a.main#1', {}),
      entry('CloseOutOrderPlaced', { caseId: 'a.main#1' }),
      cost('a.main#1', { slippage: '0.3' }),
      entry('FundDrawRequested', { caseId: 'a.main#1', amount: '7' }),
    );
    expect(cases.find('a.main#1')).toMatchObject({
      slices: 2,
      closedNotional: '201',
      slippage: '0.1',
      penalty: '6',
      reward: '2',
      fundAsked: '7',
      closed: null,
      outcome: null,
      trigger: 9,
    });
    expect(cases.open).toBe(1);
  });

  it('is newest first, and a closed case is open no more', () => {
    const cases = casesOf(
      opened('a.main#1', 1_000),
      entry('LiquidationClosed', { caseId: 'a.main#1', outcome: 'restored', uncoveredLoss: '0.5' }, 2_000),
      opened('a.main#2', 3_000),
    );
    expect(cases.list().map(({ caseId, outcome }) => [caseId, outcome])).toEqual([
      ['a.main#2', null],
      ['a.main#1', 'restored'],
    ]);
    expect(cases.open).toBe(1);
    expect(cases.find('a.main#1')).toMatchObject({ uncoveredLoss: '0.5', closed: { at: 2_000 } });
  });

  it('takes nothing from other logs, from the global partition, or of a case it never saw open', () => {
    const other = { ...opened('x.main#1', 1), log: 'margin' } as LogEntry;
    const global = { ...opened('y.main#1', 1), partition: -1 } as LogEntry;
    expect(casesOf(other, global, cost('z.main#1', {})).list()).toEqual([]);
  });
});
