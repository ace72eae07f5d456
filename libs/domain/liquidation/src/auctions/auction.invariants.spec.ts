import { GLOBAL } from '@ballast/event-sourcing';
import { ForeignLogs, START } from '../liquidation.fixtures.js';
import { auctionInvariants } from './auction.invariants.js';

const ID = 'BTC-PERP-0-1';
const OFFERED = {
  quantity: '3',
  limit: '49500',
  mark: '50000',
  mostDiscount: '0.01',
  unitNotional: '50000',
  side: 'long',
};
const OPENED = {
  ...{ auctionId: ID, request: { partition: 0, position: 1 }, ...OFFERED, openedAt: START, endsAt: START + 20_000 },
  dutch: { startingShare: '1', fastCutoffShare: '0.5', fastLengthMs: 10_000, slowLengthMs: 10_000, stepMs: 1_000 },
  bidders: [{ accountId: 'a.main', capacity: '1', used: '0', quantity: '2' }],
};
const BID = { auctionId: ID, bidder: 'a.main', quantity: '2', discount: '0.002' };
const called = { accountId: 'a.main', quantity: '2', discount: '0.002' };

interface Told {
  readonly asked?: object;
  readonly opened?: object;
  readonly bid?: object;
  readonly at?: number;
  readonly calledBid?: object;
  readonly provider?: object;
  readonly round?: object;
  readonly closed?: object;
}

/** What is found of an auction in which one bid is called and handed over. */
function found({ asked, opened, bid, at = 4_000, calledBid, provider, round, closed }: Told = {}): readonly string[] {
  const logs = new ForeignLogs();
  const invariants = auctionInvariants();
  const tell = (partition: number, type: string, payload: object, ms = at): void =>
    invariants.take(logs.entry('liquidation', partition, 'x', type as never, payload as never, START + ms));
  tell(0, 'AuctionAsked', { ...OFFERED, ...asked }, 0);
  tell(GLOBAL, 'AuctionOpened', { ...OPENED, ...opened }, 0);
  tell(GLOBAL, 'AuctionBidPlaced', { ...BID, ...bid });
  tell(GLOBAL, 'AuctionCalled', { auctionId: ID, bids: [{ ...called, ...calledBid }] });
  tell(GLOBAL, 'ProviderRoundOpened', { roundId: 'r1', auction: ID, providers: [{ ...called, ...provider }] });
  tell(GLOBAL, 'ProviderRoundClosed', { roundId: 'r1', auction: ID, closedQuantity: '2', ...round });
  const { request } = OPENED;
  tell(GLOBAL, 'AuctionClosed', {
    auctionId: ID,
    request,
    outcome: 'taken-over',
    bids: 1,
    closedQuantity: '2',
    ...closed,
  });
  return invariants.finish().map(({ detail }) => detail);
}

type Auctioned = { readonly instrument: string; readonly attempt: number; readonly rest: number };
type TakenOver = { readonly takenOver: 'providers' | 'bidders' };
type Step = (Auctioned & { readonly meanwhile?: TakenOver }) | TakenOver;

/** What is found of the auctions that a case asks for in a row and that end in vain; between them, or meanwhile, something of it may be taken over. */
function foundOfAttempts(...steps: readonly Step[]): readonly string[] {
  const logs = new ForeignLogs();
  const invariants = auctionInvariants();
  const ofCase = { caseId: 'd.main#1' };
  const takeOver = ({ takenOver }: TakenOver): void => {
    const request = logs.entry('liquidation', 0, 'x', 'ProvidersAsked', ofCase as never);
    const auction = takenOver === 'bidders' ? { auction: ID } : {};
    const round = { ...ofCase, ...auction, roundId: 'r', request, outcome: 'taken-over', closedQuantity: '0' };
    invariants.take(logs.entry('liquidation', GLOBAL, 'x', 'ProviderRoundClosed', round as never));
  };
  for (const [index, step] of steps.entries()) {
    if ('takenOver' in step) takeOver(step);
    else {
      const { meanwhile, ...asked } = step;
      const request = logs.entry('liquidation', 0, 'x', 'AuctionAsked', { ...ofCase, ...asked } as never);
      invariants.take(request);
      if (meanwhile !== undefined) takeOver(meanwhile);
      const { instrument } = asked;
      const ended = { ...ofCase, auctionId: `a-${index}`, request, instrument, outcome: 'no-bid', bids: 0 };
      invariants.take(
        logs.entry('liquidation', GLOBAL, 'x', 'AuctionClosed', { ...ended, closedQuantity: '0' } as never),
      );
    }
  }
  return invariants.finish().map(({ detail }) => detail);
}

