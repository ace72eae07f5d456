import type { AdlEvents, AccountsEvents } from '@ballast/facts';
import { GLOBAL } from '@ballast/event-sourcing';
import { dec, text, type Decimal } from '@ballast/kernel';
import fc from 'fast-check';
import type { ExactFigures } from './assess/assessment.js';
import { FIRST_SCHEDULE, MarginHouse, MINUTE, NOON, payloadsOf, typesOf, type Holding } from './margin.fixtures.js';
import type { MarginState } from './margin.state.js';
import { runMargin } from './run/margin-run.js';

/** Long 1 BTC from 60,000 with the given dollars: maintenance is 1.5616 % of the mark, 936.96 at 60,000, a call twice that. */
const long = (USD: string): Holding => ({ USD, position: { instrument: 'BTC-PERP', quantity: '1', cost: '60000' } });
const at = (minutes: number, BTC = '60000', more = {}) => ({ at: NOON + minutes * MINUTE, BTC, ETH: '3000', ...more });

function house(USD: string): MarginHouse {
  const open = new MarginHouse();
  open.prices(at(0));
  open.account('ann.main', long(USD));
  return open;
}

const figuresNow = (open: MarginHouse, accountId = 'ann.main'): ExactFigures => open.assessed(accountId).figures;

const changes = (events: ReturnType<MarginHouse['accept']>): string[] =>
  payloadsOf(events, 'AccountStateChanged').map(({ from, to, reason }) => `${from} > ${to}: ${reason}`);

/** Steps of ten minutes under a volatility that goes up as fast as it may, without any move of the price. */
function rising(open: MarginHouse, from: number, to: number): ReturnType<MarginHouse['accept']> {
  const events = [];
  for (let minute = from; minute <= to; minute += 10) events.push(...open.prices(at(minute, '60000', { fast: '0.2' })));
  return events;
}

describe('margin run [CLR-MRG-040]', () => {
  it('assesses all accounts on a schedule, and the touched owner when an account changed', () => {
    const open = new MarginHouse();
    expect(payloadsOf(open.prices(at(0)), 'MarginRunCompleted')).toMatchObject([{ kind: 'full', assessed: 0 }]);
    expect(payloadsOf(open.account('ann.main', long('5000')), 'MarginRunCompleted')).toMatchObject([
      { kind: 'touched', assessed: 1, decidedExactly: 0, states: { HEALTHY: 1 } },
    ]);
    open.account('bob.main', long('5000'));
    open.account('bob.other', long('5000'));
    const touched = open.accept(open.changed('bob.main', { USD: '6000' }));
    expect(payloadsOf(touched, 'MarginRunCompleted')).toMatchObject([{ kind: 'touched', assessed: 2 }]);
    expect(payloadsOf(open.prices(at(1)), 'MarginRunCompleted')).toMatchObject([{ kind: 'full', assessed: 3 }]);
  });

  it('is one full run, on the last schedule, when schedules and changes come in one item', () => {
    const open = house('5000');
    const first = open.schedule(at(1));
    const last = open.schedule(at(2, '60001'));
    const events = open.accept(
      open.changed('ann.main', { USD: '6000' }),
      first,
      last,
      open.changed('ann.main', { USD: '6001' }),
    );
    expect(payloadsOf(events, 'MarginRunCompleted')).toMatchObject([
      { kind: 'full', assessed: 1, schedule: last.position },
    ]);
    expect(events[0]?.cause).toMatchObject({ kind: 'event', log: 'accounts' });
  });

  it('waits for the first price set', () => {
    const open = new MarginHouse();
    expect(open.account('ann.main', long('5000'))).toEqual([]);
    expect(payloadsOf(open.prices(at(0)), 'MarginRunCompleted')).toMatchObject([{ kind: 'full', assessed: 1 }]);
  });

  it('gives a touched owner the same figures as a full run', () => {
    const open = house('2000');
    open.account('bob.main', long('970.33'));
    const { book } = open.machine.state;
    const full = runMargin(book, book.allSlots(), open.assessor(), open.now);
    const touched = runMargin(book, book.slotsOfOwners(['bob']), open.assessor(), open.now);
    expect(Buffer.from(touched.records.bytes)).toEqual(Buffer.from(full.records.bytes.subarray(64)));
  });

  it('counts the states as they are after it', () => {
    const open = house('5000');
    const [run] = payloadsOf(open.account('bob.main', long('1')), 'MarginRunCompleted');
    expect(run?.states).toEqual({ HEALTHY: 1, WARN: 0, MARGIN_CALL: 0, RESTRICTED: 0, LIQUIDATING: 1 });
  });
});

