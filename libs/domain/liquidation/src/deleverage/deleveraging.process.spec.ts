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
  readonly #asking = new Set<string>();

  constructor() {
    this.machine.open(OPENING);
    this.machine.drain();
  }

  readonly #written: SealedEvent[] = [];

  take(input: LogEntry): readonly SealedEvent[] {
    this.machine.accept(input);
    this.machine.settle();
    const { events } = this.machine.drain();
    this.#written.push(...events);
    return events;
  }
  /** Everything that it wrote so far. */
  written(): readonly SealedEvent[] {
    return this.#written;
  }
  request(
    accountId: string,
    quantity: string,
    bankruptcyPrice: string,
    side: Side = 'long',
    { schedule = 5, mark = '50000' }: { readonly schedule?: number; readonly mark?: string } = {},
  ): readonly SealedEvent[] {
    const caseId = `${accountId}#1`;
    const payload = {
      caseId,
      accountId,
      instrument: 'BTC-PERP',
      side,
      quantity,
      bankruptcyPrice,
      mark,
      deficit: '100',
      schedule,
      accountVersion: 1,
      attempt: 1,
      nextSchedule: 6,
      lot: '0.001',
      settlement: { style: 'linear', contractSize: '1', assetPrice: '1' },
    } as const;
    this.#asking.add(accountId);
    return this.take(this.#logs.entry('liquidation', 0, `liquidation-${caseId}`, 'AdlRequested', payload));
  }
  /** The accounts that asked live in partition 0, at version 1 unless said otherwise. */
  answer(
    roundId: string,
    partition: number,
    candidates: Candidates = [],
    { schedule = 5, accountVersion = 1 }: { readonly schedule?: number; readonly accountVersion?: number } = {},
  ): readonly SealedEvent[] {
    const bankrupt = partition === 0 ? [...this.#asking].map((accountId) => ({ accountId, accountVersion })) : [];
    const payload = { roundId, schedule, bankrupt, candidates };
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
}

/** Of a position alone: two per cent of its notional are required for it, unless another requirement is said. */
const candidate = (
  accountId: string,
  quantity: string,
  equity: string,
  requirement = `${Number(quantity) * 1_000}`,
): Candidates[number] => ({
  accountId,
  quantity,
  notional: `${Number(quantity) * 50_000}`,
  requirement,
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
          accountVersion: 1,
          quantity: '3',
          bankruptcyPrice: '50100',
        },
      ],
      opposite: [],
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

  it('waits for every margin partition, then takes from those whose position needs most of their equity', () => {
    const round = new Round();
    round.request('alice.main', '6', '50100');
    expect(types(round.answer('BTC-PERP-long#1', 1, [candidate('b.main', '10', '50000')]))).toEqual([]);
    const executed = round.answer('BTC-PERP-long#1', 0, [
      candidate('a.main', '10', '25000'),
      candidate('c.main', '5', '50000'),
    ]);
    // W84 in base units: 20x, 10x and 5x come down to 9.3333x, of which 2 % are required.
    expect(payloadOf(executed, 'AdlExecuted')).toEqual({
      roundId: 'BTC-PERP-long#1',
      instrument: 'BTC-PERP',
      side: 'long',
      requirementCap: '0.18666667',
      closes: [
        { partition: 0, accountId: 'a.main', request: request(1), quantity: '5.334', price: '50100' },
        { partition: 1, accountId: 'b.main', request: request(1), quantity: '0.666', price: '50100' },
      ],
    });
  });

  it('fills all requests at once, and sets who is reduced against them in their order, each at its own bankruptcy price [CLR-LIQ-031]', () => {
    const round = new Round();
    round.request('first.main', '1', '50100');
    round.request('second.main', '2', '50200');
    round.request('third.main', '5', '50300');
    round.answer('BTC-PERP-long#1', 1);
    round.answer('BTC-PERP-long#1', 0);
    round.answer('BTC-PERP-long#2', 0, [candidate('a.main', '2', '1000'), candidate('b.main', '2', '1000')]);
    const executed = round.answer('BTC-PERP-long#2', 1);
    expect(
      payloadOf(executed, 'AdlExecuted').closes.map(({ accountId, quantity, price }) => [accountId, quantity, price]),
    ).toEqual([
      ['a.main', '2', '50200'],
      ['b.main', '2', '50300'],
    ]);
  });

  it('takes from the only counterparty of a bankrupt account what that has lost to it, and nothing that it has paid in [CLR-LIQ-039]', () => {
    const round = new Round();
    // Sold at 10,000 and marked at 10,600, five contracts have lost 3,000 to the one who bought them.
    round.request('y.main', '5', '10000', 'short', { mark: '10600' });
    round.answer('BTC-PERP-short#1', 1);
    const executed = round.answer('BTC-PERP-short#1', 0, [candidate('x.main', '5', '5975')]);
    // 5,975 - 5 x (10,600 - 10,000) = 2,975: what he began with, less his fee.
    expect(payloadOf(executed, 'AdlExecuted').closes).toMatchObject([
      { accountId: 'x.main', quantity: '5', price: '10000' },
    ]);
  });

  it.each`
    hedged    | taken                                     | why
    ${'1000'} | ${[['a.main', '0.5'], ['b.main', '0.5']]} | ${'equals share'}
    ${'250'}  | ${[['a.main', '0.8'], ['b.main', '0.2']]} | ${'b has four times the equity for what the position needs, and keeps four times as much'}
    ${'0'}    | ${[['a.main', '1']]}                      | ${'the position of b is a hedge'}
    ${'-400'} | ${[['a.main', '1']]}                      | ${'it frees b of a requirement: last of all'}
  `(
    'ranks by what the portfolio requires for the position, $hedged for that of b: $why [CLR-LIQ-040]',
    ({ hedged, taken }) => {
      const round = new Round();
      round.request('alice.main', '1', '50100');
      round.answer('BTC-PERP-long#1', 1);
      const candidates = [candidate('a.main', '1', '1000'), candidate('b.main', '1', '1000', hedged as string)];
      const { closes } = payloadOf(round.answer('BTC-PERP-long#1', 0, candidates), 'AdlExecuted');
      expect(closes.map(({ accountId, quantity }) => [accountId, quantity])).toEqual(taken);
    },
  );

  it('takes from hedges what nobody else can give [CLR-LIQ-040]', () => {
    const round = new Round();
    round.request('alice.main', '2', '50100');
    round.answer('BTC-PERP-long#1', 1);
    const candidates = [candidate('a.main', '2', '1000', '-400'), candidate('b.main', '1.5', '1000')];
    const { closes } = payloadOf(round.answer('BTC-PERP-long#1', 0, candidates), 'AdlExecuted');
    expect(closes.map(({ accountId, quantity }) => [accountId, quantity])).toEqual([
      ['b.main', '1.5'],
      ['a.main', '0.5'],
    ]);
  });

  it('has no more closes than requests and counterparties, however many both are [CLR-LIQ-031]', () => {
    const round = new Round();
    const names = Array.from({ length: 40 }, (_, index) => String.fromCharCode(97 + (index % 20), 97 + index));
    round.request('first.main', '0.001', '50100');
    for (const name of names) round.request(`${name}.main`, '1.001', '50200');
    round.answer('BTC-PERP-long#1', 1);
    round.answer('BTC-PERP-long#1', 0);
    round.answer(
      'BTC-PERP-long#2',
      0,
      names.map((name) => candidate(`x${name}.main`, '2', '1000')),
    );
    const { closes } = payloadOf(round.answer('BTC-PERP-long#2', 1), 'AdlExecuted');
    expect(closes.length).toBeLessThanOrEqual(80);
    const taken = new Map<string, number>();
    for (const { accountId, quantity } of closes) {
      taken.set(accountId, (taken.get(accountId) ?? 0) + Math.round(Number(quantity) * 1_000));
    }
    expect([...new Set(taken.values())]).toEqual([1_001]);
  });

  it('closes by what was booked, not by what was executed, and says what nobody took [CLR-LIQ-032]', () => {
    const round = new Round();
    round.request('alice.main', '3', '50100');
    round.answer('BTC-PERP-long#1', 0, [candidate('a.main', '2', '1000'), candidate('b.main', '1', '500')]);
    round.answer('BTC-PERP-long#1', 1);
    expect(types(round.booked('BTC-PERP-long#1', 'a.main', request(1), '0.5'))).toEqual([]);
    const closed = round.booked('BTC-PERP-long#1', 'b.main', request(1), '1');
    const alice = { request: request(1), caseId: 'alice.main#1', accountId: 'alice.main', closedQuantity: '1.5' };
    expect(closed.map(({ payload }) => payload)).toEqual([
      {
        roundId: 'BTC-PERP-long#1',
        instrument: 'BTC-PERP',
        side: 'long',
        bankrupt: [{ ...alice, price: '50100' }],
        ended: [{ ...alice, outcome: 'closed', remainder: '1.5' }],
      },
    ]);
  });

  it('ends its requests when it finds nobody, and says so: it is for the cases to ask again [CLR-LIQ-034]', () => {
    const round = new Round();
    round.request('alice.main', '3', '50100');
    round.answer('BTC-PERP-long#1', 0);
    const over = round.answer('BTC-PERP-long#1', 1);
    expect(types(over)).toEqual(['AdlExecuted', 'AdlRoundClosed']);
    expect(payloadOf(over, 'AdlRoundClosed')).toMatchObject({
      bankrupt: [],
      ended: [{ accountId: 'alice.main', outcome: 'no-counterparty', closedQuantity: '0', remainder: '3' }],
    });
    expect(payloadOf(round.request('bob.main', '1', '50200'), 'AdlRoundOpened').requests).toHaveLength(1);
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

describe('a request [CLR-LIQ-034]', () => {
  it.each`
    now                      | outcome              | why
    ${{}}                    | ${'closed'}          | ${'price and account are those that it was made on'}
    ${{ schedule: 6 }}       | ${'figures-changed'} | ${'five minutes later at another price'}
    ${{ accountVersion: 2 }} | ${'figures-changed'} | ${'he has closed, paid in, or was paid: another account'}
    ${{ schedule: 4 }}       | ${'figures-changed'} | ${'a partition that is behind says nothing of this price'}
  `('is $outcome: $why', ({ now, outcome }: { now: object; outcome: string }) => {
    const round = new Round();
    round.request('alice.main', '1', '50100');
    round.answer('BTC-PERP-long#1', 0, [candidate('a.main', '2', '1000')], now);
    round.answer('BTC-PERP-long#1', 1);
    const closed = round.booked('BTC-PERP-long#1', 'a.main', request(1), '1');
    const events = outcome === 'closed' ? closed : round.written();
    expect(payloadOf(events, 'AdlRoundClosed').ended).toMatchObject([{ outcome }]);
  });

  it('takes nothing of counterparties that are measured at another price', () => {
    const round = new Round();
    round.request('alice.main', '1', '50100');
    round.answer('BTC-PERP-long#1', 1, [candidate('a.main', '2', '1000')], { schedule: 6 });
    const over = round.answer('BTC-PERP-long#1', 0);
    expect(payloadOf(over, 'AdlExecuted').closes).toEqual([]);
    expect(payloadOf(over, 'AdlRoundClosed').ended).toMatchObject([{ outcome: 'no-counterparty' }]);
  });
});

describe('a counterparty [CLR-LIQ-035]', () => {
  const closesAgainst = (side: Side, bankruptcyPrice: string, candidates: Candidates) => {
    const round = new Round();
    round.request('bull.main', '1', bankruptcyPrice, side);
    round.answer(`BTC-PERP-${side}#1`, 0);
    const executed = payloadOf(round.answer(`BTC-PERP-${side}#1`, 1, candidates), 'AdlExecuted');
    return executed.closes.map(({ accountId, quantity, price }) => [accountId, quantity, price]);
  };

  it.each`
    side       | price      | equity    | expected      | why
    ${'long'}  | ${'50600'} | ${'598'}  | ${'50598'}    | ${'598 for one contract: his own bankruptcy price'}
    ${'long'}  | ${'50600'} | ${'600'}  | ${'50600'}    | ${'exactly what he has'}
    ${'long'}  | ${'50600'} | ${'0.01'} | ${'50000.01'} | ${'a cent'}
    ${'short'} | ${'49400'} | ${'598'}  | ${'49402'}    | ${'the other way round'}
    ${'short'} | ${'0'}     | ${'598'}  | ${'49402'}    | ${'a price of nothing'}
    ${'long'}  | ${'49000'} | ${'0.01'} | ${'49000'}    | ${'better than the mark: that costs him nothing'}
  `('with $equity is closed at $expected instead of $price: $why', ({ side, price, equity, expected }) => {
    const found = closesAgainst(side as Side, price as string, [candidate('bear.main', '1', equity as string)]);
    expect(found).toEqual([['bear.main', '1', expected]]);
  });

  it('who can bear the price comes before one who cannot, whatever his leverage', () => {
    const candidates = [candidate('bear.main', '1', '598'), candidate('calm.main', '0.6', '100000')];
    expect(closesAgainst('long', '50600', candidates)).toEqual([
      ['calm.main', '0.6', '50600'],
      ['bear.main', '0.4', '50598'],
    ]);
  });

  it('without equity is nobody: a bankrupt account is closed only against one that asked, too', () => {
    expect(closesAgainst('long', '50600', [candidate('broke.main', '1', '0')])).toEqual([]);
  });
});

describe('two bankrupt accounts on opposite sides [CLR-LIQ-036]', () => {
  it('close against each other at the mark when nobody else is there', () => {
    const round = new Round();
    round.request('bull.main', '2', '50100');
    round.answer('BTC-PERP-long#1', 0);
    round.answer('BTC-PERP-long#1', 1);
    const opened = round.request('bear.main', '3', '49900', 'short');
    expect(payloadOf(opened, 'AdlRoundOpened').opposite).toMatchObject([{ accountId: 'bull.main', quantity: '2' }]);
    round.answer('BTC-PERP-short#1', 0);
    const executed = round.answer('BTC-PERP-short#1', 1);
    expect(payloadOf(executed, 'AdlExecuted').closes).toEqual([
      { partition: 0, accountId: 'bull.main', request: request(2), quantity: '2', price: '50000' },
    ]);
  });

  it('do so also while the second waits for the round of the first', () => {
    const round = new Round();
    const opened = [round.request('bull.main', '2', '50100'), round.request('bear.main', '3', '49900', 'short')];
    expect(opened.map(types)).toEqual([['AdlRoundOpened'], []]);
    round.answer('BTC-PERP-long#1', 0);
    const next = round.answer('BTC-PERP-long#1', 1);
    expect(payloadOf(next, 'AdlRoundOpened')).toMatchObject({ side: 'short', opposite: [{ accountId: 'bull.main' }] });
  });

  it('do not when one of them has other figures by now', () => {
    const round = new Round();
    round.request('bull.main', '2', '50100');
    round.answer('BTC-PERP-long#1', 0);
    round.answer('BTC-PERP-long#1', 1);
    const opened = round.request('bear.main', '3', '49900', 'short', { schedule: 6 });
    expect(payloadOf(opened, 'AdlRoundOpened').opposite).toEqual([]);
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
