import fc from 'fast-check';
import { aClearance, accountsDesk, aFill, payloadOf, type Desk } from './accounts.fixtures.js';
import { accountsPast } from './accounts.past.js';
import type { AccountsState } from './accounts.state.js';

const ACCOUNTS = ['alice.main', 'alice.hedge', 'late.main'];

/** Whether a desk keeps all outcomes, or forgets each at once and asks the events that it has said. */
type Memory = 'all' | 'none';

interface Message {
  readonly type: string;
  readonly payload: unknown;
}

const LOG_OF: Readonly<Record<string, string>> = {
  TradeFilled: 'exchange.fills',
  Deposit: 'accounts.commands',
  OpenAccount: 'accounts.commands',
  RequestWithdrawal: 'accounts.commands',
  RequestTransfer: 'accounts.commands',
  WithdrawalCleared: 'margin',
  WithdrawalRefused: 'margin',
};

function take(desk: Desk<AccountsState>, memory: Memory, { type, payload }: Message): unknown {
  const { outcomes } = desk.machine;
  const log = LOG_OF[type] ?? 'exchange.transfers';
  if (memory === 'none') {
    outcomes?.forget(Infinity, 0);
    const said = new Map<string, string>();
    for (const event of desk.events) {
      const settled = accountsPast.settled(event);
      if (settled === undefined) continue;
      // At most one event says it of one id: else an index would have to choose.
      expect(said.has(settled.key)).toBe(false);
      said.set(settled.key, settled.outcome);
    }
    const keys = outcomes?.unknown([{ log, type, payload }]) ?? [];
    outcomes?.answered(keys, new Map(keys.flatMap((key) => (said.has(key) ? [[key, said.get(key) as string]] : []))));
  }
  const events = desk.takeAny(type, payload, undefined, log);
  return [events.map(({ text }) => text), desk.result];
}

const anId = fc.constantFrom('x1', 'x2', 'x3');
const anAmount = fc.constantFrom('1', '25', '1.001', '-3', '900');
const message: fc.Arbitrary<Message> = fc.oneof(
  fc.record({
    type: fc.constantFrom('Deposit', 'DepositReceived'),
    payload: fc.record({
      depositId: anId,
      accountId: fc.constantFrom(...ACCOUNTS),
      asset: fc.constantFrom('USD', 'USD', 'BTC', 'DOGE'),
      amount: anAmount,
    }),
  }),
  fc.record({
    type: fc.constantFrom('RequestWithdrawal', 'WithdrawalRequested'),
    payload: fc.record({
      withdrawalId: anId,
      accountId: fc.constantFrom(...ACCOUNTS),
      asset: fc.constant('USD'),
      amount: anAmount,
    }),
  }),
  fc.record({
    type: fc.constant('RequestTransfer'),
    payload: fc.record({
      transferId: anId,
      accountId: fc.constantFrom('alice.main', 'alice.hedge'),
      to: fc.constantFrom('alice.hedge', 'alice.main'),
      asset: fc.constant('USD'),
      amount: anAmount,
    }),
  }),
  fc
    .tuple(fc.constantFrom(...ACCOUNTS), anId, fc.boolean(), fc.integer({ min: 1, max: 2 }))
    .map(([accountId, withdrawalId, cleared, attempt]) => ({
      type: cleared ? 'WithdrawalCleared' : 'WithdrawalRefused',
      payload: { ...aClearance(accountId, withdrawalId, 9, attempt), code: 'prices-halted' },
    })),
  fc
    .record({
      tradeId: anId,
      accountId: fc.constantFrom(...ACCOUNTS),
      side: fc.constantFrom('buy', 'sell'),
      quantity: fc.constantFrom('1', '2'),
      price: fc.constantFrom('50000', '50001'),
      fill: fc.constantFrom(undefined, 1, 2),
    })
    .map(({ fill, ...named }) => ({
      type: 'TradeFilled',
      payload: aFill({ ...named, ...(fill === undefined ? {} : { fill }) }),
    })),
  fc.record({
    type: fc.constant('FundContributionReceived'),
    payload: fc.record({ contributionId: anId, amount: anAmount }),
  }),
  fc.record({
    type: fc.constantFrom('AccountOpeningRequested', 'OpenAccount'),
    payload: fc.record({ accountId: fc.constantFrom(...ACCOUNTS) }),
  }),
  fc.record({
    type: fc.constantFrom(
      ...['Deposit', 'DepositReceived', 'WithdrawalRequested', 'FundContributionReceived', 'TradeFilled'],
    ),
    payload: fc.oneof(fc.constant(null), fc.record({ depositId: fc.integer(), accountId: fc.constant('alice.main') })),
  }),
);

