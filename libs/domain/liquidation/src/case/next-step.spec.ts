import { ONE, ZERO, dec, invariant, text } from '@ballast/kernel';
import {
  POLICY,
  admitted,
  assessmentOf,
  linear,
  requirementOf,
  scheduleInForce,
  underlyingSchedule,
} from '../liquidation.fixtures.js';
import type { AuctionRules } from '../auctions/auction-rules.js';
import type { ProviderAgreements } from '../providers/provider-agreements.js';
import type { LiquidationCase, VainAuctions } from './liquidation-case.js';
import { nextStep, type CaseBasis } from './next-step.js';

const CONTRACTS = admitted();
const place = { partition: 0, position: 7 };

/** A turn that was asked for on other figures than those of now. */
const ASKED = { request: place, instrument: 'BTC-PERP', schedule: 3, accountVersion: 3 };

const ready: LiquidationCase = {
  caseId: 'a.main#1',
  accountId: 'a.main',
  cancelRequest: place,
  ordersCancelled: true,
  slices: 0,
  order: null,
  settling: null,
  thinSchedule: null,
  hedge: null,
  thinHedge: null,
  draw: null,
  fundExhausted: false,
  collateral: 'untouched',
  otherAccounts: 'untouched',
  repayment: 'untouched',
  funded: false,
  turn: { ...ASKED, granted: { notional: dec('1e12'), taken: dec('0'), from: 0, until: 8.64e15 } },
  paused: null,
  takeOver: null,
  providersAsked: null,
  auction: null,
  auctionAsked: null,
  providersInVain: new Map(),
  auctionsInVain: new Map(),
  deleveraging: null,
  asked: null,
  fruitless: 0,
  pausedUntil: 0,
  deleveraged: false,
};

const schedule = scheduleInForce(4, [underlyingSchedule('BTC', '50000', linear('0.02'))]);

function basis(equity: string, changes: Partial<CaseBasis> = {}, held = '10'): CaseBasis {
  const positions = held === '0' ? [] : [requirementOf('BTC-PERP', held, '50000', '0.02')];
  const assessment = assessmentOf('a.main', equity, positions, { accountVersion: 3, schedule: 4 });
  return {
    assessment,
    accountVersion: 3,
    schedule,
    contracts: CONTRACTS,
    halted: false,
    houseHalted: false,
    claim: ZERO,
    answering: [],
    agreements: undefined,
    auctions: undefined,
    ...changes,
  };
}

const order = {
  place,
  instrument: 'BTC-PERP',
  side: 'sell',
  quantity: ONE,
  mark: ONE,
  equityRate: ZERO,
  bearableRate: ZERO,
  limit: ONE,
  theta: ONE,
  modelledRate: ZERO,
  executionRate: ZERO,
  timeRate: ZERO,
  schedule: 4,
  closed: ZERO,
  charged: ZERO,
  slippage: ZERO,
  finished: null,
} as const;
const draw = { request: place, purpose: 'BankruptcyDeficit', amount: ONE, granted: null } as const;
const request = { request: place, nextSchedule: 5, closed: null, booked: ZERO } as const;

/** 100 ETH at 2,500 with a haircut of 15 %, against a debt in USD: worth 212,500 as collateral, 250,000 if sold. */
const withEther = (equity: string, held: string): CaseBasis => {
  const given = basis(equity, {}, held);
  invariant(given.assessment, 'assessed');
  const collateral = [{ asset: 'ETH', amount: '100', price: '2500', haircut: '0.15', value: '212500' }] as const;
  return { ...given, assessment: { ...given.assessment, collateral } };
};