describe('states [CLR-MRG-032]', () => {
  it('are entered in calm at warning, call, midpoint and liquidation, one after the other (W101)', () => {
    const open = new MarginHouse();
    open.prices(at(0));
    const million = { instrument: 'BTC-PERP', quantity: '16.66666667', cost: '1000000.0002' };
    open.account('ann.main', { USD: '50000', position: million });
    const entered = [59_316, 59_315, 58_838, 58_837, 58_368, 58_367, 57_905, 57_904].map((price, minute) =>
      changes(open.prices(at(1 + minute / 10, String(price)))),
    );
    expect(entered).toEqual([
      [],
      ['HEALTHY > WARN: equity-below-initial'],
      [],
      ['WARN > MARGIN_CALL: equity-below-call'],
      [],
      ['MARGIN_CALL > RESTRICTED: equity-below-midpoint'],
      [],
      ['RESTRICTED > LIQUIDATING: equity-below-liquidation'],
    ]);
  });

  it('stand at 4.85, 9.71 and 12.14 % of the same million once the scalar is at its highest (W102)', () => {
    const open = new MarginHouse();
    open.prices(at(0));
    open.account('ann.main', { USD: '500000', position: { instrument: 'BTC-PERP', quantity: '16', cost: '960000' } });
    rising(open, 10, 600);
    const { maintenance, call, initial } = figuresNow(open);
    const percent = (figure: Decimal): string => figure.div(9_600).toFixed(2);
    expect([maintenance, call, initial].map(percent)).toEqual(['4.85', '9.71', '12.14']);
  });

  it('fall straight to liquidation when one price set goes through all levels, and nobody is called in the same run', () => {
    const events = house('2400').prices(at(1, '58400'));
    expect(changes(events)).toEqual(['HEALTHY > LIQUIDATING: equity-below-liquidation']);
    // A call without time to answer would be none.
    expect(typesOf(events)).toEqual([
      'MarginRunCompleted',
      'AccountStateChanged',
      'LiquidationTriggered',
      'LiquidatingAccountAssessed',
    ]);
  });

  it.each`
    USD          | expected                                               | why
    ${'2342.4'}  | ${[]}                                                  | ${'exactly the initial requirement'}
    ${'2342.39'} | ${['HEALTHY > WARN: equity-below-initial']}            | ${'a cent less'}
    ${'1873.92'} | ${['HEALTHY > WARN: equity-below-initial']}            | ${'exactly the call requirement'}
    ${'1873.91'} | ${['HEALTHY > MARGIN_CALL: equity-below-call']}        | ${'a cent less'}
    ${'1405.44'} | ${['HEALTHY > MARGIN_CALL: equity-below-call']}        | ${'exactly the midpoint'}
    ${'1405.43'} | ${['HEALTHY > RESTRICTED: equity-below-midpoint']}     | ${'a cent less'}
    ${'936.96'}  | ${['HEALTHY > RESTRICTED: equity-below-midpoint']}     | ${'exactly the liquidation requirement'}
    ${'936.95'}  | ${['HEALTHY > LIQUIDATING: equity-below-liquidation']} | ${'a cent less'}
  `('with $USD dollars: $why', ({ USD, expected }: { USD: string; expected: string[] }) => {
    const open = new MarginHouse();
    open.prices(at(0));
    const events = open.account('ann.main', long(USD));
    expect(changes(events)).toEqual(expected);
    const { initial, call, maintenance, liquidation } = figuresNow(open);
    expect([initial, call, maintenance, liquidation].map(text)).toEqual(['2342.4', '1873.92', '936.96', '936.96']);
  });

  it('leave a warning only at 1.05 times its level', () => {
    const open = house('2342.39');
    expect(text(dec('2342.4').times('1.05'))).toBe('2459.52');
    expect(changes(open.accept(open.changed('ann.main', { USD: '2459.51' })))).toEqual([]);
    expect(changes(open.accept(open.changed('ann.main', { USD: '2459.52' })))).toEqual(['WARN > HEALTHY: recovered']);
    expect(changes(open.accept(open.changed('ann.main', { USD: '2459.51' })))).toEqual([]);
  });

  it('follow a volatility that rises alone: call, restriction when its time is up, liquidation only after the notice', () => {
    const open = house('2000');
    const events = rising(open, 10, 600);
    expect(changes(events)).toEqual([
      'WARN > MARGIN_CALL: equity-below-call',
      'MARGIN_CALL > RESTRICTED: call-expired',
      'RESTRICTED > LIQUIDATING: equity-below-liquidation',
    ]);
    const [issued] = payloadsOf(events, 'MarginCallIssued');
    const triggered = events.find(({ type }) => type === 'LiquidationTriggered');
    expect(triggered && issued && triggered.time.clearing - issued.issuedAt).toBeGreaterThanOrEqual(60 * MINUTE);
    expect(triggered?.payload).toMatchObject({ triggers: [] });
  });
});

