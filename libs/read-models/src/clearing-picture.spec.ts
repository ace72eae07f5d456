import type { LogEntry } from '@ballast/event-sourcing';
import type { PriceStatus } from '@ballast/facts';
import { ClearingPictureProjection, type ClearingPicture } from './clearing-picture.js';

const entry = (type: string, payload: unknown, clearing = 1_000, partition = 0): LogEntry =>
  ({ type, payload, partition, time: { clearing, hop: 1 } }) as unknown as LogEntry;

const prices = (status: PriceStatus, marks: Readonly<Record<string, string>> = {}): LogEntry =>
  entry('PriceSetPublished', {
    status,
    marks: Object.entries(marks).map(([instrument, mark]) => ({ instrument, mark })),
    underlyings: { BTC: {} },
  });
const JUMP = { index: '7900000', first: '7900000', since: 0, believedFrom: 600_000 };
const jumped = entry('PriceSetPublished', { status: 'HALT', marks: [], underlyings: { BTC: { jump: JUMP }, ETH: {} } });

const called = (accountId: string, at: number): LogEntry =>
  entry('MarginCallIssued', { callId: `${accountId}#1`, accountId, issuedAt: at }, at);
/** An entry into LIQUIDATING, with the time of the call that came first, if one did. */
const liquidated = (accountId: string, at: number, issuedAt: number | null = null): LogEntry =>
  entry(
    'LiquidationTriggered',
    {
      accountId,
      call: issuedAt === null ? null : { callId: `${accountId}#1`, issuedAt },
      uncalled: issuedAt === null ? 'one-price-set' : null,
    },
    at,
  );

const NO_STATES = { HEALTHY: 0, WARN: 0, MARGIN_CALL: 0, RESTRICTED: 0, LIQUIDATING: 0 };

const run = (assessed: number, states: Readonly<Record<string, number>>, partition: number): LogEntry =>
  entry(
    'MarginRunCompleted',
    { kind: 'full', assessed, models: {}, states: { ...NO_STATES, ...states } },
    1,
    partition,
  );

const credited = (reason: string, amount: string, balance: string): LogEntry =>
  entry('FundCredited', { reason, amount, balance });
const granted = (amount: string, balance: string): LogEntry => entry('FundDrawGranted', { granted: amount, balance });
const draw = (caseId: string, purpose: string): LogEntry => entry('FundDrawRequested', { caseId, purpose });
const takenOver = (role: string, quantity: string): LogEntry =>
  entry('ProviderTradeBooked', { role, quantity, position: { instrument: 'BTC-PERP', quantity: '1', cost: '0' } });

const adl = (role: string, quantity: string): LogEntry =>
  entry('AdlBooked', {
    accountId: 'a.main',
    role,
    quantity,
    position: { instrument: 'BTC-PERP', quantity: '0', cost: '0' },
  });

function pictureOf(...entries: readonly LogEntry[]): ClearingPicture {
  const projection = new ClearingPictureProjection();
  for (const each of entries) projection.apply(each);
  return projection.picture;
}

const EMPTY: ClearingPicture = {
  events: 0,
  priceSets: 0,
  degradedPriceSets: 0,
  accounts: 0,
  marginRuns: 0,
  decisions: 0,
  marginCalls: 0,
  liquidations: 0,
  slices: 0,
  bankruptcies: 0,
  withdrawalsSettled: 0,
  withdrawalsRefused: 0,
  restrictions: 0,
  shortfall: '0',
  fund: { opening: '0', closing: '0' },
  fundDraws: 0,
  takeOvers: 0,
  adl: 0,
  calledFirstShare: null,
  calledQuarterHourShare: null,
  callsWithoutLiquidation: 0,
  medianLeadTimeSeconds: null,
  clearing: 0,
  priceStatus: null,
  priceJumps: {},
  marks: {},
  states: NO_STATES,
};