describe('collateral in another asset [CLR-LIQ-024]', () => {
  it.each`
    equity         | held    | expected                                                       | why
    ${'-37500'}    | ${'10'} | ${{ kind: 'close-out' }}                                       | ${'sold, the ether would pay all: nobody else has to'}
    ${'-37500.01'} | ${'10'} | ${{ kind: 'take-over-collateral' }}                            | ${'a cent that no sale would pay: the ether first'}
    ${'-37500'}    | ${'0'}  | ${{ kind: 'take-over-collateral' }}                            | ${'flat: the ether pays'}
    ${'-37500.01'} | ${'0'}  | ${{ kind: 'take-over-collateral' }}                            | ${'flat, and a cent is lost: the ether first'}
    ${'0'}         | ${'0'}  | ${{ kind: 'end', outcome: 'closed-out', uncoveredLoss: ZERO }} | ${'flat, and covered after the haircut'}
  `(
    'equity $equity with $held BTC -> $expected.kind: $why',
    (row: { equity: string; held: string; expected: object }) => {
      expect(nextStep(ready, withEther(row.equity, row.held), POLICY)).toMatchObject(row.expected);
    },
  );

  /** Long 10 BTC against the ether, with what it bears of the account's maintenance requirement. */
  const bearing = (equity: string, share: string, maintenance: string): CaseBasis => {
    const given = withEther(equity, '10');
    invariant(given.assessment, 'assessed');
    const { figures, positions } = given.assessment;
    return {
      ...given,
      assessment: {
        ...given.assessment,
        figures: { ...figures, maintenance },
        positions: positions.map((each) => ({ ...each, maintenance: share })),
      },
    };
  };

  it('is taken over where the position that bears the requirement covers it: closing that would free nothing [CLR-LIQ-021]', () => {
    const given = bearing('-1000', '50', '50');
    invariant(given.assessment, 'assessed');
    const positions = given.assessment.positions.map((each) => ({ ...each, freedByClosing: '-50' }));
    const covered = { ...given, assessment: { ...given.assessment, positions } };
    expect(nextStep(ready, given, POLICY)).toMatchObject({ kind: 'close-out' });
    expect(nextStep(ready, covered, POLICY)).toMatchObject({ kind: 'take-over-collateral' });
  });

  it.each`
    equity     | share     | maintenance | expected                                | why
    ${'-1000'} | ${'0'}    | ${'0'}      | ${{ kind: 'take-over-collateral' }}     | ${'nothing is required: there is nothing to free'}
    ${'-1000'} | ${'-50'}  | ${'0'}      | ${{ kind: 'take-over-collateral' }}     | ${'a hedge frees nothing either'}
    ${'-1000'} | ${'50'}   | ${'0'}      | ${{ kind: 'take-over-collateral' }}     | ${'hedged to nothing: health is no quotient by zero'}
    ${'0'}     | ${'0'}    | ${'0'}      | ${{ kind: 'end', outcome: 'restored' }} | ${'nothing owed, nothing required'}
    ${'-1000'} | ${'0'}    | ${'0.01'}   | ${{ kind: 'take-over-collateral' }}     | ${'required, but of no position'}
    ${'-1000'} | ${'0.01'} | ${'0.01'}   | ${{ kind: 'close-out' }}                | ${'a cent is required of it'}
  `(
    'equity $equity, share $share of maintenance $maintenance -> $expected.kind: $why [CLR-LIQ-021]',
    ({
      equity,
      share,
      maintenance,
      expected,
    }: {
      equity: string;
      share: string;
      maintenance: string;
      expected: object;
    }) => {
      expect(nextStep(ready, bearing(equity, share, maintenance), POLICY)).toMatchObject(expected);
    },
  );

  it('waits for other prices where what is held is so balanced that no part of a single position frees anything [CLR-LIQ-046]', () => {
    const balanced = (maintenance: string): CaseBasis => {
      const given = basis('9000');
      const position = given.assessment?.positions[0];
      invariant(given.assessment && position, 'there is a position');
      const closings = [{ quantity: '10', maintenance }];
      return { ...given, assessment: { ...given.assessment, positions: [{ ...position, closings }] } };
    };
    expect(nextStep(ready, balanced('10000'), POLICY)).toMatchObject({ kind: 'pause', reason: 'nothing-frees' });
    expect(nextStep(ready, balanced('0'), POLICY)).toMatchObject({ kind: 'close-out' });
    // What is above its target ends, also by a method that closes all there is to close.
    const above = balanced('10000');
    invariant(above.assessment, 'there is an assessment');
    const figures = { ...above.assessment.figures, equity: '15000' };
    const restored = { ...above, assessment: { ...above.assessment, figures } };
    expect(nextStep(ready, restored, { ...POLICY, method: 'full' })).toMatchObject({
      kind: 'end',
      outcome: 'restored',
    });
  });

  it.each`
    collateral | equity         | expected                                                   | why
    ${'asked'} | ${'-37500.01'} | ${{ kind: 'wait', for: 'collateral-not-booked' }}          | ${'the house has not booked it'}
    ${'taken'} | ${'-37500.01'} | ${{ kind: 'draw-from-fund', deficit: dec('0.01') }}        | ${'what is left is nobody’s to take: the fund'}
    ${'taken'} | ${'-37500'}    | ${{ kind: 'pause', reason: 'debt-secured-by-collateral' }} | ${'held for a withdrawal, which is released'}
  `('is taken over once: $collateral, equity $equity, $why [CLR-LIQ-037]', ({ collateral, equity, expected }) => {
    const current = { ...ready, collateral: collateral as LiquidationCase['collateral'] };
    expect(nextStep(current, withEther(equity as string, '0'), POLICY)).toMatchObject(expected as object);
  });

  it.each`
    equity     | expected                                | why
    ${'9999'}  | ${{ kind: 'take-over-collateral' }}     | ${'in time, while it is worth more than the debt'}
    ${'15000'} | ${{ kind: 'end', outcome: 'restored' }} | ${'the owner has paid in: the coin is his'}
  `('secures a debt without a position that 10,000 are required for, equity $equity: $why [CLR-LIQ-037]', (row) => {
    const { equity, expected } = row as { readonly equity: string; readonly expected: object };
    const given = withEther(equity, '0');
    invariant(given.assessment, 'assessed');
    const figures = { ...given.assessment.figures, maintenance: '10000' };
    expect(nextStep(ready, { ...given, assessment: { ...given.assessment, figures } }, POLICY)).toMatchObject(expected);
  });

  it('is charged nothing while equity after the haircut is below zero', () => {
    const step = nextStep(ready, withEther('-1000', '10'), POLICY);
    expect(step).toMatchObject({ kind: 'close-out', slice: { provisionalRate: ZERO, quantity: dec('10') } });
  });
});

