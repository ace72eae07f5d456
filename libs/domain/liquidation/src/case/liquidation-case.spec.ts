import { ZERO, dec } from '@ballast/kernel';
import type { AuctionEvents, ProviderEvents } from '@ballast/facts';
import { noteAuctionClosed, noteInCase, openedCase, type LiquidationCase } from './liquidation-case.js';

const place = (position: number) => ({ partition: 0, position });
const ofCase = { caseId: 'a.main#1', accountId: 'a.main', side: 'long' } as const;
const OPENED = openedCase({ ...ofCase, trigger: place(1) } as never);

/** A case whose auction of a position has ended in one way or another. */
function auctioned(
  current: LiquidationCase,
  instrument: string,
  outcome: AuctionEvents['AuctionClosed']['outcome'],
  newestSchedule: number,
): LiquidationCase {
  const request = place(newestSchedule);
  const auction = { request, instrument, quantity: dec(1), called: null, askedOn: null };
  const ended = { ...ofCase, request, instrument, outcome, auctionId: 'x', bids: 0, closedQuantity: '0' };
  return noteAuctionClosed({ ...current, auction }, ended, newestSchedule);
}

/** A case that has asked providers, or called bidders, and heard of the end. */
function asked(
  current: LiquidationCase,
  instrument: string,
  outcome: ProviderEvents['ProviderRoundClosed']['outcome'],
  bids: { readonly auction?: string } = {},
): LiquidationCase {
  const request = place(9);
  const round = { ...ofCase, ...bids, request, instrument, outcome, roundId: 'r', takenOver: [], remainder: '0' };
  const takeOver = { request, closed: null, booked: ZERO };
  return noteInCase.ProviderRoundClosed({ ...current, takeOver }, { ...round, closedQuantity: '0' });
}

const vain = ({ auctionsInVain, providersInVain }: LiquidationCase) => [
  Object.fromEntries([...auctionsInVain].map(([id, { count, endedOn }]) => [id, `${count} until ${endedOn}`])),
  Object.fromEntries(providersInVain),
];

describe('what nobody took [CLR-LIQ-075]', () => {
  it('is counted by position, with the newest schedule when it ended', () => {
    const once = auctioned(OPENED, 'BTC-PERP', 'no-bid', 3);
    const twice = auctioned(auctioned(once, 'BTC-PERP', 'not-taken', 7), 'ETH-PERP', 'no-bidder', 8);
    expect(vain(asked(twice, 'ETH-PERP', 'no-provider'))).toEqual([
      { 'BTC-PERP': '2 until 7', 'ETH-PERP': '1 until 8' },
      { 'ETH-PERP': 1 },
    ]);
    expect(twice.auction).toBeNull();
  });

  it.each([
    ['providers', {}],
    ['bidders', { auction: 'x' }],
  ])('counts no more once something was taken over by %s', (_, bids) => {
    const before = asked(auctioned(OPENED, 'BTC-PERP', 'no-bid', 3), 'BTC-PERP', 'no-provider');
    expect(vain(asked(before, 'ETH-PERP', 'taken-over', bids))).toEqual([{}, {}]);
  });

  it.each<[string, (before: LiquidationCase) => LiquidationCase]>([
    ['a round on figures that were over', (before) => asked(before, 'BTC-PERP', 'figures-changed')],
    ['bids that were called: the end of the auction counts', (before) => asked(before, 'BTC-PERP', 'no-provider', { auction: 'x' })],
    ['an auction that was taken', (before) => auctioned(before, 'BTC-PERP', 'taken-over', 5)],
    ['the end of the auction of another case', (before) => noteAuctionClosed(before, { ...ofCase, request: place(2), instrument: 'BTC-PERP', outcome: 'no-bid', auctionId: 'x', bids: 0, closedQuantity: '0' }, 5)],
  ])('is not counted of %s', (_, then) => {
    const before = auctioned(OPENED, 'BTC-PERP', 'no-bid', 3);
    expect(vain(then(before))).toEqual(vain(before));
  });
});