describe('margin call [CLR-MRG-033]', () => {
  it('asks for what is missing, once, until an hour later', () => {
    const open = house('2000');
    const events = rising(open, 10, 90);
    const calls = payloadsOf(events, 'MarginCallIssued');
    expect(calls).toHaveLength(1);
    const [call] = calls;
    expect(call).toMatchObject({ callId: 'ann.main#1', dueAt: (call?.issuedAt ?? 0) + 60 * MINUTE });
    expect(call?.deficit).toBe(text(dec(call?.figures.call ?? 0).minus(call?.figures.equity ?? 0)));
  });

  it('is met at 1.05 of the call requirement, not by the next breath of the price', () => {
    const open = house('2000');
    rising(open, 10, 80);
    const { call, equity } = figuresNow(open);
    expect(equity.lt(call)).toBe(true);
    const justBelow = open.accept(open.changed('ann.main', { USD: text(call.minus('0.01')) }));
    expect(typesOf(justBelow)).toEqual(['MarginRunCompleted']);
    const atTheLevel = open.accept(open.changed('ann.main', { USD: text(call) }));
    expect(typesOf(atTheLevel)).toEqual(['MarginRunCompleted']);
    const belowAgain = open.accept(open.changed('ann.main', { USD: text(call.minus('0.01')) }));
    expect(typesOf(belowAgain)).toEqual(['MarginRunCompleted']);
    const recovered = open.accept(
      open.changed('ann.main', { USD: text(call.times('1.05').toDecimalPlaces(2).plus('0.01')) }),
    );
    expect(typesOf(recovered)).toEqual(['MarginRunCompleted', 'AccountStateChanged', 'MarginCallMet']);
    expect(changes(recovered)).toEqual(['MARGIN_CALL > WARN: recovered']);
  });

  it('restricts when it is not met in time, until equity is at 1.05 of the call level', () => {
    const open = house('2000');
    rising(open, 10, 40);
    const expired = [];
    // Each time a little too little is paid in: above the midpoint, below the call level.
    for (let minute = 50; minute <= 150 && expired.length === 0; minute += 10) {
      open.accept(open.changed('ann.main', { USD: text(figuresNow(open).call.minus(1)) }));
      const events = rising(open, minute, minute);
      if (payloadsOf(events, 'MarginCallExpired').length > 0) expired.push(...events);
    }
    expect(typesOf(expired)).toEqual(['MarginRunCompleted', 'AccountStateChanged', 'MarginCallExpired']);
    expect(changes(expired)).toEqual(['MARGIN_CALL > RESTRICTED: call-expired']);
    const { call } = figuresNow(open);
    const twice = open.accept(open.changed('ann.main', { USD: text(call.minus('0.01')) }));
    expect(typesOf(twice)).toEqual(['MarginRunCompleted']);
    const atTheLevel = open.accept(open.changed('ann.main', { USD: text(call) }));
    expect(typesOf(atTheLevel)).toEqual(['MarginRunCompleted']);
    const free = open.accept(
      open.changed('ann.main', { USD: text(call.times('1.05').plus('0.01').toDecimalPlaces(2)) }),
    );
    expect(changes(free)).toEqual(['RESTRICTED > WARN: recovered']);
    expect(payloadsOf(free, 'MarginCallMet')).toHaveLength(1);
  });
});