describe('the picture of a clearing house', () => {
  it('is all zero and null before anything happened', () => {
    expect(pictureOf()).toEqual(EMPTY);
  });

  // Each changes what is named and nothing else; the clearing time of every entry is 1 s.
  it.each<[string, readonly LogEntry[], Partial<ClearingPicture>]>([
    ['a type it does not know', [entry('FundingSettled', {})], {}],
    ['a live price set', [prices('LIVE')], { priceSets: 1, priceStatus: 'LIVE' }],
    ['a degraded price set', [prices('DEGRADED')], { priceSets: 1, degradedPriceSets: 1, priceStatus: 'DEGRADED' }],
    ['a halted price set', [prices('HALT')], { priceSets: 1, priceStatus: 'HALT' }],
    ['a jump of all sources', [jumped], { priceSets: 1, priceStatus: 'HALT', priceJumps: { BTC: JUMP } }],
    ['a jump that is over', [jumped, prices('LIVE')], { events: 2, priceSets: 2, priceStatus: 'LIVE', priceJumps: {} }],
    ['an account', [entry('AccountOpened', {})], { accounts: 1 }],
    ['a withdrawal that was paid out', [entry('WithdrawalSettled', {})], { withdrawalsSettled: 1 }],
    ['a withdrawal that margin refused', [entry('WithdrawalRefused', {})], { withdrawalsRefused: 1 }],
    ['an account that is restricted', [entry('AccountStateChanged', { to: 'RESTRICTED' })], { restrictions: 1 }],
    ['an account that is warned', [entry('AccountStateChanged', { to: 'WARN' })], {}],
    ['a margin call', [called('a.main', 1_000)], { marginCalls: 1, callsWithoutLiquidation: 1 }],
    ['an order of a close-out', [entry('CloseOutOrderPlaced', {})], { slices: 1 }],
    ['a draw for a deficit', [draw('a#1', 'BankruptcyDeficit')], { bankruptcies: 1 }],
    ['a draw for something else', [draw('a#1', 'SlippageBeyondReward')], {}],
    ['a loss nobody paid', [entry('UncoveredLossBooked', { amount: '12.5' })], { shortfall: '12.5' }],
    [
      'a loss that later money pays in part',
      [
        entry('UncoveredLossBooked', { amount: '12.5' }),
        entry('LossRecovered', { amount: '2', balance: '3' }),
        entry('UncoveredLossRecovered', { amount: '2' }),
      ],
      { shortfall: '10.5', fund: { opening: '0', closing: '3' } },
    ],
    ['a take-over by a provider', [takenOver('provider', '0.5')], { takeOvers: 1 }],
    ['a provider who had changed', [takenOver('provider', '0')], {}],
    ['the debtor of a take-over', [takenOver('debtor', '0.5')], {}],
    ['a position that was deleveraged', [adl('candidate', '0.5')], { adl: 1 }],
    ['a candidate of whom nothing was needed', [adl('candidate', '0')], {}],
    ['the bankrupt side of a deleveraging', [adl('bankrupt', '0.5')], {}],
    ['a contribution', [credited('contribution', '50', '50')], { fund: { opening: '50', closing: '50' } }],
    ['what was left of a penalty', [credited('penalty-remainder', '2', '2')], { fund: { opening: '0', closing: '2' } }],
    ['a draw that was granted', [granted('7', '43')], { fundDraws: 1, fund: { opening: '0', closing: '43' } }],
    ['a draw of which nothing was granted', [granted('0', '0.00')], {}],
  ])('takes %s for what it is', (_, entries, changed) => {
    expect(pictureOf(...entries)).toEqual({ ...EMPTY, events: entries.length, clearing: 1_000, ...changed });
  });

  it('adds up losses exactly, and counts a bankruptcy once however often its case asks the fund', () => {
    const losses = ['0.1', '0.2', '1000000000000000000.7'].map((amount) => entry('UncoveredLossBooked', { amount }));
    const draws = [
      draw('a#1', 'BankruptcyDeficit'),
      draw('a#1', 'BankruptcyDeficit'),
      draw('b#1', 'BankruptcyDeficit'),
    ];
    expect(pictureOf(...losses, ...draws)).toMatchObject({ shortfall: '1000000000000000001', bankruptcies: 2 });
  });

  it('opens the fund with all contributions and closes it with its last balance', () => {
    const events = [
      credited('contribution', '1000', '1000'),
      credited('contribution', '250.25', '1250.25'),
      granted('1250', '0.25'),
      credited('penalty-remainder', '3', '3.25'),
    ];
    expect(pictureOf(...events)).toMatchObject({ fund: { opening: '1250.25', closing: '3.25' }, fundDraws: 1 });
  });

  it('has the newest mark of each instrument, kept where a later price set leaves it out', () => {
    const sets = [prices('LIVE', { 'BTC-PERP': '100', 'ETH-PERP': '10' }), prices('DEGRADED', { 'BTC-PERP': '90' })];
    expect(pictureOf(...sets)).toMatchObject({
      marks: { 'BTC-PERP': '90', 'ETH-PERP': '10' },
      priceStatus: 'DEGRADED',
      priceSets: 2,
      degradedPriceSets: 1,
    });
  });

  it('adds up the states of the newest run of each partition, and the assessments of all runs', () => {
    const runs = [
      run(4, { HEALTHY: 3, WARN: 1 }, 0),
      run(2, { HEALTHY: 1, LIQUIDATING: 1 }, 1),
      run(4, { HEALTHY: 2, MARGIN_CALL: 1, RESTRICTED: 1 }, 0),
    ];
    expect(pictureOf(...runs)).toMatchObject({
      marginRuns: 3,
      decisions: 10,
      states: { HEALTHY: 3, WARN: 0, MARGIN_CALL: 1, RESTRICTED: 1, LIQUIDATING: 1 },
    });
  });

  it('has the newest clearing time of all logs, whichever is read last', () => {
    expect(pictureOf(entry('A', {}, 5_000), entry('B', {}, 9_000), entry('C', {}, 7_000)).clearing).toBe(9_000);
  });

  it.each<[string, readonly LogEntry[], string | null, string | null, number | null]>([
    ['without liquidations', [called('a.main', 0)], null, null, null],
    ['without a call', [liquidated('a.main', 9_000)], '0', '0', null],
    ['a second less than a minute after its call', [liquidated('a.main', 60_000, 1_000)], '0', '0', 59],
    ['a minute after its call', [liquidated('a.main', 61_000, 1_000)], '1', '0', 60],
    ['a quarter of an hour after its call', [liquidated('a.main', 900_000, 0)], '1', '1', 900],
    [
      'of which one in three was called',
      [liquidated('a.main', 120_000, 0), liquidated('b.main', 120_000), liquidated('c.main', 120_000)],
      '0.3333',
      '0',
      120,
    ],
  ])('tells how long before a liquidation its call came: %s [CLR-MRG-052]', (_, entries, first, early, seconds) => {
    expect(pictureOf(...entries)).toMatchObject({
      calledFirstShare: first,
      calledQuarterHourShare: early,
      medianLeadTimeSeconds: seconds,
    });
  });

  it('counts the calls that no liquidation followed', () => {
    const calls = [called('a.main', 0), called('b.main', 0)];
    expect(pictureOf(...calls, liquidated('a.main', 60_000, 0)).callsWithoutLiquidation).toBe(1);
  });

  it.each<[readonly number[], number]>([
    [[30], 30],
    [[100, 9], 9],
    [[100, 9, 20], 20],
    [[100, 9, 20, 30], 20],
  ])('takes of lead times of %p seconds the median %p, numbers compared as numbers', (leads, median) => {
    const events = leads.flatMap((lead, n) => [
      called(`a${n}.main`, 1_000),
      liquidated(`a${n}.main`, 1_000 + lead * 1_000, 1_000),
    ]);
    expect(pictureOf(...events).medianLeadTimeSeconds).toBe(median);
  });

  it('is the same whatever order the logs are read in', () => {
    const pricing = [prices('LIVE', { 'BTC-PERP': '100' }), prices('DEGRADED', { 'BTC-PERP': '90' })];
    const margin = [called('a.main', 1_000), run(3, { HEALTHY: 2 }, 0), liquidated('a.main', 61_000, 1_000)];
    const accounts = [entry('AccountOpened', {}), credited('contribution', '10', '10'), granted('4', '6')];
    const liquidation = [entry('CloseOutOrderPlaced', {}), draw('a#1', 'BankruptcyDeficit')];
    const expected: ClearingPicture = {
      ...EMPTY,
      events: 10,
      priceSets: 2,
      degradedPriceSets: 1,
      priceStatus: 'DEGRADED',
      marks: { 'BTC-PERP': '90' },
      accounts: 1,
      marginRuns: 1,
      decisions: 3,
      states: { ...NO_STATES, HEALTHY: 2 },
      marginCalls: 1,
      liquidations: 1,
      calledFirstShare: '1',
      calledQuarterHourShare: '0',
      medianLeadTimeSeconds: 60,
      slices: 1,
      bankruptcies: 1,
      fund: { opening: '10', closing: '6' },
      fundDraws: 1,
      clearing: 61_000,
    };
    expect(pictureOf(...pricing, ...margin, ...accounts, ...liquidation)).toEqual(expected);
    expect(pictureOf(...liquidation, ...accounts, ...margin, ...pricing)).toEqual(expected);
    expect(pictureOf(...margin, ...liquidation, ...pricing, ...accounts)).toEqual(expected);
  });
});
