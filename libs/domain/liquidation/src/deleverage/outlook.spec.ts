import { GLOBAL, PartitionMachine, type LogEntry, type SealedEvent } from '@ballast/event-sourcing';
import type { AdlEvents, FundEvents, InstrumentId } from '@ballast/facts';
import { dec } from '@ballast/kernel';
import { ForeignLogs, OPENING, assessmentOf, requirementOf } from '../liquidation.fixtures.js';
import { deleveragingOutlook } from '../liquidation.queries.js';
import { inOrderOfDeleveraging } from './counterparty-order.js';
import { deleveragingProcess } from './deleveraging.process.js';
import type { DeleveragingState } from './deleveraging.state.js';

/** The global partition of liquidation; facts that are told together are one item. */
class Desk {
  readonly machine = new PartitionMachine<DeleveragingState>(deleveragingProcess, GLOBAL, 1);
  readonly logs = new ForeignLogs();

  constructor() {
    this.machine.open(OPENING);
    this.machine.drain();
  }
  tell(...inputs: readonly LogEntry[]): readonly SealedEvent[] {
    for (const input of inputs) this.machine.accept(input);
    this.machine.settle();
    return this.machine.drain().events;
  }
  /** What is announced of it, `instrument side: from > to (trigger, stop)`. */
  says(...inputs: readonly LogEntry[]): readonly string[] {
    return this.tell(...inputs).flatMap(({ type, payload }) => {
      if (type !== 'DeleveragingAnnounced') return [];
      const { instrument, side, from, to, triggerDistance, stopDistance } =
        payload as AdlEvents['DeleveragingAnnounced'];
      return [`${instrument} ${side}: ${from} > ${to} (${triggerDistance}, ${stopDistance})`];
    });
  }
  /** A long position at 50,000 that lost, with 2 % required. */
  assessed(accountId: string, equity: string, instrument: InstrumentId = 'BTC-PERP'): LogEntry {
    const position = { ...requirementOf(instrument, '1', '50000', '0.02'), unrealisedPnl: '-5000' };
    const assessment = assessmentOf(accountId, equity, [position]);
    const payload = { accountId, assessment };
    return this.logs.entry('margin', 0, `account-${accountId}`, 'LiquidatingAccountAssessed', payload);
  }
  recovered(accountId: string): LogEntry {
    const assessment = assessmentOf(accountId, '9000', []);
    const payload = { accountId, from: 'LIQUIDATING', to: 'HEALTHY', reason: 'recovered', assessment } as const;
    return this.logs.entry('margin', 0, `account-${accountId}`, 'AccountStateChanged', payload);
  }
  credited(amount: string, reserve: string | null = null): LogEntry {
    const origin = { partition: 0, position: 1 };
    const payload = { reason: 'contribution', origin, reserve, amount, balance: amount, postings: [] } as const;
    return this.logs.entry('accounts', GLOBAL, 'insurance-fund', 'FundCredited', payload);
  }
  paid(
    accountId: string,
    amount: string,
    step: FundEvents['LossStepTaken']['step'] = 'global-fund',
    purpose: FundEvents['LossStepTaken']['purpose'] = 'BankruptcyDeficit',
  ): LogEntry {
    const request = { partition: 0, position: 1 };
    const reserve = step === 'product-reserve' ? 'BTC' : null;
    const figures = { before: amount, amount, remaining: '0', balance: '0', postings: [] };
    const payload = { request, caseId: `${accountId}#1`, accountId, purpose, step, reserve, ...figures };
    return this.logs.entry('accounts', GLOBAL, 'loss-waterfall', 'LossStepTaken', payload);
  }
  /** Long of bitcoin, which has lost most, and of ether. */
  assessedOfBoth(accountId: string, equity: string): LogEntry {
    const bitcoin = { ...requirementOf('BTC-PERP', '1', '50000', '0.02'), unrealisedPnl: '-5000' };
    const ether = { ...requirementOf('ETH-PERP', '1', '2500', '0.02'), unrealisedPnl: '-100' };
    const payload = { accountId, assessment: assessmentOf(accountId, equity, [bitcoin, ether]) };
    return this.logs.entry('margin', 0, `account-${accountId}`, 'LiquidatingAccountAssessed', payload);
  }
  ended(accountId: string): LogEntry {
    const caseId = `${accountId}#1`;
    const payload = { caseId, accountId, outcome: 'restored', slices: 0, uncoveredLoss: '0' } as const;
    return this.logs.entry('liquidation', 0, `liquidation-${caseId}`, 'LiquidationClosed', payload);
  }
  asks(accountId: string, instrument: InstrumentId = 'BTC-PERP'): LogEntry {
    const caseId = `${accountId}#1`;
    const payload = {
      ...{ caseId, accountId, instrument, side: 'long' as const },
      ...{ quantity: '1', bankruptcyPrice: '50600' },
      ...{ mark: '50000', deficit: '600', schedule: 1, accountVersion: 1, attempt: 1, nextSchedule: 2, lot: '0.001' },
      settlement: { style: 'linear', contractSize: '1', assetPrice: '1' },
    } as const;
    return this.logs.entry('liquidation', 0, `liquidation-${caseId}`, 'AdlRequested', payload);
  }
  nobody(roundId: string): LogEntry {
    const bankrupt = [{ accountId: 'a.main', accountVersion: 1 }];
    const payload = { roundId, schedule: 1, bankrupt, candidates: [] };
    return this.logs.entry('margin', 0, `adl-${roundId}`, 'AdlCandidatesReported', payload);
  }
}