describe('halted prices [CLR-MRG-019]', () => {
  it('let nobody enter LIQUIDATING, while calls go on', () => {
    const open = house('2400');
    const events = open.prices(at(1, '58000', { status: 'HALT' }));
    expect(changes(events)).toEqual(['HEALTHY > RESTRICTED: equity-below-liquidation-prices-halted']);
    expect(payloadsOf(events, 'MarginCallIssued')).toHaveLength(1);
    expect(changes(open.prices(at(2, '58000')))).toEqual(['RESTRICTED > LIQUIDATING: equity-below-liquidation']);
  });
});

describe('liquidation', () => {
  function liquidating(): MarginHouse {
    const open = house('2000');
    open.prices(at(1, '58900'));
    return open;
  }

  it('is assessed in every run and left only after the case was closed', () => {
    const open = liquidating();
    const rich = open.accept(open.changed('ann.main', { USD: '20000' }));
    expect(typesOf(rich)).toEqual(['MarginRunCompleted', 'LiquidatingAccountAssessed']);
    const closed = open.accept(open.liquidationClosed('ann.main'));
    expect(changes(closed)).toEqual(['LIQUIDATING > HEALTHY: liquidation-closed']);
  });

  it('begins anew when the account is still below the level at the close', () => {
    const open = liquidating();
    expect(typesOf(open.accept(open.liquidationClosed('ann.main')))).toEqual([
      'MarginRunCompleted',
      'LiquidationTriggered',
      'LiquidatingAccountAssessed',
    ]);
  });

  it('is not opened twice over a loss that was uncovered but is not booked yet', () => {
    const open = liquidating();
    open.accept(
      open.changed('ann.main', { USD: '-100', position: { instrument: 'BTC-PERP', quantity: '0', cost: '0' } }),
    );
    const closed = open.accept(open.liquidationClosed('ann.main', '100'));
    expect(typesOf(closed)).toEqual(['MarginRunCompleted', 'LiquidatingAccountAssessed']);
    const loss = {
      caseId: 'ann.main#1',
      accountId: 'ann.main',
      reason: 'deficit-without-position',
      amount: '100',
      collateral: {},
    };
    const booked = open.accept(open.fact('accounts', 'account-ann.main', 'UncoveredLossBooked', loss));
    expect(changes(booked)).toEqual(['LIQUIDATING > HEALTHY: liquidation-closed']);
  });

  describe('over a loss that the client pays himself before accounts has booked it', () => {
    const FLAT = { position: { instrument: 'BTC-PERP', quantity: '0', cost: '0' } };
    const paid = (open: MarginHouse) => open.accept(open.changed('ann.main', { USD: '50', ...FLAT }));

    it('is over with the payment, since no loss is left that accounts could tell of', () => {
      const open = liquidating();
      open.accept(open.changed('ann.main', { USD: '-100', ...FLAT }));
      open.accept(open.liquidationClosed('ann.main', '100'));
      expect(changes(paid(open))).toEqual(['LIQUIDATING > HEALTHY: liquidation-closed']);
      expect(open.rebuilt().state.book).toEqual(open.machine.state.book);
    });

    it('is over at once where the payment was read first', () => {
      const open = liquidating();
      open.accept(open.changed('ann.main', { USD: '-100', ...FLAT }));
      paid(open);
      expect(changes(open.accept(open.liquidationClosed('ann.main', '100')))).toEqual([
        'LIQUIDATING > HEALTHY: liquidation-closed',
      ]);
    });

    it('waits while only held money covers what is owed, and is over when that is given back', () => {
      const open = liquidating();
      open.accept(open.changed('ann.main', { USD: '-100', ...FLAT }));
      const withdrawal = { accountId: 'ann.main', withdrawalId: 'w', asset: 'USD', amount: '80' };
      const told = (type: string, payload: object) =>
        open.accept(open.fact('accounts', 'account-ann.main', type, payload));
      told('WithdrawalHeld', { ...withdrawal, attempt: 1, collateral: { USD: '50' } });
      expect(changes(open.accept(open.liquidationClosed('ann.main', '100')))).toEqual([]);
      expect(changes(told('WithdrawalReleased', { ...withdrawal, collateral: { USD: '50' } }))).toEqual([
        'LIQUIDATING > HEALTHY: liquidation-closed',
      ]);
    });
  });

  it.each<[string, string, (open: MarginHouse) => void, object]>([
    [
      'the call that came first',
      '2000',
      (open) => void [open.prices(at(1, '59800')), open.prices(at(9, '58900'))],
      { call: { callId: 'ann.main#1', issuedAt: at(1).at }, uncalled: null },
    ],
    [
      'one price set that left no time',
      '2400',
      (open) => void open.prices(at(1, '58400')),
      { call: null, uncalled: 'one-price-set' },
    ],
    [
      'a change of its own',
      '2400',
      (open) => void open.accept(open.changed('ann.main', { USD: '900' })),
      { call: null, uncalled: 'own-change' },
    ],
  ])('says of an entry %s [CLR-MRG-052]', (_what, USD, bring, expected) => {
    const open = house(USD);
    bring(open);
    expect(payloadsOf(open.events, 'LiquidationTriggered')).toMatchObject([expected]);
  });

  it('says of an entry after a case that was closed below the level that it was liquidated before [CLR-MRG-052]', () => {
    const open = house('2400');
    open.prices(at(1, '58400'));
    open.accept(open.liquidationClosed('ann.main'));
    const [, again] = payloadsOf(open.events, 'LiquidationTriggered');
    expect(again).toMatchObject({ call: null, uncalled: 'liquidated-before' });
  });

  it('names the trigger and the rates that were in force', () => {
    const open = house('2500');
    open.prices(at(1, '58500', { fast: '0.1' }));
    const [triggered] = payloadsOf(open.events, 'LiquidationTriggered');
    expect(triggered?.triggers).toMatchObject([
      { underlying: 'BTC', side: 'long', k: '3', threshold: '0.018371173071' },
    ]);
    expect(triggered?.lowestMaintenanceRates).toEqual([
      { underlying: 'BTC', side: 'long', rate: '0.015615994849' },
      { underlying: 'BTC', side: 'short', rate: '0.015615994849' },
    ]);
    expect(dec(triggered?.assessment.positions[0]?.liquidationRate ?? 0).gt('0.0156')).toBe(true);
  });
});

