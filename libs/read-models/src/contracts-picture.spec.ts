import type { LogEntry } from '@ballast/event-sourcing';
import { ClearingPictureProjection, type ClearingPicture } from './clearing-picture.js';

const CALL = 'BTC-27MAR26-60000-C';
const OTHER_CALL = 'BTC-27MAR26-70000-C';
const EXPIRY = 1_774_598_400_000;

const entry = (type: string, payload: unknown, partition = 0): LogEntry =>
  ({ type, payload, partition, time: { clearing: 1_000, hop: 1 } }) as unknown as LogEntry;

const listed = entry('InstrumentAdmitted', { specification: {} });
const position = (instrument: string, quantity: string) => ({ instrument, quantity, cost: '0' });

/** A trade after which the account holds so many contracts, and what it was paid before the fee. */
const traded = (accountId: string, instrument: string, quantity: string, cash: string, asset = 'USD'): LogEntry =>
  entry('PositionChanged', {
    accountId,
    reason: 'trade',
    position: position(instrument, quantity),
    settlement: { asset, cash },
  });

const surface = (underlying: string, status: string): LogEntry =>
  entry('SurfacePublished', { underlying, expiry: EXPIRY, status });

const run = (models: Readonly<Record<string, number>>, partition: number, kind = 'full'): LogEntry =>
  entry('MarginRunCompleted', { kind, assessed: 10, states: {}, models }, partition);

function pictureOf(...entries: readonly LogEntry[]): ClearingPicture {
  const projection = new ClearingPictureProjection();
  for (const each of entries) projection.apply(each);
  return projection.picture;
}

describe('the picture of options, futures and inverse contracts', () => {
  it('is absent while nothing but linear perpetuals is listed, so that nothing changes for who has only those', () => {
    expect(pictureOf(run({}, 0))).not.toHaveProperty('contracts');
  });

  it('counts what was listed and refused', () => {
    expect(pictureOf(listed, listed, entry('InstrumentRefused', {})).contracts).toMatchObject({
      listed: 2,
      refused: 1,
    });
  });

  it('counts the options that are held: opened, closed, taken over and delivered ones', () => {
    const opened = [traded('a.main', CALL, '2', '-600'), traded('b.main', CALL, '-2', '600')];
    const more = [traded('a.main', OTHER_CALL, '1', '-100'), traded('b.main', OTHER_CALL, '-1', '100')];
    expect(pictureOf(listed, ...opened, ...more).contracts?.optionPositions).toBe(4);
    const closed = traded('a.main', CALL, '0', '500');
    const deleveraged = entry('AdlBooked', { accountId: 'b.main', position: position(CALL, '0'), quantity: '2' });
    const delivered = entry('ContractDelivered', { accountId: 'a.main', position: position(OTHER_CALL, '0') });
    expect(pictureOf(listed, ...opened, ...more, closed, deleveraged, delivered).contracts).toMatchObject({
      optionPositions: 1,
      deliveries: 1,
    });
  });

  it('does not take a future for an option, nor its profit for a premium', () => {
    expect(pictureOf(listed, traded('a.main', 'BTC-27MAR26', '5', '-250')).contracts).toMatchObject({
      optionPositions: 0,
      premiumPaid: {},
    });
  });

  it('adds up what buyers paid, each asset by itself, and not what a close-out cost', () => {
    const closedOut = entry('PositionChanged', {
      accountId: 'b.main',
      reason: 'close-out',
      position: position(CALL, '0'),
      settlement: { asset: 'USD', cash: '-900' },
    });
    const trades = [
      traded('a.main', CALL, '2', '-600.5'),
      traded('b.main', CALL, '-2', '600.5'),
      traded('a.main', OTHER_CALL, '1', '-99.5'),
      traded('a.main', `${CALL}-INVERSE`, '1', '-0.02', 'BTC'),
    ];
    expect(pictureOf(listed, ...trades, closedOut).contracts?.premiumPaid).toEqual({ USD: '700', BTC: '0.02' });
  });

  it('tells how many surfaces were degraded, and how many are now: the newest of each expiry still to be delivered', () => {
    const surfaces = [surface('BTC', 'DEGRADED'), surface('ETH', 'DEGRADED'), surface('BTC', 'LIVE')];
    expect(pictureOf(listed, ...surfaces).contracts).toMatchObject({
      surfaces: 3,
      degradedSurfaces: 2,
      degradedNow: 1,
      expiries: 0,
    });
    const fixed = entry('SettlementPriceFixed', { underlying: 'ETH', expiry: EXPIRY });
    expect(pictureOf(listed, ...surfaces, fixed).contracts).toMatchObject({ degradedNow: 0, expiries: 1 });
  });

  it('has the accounts of the last full run of each partition by model; a run of touched accounts tells not all', () => {
    const adaptive = 'adaptive-portfolio@1';
    const chosen = 'deribit-portfolio@1';
    const runs = [run({ [adaptive]: 9 }, 0), run({ [adaptive]: 4, [chosen]: 1 }, 1), run({ [adaptive]: 3 }, 0)];
    expect(pictureOf(listed, ...runs, run({ [adaptive]: 1 }, 1, 'touched')).contracts?.portfolios).toEqual({
      [adaptive]: 7,
      [chosen]: 1,
    });
    expect(pictureOf(listed, ...runs, run({}, 1)).contracts?.portfolios).toEqual({ [adaptive]: 3 });
  });
});