describe('what the waterfall has paid for an account that has its target again [CLR-LIQ-052]', () => {
  // 10 at 50,000 and 2 %: 10,000 required, target 15,000.
  const withDollars = (equity: string, dollars: string, changes: Partial<CaseBasis>): CaseBasis => {
    const at = basis(equity, changes);
    const { assessment } = at;
    const usd = { asset: 'USD', amount: dollars, price: '1', haircut: '0', value: dollars };
    return { ...at, assessment: assessment && { ...assessment, collateral: [usd] } };
  };
  it.each`
    equity         | dollars    | claim     | changes                      | expected       | why
    ${'20000'}     | ${'20000'} | ${'9000'} | ${{}}                        | ${'5000'}      | ${'what it has beyond the target'}
    ${'20000'}     | ${'20000'} | ${'3000'} | ${{}}                        | ${'3000'}      | ${'the claim'}
    ${'20000'}     | ${'400.5'} | ${'9000'} | ${{}}                        | ${'400.5'}     | ${'its dollars'}
    ${'15000.019'} | ${'20000'} | ${'9000'} | ${{}}                        | ${'0.01'}      | ${'whole cents'}
    ${'20000'}     | ${'20000'} | ${'0'}    | ${{}}                        | ${'end'}       | ${'nothing is claimed'}
    ${'15000'}     | ${'20000'} | ${'9000'} | ${{}}                        | ${'end'}       | ${'just at the target'}
    ${'20000'}     | ${'-30'}   | ${'9000'} | ${{}}                        | ${'end'}       | ${'its gain is not realised'}
    ${'20000'}     | ${'20000'} | ${'9000'} | ${{ repayment: 'asked' }}    | ${'wait'}      | ${'it is not booked'}
    ${'20000'}     | ${'20000'} | ${'9000'} | ${{ repayment: 'answered' }} | ${'end'}       | ${'nothing of it is free'}
    ${'14999.99'}  | ${'20000'} | ${'9000'} | ${{}}                        | ${'close-out'} | ${'below the target it pays nothing'}
  `('goes back: $expected, $why', ({ equity, dollars, claim, changes, expected }) => {
    const at = withDollars(equity as string, dollars as string, { claim: dec(claim as string) });
    const step = nextStep({ ...ready, ...(changes as Partial<LiquidationCase>) }, at, POLICY);
    expect(step.kind === 'repay' ? text(step.amount) : step.kind).toBe(expected);
  });
});

describe('the owner’s other accounts [CLR-LIQ-051]', () => {
  const answering = ['a.other', 'a.third'];
  const asked = { kind: 'ask-other-accounts', deficit: ONE, accounts: answering };
  it.each`
    change                                                 | given                              | expected                                                | why
    ${{}}                                                  | ${basis('-1', { answering })}      | ${asked}                                                | ${'they pay before the fund'}
    ${{}}                                                  | ${basis('-1')}                     | ${{ kind: 'draw-from-fund', deficit: ONE }}             | ${'none answers for it'}
    ${{ otherAccounts: 'asked' }}                          | ${basis('-1', { answering })}      | ${{ kind: 'wait', for: 'other-accounts-not-answered' }} | ${'they have not answered'}
    ${{ otherAccounts: 'answered' }}                       | ${basis('-1', { answering })}      | ${{ kind: 'draw-from-fund', deficit: ONE }}             | ${'what is left goes on to the fund'}
    ${{ otherAccounts: 'answered', fundExhausted: true }}  | ${basis('-1', { answering })}      | ${{ kind: 'deleverage' }}                               | ${'and from there to the other side'}
    ${{}}                                                  | ${basis('0', { answering })}       | ${{ kind: 'close-out' }}                                | ${'nothing is owed'}
    ${{}}                                                  | ${basis('-1', { answering }, '0')} | ${asked}                                                | ${'without a position, too'}
    ${{ otherAccounts: 'untouched', fundExhausted: true }} | ${basis('-1', { answering }, '0')} | ${{ kind: 'end', outcome: 'closed-out' }}               | ${'they are asked before the fund is, not after'}
  `('are asked for a deficit: $expected.kind, $why', ({ change, given, expected }) => {
    const current = { ...ready, ...(change as Partial<LiquidationCase>) };
    expect(nextStep(current, given as CaseBasis, POLICY)).toMatchObject(expected as object);
  });
});

