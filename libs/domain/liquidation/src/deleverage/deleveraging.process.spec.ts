import { PartitionMachine, GLOBAL, type CommandResult, type LogEntry, type SealedEvent } from '@ballast/event-sourcing';
import type { AdlEvents, MarginEvents, Place, Side } from '@ballast/facts';
import { ForeignLogs, OPENING } from '../liquidation.fixtures.js';
import { deleveragingProcess } from './deleveraging.process.js';
import { policyInForce } from '../liquidation-policy.js';
import type { DeleveragingState } from './deleveraging.state.js';

const PARTITIONS = 2;
type Candidates = MarginEvents['AdlCandidatesReported']['candidates'];

/** The global partition of liquidation and the logs it reads; each method is one fact of another service. */
class Round {
  readonly machine = new PartitionMachine<DeleveragingState>(deleveragingProcess, GLOBAL, PARTITIONS);
  readonly #logs = new ForeignLogs();

  constructor() {
    this.machine.open(OPENING);
    this.machine.drain();
  }

  take(input: LogEntry): readonly SealedEvent[] {
    this.machine.accept(input);
    this.machine.settle();
    return this.machine.drain().events;
  }
  request(accountId: string, quantity: string, bankruptcyPrice: string, side: Side = 'long'): readonly SealedEvent[] {
    const caseId = `${accountId}#1`;
    const payload = {
      caseId,
      accountId,
      instrument: 'BTC-PERP',
      side,
      quantity,
      bankruptcyPrice,
      schedule: 5,
      lot: '0.001',
    } as const;
    return this.take(this.#logs.entry('liquidation', 0, `liquidation-${caseId}`, 'AdlRequested', payload));
  }
  answer(roundId: string, partition: number, candidates: Candidates = []): readonly SealedEvent[] {
    const payload = { roundId, candidates };
    return this.take(this.#logs.entry('margin', partition, `adl-${roundId}`, 'AdlCandidatesReported', payload));
  }
  booked(roundId: string, accountId: string, request: Place, quantity: string): readonly SealedEvent[] {
    const payload = { roundId, accountId, request, quantity, role: 'candidate' };
    return this.take(this.#logs.entry('accounts', 1, `account-${accountId}`, 'AdlBooked', payload as never));
  }
  command(type: 'ProposeDocument' | 'ApproveDocument', actor: string, payload: object): CommandResult | undefined {
    const entry = this.#logs.entry('liquidation.commands', GLOBAL, 'rules', type as never, payload as never);
    return this.machine.accept({ ...entry, actor });
  }
  run(schedule: number, kind: 'full' | 'touched' = 'full', partition = 0): readonly SealedEvent[] {
    const payload = { kind, schedule };
    return this.take(this.#logs.entry('margin', partition, 'runs', 'MarginRunCompleted', payload as never));
  }
}

const candidate = (accountId: string, quantity: string, equity: string): Candidates[number] => ({
  accountId,
  quantity,
  notional: `${Number(quantity) * 50_000}`,
  equity,
});
const types = (events: readonly SealedEvent[]): readonly string[] => events.map(({ type }) => type);
const payloadOf = <T extends keyof AdlEvents>(events: readonly SealedEvent[], type: T): AdlEvents[T] =>
  events.find((event) => event.type === type)?.payload as AdlEvents[T];
const request = (position: number): Place => ({ partition: 0, position });

describe('a round of auto-deleveraging [CLR-LIQ-030]', () => {
  it('opens for the first request at once and gathers what comes meanwhile for the next', () => {
    const round = new Round();
    const opened = round.request('alice.main', '3', '50100');
    expect(payloadOf(opened, 'AdlRoundOpened')).toEqual({
      roundId: 'BTC-PERP-long#1',
      instrument: 'BTC-PERP',
      side: 'long',
      schedule: 5,
      requests: [
        {
          request: request(1),
          caseId: 'alice.main#1',
          accountId: 'alice.main',
          quantity: '3',
          bankruptcyPrice: '50100',
        },
      ],
    });
    expect(types(round.request('bob.main', '2', '50200'))).toEqual([]);
    expect(types(round.request('carol.main', '1', '50300'))).toEqual([]);
    round.answer('BTC-PERP-long#1', 0, [candidate('short-1.main', '3', '10000')]);
    round.answer('BTC-PERP-long#1', 1);
    const next = round.booked('BTC-PERP-long#1', 'short-1.main', request(1), '3');
    expect(types(next)).toEqual(['AdlRoundClosed', 'AdlRoundOpened']);
    expect(payloadOf(next, 'AdlRoundOpened').requests.map(({ accountId }) => accountId)).toEqual([
      'bob.main',
      'carol.main',
    ]);
  });

  it('waits for every margin partition, then takes from the most leveraged', () => {
    const round = new Round();
    round.request('alice.main', '6', '50100');
    expect(types(round.answer('BTC-PERP-long#1', 1, [candidate('b.main', '10', '50000')]))).toEqual([]);
    const executed = round.answer('BTC-PERP-long#1', 0, [
      candidate('a.main', '10', '25000'),
      candidate('c.main', '5', '50000'),
    ]);
    // W84 in base units: 20x, 10x and 5x come down to 9.3333x.
    expect(payloadOf(executed, 'AdlExecuted')).toEqual({
      roundId: 'BTC-PERP-long#1',
      instrument: 'BTC-PERP',
      side: 'long',
      leverageCap: '9.33333333',
      closes: [
        { partition: 0, accountId: 'a.main', request: request(1), quantity: '5.334', price: '50100' },
        { partition: 1, accountId: 'b.main', request: request(1), quantity: '0.666', price: '50100' },
      ],
    });
  });

  it('serves the requests in their order, each at its own bankruptcy price', () => {
    const round = new Round();
    round.request('first.main', '1', '50100');
    round.request('second.main', '2', '50200');
    round.request('third.main', '5', '50300');
    round.answer('BTC-PERP-long#1', 0);
    round.answer('BTC-PERP-long#1', 1);
    round.run(6);
    round.answer('BTC-PERP-long#2', 0, [candidate('a.main', '2', '100'), candidate('b.main', '2', '100')]);
    const executed = round.answer('BTC-PERP-long#2', 1);
    expect(
      payloadOf(executed, 'AdlExecuted').closes.map(({ accountId, quantity, price }) => [accountId, quantity, price]),
    ).toEqual([
      ['a.main', '1', '50100'],
      ['a.main', '1', '50200'],
      ['b.main', '1', '50200'],
      ['b.main', '1', '50300'],
    ]);
  });

  it('closes by what was booked, not by what was executed, and carries the remainder into the next round [CLR-LIQ-032]', () => {
    const round = new Round();
    round.request('alice.main', '3', '50100');
    round.answer('BTC-PERP-long#1', 0, [candidate('a.main', '2', '100'), candidate('b.main', '1', '50')]);
    round.answer('BTC-PERP-long#1', 1);
    expect(types(round.booked('BTC-PERP-long#1', 'a.main', request(1), '0.5'))).toEqual([]);
    const closed = round.booked('BTC-PERP-long#1', 'b.main', request(1), '1');
    expect(payloadOf(closed, 'AdlRoundClosed').bankrupt).toEqual([
      {
        request: request(1),
        caseId: 'alice.main#1',
        accountId: 'alice.main',
        closedQuantity: '1.5',
        price: '50100',
        remainder: '1.5',
      },
    ]);
    expect(payloadOf(closed, 'AdlRoundOpened')).toMatchObject({
      roundId: 'BTC-PERP-long#2',
      requests: [{ quantity: '1.5' }],
    });
  });

  it('is not repeated on the same figures when it closed nothing: only a newer full run opens the next', () => {
    const round = new Round();
    round.run(5);
    round.request('alice.main', '3', '50100');
    round.answer('BTC-PERP-long#1', 0);
    expect(types(round.answer('BTC-PERP-long#1', 1))).toEqual(['AdlExecuted', 'AdlRoundClosed']);
    expect(types(round.request('bob.main', '1', '50200'))).toEqual([]);
    expect(types(round.run(6, 'touched'))).toEqual([]);
    expect(types(round.run(5, 'full', 1))).toEqual([]);
    expect(types(round.run(6))).toEqual(['AdlRoundOpened']);
  });

  it('does not hold up another queue that can go on', () => {
    const round = new Round();
    round.request('alice.main', '3', '50100');
    round.answer('BTC-PERP-long#1', 0);
    round.answer('BTC-PERP-long#1', 1);
    const opened = round.request('bob.main', '1', '49900', 'short');
    expect(payloadOf(opened, 'AdlRoundOpened')).toMatchObject({ roundId: 'BTC-PERP-short#1', side: 'short' });
  });

  it('has one round under way at a time, whatever is asked for', () => {
    const round = new Round();
    expect(types(round.request('alice.main', '3', '50100'))).toEqual(['AdlRoundOpened']);
    expect(types(round.request('bob.main', '1', '49900', 'short'))).toEqual([]);
  });

  it('stops at a partition that answers twice, and at facts it does not know', () => {
    const round = new Round();
    round.request('alice.main', '3', '50100');
    round.answer('BTC-PERP-long#1', 0);
    expect(() => round.answer('BTC-PERP-long#1', 0)).toThrow('answered BTC-PERP-long#1 twice');
    const unknown = new ForeignLogs().entry('accounts', 0, 'x', 'SomethingNew' as never, {} as never);
    expect(() => new Round().take(unknown)).toThrow('liquidation does not know SomethingNew of accounts');
  });
});

describe('the rules of liquidation', () => {
  const body = { ...(OPENING.genesis.documents[0]?.body as Record<string, unknown>), theta: '0.7' };
  const proposal = { proposalId: 'p-1', kind: 'liquidation-policy', id: 'calmer@1', body, reason: 'smaller penalties' };

  it('begin with the reviewed documents and change by two persons [CLR-LIQ-001]', () => {
    const round = new Round();
    expect(policyInForce(round.machine.state.rules).id).toBe('close-out-default@1');
    expect(round.command('ProposeDocument', 'ann', proposal)).toMatchObject({ outcome: 'accepted' });
    expect(round.command('ApproveDocument', 'Ann ', { proposalId: 'p-1' })).toMatchObject({
      outcome: 'rejected',
      code: 'proposer-may-not-approve',
    });
    expect(round.command('ApproveDocument', 'ben', { proposalId: 'p-1' })).toMatchObject({ outcome: 'accepted' });
    expect(policyInForce(round.machine.state.rules).id).toBe('calmer@1');
    expect(types(round.machine.drain().events)).toEqual(['DocumentProposed', 'DocumentApproved']);
  });

  it.each`
    change                               | code                       | why
    ${{ body: { theta: '0.7' } }}        | ${'document-invalid'}      | ${'figures are missing'}
    ${{ body: { ...body, theta: '1' } }} | ${'document-invalid'}      | ${'a penalty could take all equity'}
    ${{ kind: 'margin-parameters' }}     | ${'document-kind-unknown'} | ${'not of this service'}
    ${{ id: 'close-out-default@1' }}     | ${'document-id-taken'}     | ${'an id is never used for another content'}
  `('refuse a proposal: $why', ({ change, code }: { change: object; code: string }) => {
    const answer = new Round().command('ProposeDocument', 'ann', { ...proposal, ...change });
    expect(answer).toMatchObject({ outcome: 'rejected', code });
  });
});