describe('deleveraging is announced [CLR-LIQ-041]', () => {
  it('is near as soon as one more requirement of loss is more than the fund has, on while it is asked for, and off', () => {
    const desk = new Desk();
    expect(desk.says(desk.credited('1500'))).toEqual([]);
    // 400 left of 1,000 required: 600 would be owed after 1,000 more.
    expect(desk.says(desk.assessed('a.main', '400'))).toEqual([]);
    // 1,200 more of b: 1,800 beside 1,500; 200 are owed already.
    expect(desk.says(desk.assessed('b.main', '-200'))).toEqual(['BTC-PERP long: off > soon (1300, 0)']);
    // What the fund pays is owed no longer, in the same moment: as near as before.
    expect(desk.says(desk.paid('b.main', '200'))).toEqual([]);
    expect(desk.says(desk.assessed('a.main', '-1900'))).toEqual([]);
    expect(desk.says(desk.paid('a.main', '1300'))).toEqual([]);
    expect(desk.says(desk.asks('a.main'))).toEqual(['BTC-PERP long: soon > on (0, 600)']);
    // Nobody is found, and the fund still lacks 600: it stays on until they have come in.
    expect(desk.says(desk.nobody('BTC-PERP-long#1'))).toEqual([]);
    expect(desk.says(desk.credited('599'))).toEqual([]);
    expect(desk.says(desk.credited('1'))).toEqual(['BTC-PERP long: on > soon (0, 0)']);
    expect(desk.says(desk.recovered('a.main'), desk.recovered('b.main'))).toEqual([
      'BTC-PERP long: soon > off (600, 0)',
    ]);
  });

  it('is judged once all that came together is known', () => {
    const desk = new Desk();
    desk.tell(desk.credited('700'), desk.assessed('a.main', '400'));
    // Either alone would be near: 600 and 600 beside 700.
    expect(desk.says(desk.assessed('b.main', '400'), desk.recovered('a.main'))).toEqual([]);
  });

  it('pays what an underlying owes out of its own reserve first, and shares the fund of all', () => {
    const desk = new Desk();
    desk.tell(desk.credited('1000', 'BTC'), desk.credited('500'));
    // 1,400 of bitcoin leave 400 to the fund; 600 of ether more than it then has.
    expect(desk.says(desk.assessed('a.main', '-400'))).toEqual([]);
    expect(desk.says(desk.assessed('b.main', '400', 'ETH-PERP'))).toEqual([
      'BTC-PERP long: off > soon (1100, 0)',
      'ETH-PERP long: off > soon (500, 0)',
    ]);
    expect(desk.says(desk.paid('a.main', '400', 'product-reserve'))).toEqual([]);
    expect(deleveragingOutlook(desk.machine.state)).toEqual({
      fund: '500',
      queues: [
        {
          ...{ instrument: 'BTC-PERP', side: 'long', underlying: 'BTC', phase: 'soon', since: 1_584_003_600_000 },
          ...{ owed: '0', exposed: '1000', reserve: '600', triggerDistance: '1100', stopDistance: '0' },
        },
        {
          ...{ instrument: 'ETH-PERP', side: 'long', underlying: 'ETH', phase: 'soon', since: 1_584_003_600_000 },
          ...{ owed: '0', exposed: '600', reserve: '0', triggerDistance: '500', stopDistance: '0' },
        },
      ],
    });
  });

  it('is said of what a case has offered, where what has lost most is halted, whichever is heard of first [CLR-HLT-002]', () => {
    const desk = new Desk();
    expect(desk.says(desk.assessedOfBoth('a.main', '-600'))).toEqual(['BTC-PERP long: off > soon (0, 600)']);
    expect(desk.says(desk.asks('a.main', 'ETH-PERP'))).toEqual([
      'BTC-PERP long: soon > off (0, 0)',
      'ETH-PERP long: off > on (0, 600)',
    ]);
    // Nobody is found, and the fund still lacks it.
    expect(desk.says(desk.nobody('ETH-PERP-long#1'), desk.assessedOfBoth('a.main', '-700'))).toEqual([]);
    // The next case may offer what has lost most.
    expect(desk.says(desk.ended('a.main'))).toEqual(['ETH-PERP long: on > off (0, 0)']);
    expect(desk.says(desk.assessedOfBoth('a.main', '-600'))).toEqual(['BTC-PERP long: off > soon (0, 600)']);

    const other = new Desk();
    expect(other.says(other.asks('a.main', 'ETH-PERP'))).toEqual([]);
    expect(other.says(other.assessedOfBoth('a.main', '-600'))).toEqual(['ETH-PERP long: off > on (0, 600)']);
    // Nothing is owed any more: what is near is judged by what has lost most.
    expect(other.says(other.nobody('ETH-PERP-long#1'), other.assessedOfBoth('a.main', '400'))).toEqual([
      'ETH-PERP long: on > off (0, 0)',
      'BTC-PERP long: off > soon (0, 0)',
    ]);
  });

  it('counts neither slippage as a deficit paid, nor what the house pays as money of the fund', () => {
    const desk = new Desk();
    desk.tell(desk.credited('500'), desk.assessed('a.main', '-600'));
    desk.tell(
      desk.paid('a.main', '100', 'global-fund', 'SlippageBeyondReward'),
      desk.paid('a.main', '200', 'house-tranche'),
    );
    expect(deleveragingOutlook(desk.machine.state)).toMatchObject({ fund: '400', queues: [{ owed: '400' }] });
  });

  it('ranks as a round takes: what needs most of its equity, hedges behind all, equals by account', () => {
    const ranked = (accountId: string, quantity: string, requirement: string, equity: string) => ({
      ...{ accountId, quantity: dec(quantity), requirement: dec(requirement), equity: dec(equity) },
    });
    const order = inOrderOfDeleveraging([
      ranked('hedge-small.main', '1', '0', '100'),
      ranked('hedge-large.main', '9', '-5', '100'),
      ranked('calm.main', '100', '10', '1000'),
      ranked('b.main', '1', '10', '30'),
      ranked('a.main', '2', '20', '60'),
    ]);
    const ids = order.map(({ accountId }) => accountId);
    expect(ids).toEqual(['a.main', 'b.main', 'calm.main', 'hedge-large.main', 'hedge-small.main']);
  });
});