describe('an instrument in which nothing trades [CLR-HLT-002]', () => {
  const halting = (...halted: readonly string[]): CaseBasis['contracts'] =>
    new Map([...CONTRACTS].map(([id, contract]) => [id, { ...contract, halted: halted.includes(id) }]));
  const bitcoin = requirementOf('BTC-PERP', '10', '50000', '0.02');
  const ether = requirementOf('ETH-PERP', '100', '2500', '0.02');
  const both = scheduleInForce(4, [
    underlyingSchedule('BTC', '50000', linear('0.02')),
    underlyingSchedule('ETH', '2500', linear('0.02')),
  ]);
  /** Long 10 BTC and 100 ETH. */
  const holding = (equity: string, ...halted: readonly string[]): CaseBasis => ({
    ...basis(equity, { schedule: both, contracts: halting(...halted) }),
    assessment: assessmentOf('a.main', equity, [bitcoin, ether], { accountVersion: 3, schedule: 4 }),
  });
  const pause = { kind: 'pause', reason: 'instrument-halted', nextSchedule: 5 };
  const instrumentOf = (given: CaseBasis, change: Partial<LiquidationCase> = {}) => {
    const step = nextStep({ ...ready, turn: null, ...change }, given, POLICY);
    if (step.kind === 'ask-for-turn') return step.slice.position.contract.instrument.id;
    return step.kind === 'deleverage' ? step.part.contract.instrument.id : step;
  };

  it('is not closed out; what else the account holds is, with the share of the equity that it had', () => {
    const chosen = instrumentOf(holding('9000'));
    const other = chosen === 'BTC-PERP' ? 'ETH-PERP' : 'BTC-PERP';
    expect(instrumentOf(holding('9000', chosen as string))).toBe(other);
    const turn = {
      ...ASKED,
      instrument: other,
      granted: { notional: dec('1e12'), taken: ZERO, from: 0, until: 8.64e15 },
    };
    const halted = nextStep({ ...ready, turn }, holding('9000', chosen as string), POLICY);
    // Of 9,000 USD the bitcoin bear two thirds and the ether one: over its notional each 0.012.
    expect(halted).toMatchObject({ kind: 'close-out', slice: { position: { equityRate: dec('0.012') } } });
  });

  it('pauses a case that has nothing else to close, and says on which schedule it is judged again', () => {
    expect(nextStep(ready, holding('9000', 'BTC-PERP', 'ETH-PERP'), POLICY)).toEqual(pause);
    expect(nextStep(ready, basis('9000', { contracts: halting('BTC-PERP') }), POLICY)).toEqual(pause);
    // A halt of what it does not hold is none of its affair, and health needs no market.
    expect(nextStep(ready, basis('9000', { contracts: halting('ETH-PERP') }), POLICY)).toMatchObject({
      kind: 'close-out',
    });
    const restored = nextStep(ready, basis('15000', { contracts: halting('BTC-PERP') }), POLICY);
    expect(restored).toMatchObject({ kind: 'end', outcome: 'restored' });
  });

  it('is not offered to the other side: what else has lost is, and then the case pauses, with nothing given up as lost', () => {
    const bankrupt = { fundExhausted: true };
    const chosen = instrumentOf(holding('-1'), bankrupt);
    const other = chosen === 'BTC-PERP' ? 'ETH-PERP' : 'BTC-PERP';
    expect(instrumentOf(holding('-1', chosen as string), bankrupt)).toBe(other);
    expect(instrumentOf(holding('-1', 'BTC-PERP', 'ETH-PERP'), bankrupt)).toEqual(pause);
    // Money is no trade: a deficit is paid first, as ever.
    expect(instrumentOf(holding('-1', 'BTC-PERP', 'ETH-PERP'))).toMatchObject({ kind: 'draw-from-fund', deficit: ONE });
    expect(
      nextStep({ ...ready, ...bankrupt }, basis('-1', { contracts: halting('BTC-PERP') }, '0'), POLICY),
    ).toMatchObject({
      kind: 'end',
      uncoveredLoss: ONE,
    });
  });
});

