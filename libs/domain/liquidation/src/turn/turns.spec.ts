import { GLOBAL, PartitionMachine, type LogEntry, type SealedEvent } from '@ballast/event-sourcing';
import type { LiquidationEvents, Place } from '@ballast/facts';
import { MINUTE_MS, SECOND_MS } from '@ballast/kernel';
import { deleveragingProcess } from '../deleverage/deleveraging.process.js';
import type { DeleveragingState } from '../deleverage/deleveraging.state.js';
import { ForeignLogs, OPENING, START } from '../liquidation.fixtures.js';

/** The global partition of liquidation, and cases of accounts that ask it for turns of up to 1,000 USD a minute. */
class Queue {
  machine = new PartitionMachine<DeleveragingState>(deleveragingProcess, GLOBAL, 1);
  readonly #logs = new ForeignLogs();
  readonly #history: (LogEntry | SealedEvent)[] = [];
  now = START;

  constructor() {
    this.machine.open(OPENING);
    this.#history.push(...this.machine.drain().events);
  }

  #take(input: LogEntry): readonly string[] {
    this.machine.accept(input);
    const { events } = this.machine.drain();
    this.#history.push(input, ...events);
    return events.map(told);
  }
  #own(type: keyof LiquidationEvents, name: string, payload: object): LogEntry {
    const caseId = `${name}#1`;
    return this.#logs.entry(
      'liquidation',
      0,
      `liquidation-${caseId}`,
      type,
      { caseId, accountId: name, ...payload },
      this.now,
    );
  }

  asks(name: string, notional: string, { least = '100', instrument = 'BTC-PERP' } = {}): readonly string[] {
    const payload = { instrument, notional, least, perMinute: '1000', schedule: 1, accountVersion: 1 };
    return this.#take(this.#own('CloseOutTurnRequested', name, payload));
  }
  /** Sends the order of a turn; contracts of one USD each. */
  sends(name: string, quantity: string): { readonly order: Place; readonly told: readonly string[] } {
    const entry = this.#own('CloseOutOrderPlaced', name, {
      instrument: 'BTC-PERP',
      quantity,
      settlement: { asset: 'USD', notional: '1', assetPrice: '1' },
    });
    return { order: { partition: entry.partition, position: entry.position }, told: this.#take(entry) };
  }
  closes(name: string, order: Place, closedNotional: string): readonly string[] {
    return this.#take(this.#own('LiquidationCostAssessed', name, { order, closedNotional }));
  }
  does(name: string, type: keyof LiquidationEvents): readonly string[] {
    return this.#take(this.#own(type, name, {}));
  }
  /** The first input of a later time, whatever it is. */
  passes(ms: number): readonly string[] {
    this.now += ms;
    return this.#take(this.#logs.entry('accounts', 0, 'runs', 'FundingClosed', {} as never, this.now));
  }
  rebuilt(): PartitionMachine<DeleveragingState> {
    const again = new PartitionMachine<DeleveragingState>(deleveragingProcess, GLOBAL, 1);
    for (const entry of this.#history) {
      if (entry.log === 'liquidation' && entry.partition === GLOBAL) again.recallOwn(entry as SealedEvent);
      else again.recall(entry);
    }
    return again;
  }
}

/** What an answer says, in a line. */
function told({ type, payload }: SealedEvent): string {
  const { accountId, notional, reason, ahead, nextAt } = payload as Record<string, string | number>;
  if (type === 'CloseOutTurnGranted') return `${accountId} has ${notional}`;
  return `${accountId} waits ${((nextAt as number) - START) / SECOND_MS} s, ${ahead} ahead, ${reason}`;
}

describe('turns of an instrument [CLR-LIQ-038]', () => {
  it('are given at once while the minute has room, the last one as far as it has', () => {
    const queue = new Queue();
    expect(queue.asks('a', '600')).toEqual(['a has 600']);
    expect(queue.asks('b', '600')).toEqual(['b has 400']);
    expect(queue.asks('c', '600')).toEqual(['c waits 60 s, 0 ahead, minute-used-up']);
    expect(queue.asks('d', '600', { instrument: 'ETH-PERP' })).toEqual(['d has 600']);
  });

  it('go round: who has had one and asks again is behind all that wait', () => {
    const queue = new Queue();
    queue.asks('a', '1000');
    queue.asks('b', '1000');
    queue.sends('a', '1000');
    expect(queue.asks('a', '900')).toEqual(['a waits 120 s, 1 ahead, others-first']);
    expect(queue.asks('c', '100')).toEqual(['c waits 120 s, 2 ahead, others-first']);
    expect(queue.passes(MINUTE_MS)).toEqual(['b has 1000']);
    queue.sends('b', '1000');
    expect(queue.passes(MINUTE_MS)).toEqual(['a has 900', 'c has 100']);
  });

  it('count for a minute from the order on, at whatever second of the clock', () => {
    const queue = new Queue();
    queue.asks('a', '1000');
    queue.passes(20 * SECOND_MS);
    queue.sends('a', '1000');
    expect(queue.asks('b', '100')).toEqual(['b waits 80 s, 0 ahead, minute-used-up']);
    expect(queue.passes(59 * SECOND_MS)).toEqual([]);
    expect(queue.passes(SECOND_MS)).toEqual(['b has 100']);
  });

  it.each`
    happens                          | why
    ${'CollateralTakeOverRequested'} | ${'its own coin pays'}
    ${'FundDrawRequested'}           | ${'the fund is asked'}
    ${'LiquidationPaused'}           | ${'prices were halted'}
    ${'LiquidationClosed'}           | ${'the case is over'}
  `('that are not used count for nobody: $happens, $why', ({ happens }: { happens: keyof LiquidationEvents }) => {
    const queue = new Queue();
    queue.asks('a', '1000');
    queue.asks('b', '700');
    queue.asks('c', '700');
    expect(queue.does('a', happens)).toEqual(['b has 700', 'c has 300']);
    expect(queue.does('c', happens)).toEqual([]);
    expect(queue.asks('d', '300')).toEqual(['d has 300']);
  });

  it('that were sent and not filled count for nobody, and what is left of one goes to the next', () => {
    const queue = new Queue();
    queue.asks('a', '1000');
    queue.asks('b', '700');
    const { order, told: afterOrder } = queue.sends('a', '800');
    expect(afterOrder).toEqual(['b has 200']);
    queue.asks('c', '700');
    expect(queue.closes('a', order, '150')).toEqual(['c has 650']);
  });

  it('come to a lot that is larger than the pace, alone in its minute', () => {
    const queue = new Queue();
    expect(queue.asks('a', '5000', { least: '5000' })).toEqual(['a has 5000']);
    expect(queue.asks('b', '5000', { least: '5000' })).toEqual(['b waits 60 s, 0 ahead, minute-used-up']);
    queue.sends('a', '5000');
    expect(queue.passes(MINUTE_MS)).toEqual(['b has 5000']);
  });

  it('are said again to be late when the time that was told is over', () => {
    const queue = new Queue();
    queue.asks('a', '1000');
    queue.asks('b', '1000');
    // Whoever has a turn and says nothing keeps it: a minute later there is still no room.
    expect(queue.passes(MINUTE_MS)).toEqual(['b waits 120 s, 0 ahead, minute-used-up']);
    expect(queue.passes(SECOND_MS)).toEqual([]);
  });

  it('stand the same after a rebuild', () => {
    const queue = new Queue();
    queue.asks('a', '600');
    queue.asks('b', '600');
    queue.asks('c', '600');
    queue.sends('a', '600');
    expect(queue.rebuilt().state).toEqual(queue.machine.state);
  });
});