describe('withdrawal [CLR-MRG-035]', () => {
  const held = (open: MarginHouse, amount: string, attempt = 1) =>
    open.fact('accounts', 'account-ann.main', attempt === 1 ? 'WithdrawalHeld' : 'WithdrawalResubmitted', {
      accountId: 'ann.main',
      withdrawalId: 'w1',
      attempt,
      asset: 'USD',
      amount,
      ...(attempt === 1 && { collateral: { USD: '5000' } }),
    } satisfies Partial<AccountsEvents['WithdrawalHeld']>);

  // Initial requirement: 2.5 x 936.9596404 = 2342.3991, so 2342.40 with 5,000 dollars of equity.
  it.each`
    amount       | type                   | why
    ${'2657.60'} | ${'WithdrawalCleared'} | ${'leaves exactly the initial requirement'}
    ${'2657.61'} | ${'WithdrawalRefused'} | ${'leaves one cent less'}
  `('of $amount is answered $type: $why', ({ amount, type }: Record<string, string>) => {
    const open = house('5000');
    const [answer] = open.accept(held(open, amount as string));
    expect(answer).toMatchObject({
      type,
      payload: { withdrawalId: 'w1', attempt: 1, accountVersion: 3, schedule: FIRST_SCHEDULE },
    });
    expect(answer?.payload).toMatchObject({
      figures: { initial: '2342.4' },
    });
  });

  it('takes cleared money out of equity, and gives it back when asked again and refused', () => {
    const open = house('5000');
    open.accept(held(open, '1000'));
    expect(text(figuresNow(open).equity)).toBe('4000');
    open.prices(at(1, '56500'));
    expect(text(figuresNow(open).equity)).toBe('500');
    const [answer] = open.accept(held(open, '1000', 2));
    expect(answer).toMatchObject({ type: 'WithdrawalRefused', payload: { attempt: 2, code: 'account-liquidating' } });
    expect(text(figuresNow(open).equity)).toBe('1500');
  });

  it('counts another cleared hold', () => {
    const open = house('5000');
    open.accept(held(open, '2000'));
    const second = {
      accountId: 'ann.main',
      withdrawalId: 'w2',
      attempt: 1,
      asset: 'USD',
      amount: '1000',
      collateral: { USD: '5000' },
    };
    const [answer] = open.accept(open.fact('accounts', 'account-ann.main', 'WithdrawalHeld', second));
    expect(answer).toMatchObject({ type: 'WithdrawalRefused', payload: { code: 'below-initial-requirement' } });
  });

  it('is settled once: the money leaves with its hold', () => {
    const open = house('5000');
    open.accept(held(open, '1000'));
    const settled = {
      accountId: 'ann.main',
      withdrawalId: 'w1',
      asset: 'USD',
      amount: '1000',
      collateral: { USD: '4000' },
    };
    open.accept(open.fact('accounts', 'account-ann.main', 'WithdrawalSettled', settled));
    expect(text(figuresNow(open).equity)).toBe('4000');
  });

  it('is refused while prices are halted or missing', () => {
    const open = house('5000');
    open.prices(at(1, '60000', { status: 'HALT' }));
    expect(open.accept(held(open, '1'))[0]?.payload).toMatchObject({ code: 'prices-halted' });
    const blind = new MarginHouse();
    blind.account('ann.main', { USD: '5000' });
    expect(blind.accept(held(blind, '1'))[0]?.payload).toMatchObject({ code: 'prices-halted', schedule: 0 });
  });
});

