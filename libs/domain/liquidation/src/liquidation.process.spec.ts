import { GLOBAL, PartitionMachine, type LogEntry, type SealedEvent } from '@ballast/event-sourcing';
import { comparisonText } from '@ballast/event-sourcing/testing';
import { documentHash } from '@ballast/documents/testing';
import type { AdlEvents, AssessmentDetail, HouseMode, LiquidationEvents, Place, PriceStatus } from '@ballast/facts';
import { DAY_MS, MINUTE_MS } from '@ballast/kernel';
import { LIQUIDATION_POLICY } from './liquidation-policy.js';
import {
  ForeignLogs,
  OPENING,
  START,
  assessmentOf,
  linear,
  requirementOf,
  scheduleInForce,
  underlyingSchedule,
} from './liquidation.fixtures.js';
import { liquidationProcess, type LiquidationState } from './liquidation.process.js';

const ALICE = 'alice.main';
const MARK = '50000';

/** One partition of liquidation and the logs it reads; each method is one fact of another service. */
class Desk {
  machine = new PartitionMachine<LiquidationState>(liquidationProcess, 0, 1);
  readonly events: SealedEvent[] = [];
  readonly inputs: LogEntry[] = [];
  readonly #logs = new ForeignLogs();

  constructor() {
    this.machine.open(OPENING);
    this.events.push(...this.machine.drain().events);
    for (const entry of this.#logs.admissions()) this.take(entry);
  }

  /** What follows from an input; whoever asks for a turn has it at once, as where nobody else closes. */
  take(input: LogEntry): readonly SealedEvent[] {
    const events = this.asked(input);
    return events.flatMap((event) =>
      event.type === 'CloseOutTurnRequested' ? this.turn(event as never, '1000000000') : [event],
    );
  }

  /** What follows from an input, a request for a turn included. */
  asked(input: LogEntry): readonly SealedEvent[] {
    this.inputs.push(input);
    this.machine.accept(input);
    this.machine.settle();
    const { events } = this.machine.drain();
    this.events.push(...events);
    return events;
  }

  /** The global partition's answer to a request. */
  turn(
    request: LogEntry<'CloseOutTurnRequested', LiquidationEvents['CloseOutTurnRequested']>,
    notional: string,
    from = START,
  ): readonly SealedEvent[] {
    const { caseId, accountId, instrument } = request.payload;
    const { partition, position } = request;
    const answer = { caseId, accountId, instrument, request: { partition, position }, taken: '0', notional };
    const payload = { ...answer, from, until: from + DAY_MS };
    return this.take(
      this.#logs.entry('liquidation', GLOBAL, `turns-${instrument}`, 'CloseOutTurnGranted', payload, from),
    );
  }

  roundClosed(request: Place, outcome: AdlEvents['AdlRoundClosed']['ended'][number]['outcome'], closedQuantity = '0') {
    const ended = { request, caseId: `${ALICE}#1`, accountId: ALICE, outcome, closedQuantity, remainder: '0' };
    const payload = { roundId: 'BTC-PERP-long#1', instrument: 'BTC-PERP', side: 'long', bankrupt: [], ended: [ended] };
    return this.take(this.#logs.entry('liquidation', GLOBAL, 'adl-BTC-PERP-long', 'AdlRoundClosed', payload as never));
  }
  schedule(number: number, status: PriceStatus = 'LIVE', mark: string = MARK): readonly SealedEvent[] {
    const underlyings = [
      underlyingSchedule('BTC', mark, linear('0.02')),
      underlyingSchedule('ETH', '2500', linear('0.02')),
    ];
    return this.take(this.#logs.schedule(scheduleInForce(number, underlyings, status)));
  }
  mode(to: HouseMode): readonly SealedEvent[] {
    const payload = { proposalId: 'p', from: 'normal', to, proposer: null, reason: 'because' } as const;
    return this.take(this.#logs.entry('pricing', GLOBAL, 'house-mode', 'HouseModeChanged', payload));
  }
  halt(instrument: string): readonly SealedEvent[] {
    const payload = { haltId: 'h', instrument, until: null, reason: 'because' };
    return this.take(this.#logs.entry('pricing', GLOBAL, `halts-${instrument}`, 'InstrumentHalted', payload));
  }
  resume(instrument: string): readonly SealedEvent[] {
    const payload = { haltId: 'h', instrument, because: 'expired', proposer: null, reason: null } as const;
    return this.take(this.#logs.entry('pricing', GLOBAL, `halts-${instrument}`, 'InstrumentResumed', payload));
  }
  /** As margin says it: the account is reported right behind it. */
  trigger(assessment: AssessmentDetail): readonly SealedEvent[] {
    return [...this.triggerAlone(assessment), ...this.assess(assessment)];
  }
  triggerAlone(assessment: AssessmentDetail): readonly SealedEvent[] {
    const { accountId } = assessment;
    const payload = {
      accountId,
      assessment,
      triggers: [],
      lowestMaintenanceRates: [],
      call: null,
      uncalled: 'one-price-set',
    } as const;
    return this.take(this.#logs.entry('margin', 0, `margin-${accountId}`, 'LiquidationTriggered', payload));
  }
  assess(assessment: AssessmentDetail): readonly SealedEvent[] {
    const { accountId } = assessment;
    const payload = { accountId, assessment };
    return this.take(this.#logs.entry('margin', 0, `margin-${accountId}`, 'LiquidatingAccountAssessed', payload));
  }
  cancelled(request: Place, accountId: string = ALICE): readonly SealedEvent[] {
    return this.take(this.cancellation(request, accountId));
  }
  cancellation(request: Place, accountId: string = ALICE): LogEntry {
    const payload = { accountId, request, cancelledOrders: 2 };
    return this.#logs.entry('exchange.orderReports', 0, 'order', 'OrdersCancelled', payload);
  }
  finished(order: Place, filledQuantity: string): readonly SealedEvent[] {
    const payload = { accountId: ALICE, order, status: 'filled', filledQuantity } as const;
    return this.take(this.#logs.entry('exchange.orderReports', 0, 'order', 'CloseOutOrderFinished', payload));
  }
  /** A fill as accounts booked it: the penalty, and what it left in the ledger account `liquidation`. */
  filled(order: Place, quantity: string, fee: string, left: string, fillPrice = MARK): readonly SealedEvent[] {
    return this.account('PositionChanged', {
      accountId: ALICE,
      tradeId: 'x-1',
      side: 'sell',
      fillPrice,
      closeOutOrder: order,
      quantity,
      fee,
      position: { instrument: 'BTC-PERP', quantity: '9', cost: '450000' },
      postings: [{ ledgerAccount: 'liquidation', asset: 'USD', amount: left }],
    });
  }
  granted(request: Place, granted: string): readonly SealedEvent[] {
    const payload = { accountId: ALICE, request, granted };
    return this.take(this.#logs.entry('accounts', GLOBAL, 'insurance-fund', 'FundDrawGranted', payload as never));
  }
  account(type: Parameters<ForeignLogs['entry']>[3], payload: object, accountId = ALICE): readonly SealedEvent[] {
    return this.take(this.#logs.entry('accounts', 0, `account-${accountId}`, type, payload as never));
  }
  /** Another policy than the one the log began with, approved in liquidation's global partition. */
  approve(id: string, change: object): void {
    const body = { ...(OPENING.genesis.documents[0]?.body as object), ...change };
    const document = { kind: LIQUIDATION_POLICY.kind, id, hash: documentHash(body), body };
    const proposal = { proposalId: id, document, reason: 'test' };
    const proposed = this.#logs.entry('liquidation', GLOBAL, 'rules', 'DocumentProposed', proposal);
    this.take({ ...proposed, actor: 'ann' });
    const approval = { proposalId: id, kind: LIQUIDATION_POLICY.kind, id };
    this.take({ ...this.#logs.entry('liquidation', GLOBAL, 'rules', 'DocumentApproved', approval), actor: 'ben' });
  }
  waived(accountId: string): readonly SealedEvent[] {
    const payload = { caseId: `${accountId}#1`, accountId, amount: '400' };
    return this.take(this.#logs.entry('accounts', 0, 'loss-waterfall', 'ClaimWaived', payload));
  }
  other(log: string, partition: number, type: string): readonly SealedEvent[] {
    return this.take(this.#logs.entry(log, partition, 'other', type as never, {} as never));
  }
}

const types = (events: readonly SealedEvent[]): readonly string[] => events.map(({ type }) => type);
const placeOfOnly = (events: readonly SealedEvent[], type: string): Place => {
  const [found, ...more] = events.filter((event) => event.type === type);
  if (found === undefined || more.length > 0) throw new Error(`not exactly one ${type}: ${types(events).join(', ')}`);
  return { partition: found.partition, position: found.position };
};
const payloadOf = <T extends keyof LiquidationEvents>(events: readonly SealedEvent[], type: T): LiquidationEvents[T] =>
  events.find((event) => event.type === type)?.payload as LiquidationEvents[T];

/** Alice holds 10 BTC at the given equity; her account has the version of the account events so far. */
/** Ten bitcoins bought at 51,000. */
const tenBtc = (equity: string, accountVersion: number, schedule = 1): AssessmentDetail => {
  const position = { ...requirementOf('BTC-PERP', '10', MARK, '0.02'), unrealisedPnl: '-10000' };
  return assessmentOf(ALICE, equity, [position], { accountVersion, schedule });
};
const noPosition = (equity: string, accountVersion: number, schedule = 1): AssessmentDetail =>
  assessmentOf(ALICE, equity, [], { accountVersion, schedule });

/** A desk on schedule 1 with Alice's case open at equity 9,000 and version 1, orders cancelled, first slice placed. */
function sliced(equity = '9000'): { desk: Desk; placed: readonly SealedEvent[] } {
  const desk = new Desk();
  desk.schedule(1);
  desk.account('AccountOpened', { accountId: ALICE });
  const opened = desk.trigger(tenBtc(equity, 1));
  return { desk, placed: desk.cancelled(placeOfOnly(opened, 'OrdersCancelRequested')) };
}

describe('the owner’s other accounts [CLR-LIQ-051]', () => {
  const agreed = (desk: Desk, accountId: string, answers = true) =>
    desk.account('SetOffAgreementChanged', { accountId, answers }, accountId);
  /** Alice owes 400 with her case open at version 1, and these accounts answer. */
  function bankrupt(answering: readonly string[]): { desk: Desk; asked: readonly SealedEvent[] } {
    const desk = new Desk();
    desk.schedule(1);
    desk.account('AccountOpened', { accountId: ALICE });
    for (const accountId of answering) agreed(desk, accountId);
    const opened = desk.trigger(tenBtc('-400', 1));
    return { desk, asked: desk.cancelled(placeOfOnly(opened, 'OrdersCancelRequested')) };
  }
  const received = (desk: Desk, amount: string, changed = false) =>
    desk.account('SetOffReceived', {
      accountId: ALICE,
      caseId: `${ALICE}#1`,
      received: amount,
      from: [{ accountId: 'alice.b', available: '400', amount, changed }],
    });

  it('are asked in the order of their ids for the whole deficit, those of other owners never', () => {
    const { asked } = bankrupt(['alice.c', 'bob.main', 'alice.b']);
    expect(types(asked)).toEqual(['SetOffRequested']);
    expect(payloadOf(asked, 'SetOffRequested')).toEqual({
      caseId: `${ALICE}#1`,
      accountId: ALICE,
      amount: '400',
      accounts: ['alice.b', 'alice.c'],
    });
  });

  it('are not asked once the agreement has ended: the fund is', () => {
    const desk = new Desk();
    desk.schedule(1);
    desk.account('AccountOpened', { accountId: ALICE });
    agreed(desk, 'alice.b');
    agreed(desk, 'alice.b', false);
    const opened = desk.trigger(tenBtc('-400', 1));
    expect(types(desk.cancelled(placeOfOnly(opened, 'OrdersCancelRequested')))).toEqual(['FundDrawRequested']);
  });

  it('pay before the fund: what is left of the deficit is drawn, and a later one asks them first again', () => {
    const { desk } = bankrupt(['alice.b']);
    // Nothing goes on before the answer, whatever else is known.
    expect(types(desk.assess(tenBtc('-500', 1)))).toEqual([]);
    expect(types(received(desk, '300'))).toEqual([]);
    const drawn = desk.assess(tenBtc('-100', 2));
    expect(payloadOf(drawn, 'FundDrawRequested')).toMatchObject({ amount: '100', purpose: 'BankruptcyDeficit' });
    desk.granted(placeOfOnly(drawn, 'FundDrawRequested'), '100');
    desk.account('FundGrantReceived', { accountId: ALICE, request: placeOfOnly(drawn, 'FundDrawRequested') });
    expect(types(desk.assess(tenBtc('-7', 3)))).toEqual(['SetOffRequested']);
  });

  it('are asked again where one had changed after margin judged it', () => {
    const { desk } = bankrupt(['alice.b']);
    received(desk, '0', true);
    expect(types(desk.assess(tenBtc('-400', 2)))).toEqual(['SetOffRequested']);
  });
});

describe('what the waterfall has paid for an account [CLR-LIQ-052]', () => {
  const withDollars = (of: AssessmentDetail): AssessmentDetail => {
    const amount = of.figures.equity;
    return { ...of, collateral: [{ asset: 'USD', amount, price: '1', haircut: '0', value: amount }] };
  };
  const paidBack = (desk: Desk, amount: string, remaining: string, changed = false) =>
    desk.account('ClaimRepaid', { accountId: ALICE, caseId: `${ALICE}#1`, amount, remaining, changed });
  /** Alice's case, in which the fund has paid 400. */
  function funded(): Desk {
    const desk = new Desk();
    desk.schedule(1);
    desk.account('AccountOpened', { accountId: ALICE });
    const opened = desk.trigger(tenBtc('-400', 1));
    const drawn = desk.cancelled(placeOfOnly(opened, 'OrdersCancelRequested'));
    const request = placeOfOnly(drawn, 'FundDrawRequested');
    desk.granted(request, '400');
    desk.account('FundGrantReceived', { accountId: ALICE, request, purpose: 'BankruptcyDeficit', amount: '400' });
    return desk;
  }

  it('goes back before the case ends, and the case waits for the answer', () => {
    const desk = funded();
    const asked = desk.assess(withDollars(tenBtc('15300', 2)));
    expect(payloadOf(asked, 'RepaymentRequested')).toMatchObject({ amount: '300', accountVersion: 2 });
    expect(types(desk.assess(withDollars(tenBtc('15300', 2))))).toEqual([]);
    paidBack(desk, '300', '100');
    expect(payloadOf(desk.assess(withDollars(tenBtc('15000', 3))), 'LiquidationClosed')).toMatchObject({
      outcome: 'restored',
    });
  });

  it('is asked for again where the account had changed, and not where nothing is free', () => {
    const desk = funded();
    desk.assess(withDollars(tenBtc('15300', 2)));
    paidBack(desk, '0', '400', true);
    expect(types(desk.assess(withDollars(tenBtc('15250', 3))))).toEqual(['RepaymentRequested']);
    paidBack(desk, '0', '400');
    expect(types(desk.assess(withDollars(tenBtc('15250', 4))))).toEqual(['LiquidationClosed']);
  });

  it.each`
    waived   | then                    | why
    ${false} | ${'RepaymentRequested'} | ${'it is still claimed'}
    ${true}  | ${'LiquidationClosed'}  | ${'it was waived'}
  `('of an earlier case is asked for in the next one: $then, $why', ({ waived, then }) => {
    const desk = funded();
    expect(types(desk.assess(tenBtc('15000', 2)))).toEqual(['LiquidationClosed']);
    if (waived === true) desk.waived(ALICE);
    const opened = desk.trigger(tenBtc('9000', 2));
    desk.assess(withDollars(tenBtc('15250', 2)));
    expect(types(desk.cancelled(placeOfOnly(opened, 'OrdersCancelRequested')))).toEqual([then]);
  });
});

describe('opening a case [CLR-LIQ-020]', () => {
  it('answers a trigger with one case and a request to cancel the orders, and closes nothing before that', () => {
    const desk = new Desk();
    desk.schedule(1);
    desk.account('AccountOpened', { accountId: ALICE });
    const opened = desk.trigger(tenBtc('9000', 1));
    expect(types(opened)).toEqual(['LiquidationOpened', 'OrdersCancelRequested']);
    expect(payloadOf(opened, 'LiquidationOpened')).toMatchObject({
      caseId: 'alice.main#1',
      trigger: { partition: 0, position: 1 },
    });
    expect(types(desk.assess(tenBtc('9000', 1)))).toEqual([]);
  });

  it('opens no second case while one is open', () => {
    const { desk } = sliced();
    expect(types(desk.trigger(tenBtc('9000', 1)))).toEqual([]);
  });

  it('acts on the report behind the trigger, which has the parts that margin judged, and not before it [CLR-LIQ-046]', () => {
    const desk = new Desk();
    desk.schedule(1);
    desk.account('AccountOpened', { accountId: ALICE });
    const opened = desk.triggerAlone(tenBtc('9000', 1));
    expect(types(opened)).toEqual(['LiquidationOpened', 'OrdersCancelRequested']);
    expect(types(desk.cancelled(placeOfOnly(opened, 'OrdersCancelRequested')))).toEqual([]);
    expect(types(desk.assess(tenBtc('9000', 1)))).toEqual(['CloseOutOrderPlaced']);
  });

  it('counts the cases of an account', () => {
    const { desk, placed } = sliced('16000');
    expect(types(placed)).toEqual(['LiquidationClosed']);
    expect(payloadOf(desk.trigger(tenBtc('9000', 1)), 'LiquidationOpened').caseId).toBe('alice.main#2');
  });

  it('does not take the answer to another request for its own', () => {
    const desk = new Desk();
    desk.schedule(1);
    desk.account('AccountOpened', { accountId: ALICE });
    desk.trigger(tenBtc('9000', 1));
    expect(types(desk.cancelled({ partition: 0, position: 1 }))).toEqual([]);
  });
});

describe('a slice', () => {
  it('names mark, rates, freed requirement, schedule and account version', () => {
    expect(payloadOf(sliced().placed, 'CloseOutOrderPlaced')).toEqual({
      caseId: 'alice.main#1',
      accountId: ALICE,
      slice: 1,
      instrument: 'BTC-PERP',
      side: 'sell',
      quantity: '4.156',
      mark: '50000',
      limit: '49100',
      policy: 'close-out-default@1',
      equityRate: '0.018',
      bearableRate: '0.018',
      theta: '0.8',
      modelledRate: '0.0011204737509656',
      provisionalRate: '0.0011204737509656',
      executionRate: '0.00022',
      expected: { rate: '0.00022', from: 'parameters' },
      timeRate: '0.0001936491673104',
      fundShare: '0.5',
      operatingCost: '0.0005',
      requirementFreed: '4156',
      health: '0.9',
      schedule: 1,
      accountVersion: 1,
      settlement: { asset: 'USD', notional: '50000', assetPrice: '1' },
    });
  });

  it.each([
    ['the last report comes after the bookings', ['fill-1', 'fill-2', 'finished']],
    ['the last report comes first', ['finished', 'fill-1', 'fill-2']],
    ['the last report comes between the bookings', ['fill-1', 'finished', 'fill-2']],
  ])('is assessed when report and bookings are complete: %s', (_, order) => {
    const { desk, placed } = sliced();
    const place = placeOfOnly(placed, 'CloseOutOrderPlaced');
    const facts: Record<string, () => readonly SealedEvent[]> = {
      'fill-1': () => desk.filled(place, '4', '224.1', '164.1'),
      'fill-2': () => desk.filled(place, '0.156', '8.73', '6.4'),
      finished: () => desk.finished(place, '4.156'),
    };
    const answers = order.map((name) => types(facts[name]?.() ?? []));
    expect(answers).toEqual([[], [], ['LiquidationCostAssessed']]);
    // 62.33 USD of slippage are 3 bp instead of 2.2 modelled: 3 + 1.1 + 5 bp are less than 11.2, so nothing changes.
    expect(payloadOf(desk.events, 'LiquidationCostAssessed')).toMatchObject({
      closedQuantity: '4.156',
      slippage: '62.33',
      charged: '232.83',
      penalty: '232.84',
      trueUp: '-0.01',
    });
  });

  it('is followed by the next only on an assessment of the account as accounts last told it [CLR-LIQ-021]', () => {
    const { desk, placed } = sliced();
    const place = placeOfOnly(placed, 'CloseOutOrderPlaced');
    desk.filled(place, '4.156', '232.83', '170.49');
    desk.finished(place, '4.156');
    const left = (version: number): AssessmentDetail =>
      assessmentOf(ALICE, '8000', [requirementOf('BTC-PERP', '5.844', MARK, '0.02')], { accountVersion: version });
    expect(types(desk.assess(left(2)))).toEqual([]);
    // Margin is ahead of us: the assessment waits for the booking it has already seen.
    expect(types(desk.assess(left(3)))).toEqual([]);
    const next = desk.account('LiquidationCostSettled', { accountId: ALICE, order: place, trueUp: '0' });
    expect(types(next)).toEqual(['CloseOutOrderPlaced']);
    expect(payloadOf(next, 'CloseOutOrderPlaced').slice).toBe(2);
  });

  it('asks the fund for the slippage beyond what the account has, once, and only after a fill that its limit forbids [CLR-LIQ-013]', () => {
    const { desk, placed } = sliced('100');
    const place = placeOfOnly(placed, 'CloseOutOrderPlaced');
    expect(payloadOf(placed, 'CloseOutOrderPlaced')).toMatchObject({ quantity: '10', limit: '49990' });
    // e = 0.02 %: 80 USD are charged at the fill, 100 at the end; the fill was 100 bp below the mark.
    expect(types(desk.filled(place, '10', '80', '-4920', '49500'))).toEqual(['CloseOutFillFlagged']);
    const after = desk.finished(place, '10');
    expect(types(after)).toEqual(['LiquidationCostAssessed', 'FundDrawRequested']);
    expect(payloadOf(after, 'FundDrawRequested')).toMatchObject({
      purpose: 'SlippageBeyondReward',
      amount: '4900',
      order: place,
    });
    desk.account('LiquidationCostSettled', { accountId: ALICE, order: place, trueUp: '-20' });
    expect(types(desk.assess(noPosition('0', 3)))).toEqual([]);
    expect(types(desk.granted(placeOfOnly(after, 'FundDrawRequested'), '4900'))).toEqual(['LiquidationClosed']);
  });

  it('that found a thin book is repeated only on a newer schedule [CLR-LIQ-021]', () => {
    const { desk, placed } = sliced();
    const place = placeOfOnly(placed, 'CloseOutOrderPlaced');
    const cost = desk.finished(place, '0');
    expect(payloadOf(cost, 'LiquidationCostAssessed')).toMatchObject({
      closedQuantity: '0',
      penalty: '0',
      trueUp: '0',
    });
    expect(payloadOf(cost, 'LiquidationPaused')).toMatchObject({ reason: 'book-too-thin', nextSchedule: 2 });
    expect(types(desk.assess(tenBtc('9000', 1)))).toEqual([]);
    expect(types(desk.schedule(2))).toEqual([]);
    expect(types(desk.assess(tenBtc('9000', 1, 2)))).toEqual(['CloseOutOrderPlaced']);
  });
});

describe('a turn [CLR-LIQ-038]', () => {
  /** Alice's case, ready for its first slice of 4.156 BTC, and its request for a turn. */
  function asking() {
    const desk = new Desk();
    desk.schedule(1);
    desk.account('AccountOpened', { accountId: ALICE });
    const opened = desk.trigger(tenBtc('9000', 1));
    const [request] = desk.asked(desk.cancellation(placeOfOnly(opened, 'OrdersCancelRequested')));
    if (request?.type !== 'CloseOutTurnRequested') throw new Error('no request for a turn');
    return { desk, request: request as unknown as LogEntry<'CloseOutTurnRequested', never> };
  }

  it('is asked for with what the slice would close, before any order, and once', () => {
    const { desk, request } = asking();
    expect(request.payload).toEqual({
      caseId: 'alice.main#1',
      accountId: ALICE,
      instrument: 'BTC-PERP',
      notional: '207800',
      least: '2000',
      perMinute: '3472222.22',
      paceFrom: 'parameters',
      schedule: 1,
      accountVersion: 1,
    });
    expect(types(desk.assess(tenBtc('9000', 1)))).toEqual([]);
  });

  it('for less than was asked makes a smaller order, in whole lots', () => {
    const { desk, request } = asking();
    const placed = desk.turn(request, '60049.99');
    expect(payloadOf(placed, 'CloseOutOrderPlaced')).toMatchObject({ quantity: '1.2', requirementFreed: '1200' });
  });

  it('of another time than the schedule waits for one of its own', () => {
    const { desk, request } = asking();
    expect(types(desk.turn(request, '207800', START + 2 * MINUTE_MS))).toEqual([]);
    desk.schedule(2);
    expect(types(desk.assess(tenBtc('9000', 1, 2)))).toEqual(['CloseOutOrderPlaced']);
  });

  it('is given up by a case that goes another way, and an answer that comes later is no turn', () => {
    const { desk, request } = asking();
    expect(types(desk.assess(tenBtc('-1000', 1)))).toEqual(['FundDrawRequested']);
    expect(types(desk.turn(request, '207800'))).toEqual([]);
  });
});

describe('a fill of a close-out order [CLR-LIQ-029]', () => {
  const position = { instrument: 'BTC-PERP', quantity: '1', cost: '50000' };
  const own = { accountId: 'alice.other', tradeId: 'x-1', side: 'buy', quantity: '1', closeOutOrder: null, position };

  it.each`
    fillPrice    | flagged                    | why
    ${'49100'}   | ${[]}                      | ${'exactly at the limit'}
    ${'49099.9'} | ${['CloseOutFillFlagged']} | ${'a tick beyond it'}
  `('at $fillPrice against a limit of 49,100 is flagged $flagged: $why', ({ fillPrice, flagged }) => {
    const { desk, placed } = sliced();
    const place = placeOfOnly(placed, 'CloseOutOrderPlaced');
    expect(types(desk.filled(place, '1', '56', '56', fillPrice as string))).toEqual(flagged);
  });

  it.each([['first'], ['last']])('against another account of its owner is flagged, the own side booked %s', (when) => {
    const { desk, placed } = sliced();
    const place = placeOfOnly(placed, 'CloseOutOrderPlaced');
    const sides = [
      () => desk.account('PositionChanged', { ...own, fillPrice: MARK }, 'alice.other'),
      () => desk.filled(place, '1', '56', '56'),
    ];
    const [one, two] = (when === 'first' ? sides : sides.reverse()).map((book) => book());
    expect([types(one ?? []), types(two ?? [])]).toEqual([[], ['CloseOutFillFlagged']]);
    expect(payloadOf(two ?? [], 'CloseOutFillFlagged')).toEqual({
      caseId: 'alice.main#1',
      accountId: ALICE,
      order: place,
      tradeId: 'x-1',
      reason: 'own-counterparty',
      counterparty: 'alice.other',
      quantity: '1',
      fillPrice: MARK,
    });
  });

  it('against somebody else is not, nor is another trade of the owner', () => {
    const { desk, placed } = sliced();
    const place = placeOfOnly(placed, 'CloseOutOrderPlaced');
    desk.filled(place, '1', '56', '56');
    const others = [
      desk.account('PositionChanged', { ...own, accountId: 'bob.main', fillPrice: MARK }, 'bob.main'),
      desk.account('PositionChanged', { ...own, tradeId: 'x-2', fillPrice: MARK }, 'alice.other'),
      desk.account(
        'PositionChanged',
        { ...own, fillPrice: MARK, position: { ...position, instrument: 'ETH-PERP' } },
        'alice.other',
      ),
    ];
    expect(others.flatMap(types)).toEqual([]);
  });
});

describe('the policy', () => {
  it('that an order cites settles it, and the next order cites the one in force by then [CLR-LIQ-001]', () => {
    const { desk, placed } = sliced();
    const place = placeOfOnly(placed, 'CloseOutOrderPlaced');
    desk.approve('keeps-all@1', { psi: '0', theta: '0.5' });
    // Filled at the mark: the whole modelled execution cost of 2.2 bp is returned, as psi 1 of the first policy says.
    desk.filled(place, '4.156', '232.83', '232.83');
    const cost = payloadOf(desk.finished(place, '4.156'), 'LiquidationCostAssessed');
    expect([cost.penalty, cost.trueUp]).toEqual(['187.12', '45.71']);
    desk.assess(assessmentOf(ALICE, '8000', [requirementOf('BTC-PERP', '5.844', MARK, '0.02')], { accountVersion: 3 }));
    const next = desk.account('LiquidationCostSettled', { accountId: ALICE, order: place, trueUp: '45.71' });
    expect(payloadOf(next, 'CloseOutOrderPlaced')).toMatchObject({ policy: 'keeps-all@1', theta: '0.5' });
  });

  it('says how old the schedule of an assessment may be [CLR-LIQ-021]', () => {
    const desk = new Desk();
    desk.approve('newest-only@1', { newestSchedules: 1 });
    desk.schedule(1);
    desk.schedule(2);
    desk.account('AccountOpened', { accountId: ALICE });
    const opened = desk.trigger(tenBtc('9000', 1, 1));
    expect(types(desk.cancelled(placeOfOnly(opened, 'OrdersCancelRequested')))).toEqual([]);
    expect(types(desk.assess(tenBtc('9000', 1, 2)))).toEqual(['CloseOutOrderPlaced']);
  });
});

describe('prices [CLR-LIQ-021]', () => {
  it('waits through a halt and goes on with the first assessment on live prices', () => {
    const desk = new Desk();
    desk.schedule(1);
    desk.account('AccountOpened', { accountId: ALICE });
    const opened = desk.trigger(tenBtc('9000', 1));
    desk.schedule(2, 'HALT');
    const paused = desk.cancelled(placeOfOnly(opened, 'OrdersCancelRequested'));
    expect(payloadOf(paused, 'LiquidationPaused')).toMatchObject({ reason: 'prices-halted', nextSchedule: 2 });
    expect(types(desk.assess(tenBtc('9000', 1, 2)))).toEqual([]);
    expect(types(desk.schedule(3))).toEqual([]);
    expect(types(desk.assess(tenBtc('9000', 1, 3)))).toEqual(['CloseOutOrderPlaced']);
  });

  it('waits while the house is halted and goes on with the first assessment afterwards [CLR-HMD-003]', () => {
    const desk = new Desk();
    desk.schedule(1);
    desk.account('AccountOpened', { accountId: ALICE });
    const opened = desk.trigger(tenBtc('9000', 1));
    desk.mode('halt');
    const paused = desk.cancelled(placeOfOnly(opened, 'OrdersCancelRequested'));
    expect(payloadOf(paused, 'LiquidationPaused')).toMatchObject({ reason: 'house-halted' });
    expect(types(desk.assess(tenBtc('9000', 1)))).toEqual([]);
    expect(types(desk.mode('reduce-only'))).toEqual([]);
    expect(types(desk.assess(tenBtc('9000', 1)))).toEqual(['CloseOutOrderPlaced']);
  });

  it('waits while nothing trades in what it has to close, said once, and goes on with the first schedule after that [CLR-HLT-002]', () => {
    const desk = new Desk();
    desk.schedule(1);
    desk.account('AccountOpened', { accountId: ALICE });
    const opened = desk.trigger(tenBtc('9000', 1));
    desk.halt('BTC-PERP');
    const paused = desk.cancelled(placeOfOnly(opened, 'OrdersCancelRequested'));
    expect(payloadOf(paused, 'LiquidationPaused')).toMatchObject({ reason: 'instrument-halted', nextSchedule: 2 });
    expect(types(desk.schedule(2))).toEqual([]);
    expect(types(desk.resume('BTC-PERP'))).toEqual([]);
    expect(types(desk.schedule(3))).toEqual(['CloseOutOrderPlaced']);
  });

  it('does not act on an assessment before it knows its schedule', () => {
    const desk = new Desk();
    desk.schedule(1);
    desk.account('AccountOpened', { accountId: ALICE });
    const opened = desk.trigger(tenBtc('9000', 1, 2));
    expect(types(desk.cancelled(placeOfOnly(opened, 'OrdersCancelRequested')))).toEqual([]);
    expect(types(desk.schedule(2))).toEqual(['CloseOutOrderPlaced']);
  });

  it('does not act on an assessment whose schedule is long gone', () => {
    const desk = new Desk();
    for (let number = 1; number <= 65; number++) desk.schedule(number);
    desk.account('AccountOpened', { accountId: ALICE });
    const opened = desk.trigger(tenBtc('9000', 1, 1));
    expect(types(desk.cancelled(placeOfOnly(opened, 'OrdersCancelRequested')))).toEqual([]);
    expect(types(desk.assess(tenBtc('9000', 1, 2)))).toEqual(['CloseOutOrderPlaced']);
  });
});

describe('the end of a case', () => {
  it.each`
    equity        | outcome                  | why
    ${'15000'}    | ${'LiquidationClosed'}   | ${'exactly at 1.5 x 10,000'}
    ${'14999.99'} | ${'CloseOutOrderPlaced'} | ${'a cent below'}
    ${'0'}        | ${'CloseOutOrderPlaced'} | ${'nothing left, nothing owed: closed at penalty 0'}
    ${'-0.01'}    | ${'FundDrawRequested'}   | ${'a cent owed'}
  `('equity $equity -> $outcome: $why', ({ equity, outcome }: Record<'equity' | 'outcome', string>) => {
    expect(types(sliced(equity).placed)).toEqual([outcome]);
  });

  it('charges nothing when nothing is left', () => {
    expect(payloadOf(sliced('0').placed, 'CloseOutOrderPlaced')).toMatchObject({
      provisionalRate: '0',
      quantity: '10',
    });
  });

  it('closes out an account without positions that owes nothing', () => {
    const desk = new Desk();
    desk.schedule(1);
    desk.account('AccountOpened', { accountId: ALICE });
    const opened = desk.trigger(tenBtc('9000', 1));
    desk.assess(noPosition('10', 1));
    const closed = desk.cancelled(placeOfOnly(opened, 'OrdersCancelRequested'));
    expect(payloadOf(closed, 'LiquidationClosed')).toMatchObject({
      outcome: 'closed-out',
      uncoveredLoss: '0',
      slices: 0,
    });
  });
});

describe('a bankrupt account [CLR-LIQ-024]', () => {
  it('goes on at penalty 0 when the fund pays the whole deficit', () => {
    const { desk, placed } = sliced('-1000');
    const request = placeOfOnly(placed, 'FundDrawRequested');
    expect(payloadOf(placed, 'FundDrawRequested')).toMatchObject({
      purpose: 'BankruptcyDeficit',
      amount: '1000',
      order: null,
    });
    expect(types(desk.assess(tenBtc('-1000', 1)))).toEqual([]);
    expect(types(desk.granted(request, '1000'))).toEqual([]);
    expect(types(desk.account('FundGrantReceived', { accountId: ALICE, request, amount: '1000' }))).toEqual([]);
    expect(types(desk.assess(tenBtc('0', 2)))).toEqual(['CloseOutOrderPlaced']);
  });

  it('offers what the deficit needs to the other side after the grant when the fund pays less [CLR-LIQ-033]', () => {
    const { desk, placed } = sliced('-1000');
    const request = placeOfOnly(placed, 'FundDrawRequested');
    desk.granted(request, '400');
    desk.account('FundGrantReceived', { accountId: ALICE, request, amount: '400' });
    const asked = desk.assess(tenBtc('-600', 2));
    // 600 USD at 5 % of 50,000 are 0.24 BTC of the ten.
    expect(payloadOf(asked, 'AdlRequested')).toEqual({
      caseId: 'alice.main#1',
      accountId: ALICE,
      instrument: 'BTC-PERP',
      side: 'long',
      quantity: '0.24',
      bankruptcyPrice: '52500',
      mark: '50000',
      deficit: '600',
      schedule: 1,
      accountVersion: 2,
      attempt: 1,
      nextSchedule: 2,
      lot: '0.001',
      settlement: { style: 'linear', contractSize: '1', assetPrice: '1' },
    });
  });

  /** Alice has asked the other side for the deficit of 1,000 that the fund did not pay. */
  function offered() {
    const { desk, placed } = sliced('-1000');
    const asked = desk.granted(placeOfOnly(placed, 'FundDrawRequested'), '0');
    expect(types(asked)).toEqual(['AdlRequested']);
    return { desk, request: placeOfOnly(asked, 'AdlRequested') };
  }

  it('waits until what the round closed is booked, and goes on with what it has then', () => {
    const { desk, request } = offered();
    expect(types(desk.roundClosed(request, 'closed', '0.4'))).toEqual([]);
    const booked = (quantity: string): object => ({ accountId: ALICE, role: 'bankrupt', request, quantity });
    desk.account('AdlBooked', booked('0.3'));
    expect(types(desk.assess(tenBtc('-250', 2)))).toEqual([]);
    desk.account('AdlBooked', booked('0.1'));
    const closed = desk.assess(noPosition('0', 3));
    expect(payloadOf(closed, 'LiquidationClosed')).toMatchObject({ outcome: 'deleveraged', uncoveredLoss: '0' });
  });

  it('that nobody takes over waits for the named schedule, then asks the fund and the other side again [CLR-LIQ-034]', () => {
    const { desk, request } = offered();
    const paused = desk.roundClosed(request, 'no-counterparty');
    expect(payloadOf(paused, 'LiquidationPaused')).toMatchObject({ reason: 'no-counterparty', nextSchedule: 2 });
    expect(types(desk.assess(tenBtc('-1000', 1)))).toEqual([]);
    desk.schedule(2);
    const again = desk.assess(tenBtc('-1200', 1, 2));
    expect(payloadOf(again, 'FundDrawRequested')).toMatchObject({ amount: '1200' });
    const second = desk.granted(placeOfOnly(again, 'FundDrawRequested'), '0');
    expect(payloadOf(second, 'AdlRequested')).toMatchObject({ deficit: '1200', attempt: 2, nextSchedule: 4 });
    desk.roundClosed(placeOfOnly(second, 'AdlRequested'), 'no-counterparty');
    desk.schedule(3);
    expect(types(desk.assess(tenBtc('-1200', 1, 3)))).toEqual([]);
    desk.schedule(4);
    expect(types(desk.assess(tenBtc('-1200', 1, 4)))).toEqual(['FundDrawRequested']);
  });

  it('that recovers while its request is out is restored as soon as the request is over: nothing is taken [CLR-LIQ-034]', () => {
    const { desk, request } = offered();
    desk.schedule(2);
    expect(types(desk.assess(tenBtc('15000', 1, 2)))).toEqual([]);
    const over = desk.roundClosed(request, 'figures-changed');
    expect(payloadOf(over, 'LiquidationClosed')).toMatchObject({ outcome: 'restored', uncoveredLoss: '0' });
  });

  it('that is worse off while its request is out asks anew with the figures of then', () => {
    const { desk, request } = offered();
    desk.schedule(2);
    desk.assess(tenBtc('-5000', 1, 2));
    expect(payloadOf(desk.roundClosed(request, 'figures-changed'), 'AdlRequested')).toMatchObject({
      deficit: '5000',
      quantity: '2',
      schedule: 2,
    });
  });

  it('pays with its own coin before the fund does, and has nothing of it afterwards [CLR-LIQ-037]', () => {
    const desk = new Desk();
    desk.schedule(1);
    desk.account('AccountOpened', { accountId: ALICE });
    const opened = desk.trigger(tenBtc('9000', 1));
    // A bitcoin worth 4,500 against a debt of 11,010.
    const coin = [{ asset: 'BTC', amount: '1', price: '4500', haircut: '0.1', value: '4050' }] as const;
    desk.assess({ ...noPosition('-6960', 1), collateral: coin });
    const asked = desk.cancelled(placeOfOnly(opened, 'OrdersCancelRequested'));
    expect(types(asked)).toEqual(['CollateralTakeOverRequested']);
    const request = placeOfOnly(asked, 'CollateralTakeOverRequested');
    expect(types(desk.account('CollateralTakenOver', { accountId: ALICE, request }))).toEqual([]);
    expect(payloadOf(desk.assess(noPosition('-6510', 2)), 'FundDrawRequested')).toMatchObject({ amount: '6510' });
  });

  it.each`
    type                     | more                                     | asset    | then
    ${'CollateralCredited'}  | ${{}}                                    | ${'BTC'} | ${'CollateralTakeOverRequested'}
    ${'WithdrawalReleased'}  | ${{}}                                    | ${'BTC'} | ${'CollateralTakeOverRequested'}
    ${'TransferReceived'}    | ${{}}                                    | ${'BTC'} | ${'CollateralTakeOverRequested'}
    ${'FundingSettled'}      | ${{}}                                    | ${'BTC'} | ${'CollateralTakeOverRequested'}
    ${'VariationSettled'}    | ${{}}                                    | ${'BTC'} | ${'CollateralTakeOverRequested'}
    ${'ContractDelivered'}   | ${{}}                                    | ${'BTC'} | ${'CollateralTakeOverRequested'}
    ${'TradeReversed'}       | ${{}}                                    | ${'BTC'} | ${'CollateralTakeOverRequested'}
    ${'PositionChanged'}     | ${{ closeOutOrder: null, position: {} }} | ${'BTC'} | ${'CollateralTakeOverRequested'}
    ${'AdlBooked'}           | ${{ role: 'candidate', quantity: '1' }}  | ${'BTC'} | ${'CollateralTakeOverRequested'}
    ${'ProviderTradeBooked'} | ${{ role: 'provider', quantity: '1' }}   | ${'BTC'} | ${'CollateralTakeOverRequested'}
    ${'FundingSettled'}      | ${{}}                                    | ${'USD'} | ${'FundDrawRequested'}
    ${'CollateralCredited'}  | ${{}}                                    | ${'USD'} | ${'FundDrawRequested'}
  `('that $type credits with $asset after a take-over goes on with a $then [CLR-LIQ-037]', (row) => {
    const { type, more, asset, then } = row as Readonly<Record<'type' | 'asset' | 'then', string>> & { more: object };
    const desk = new Desk();
    desk.schedule(1);
    desk.account('AccountOpened', { accountId: ALICE });
    const opened = desk.trigger(tenBtc('9000', 1));
    const collateral = [{ asset: 'BTC', amount: '1', price: '4500', haircut: '0.1', value: '4050' }] as const;
    desk.assess({ ...noPosition('-6960', 1), collateral });
    const asked = desk.cancelled(placeOfOnly(opened, 'OrdersCancelRequested'));
    desk.account('CollateralTakenOver', {
      accountId: ALICE,
      request: placeOfOnly(asked, 'CollateralTakeOverRequested'),
      postings: [{ ledgerAccount: `client/${ALICE}`, asset: 'BTC', amount: '-1' }],
    });
    const postings = [
      { ledgerAccount: `client/${ALICE}`, asset, amount: '0.5' },
      { ledgerAccount: 'house/pnl', asset, amount: '-0.5' },
    ];
    desk.account(type as 'FundingSettled', { accountId: ALICE, ...more, postings });
    expect(types(desk.assess({ ...noPosition('-6510', 3), collateral }))).toEqual([then]);
  });

  it('books as uncovered what the fund does not pay of a deficit without a position', () => {
    const desk = new Desk();
    desk.schedule(1);
    desk.account('AccountOpened', { accountId: ALICE });
    const opened = desk.trigger(tenBtc('9000', 1));
    desk.assess(noPosition('-250', 1));
    const drawn = desk.cancelled(placeOfOnly(opened, 'OrdersCancelRequested'));
    const closed = desk.granted(placeOfOnly(drawn, 'FundDrawRequested'), '0');
    expect(payloadOf(closed, 'LiquidationClosed')).toMatchObject({ outcome: 'closed-out', uncoveredLoss: '250' });
  });

  it('is closed normally again when the price comes back before the fund answered', () => {
    const { desk, placed } = sliced('-1000');
    desk.schedule(2);
    desk.assess(tenBtc('3000', 1, 2));
    expect(types(desk.granted(placeOfOnly(placed, 'FundDrawRequested'), '0'))).toEqual(['CloseOutOrderPlaced']);
  });

  it('asks the fund again after a slice, since the fund may have been filled meanwhile', () => {
    const { desk, placed } = sliced('-1000');
    desk.schedule(2);
    desk.assess(tenBtc('3000', 1, 2));
    const order = placeOfOnly(desk.granted(placeOfOnly(placed, 'FundDrawRequested'), '0'), 'CloseOutOrderPlaced');
    desk.finished(order, '0');
    desk.schedule(3);
    expect(types(desk.assess(tenBtc('-10', 1, 3)))).toEqual(['FundDrawRequested']);
  });
});

describe('the partition as a whole', () => {
  it('keeps the cases of several accounts apart', () => {
    const { desk } = sliced();
    desk.account('AccountOpened', { accountId: 'bob.main' }, 'bob.main');
    const bobs = assessmentOf('bob.main', '500', [requirementOf('ETH-PERP', '-10', '2500', '0.02')]);
    const opened = desk.trigger({ ...bobs, figures: { ...bobs.figures, equity: '400' } });
    expect(payloadOf(opened, 'LiquidationOpened').caseId).toBe('bob.main#1');
    const placed = desk.cancelled(placeOfOnly(opened, 'OrdersCancelRequested'), 'bob.main');
    expect(payloadOf(placed, 'CloseOutOrderPlaced')).toMatchObject({ accountId: 'bob.main', side: 'buy' });
  });

  it('passes over known facts of no interest, and stops at unknown ones', () => {
    const desk = new Desk();
    expect(types(desk.other('pricing', GLOBAL, 'PriceSetPublished'))).toEqual([]);
    expect(types(desk.other('accounts', 0, 'SuspenseBooked'))).toEqual([]);
    expect(() => desk.other('accounts', 0, 'SomethingNew')).toThrow(
      'liquidation does not know SomethingNew of accounts',
    );
  });

  it('makes the same bytes again from the same inputs, and the same next step after a rebuild', () => {
    const first = sliced();
    const second = sliced();
    expect(second.desk.events.map(comparisonText)).toEqual(first.desk.events.map(comparisonText));

    const rebuilt = new PartitionMachine<LiquidationState>(liquidationProcess, 0, 1);
    const own = [...first.desk.events];
    for (const event of own.splice(0, 2)) rebuilt.recallOwn(event);
    for (const input of first.desk.inputs) {
      rebuilt.recall(input);
      while (
        own[0] !== undefined &&
        own[0].basis.at(-1)?.[2] === input.position &&
        own[0].basis.at(-1)?.[0] === input.log
      ) {
        rebuilt.recallOwn(own.shift() as SealedEvent);
        while (own[0]?.basis.length === 0) rebuilt.recallOwn(own.shift() as SealedEvent);
      }
    }
    expect(own).toEqual([]);
    expect(rebuilt.state).toEqual(first.desk.machine.state);
    const place = placeOfOnly(first.placed, 'CloseOutOrderPlaced');
    first.desk.filled(place, '4.156', '232.83', '170.49');
    const expected = first.desk.finished(place, '4.156');
    for (const input of first.desk.inputs.slice(-2)) rebuilt.accept(input);
    expect(rebuilt.drain().events.map(comparisonText)).toEqual(expected.map(comparisonText));
  });
});