describe('ids of deposits, withdrawals, contributions and fills that are done with [CLR-ACC-010] [CLR-ACC-030]', () => {
  it('are answered the same by a desk that keeps all and by one that has to ask for each', () => {
    fc.assert(
      fc.property(fc.array(message, { maxLength: 40 }), (messages) => {
        const [keeping, asking] = [accountsDesk(), accountsDesk()];
        for (const each of messages) expect(take(asking, 'none', each)).toEqual(take(keeping, 'all', each));
        expect(asking.machine.outcomes?.size).toBeLessThanOrEqual(keeping.machine.outcomes?.size ?? 0);
        expect(asking.machine.snapshot()).toBe(keeping.machine.snapshot());
      }),
      { numRuns: 150 },
    );
  });

  it('are named by the content of what asks for them, and a message that cannot be read asks for none that matters', () => {
    const keysOf = (log: string, type: string, payload: unknown): readonly string[] =>
      accountsPast.keysOf({ log, type, payload });
    const payload = { accountId: 'a.b', depositId: 'd', withdrawalId: 'w', transferId: 't', contributionId: 'c' };
    expect(keysOf('accounts.commands', 'Deposit', payload)).toEqual(['deposit a.b d']);
    expect(keysOf('exchange.transfers', 'DepositReceived', payload)).toEqual(['deposit a.b d']);
    expect(keysOf('exchange.transfers', 'WithdrawalRequested', payload)).toEqual(['withdrawal a.b w']);
    expect(keysOf('accounts.commands', 'RequestTransfer', payload)).toEqual(['withdrawal a.b t']);
    expect(keysOf('exchange.transfers', 'FundContributionReceived', payload)).toEqual(['contribution c']);
    expect(keysOf('exchange.transfers', 'AccountOpeningRequested', payload)).toEqual([]);
    const fill = { accountId: 'a.b', instrument: 'BTC-PERP', tradeId: 't', side: 'buy' };
    expect(keysOf('exchange.fills', 'TradeFilled', fill)).toEqual(['fill a.b BTC-PERP t buy 1']);
    expect(keysOf('exchange.fills', 'TradeFilled', { ...fill, fill: 2 })).toEqual(['fill a.b BTC-PERP t buy 2']);
    expect(keysOf('exchange.transfers', 'toString', payload)).toEqual([]);
    expect(keysOf('accounts.commands', 'Deposit', 'nothing')).toEqual(['deposit  ']);
  });

  it('a fill is booked once however many came since: what can still be taken back is no measure [CLR-ACC-010]', () => {
    const desk = accountsDesk();
    desk.take('AccountOpeningRequested', { accountId: 'alice.main' });
    const fill = aFill({ accountId: 'alice.main' });
    payloadOf(desk.take('TradeFilled', fill), 'PositionChanged');
    desk.state.trades.clear();
    const detailOf = (message: typeof fill) => payloadOf(desk.take('TradeFilled', message), 'SuspenseBooked').detail;
    expect(detailOf(fill)).toBe('fill-repeated');
    expect(detailOf({ ...fill, price: '50000.5' })).toBe('trade-id-reused');
  });

  it('keep of a deposit that waits for its account nothing beside the state until it is booked', () => {
    const desk = accountsDesk();
    const deposit = { depositId: 'd1', accountId: 'late.main', asset: 'USD', amount: '5' };
    desk.take('DepositReceived', deposit);
    expect(desk.machine.outcomes?.size).toBe(0);
    expect(desk.take('DepositReceived', deposit)).toEqual([]);
    payloadOf(desk.take('AccountOpeningRequested', { accountId: 'late.main' }), 'CollateralCredited');
    expect(desk.machine.outcomes?.size).toBe(1);
    expect(desk.take('DepositReceived', deposit)).toEqual([]);
  });

  it('leave nothing in the state: what is written down after many is as large as after few [CLR-LOG-070]', () => {
    const after = (count: number): string => {
      const desk = accountsDesk();
      desk.take('AccountOpeningRequested', { accountId: 'alice.main' });
      for (let number = 0; number < count; number++) {
        const money = { accountId: 'alice.main', asset: 'USD' } as const;
        const [w, x] = [`w${number}`, `x${number}`];
        desk.take('DepositReceived', { ...money, depositId: `d${number}`, amount: '5' });
        desk.take('DepositReceived', { ...money, depositId: `f${number}`, accountId: 'late.main', amount: '5' });
        desk.take('AccountOpeningRequested', { accountId: 'late.main' });
        for (const withdrawalId of [w, x]) desk.take('WithdrawalRequested', { ...money, withdrawalId, amount: '1' });
        desk.take('WithdrawalRequested', { ...money, withdrawalId: `y${number}`, amount: '100000' });
        desk.take('WithdrawalCleared', aClearance('alice.main', w, 1_000_000));
        desk.takeAny(
          'WithdrawalRefused',
          { ...aClearance('alice.main', x, 1), code: 'prices-halted' },
          undefined,
          'margin',
        );
        desk.take('FundContributionReceived', { contributionId: `c${number}`, amount: '3' });
      }
      expect(desk.machine.outcomes?.size).toBe(6 * count);
      // Balances, versions and positions differ.
      return desk.machine
        .snapshot()
        .replaceAll(/[0-9]+/g, '0')
        .replaceAll(/[0-9a-f]{8,}|(0[a-f]*)+/g, '0');
    };
    const few = after(10);
    expect(after(40)).toHaveLength(few.length);
  });
});