describe('auto-deleveraging round [CLR-MRG-036]', () => {
  it('is answered with the accounts on the other side that can bear it, also with none', () => {
    const open = house('5000');
    const short = (USD: string): Holding => ({
      USD,
      position: { instrument: 'BTC-PERP', quantity: '-2', cost: '-120000' },
    });
    open.account('dan.main', short('20000'));
    open.account('cat.main', short('10000'));
    open.account('eve.main', short('1'));
    const round = (side: 'long' | 'short') => {
      const payload: AdlEvents['AdlRoundOpened'] = {
        roundId: `r-${side}`,
        instrument: 'BTC-PERP',
        side,
        schedule: 1,
        requests: ['cat.main', 'elsewhere.main'].map((accountId) => ({
          request: { partition: 0, position: 1 },
          caseId: `${accountId}#1`,
          accountId,
          accountVersion: 1,
          quantity: '1',
          bankruptcyPrice: '60000',
        })),
        opposite: [],
      };
      const [answer] = open.accept(open.fact('liquidation', `adl-BTC-PERP-${side}`, 'AdlRoundOpened', payload, GLOBAL));
      return answer?.payload;
    };
    expect(round('long')).toEqual({
      roundId: 'r-long',
      schedule: 3,
      bankrupt: [{ accountId: 'cat.main', accountVersion: 2 }],
      candidates: [
        { accountId: 'cat.main', quantity: '2', notional: '120000', equity: '10000', requirement: '1873.92' },
        { accountId: 'dan.main', quantity: '2', notional: '120000', equity: '20000', requirement: '1873.92' },
      ],
    });
    expect(round('short')).toMatchObject({ candidates: [{ accountId: 'ann.main', quantity: '1' }] });
  });
});