describe('the ladder [CLR-LIQ-021] [CLR-LIQ-034]', () => {
  it.each`
    change                                          | given                                       | expected                  | why
    ${{ ordersCancelled: false }}                   | ${basis('9000')}                            | ${'orders-not-cancelled'} | ${'its own orders may still fill'}
    ${{ order }}                                    | ${basis('9000')}                            | ${'slice-outstanding'}    | ${'one order at a time'}
    ${{ settling: { order: place, filled: true } }} | ${basis('9000')}                            | ${'slice-outstanding'}    | ${'its cost is not booked'}
    ${{ draw }}                                     | ${basis('9000')}                            | ${'fund-not-answered'}    | ${'equity is about to change'}
    ${{ deleveraging: request }}                    | ${basis('9000')}                            | ${'deleveraging'}         | ${'the round has not ended'}
    ${{}}                                           | ${basis('9000', { accountVersion: 4 })}     | ${'no-valid-assessment'}  | ${'the account has changed since'}
    ${{}}                                           | ${basis('9000', { accountVersion: 2 })}     | ${'no-valid-assessment'}  | ${'margin knows more than we do'}
    ${{}}                                           | ${basis('9000', { assessment: undefined })} | ${'no-valid-assessment'}  | ${'never assessed'}
    ${{}}                                           | ${basis('9000', { schedule: undefined })}   | ${'no-valid-assessment'}  | ${'its schedule is unknown'}
  `('waits: $expected, $why', ({ change, given, expected }) => {
    const current = { ...ready, ...(change as Partial<LiquidationCase>) };
    expect(nextStep(current, given as CaseBasis, POLICY)).toEqual({
      kind: 'wait',
      for: expected as string,
    });
  });

  it('goes on beyond the target until nothing bears a requirement, by the method that closes all [CLR-LIQ-060]', () => {
    const full = { ...POLICY, method: 'full' } as const;
    const healthy = basis('15000');
    expect(nextStep(ready, healthy, POLICY)).toMatchObject({ kind: 'end', outcome: 'restored' });
    expect(nextStep(ready, healthy, full)).toMatchObject({ kind: 'close-out', slice: { quantity: dec('10') } });
    expect(nextStep(ready, basis('15000', {}, '0'), full)).toMatchObject({ kind: 'end', outcome: 'closed-out' });
    expect(nextStep(ready, basis('-1'), full)).toMatchObject({ kind: 'draw-from-fund', deficit: ONE });
    const contracts: CaseBasis['contracts'] = new Map(
      [...CONTRACTS].map(([id, contract]) => [id, { ...contract, halted: true }]),
    );
    expect(nextStep(ready, { ...healthy, contracts }, full)).toMatchObject({ kind: 'pause' });
  });

  it.each`
    change                                                                | given                                                           | expected             | nextSchedule | why
    ${{ pausedUntil: 5 }}                                                 | ${basis('-1')}                                                  | ${'no-counterparty'} | ${5}         | ${'nobody took it, and prices are the same'}
    ${{ fundExhausted: true, asked: { schedule: 4, accountVersion: 3 } }} | ${basis('-1')}                                                  | ${'no-counterparty'} | ${5}         | ${'the same request would be answered in the same way'}
    ${{}}                                                                 | ${basis('9000', { halted: true })}                              | ${'prices-halted'}   | ${5}         | ${'the newest schedule is halted'}
    ${{}}                                                                 | ${basis('9000', { schedule: { ...schedule, status: 'HALT' } })} | ${'prices-halted'}   | ${5}         | ${'its own schedule was halted'}
    ${{ thinSchedule: 4 }}                                                | ${basis('9000')}                                                | ${'book-too-thin'}   | ${5}         | ${'the same book again'}
    ${{ pausedUntil: 9 }}                                                 | ${basis('-1')}                                                  | ${'no-counterparty'} | ${9}         | ${'each time longer'}
  `('pauses until schedule $nextSchedule: $expected, $why', ({ change, given, expected, nextSchedule }) => {
    const current = { ...ready, ...(change as Partial<LiquidationCase>) };
    const step = { kind: 'pause', reason: expected as string, nextSchedule: nextSchedule as number };
    expect(nextStep(current, given as CaseBasis, POLICY)).toEqual(step);
  });

  /** Equity of 9,000 bears 1.8 % of the notional. */
  const agreed = (discount: string, more: object = {}): ProviderAgreements => ({
    id: 'providers@1',
    windowMs: 1,
    agreements: [{ account: 'p.main', underlying: 'BTC', capacity: ONE, discount: dec(discount), ...more }],
  });
  const thin: LiquidationCase = { ...ready, thinSchedule: 4 };
  it.each`
    agreements                             | current                                          | expected                                           | why
    ${agreed('0.004')}                     | ${{}}                                            | ${{ kind: 'ask-providers' }}                       | ${'the book has not taken it'}
    ${agreed('0.018')}                     | ${{}}                                            | ${{ kind: 'ask-providers' }}                       | ${'all that equity bears'}
    ${agreed('0.0181')}                    | ${{}}                                            | ${{ kind: 'pause', reason: 'book-too-thin' }}      | ${'more than equity bears'}
    ${undefined}                           | ${{}}                                            | ${{ kind: 'pause', reason: 'book-too-thin' }}      | ${'no document'}
    ${agreed('0', { underlying: 'ETH' })}  | ${{}}                                            | ${{ kind: 'pause', reason: 'book-too-thin' }}      | ${'nobody for this underlying'}
    ${agreed('0', { account: 'a.other' })} | ${{}}                                            | ${{ kind: 'pause', reason: 'book-too-thin' }}      | ${'his own account'}
    ${agreed('0.004')}                     | ${{ providersAsked: 4 }}                         | ${{ kind: 'pause', reason: 'book-too-thin' }}      | ${'asked once a schedule'}
    ${agreed('0.004')}                     | ${{ providersAsked: 3 }}                         | ${{ kind: 'ask-providers' }}                       | ${'asked on an older one'}
    ${agreed('0.004')}                     | ${{ thinSchedule: null }}                        | ${{ kind: 'close-out' }}                           | ${'the market first'}
    ${agreed('0.004')}                     | ${{ settling: { order: place, filled: false } }} | ${{ kind: 'wait', for: 'slice-outstanding' }}      | ${'the account has another version in a moment'}
    ${undefined}                           | ${{ settling: { order: place, filled: false } }} | ${{ kind: 'pause', reason: 'book-too-thin' }}      | ${'nobody to be asked for whom it matters'}
    ${agreed('0.004')}                     | ${{ takeOver: { ...request } }}                  | ${{ kind: 'wait', for: 'providers-not-answered' }} | ${'asked already'}
  `('asks providers: $why -> $expected.kind [CLR-LIQ-053]', ({ agreements, current, expected }) => {
    const given = basis('9000', { agreements: agreements as ProviderAgreements | undefined });
    expect(nextStep({ ...thin, ...(current as object) }, given, POLICY)).toMatchObject(expected as object);
  });

  const auctioned = (more: object = {}): AuctionRules => ({
    ...{ id: 'auctions@1', windowMs: 1, bindingMs: 1, dutch: null, lengthMs: 1 },
    bidders: [{ account: 'p.main', underlying: 'BTC', capacity: ONE, ...more }],
  });
  const auction = { request: place, instrument: 'BTC-PERP', quantity: dec('10'), called: null, askedOn: null };
  it.each`
    agreements          | auctions                             | current                                          | expected                                      | why
    ${undefined}        | ${auctioned()}                       | ${{}}                                            | ${{ kind: 'ask-auction' }}                    | ${'the book has not taken it'}
    ${agreed('0.004')}  | ${auctioned()}                       | ${{}}                                            | ${{ kind: 'ask-providers' }}                  | ${'those with an agreement first'}
    ${agreed('0.004')}  | ${auctioned()}                       | ${{ providersAsked: 4 }}                         | ${{ kind: 'ask-auction' }}                    | ${'they were asked'}
    ${agreed('0.0181')} | ${auctioned()}                       | ${{}}                                            | ${{ kind: 'ask-auction' }}                    | ${'they ask for more than equity bears'}
    ${undefined}        | ${auctioned()}                       | ${{ auctionAsked: 4 }}                           | ${{ kind: 'pause', reason: 'book-too-thin' }} | ${'once a schedule'}
    ${undefined}        | ${auctioned()}                       | ${{ auction }}                                   | ${{ kind: 'pause', reason: 'book-too-thin' }} | ${'one at a time'}
    ${undefined}        | ${auctioned({ underlying: 'ETH' })}  | ${{}}                                            | ${{ kind: 'pause', reason: 'book-too-thin' }} | ${'nobody for this underlying'}
    ${undefined}        | ${auctioned({ account: 'a.other' })} | ${{}}                                            | ${{ kind: 'pause', reason: 'book-too-thin' }} | ${'his own account'}
    ${undefined}        | ${auctioned()}                       | ${{ settling: { order: place, filled: false } }} | ${{ kind: 'wait', for: 'slice-outstanding' }} | ${'the account has another version in a moment'}
  `('asks for an auction: $why -> $expected.kind [CLR-LIQ-070]', ({ agreements, auctions, current, expected }) => {
    const given = basis('9000', {
      agreements: agreements as CaseBasis['agreements'],
      auctions: auctions as CaseBasis['auctions'],
    });
    expect(nextStep({ ...thin, ...(current as object) }, given, POLICY)).toMatchObject(expected as object);
  });

  /** Ten bitcoins that free most per cost, and a hundred ether. */
  function twoLegs(changes: Partial<CaseBasis>): CaseBasis {
    const both = [underlyingSchedule('BTC', '50000', linear('0.02')), underlyingSchedule('ETH', '2500', linear('0.02'))];
    const positions = [
      requirementOf('BTC-PERP', '10', '50000', '0.02'),
      { ...requirementOf('ETH-PERP', '100', '2500', '0.02'), maintenance: '4000' },
    ];
    return basis('9000', {
      assessment: assessmentOf('a.main', '9000', positions, { accountVersion: 3, schedule: 4 }),
      schedule: scheduleInForce(4, both),
      ...changes,
    });
  }
  const inEach = ['BTC', 'ETH'].map((underlying) => ({ account: 'p.main', underlying, capacity: ONE }));
  const nobodyTook = (count: number, endedOn: number) => ({ count, endedOn });
  it.each`
    btc                  | eth                  | expected                                                        | why
    ${undefined}         | ${undefined}         | ${{ part: { instrument: 'BTC-PERP' }, attempt: 1, rest: 1 }}    | ${'what frees most per cost'}
    ${nobodyTook(1, 4)}  | ${undefined}         | ${{ part: { instrument: 'ETH-PERP' }, attempt: 1, rest: 1 }}    | ${'it rests: another one'}
    ${nobodyTook(1, 3)}  | ${undefined}         | ${{ part: { instrument: 'ETH-PERP' }, attempt: 1, rest: 1 }}    | ${'it has rested: another one first'}
    ${nobodyTook(1, 3)}  | ${nobodyTook(1, 3)}  | ${{ part: { instrument: 'BTC-PERP' }, attempt: 2, rest: 2 }}    | ${'both were offered once'}
    ${nobodyTook(2, 3)}  | ${nobodyTook(2, 3)}  | ${{ kind: 'pause', reason: 'book-too-thin' }}                   | ${'both rest for two schedules'}
    ${nobodyTook(2, 2)}  | ${nobodyTook(3, 2)}  | ${{ part: { instrument: 'BTC-PERP' }, attempt: 3, rest: 4 }}    | ${'the second rest is over'}
    ${nobodyTook(99, 0)} | ${nobodyTook(99, 0)} | ${{ kind: 'pause', reason: 'book-too-thin' }}                   | ${'sixteen schedules are not over'}
    ${nobodyTook(5, -12)} | ${nobodyTook(99, -12)} | ${{ part: { instrument: 'BTC-PERP' }, attempt: 6, rest: 16 }} | ${'sixteen are the most'}
  `('auctions, in a row, what nobody took: $why [CLR-LIQ-075]', ({ btc, eth, expected }) => {
    const auctionsInVain = new Map<string, VainAuctions>(
      Object.entries({ 'BTC-PERP': btc as VainAuctions | undefined, 'ETH-PERP': eth as VainAuctions | undefined }).flatMap(
        ([id, vain]) => (vain === undefined ? [] : [[id, vain] as const]),
      ),
    );
    const given = twoLegs({ auctions: { ...auctioned(), bidders: inEach } });
    expect(nextStep({ ...thin, auctionsInVain }, given, POLICY)).toMatchObject(expected as object);
  });

  it.each`
    inVain                                  | instrument    | why
    ${{}}                                   | ${'BTC-PERP'} | ${'what frees most per cost'}
    ${{ 'BTC-PERP': 1 }}                    | ${'ETH-PERP'} | ${'the other one first'}
    ${{ 'BTC-PERP': 2, 'ETH-PERP': 2 }}     | ${'BTC-PERP'} | ${'both found nobody as often'}
    ${{ 'BTC-PERP': 1, 'ETH-PERP': 2 }}     | ${'BTC-PERP'} | ${'which found nobody less often'}
  `('asks providers for $instrument: $why [CLR-LIQ-075]', ({ inVain, instrument }) => {
    const { agreements } = agreed('0.004');
    const given = twoLegs({
      agreements: { ...agreed('0.004'), agreements: [...agreements, ...agreed('0.004', { underlying: 'ETH' }).agreements] },
    });
    const providersInVain = new Map(Object.entries(inVain as Record<string, number>));
    expect(nextStep({ ...thin, providersInVain }, given, POLICY)).toMatchObject({
      kind: 'ask-providers',
      part: { instrument: instrument as string },
    });
  });

  const called = (...discounts: readonly string[]) => ({
    ...auction,
    called: {
      auctionId: 'BTC-PERP-0-7',
      bids: discounts.map((discount, index) => ({ accountId: `p${index}.main`, quantity: '1', discount })),
    },
  });
  it.each`
    given                                                                  | more                                             | expected                                              | why
    ${called('0.004')}                                                     | ${{}}                                            | ${{ kind: 'ask-providers', auction: 'BTC-PERP-0-7' }} | ${'before the market'}
    ${called('0.004')}                                                     | ${{ settling: { order: place, filled: false } }} | ${{ kind: 'wait', for: 'slice-outstanding' }}         | ${'the account has another version in a moment'}
    ${called('0.004')}                                                     | ${{ order: place }}                              | ${{ kind: 'wait', for: 'slice-outstanding' }}         | ${'an order is under way'}
    ${called('0.0181')}                                                    | ${{}}                                            | ${{ kind: 'close-out' }}                              | ${'equity bears it no more'}
    ${called('0.004', '0.0181')}                                           | ${{}}                                            | ${{ kind: 'ask-providers' }}                          | ${'it bears one of them'}
    ${{ ...called('0.004'), instrument: 'ETH-PERP' }}                      | ${{}}                                            | ${{ kind: 'close-out' }}                              | ${'that is held no more'}
    ${{ ...called('0.004'), askedOn: { schedule: 4, accountVersion: 3 } }} | ${{}}                                            | ${{ kind: 'close-out' }}                              | ${'asked for on these figures'}
    ${{ ...called('0.004'), askedOn: { schedule: 3, accountVersion: 3 } }} | ${{}}                                            | ${{ kind: 'ask-providers' }}                          | ${'asked for on older ones'}
    ${auction}                                                             | ${{}}                                            | ${{ kind: 'close-out' }}                              | ${'nobody has bid: the market goes on'}
  `('hands over to called bids: $why -> $expected.kind [CLR-LIQ-073]', ({ given, more, expected }) => {
    const current = { ...ready, auction: given as LiquidationCase['auction'], ...(more as object) };
    expect(nextStep(current, basis('9000'), POLICY)).toMatchObject(expected as object);
  });

  it.each`
    offered | asked
    ${'10'} | ${'4.616'}
    ${'3'}  | ${'3'}
  `('hands over what it needs now, of $offered at most $asked [CLR-LIQ-073]', ({ offered, asked }) => {
    const current = { ...ready, auction: { ...called('0.004', '0.004'), quantity: dec(offered as string) } };
    const step = nextStep(current, basis('9000'), POLICY);
    invariant(step.kind === 'ask-providers', step.kind);
    expect(text(step.part.quantity)).toBe(asked);
  });

  it('offers what brings the account to its target at the greatest discount, all at a time [CLR-LIQ-053]', () => {
    const asked = (given: CaseBasis, policy = POLICY) => {
      const step = nextStep(thin, given, policy);
      invariant(step.kind === 'ask-providers', step.kind);
      return step.part.quantity.toString();
    };
    const agreements: ProviderAgreements = {
      ...agreed('0.004'),
      agreements: [...agreed('0').agreements, ...agreed('0.004', { account: 'q.main' }).agreements],
    };
    // (1.5 x 10,000 - 9,000) / (1.5 x 1,000 - 0.004 x 50,000) = 4.615..., 2.7 million at a pace of 3.5 a minute; at the mark 4 would do.
    expect(asked(basis('9000', { agreements }))).toBe('4.616');
    expect(asked(basis('9000', { agreements: agreed('0') }))).toBe('4');
    expect(asked(basis('9000', { agreements }), { ...POLICY, method: 'full' })).toBe('10');
    const byShare = { ...POLICY, method: 'by-share', orderShare: dec('0.25') } as const;
    expect(asked(basis('9000', { agreements }), byShare)).toBe('2.5');
  });

  const granted = { notional: dec('60000'), from: schedule.asOf, until: schedule.asOf + 1 };
  const turn = { ...ASKED, granted };
  it.each`
    turn                                                             | expected                                                    | why
    ${null}                                                          | ${{ kind: 'ask-for-turn' }}                                 | ${'it has none'}
    ${{ ...turn, granted: null }}                                    | ${{ kind: 'wait', for: 'turn' }}                            | ${'others are before it'}
    ${{ ...turn, instrument: 'ETH-PERP' }}                           | ${{ kind: 'ask-for-turn' }}                                 | ${'that is for another instrument'}
    ${turn}                                                          | ${{ kind: 'close-out', slice: { quantity: dec('1.2') } }}   | ${'as much as the turn allows'}
    ${{ ...turn, granted: { ...granted, notional: dec('1') } }}      | ${{ kind: 'close-out', slice: { quantity: dec('0.001') } }} | ${'a lot at least'}
    ${{ ...turn, granted: { ...granted, from: schedule.asOf + 1 } }} | ${{ kind: 'wait', for: 'turn' }}                            | ${'prices are older than the turn'}
    ${{ ...turn, granted: { ...granted, until: schedule.asOf } }}    | ${{ kind: 'ask-for-turn' }}                                 | ${'the turn has lapsed'}
  `('closes in its turn: $expected.kind, $why [CLR-LIQ-038]', ({ turn: given, expected }) => {
    const current = { ...ready, turn: given as LiquidationCase['turn'] };
    expect(nextStep(current, basis('9000'), POLICY)).toMatchObject(expected as object);
  });

  it.each`
    change                                                                | given                   | expected                                                        | why
    ${{}}                                                                 | ${basis('9000')}        | ${{ kind: 'close-out' }}                                        | ${'below target'}
    ${{ thinSchedule: 3 }}                                                | ${basis('9000')}        | ${{ kind: 'close-out' }}                                        | ${'prices are newer than the thin book'}
    ${{ thinSchedule: 4 }}                                                | ${basis('15000')}       | ${{ kind: 'end', outcome: 'restored' }}                         | ${'health needs no book'}
    ${{ fundExhausted: true }}                                            | ${basis('9000')}        | ${{ kind: 'close-out' }}                                        | ${'solvent again'}
    ${{}}                                                                 | ${basis('-1')}          | ${{ kind: 'draw-from-fund', deficit: ONE }}                     | ${'the fund first'}
    ${{ thinSchedule: 4 }}                                                | ${basis('-1')}          | ${{ kind: 'draw-from-fund', deficit: ONE }}                     | ${'a deficit does not wait'}
    ${{ fundExhausted: true }}                                            | ${basis('-1')}          | ${{ kind: 'deleverage', schedule: 4 }}                          | ${'then the other side'}
    ${{ fundExhausted: true }}                                            | ${basis('-1', {}, '0')} | ${{ kind: 'end', outcome: 'closed-out', uncoveredLoss: ONE }}   | ${'then nobody'}
    ${{}}                                                                 | ${basis('0', {}, '0')}  | ${{ kind: 'end', outcome: 'closed-out', uncoveredLoss: ZERO }}  | ${'flat and even'}
    ${{ pausedUntil: 4 }}                                                 | ${basis('-1')}          | ${{ kind: 'draw-from-fund', deficit: ONE }}                     | ${'the pause is over: the fund again'}
    ${{ fundExhausted: true, asked: { schedule: 4, accountVersion: 2 } }} | ${basis('-1')}          | ${{ kind: 'deleverage', nextSchedule: 5 }}                      | ${'the account has changed'}
    ${{ fundExhausted: true, fruitless: 3 }}                              | ${basis('-1')}          | ${{ kind: 'deleverage', nextSchedule: 12 }}                     | ${'the fourth pause is eight schedules'}
    ${{ fundExhausted: true, fruitless: 99 }}                             | ${basis('-1')}          | ${{ kind: 'deleverage', nextSchedule: 20 }}                     | ${'at most sixteen'}
    ${{ pausedUntil: 9 }}                                                 | ${basis('-1', {}, '0')} | ${{ kind: 'draw-from-fund', deficit: ONE }}                     | ${'without a position there is nobody to wait for'}
    ${{ deleveraged: true }}                                              | ${basis('0', {}, '0')}  | ${{ kind: 'end', outcome: 'deleveraged', uncoveredLoss: ZERO }} | ${'flat by deleveraging'}
  `('goes on: $expected.kind, $why', ({ change, given, expected }) => {
    const current = { ...ready, ...(change as Partial<LiquidationCase>) };
    expect(nextStep(current, given as CaseBasis, POLICY)).toMatchObject(expected as object);
  });
});