const btc = (attempt: number, rest: number): Step => ({ instrument: 'BTC-PERP', attempt, rest });
const eth = (attempt: number, rest: number): Step => ({ instrument: 'ETH-PERP', attempt, rest });

describe('what nobody takes is offered ever less often [CLR-LIQ-075]', () => {
  it.each<[string, readonly Step[]]>([
    ['each position for itself', [btc(1, 1), eth(1, 1), btc(2, 2), eth(2, 2), btc(3, 4)]],
    ['up to what the policy allows', [btc(1, 1), btc(2, 2), btc(3, 2), btc(4, 2)]],
    [
      'and anew once providers have taken something over',
      [btc(1, 1), eth(1, 1), { takenOver: 'providers' }, eth(1, 1)],
    ],
    ['or bidders', [btc(1, 1), btc(2, 2), { takenOver: 'bidders' }, btc(1, 1)]],
    [
      'but one that ends after that in vain is the first',
      [btc(1, 1), { ...btc(2, 2), meanwhile: { takenOver: 'providers' } }, btc(2, 2), btc(3, 4)],
    ],
  ])('%s', (_, steps) => {
    expect(foundOfAttempts(...steps)).toEqual([]);
  });

  it.each<[string, readonly Step[], string]>([
    ['a first one that is none', [btc(1, 1), btc(1, 1)], 'd.main#1: attempt 1 of BTC-PERP, due 2'],
    ['one that is left out', [btc(1, 1), btc(3, 2)], 'd.main#1: attempt 3 of BTC-PERP, due 2'],
    [
      'a count that goes on',
      [btc(1, 1), { takenOver: 'providers' }, btc(2, 1)],
      'd.main#1: attempt 2 of BTC-PERP, due 1',
    ],
    ['a rest that grows too fast', [btc(1, 1), btc(2, 3)], 'd.main#1: BTC-PERP is to rest for 3 schedules, at most 2'],
  ])('finds %s', (_, steps, expected) => {
    expect(foundOfAttempts(...steps)).toEqual([expected]);
  });
});

describe('what must always hold of auctions [CLR-LIQ-074]', () => {
  it('holds for one that goes as it was bid', () => {
    expect(found()).toEqual([]);
    expect(
      found({
        opened: { dutch: null },
        bid: { discount: '0.0099' },
        calledBid: { discount: '0.0099' },
        provider: { discount: '0.0099' },
      }),
    ).toEqual([]);
  });

  it.each<[string, Told, string]>([
    ['another offer than asked for', { opened: { limit: '49400' } }, `${ID}: its case has not asked for it like that`],
    ['a bid of a stranger', { bid: { bidder: 'x.main' } }, `${ID}: x.main was not named`],
    ['a bid in no auction', { bid: { auctionId: 'other' } }, 'other: a.main bids where nothing is offered'],
    ['a bid beyond a capacity', { bid: { quantity: '2.001' } }, `${ID}: a.main bids for 2.001 of at most 2`],
    ['a bid after the end', { at: 20_000 }, `${ID}: a.main bids when it is not open`],
    ['a bid at another price than the falling one', { at: 3_999 }, `${ID}: a.main bids at 0.002, it gave 0.0015`],
    [
      'a sealed bid beyond the most',
      { opened: { dutch: null }, bid: { discount: '0.0101' } },
      `${ID}: a.main bids at 0.0101, it gave 0.01`,
    ],
    ['a call that was not bid', { calledBid: { quantity: '2.5' } }, `${ID}: a.main is called and has not bid so`],
    ['a round for more', { provider: { quantity: '2.001' } }, 'r1: a.main is to take over what was not called of it'],
    [
      'a round at another price',
      { provider: { discount: '0.003' } },
      'r1: a.main is to take over what was not called of it',
    ],
    ['a sum that is none', { closed: { closedQuantity: '1' } }, `${ID}: 1 are told, 2 were handed over`],
    ['more than was offered', { round: { closedQuantity: '3.5' } }, `${ID}: 3.5 of 3 were handed over`],
    ['bids that are not told', { closed: { bids: 2 } }, `${ID}: 2 bids are told of 1`],
    ['an end that is no end of it', { closed: { outcome: 'no-bid' } }, `${ID}: no-bid with 2 handed over`],
  ])('finds %s', (_, told, expected) => {
    expect(found(told)).toContain(expected);
  });
});