describe('margin partition', () => {
  it('stops at a fact it does not know', () => {
    const open = new MarginHouse();
    expect(() => open.accept(open.fact('accounts', 'house', 'MoneyPrinted', {}))).toThrow('does not know MoneyPrinted');
    const other = new MarginHouse();
    expect(() => other.accept(other.fact('liquidation', 'x', 'LiquidationForgiven', {}))).toThrow(
      'does not know LiquidationForgiven',
    );
  });

  it('passes over a refused withdrawal of an account that never was', () => {
    const open = new MarginHouse();
    open.prices(at(0));
    expect(
      open.accept(open.fact('accounts', 'account-nobody.main', 'WithdrawalRejected', { accountId: 'nobody.main' })),
    ).toEqual([]);
  });

  /** A day with everything in it: calls, withdrawals, a crash, a liquidation and its end. */
  function day(): MarginHouse {
    const open = house('2000');
    open.account('bob.main', {
      USD: '100000',
      BTC: '1.5',
      ETH: '10',
      position: { instrument: 'ETH-PERP', quantity: '-20.5', cost: '-61000.123456789' },
    });
    open.account('bob.other', long('2600'));
    rising(open, 10, 90);
    open.accept(
      open.fact('accounts', 'account-bob.main', 'WithdrawalHeld', {
        accountId: 'bob.main',
        withdrawalId: 'w9',
        attempt: 1,
        asset: 'BTC',
        amount: '0.5',
        collateral: { USD: '100000', BTC: '1.5', ETH: '10' },
      }),
    );
    open.prices(at(100, '58100', { fast: '0.3' }));
    open.accept(
      open.changed('ann.main', { USD: '5', position: { instrument: 'BTC-PERP', quantity: '0', cost: '0' } }),
      open.liquidationClosed('ann.main'),
    );
    open.prices(at(101, '58000.5', { fast: '0.3', status: 'HALT' }));
    open.prices(at(102, '58500.5', { fast: '0.3' }));
    return open;
  }

  /** Without what follows from the rest. */
  const recorded = (state: MarginState) => ({ ...state, assessor: null, grid: null });

  it('is the same after a rebuild from what it took and wrote', () => {
    const open = day();
    expect(typesOf(open.events)).toEqual(
      expect.arrayContaining(['MarginCallIssued', 'WithdrawalCleared', 'LiquidationTriggered']),
    );
    const again = open.rebuilt();
    expect(recorded(again.state)).toEqual(recorded(open.machine.state));
    expect(again.head).toEqual(open.machine.head);
    expect(open.globalRebuilt().state).toEqual(open.global.state);
  });

  it('goes on after a rebuild as if nothing had happened', () => {
    const open = day();
    const again = open.rebuilt();
    const next = open.schedule(at(103, '57000', { fast: '0.3' }));
    again.accept(next);
    again.settle();
    expect(again.drain().events.map(({ text }) => text)).toEqual(open.accept(next).map(({ text }) => text));
  });

  it('makes the same bytes twice', () => {
    expect(day().machine.head).toEqual(day().machine.head);
  });

  it('knows the same after the same inputs, however they were batched', () => {
    const stateAfter = (cuts: readonly number[]) => {
      const open = new MarginHouse();
      open.prices(at(0));
      const inputs = [
        ...['ann.main', 'ann.other', 'bob.main'].flatMap((id) => [open.opened(id), open.changed(id, long('5000'))]),
        open.changed('bob.main', { USD: '6000' }),
        open.changed('ann.other', {
          USD: '4000',
          position: { instrument: 'BTC-PERP', quantity: '-1', cost: '-60000' },
        }),
      ];
      let from = 0;
      for (const cut of [...cuts, inputs.length]) {
        if (cut > from) open.accept(...inputs.slice(from, cut));
        from = Math.max(from, cut);
      }
      const { book, due, touched, maintenanceHistory } = open.machine.state;
      return { book, due, touched, maintenanceHistory };
    };
    const whole = stateAfter([]);
    fc.assert(
      fc.property(fc.uniqueArray(fc.integer({ min: 1, max: 7 })), (cuts) => {
        expect(stateAfter(cuts.sort((a, b) => a - b))).toEqual(whole);
      }),
      { numRuns: 15 },
    );
  });
});
