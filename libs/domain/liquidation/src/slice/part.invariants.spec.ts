import { ForeignLogs, assessmentOf, requirementOf } from '../liquidation.fixtures.js';
import { partInvariants } from './part.invariants.js';

/** 10,000 required, 5,000 of equity: half of what a part frees may be taken. */
const PART = { quantity: '4', maintenance: '6000' };
const ORDER = {
  ...{ caseId: 'a.main#1', accountId: 'a.main', schedule: 4, accountVersion: 3, instrument: 'BTC-PERP' },
  // 2,000 of 200,000.
  ...{ quantity: '3', requirementFreed: '3000', equityRate: '0.01', bearableRate: '0.01' },
  ...{ settlement: { notional: '50000' }, part: PART },
};

function found(order: object = {}, closings: readonly object[] | null = [PART], again?: string): readonly string[] {
  const logs = new ForeignLogs();
  const invariants = partInvariants();
  const position = { ...requirementOf('BTC-PERP', '10', '50000', '0.02'), ...(closings === null ? {} : { closings }) };
  const assessment = assessmentOf('a.main', '5000', [position as never], { accountVersion: 3, schedule: 4 });
  const take = (log: string, type: string, payload: object): void =>
    invariants.take(logs.entry(log, 0, 'x', type as never, payload as never));
  take('liquidation', 'CloseOutOrderPlaced', { ...ORDER, ...order });
  take('margin', 'LiquidatingAccountAssessed', { accountId: 'a.main', assessment });
  // Another account of the owner has traded: other figures on the same schedule and version.
  if (again !== undefined) {
    const figures = { ...assessment.figures, maintenance: again };
    take('margin', 'LiquidatingAccountAssessed', { accountId: 'a.main', assessment: { ...assessment, figures } });
  }
  return invariants.finish().map(({ detail }) => detail);
}

describe('what must always hold of an order for a part of a hedged position [CLR-LIQ-046]', () => {
  it('holds for one that is as it was judged, and of positions that hedge nothing nothing is asked', () => {
    expect(found()).toEqual([]);
    expect(found({ part: undefined }, null)).toEqual([]);
    expect(found({}, [PART], '6010.5')).toEqual([]);
  });

  it.each`
    order                                         | detail
    ${{ accountVersion: 2 }}                      | ${'margin has not judged its part'}
    ${{ instrument: 'ETH-PERP' }}                 | ${'margin has not judged its part'}
    ${{ part: { ...PART, maintenance: '5000' } }} | ${'margin has not judged its part'}
    ${{ part: undefined }}                        | ${'margin judged its parts, and it is of none'}
    ${{ quantity: '4.001' }}                      | ${'4.001 is more than its part of 4'}
    ${{ requirementFreed: '4000.01' }}            | ${'it frees 4000, not 4000.01'}
    ${{ equityRate: '0.0101' }}                   | ${'it may cost more of the equity than it frees of the requirement'}
    ${{ bearableRate: '0.0101' }}                 | ${'it may cost more of the equity than it frees of the requirement'}
  `('finds: $detail', ({ order, detail }) => {
    expect(found(order as object)).toEqual([`a.main#1: ${detail as string}`]);
  });

  it('needs what margin said wherever something was closed: an order of no part may be for what margin judged in parts', () => {
    const awaits = (order: object): boolean => {
      const invariants = partInvariants();
      invariants.take(new ForeignLogs().entry('liquidation', 0, 'x', 'CloseOutOrderPlaced', order as never));
      return invariants.awaitsJudgements;
    };
    expect([awaits(ORDER), awaits({ ...ORDER, part: undefined }), awaits({ ...ORDER, hedge: {} })]).toEqual([
      true,
      true,
      false,
    ]);
  });
});
