import { explainAccount, replay, verify } from '@ballast/audit';
import { GLOBAL, type CommandResult, type SealedEvent } from '@ballast/event-sourcing';
import type { AccountsEvents, LiquidationEvents, LiquidationGlobalEvents, MarginEvents } from '@ballast/facts';
import { dec, sum, text } from '@ballast/kernel';
import { SERVICES } from '@ballast/services';
import { changedService, readingAnother, withFigure } from './changed-rules.js';
import { entriesOf } from './rewrite-history.js';
import { BiddingHouse, DEBTOR, openThinBook } from './thin-book.js';
import { BallastProcess, type Finished } from './ballast-process.js';
import { serveScripted, whileDeciding } from './scripted-house.js';

/** The first has capacity for less than is offered; the second has hardly any margin; the third has both. */
const [SMALL, POOR, RICH, STRANGER] = ['small.book', 'poor.book', 'rich.book', 'stranger.book'] as const;

const bidder = (account: string, capacity: string) => ({ account, underlying: 'BTC', capacity });
const BIDDERS = [bidder(SMALL, '20000'), bidder(POOR, '1000000'), bidder(RICH, '1000000')];
const DUTCH = {
  windowMs: 600_000,
  bindingMs: 60_000,
  dutch: { startingShare: '1', fastCutoffShare: '0.5', fastLengthMs: 120_000, slowLengthMs: 120_000, stepMs: 60_000 },
  bidders: BIDDERS,
};
const SEALED = { windowMs: 600_000, bindingMs: 60_000, sealed: { lengthMs: 120_000 }, bidders: BIDDERS };
const DOCUMENT = { kind: 'auctions', id: 'auctions@1' };

type Facts = LiquidationEvents & LiquidationGlobalEvents & MarginEvents & AccountsEvents;

/** A house whose book takes nothing, just below the liquidation level of the debtor. */
async function openThin(body: unknown): Promise<BiddingHouse> {
  const takers = { [SMALL]: '50000', [POOR]: '2000', [RICH]: '1000000', [STRANGER]: '1000000' };
  const { house, simulation } = await openThinBook({ document: { ...DOCUMENT, body }, takers, minutes: 7 });
  const thin = new BiddingHouse(house, simulation);
  for (let step = 0; step < 3; step += 1) await thin.minute();
  return thin;
}

const eventsOf = (events: readonly SealedEvent[]) => {
  const of = <T extends keyof Facts>(type: T): readonly Facts[T][] =>
    events.filter((event) => event.type === type).map(({ payload }) => payload as Facts[T]);
  return of;
};
const code = (result: CommandResult): string => (result.outcome === 'rejected' ? result.code : 'accepted');
const bookedBy = (of: ReturnType<typeof eventsOf>, account: string): string =>
  text(
    sum(
      of('ProviderTradeBooked')
        .filter(({ accountId, role }) => role === 'provider' && accountId === account)
        .map(({ quantity }) => dec(quantity)),
    ),
  );

describe('a book that takes nothing, and a falling price [CLR-LIQ-070] [CLR-LIQ-071] [CLR-LIQ-072] [CLR-LIQ-073]', () => {
  let thin: BiddingHouse;
  let of: ReturnType<typeof eventsOf>;
  const codes: string[] = [];
  const discounts: (string | undefined)[] = [];

  beforeAll(async () => {
    thin = await openThin(DUTCH);
    const most = thin.auctions()[0]?.mostDiscount ?? '0';
    discounts.push(thin.auctions()[0]?.discount);
    codes.push(code(await thin.bid({ accountId: STRANGER, quantity: '1', discount: '0' })));
    codes.push(code(await thin.bid({ accountId: SMALL, quantity: '2.223', discount: '0' })));
    codes.push(code(await thin.bid({ accountId: SMALL, quantity: '0.0001', discount: '0' })));
    codes.push(code(await thin.bid({ accountId: RICH, quantity: '1', discount: most })));
    await thin.minute();
    discounts.push(thin.auctions()[0]?.discount);
    codes.push(code(await thin.bid({ accountId: SMALL, quantity: '2.222', discount: '0' })));
    await thin.minute();
    discounts.push(thin.auctions()[0]?.discount);
    codes.push(code(await thin.bid({ accountId: POOR, quantity: '7.7', discount: '0' })));
    await thin.minute();
    codes.push(code(await thin.bid({ accountId: RICH, quantity: '5.7', discount: '0' })));
    of = eventsOf(await thin.end());
  }, 60_000);

  it('begins where the book has not taken it, and falls from the mark to what equity bears', () => {
    const [asked] = of('AuctionAsked');
    const [opened] = of('AuctionOpened');
    expect(asked).toMatchObject({ accountId: DEBTOR, instrument: 'BTC-PERP', side: 'long', mark: '9000' });
    expect(opened?.bidders.map(({ accountId, quantity }) => [accountId, quantity])).toEqual([
      [POOR, '10'],
      [RICH, '10'],
      // 20,000 at 9,000 are 2.222 bitcoins, whole lots.
      [SMALL, '2.222'],
    ]);
    const most = dec(opened?.mostDiscount ?? 0);
    expect(discounts).toEqual(['0', '0.25', '0.5'].map((share) => text(most.times(share).toDecimalPlaces(8, 'down'))));
  });

  it('takes down a bid of who is named, within his capacity, whole lots, at what it gives', () => {
    expect(codes.slice(0, 4)).toEqual(['bidder-not-named', 'bid-beyond-limit', 'bid-off-lot', 'discount-not-given']);
    expect(codes.slice(4)).toEqual(['accepted', 'accepted', 'accepted']);
  });

  it('hands over what a bid and the margin of the bidder allow, and goes on with what is left', () => {
    expect(bookedBy(of, SMALL)).toBe('2.222');
    expect(dec(bookedBy(of, POOR)).gt(0) && dec(bookedBy(of, POOR)).lt('2')).toBe(true);
    expect(dec(bookedBy(of, RICH)).gt(0)).toBe(true);
    const judged = of('ProvidersJudged').flatMap(({ providers }) => providers);
    expect(judged.find(({ accountId }) => accountId === POOR)?.refusal).toBe('below-initial-requirement');
  });

  it('ends restored: nobody is deleveraged, no fund pays, and what they were left is told in the waterfall', async () => {
    expect(of('LiquidationClosed')).toMatchObject([{ accountId: DEBTOR, outcome: 'restored', uncoveredLoss: '0' }]);
    expect([...of('AdlRequested'), ...of('FundDrawRequested')]).toEqual([]);
    expect(of('AuctionClosed').map(({ outcome }) => outcome)).toEqual(['taken-over']);
    const explained = await explainAccount(thin.house.logs, DEBTOR);
    const [waterfall] = typeof explained === 'object' ? explained.waterfalls : [];
    const left = of('ProviderTradeBooked')
      .filter(({ role }) => role === 'debtor')
      .map(({ quantity, price }) => dec('9000').minus(price).times(quantity));
    expect(waterfall?.steps).toMatchObject([{ step: 'auction', amount: text(sum(left).toDecimalPlaces(2)) }]);
    expect(waterfall?.loss).toBe(waterfall?.steps[0]?.amount);
  });

  it('leaves a log that verifies and replays', async () => {
    expect((await verify(thin.house.logs)).faults).toEqual([]);
    expect((await replay(thin.house.logs, SERVICES, () => 0)).divergence).toBeUndefined();
  }, 60_000);

  it.each([
    ['dutch.startingShare', '0.9', 'AuctionOpened payload.dutch'],
    ['dutch.fastCutoffShare', '0.4', 'AuctionOpened payload.dutch'],
    ['dutch.fastLengthMs', 120_001, 'AuctionOpened payload'],
    ['dutch.slowLengthMs', 120_001, 'AuctionOpened payload'],
    ['dutch.stepMs', 30_000, 'AuctionOpened payload.dutch'],
    ['bidders.0.account', STRANGER, 'AuctionOpened payload.bidders'],
    ['bidders.0.underlying', 'ETH', 'AuctionOpened payload.bidders'],
    ['bidders.0.capacity', '20010', 'AuctionOpened payload.bidders'],
    ['windowMs', 600_001, 'AuctionOpened payload.windowMs'],
    ['bindingMs', 60_001, 'AuctionOpened payload.bindingMs'],
  ])(
    'is decided otherwise by another %s: first %s',
    async (figure, other, first) => {
      const { kind, id } = DOCUMENT;
      const changed = readingAnother(kind, id, withFigure(DUTCH, figure.split('.'), other));
      const { divergence } = await replay(thin.house.logs, [changedService('liquidation', changed)], () => 0);
      expect(`${divergence?.type} ${divergence?.field}`).toContain(first);
    },
    60_000,
  );
});

describe('the command that bids', () => {
  it('is taken down once under its id, is judged as over REST, and says what to put right [CLR-LIQ-072]', async () => {
    const takers = { [SMALL]: '50000', [RICH]: '1000000' };
    const { house, simulation } = await openThinBook({ document: { ...DOCUMENT, body: SEALED }, takers, minutes: 2 });
    const served = await serveScripted(house);
    try {
      for (let step = 0; step < 3; step += 1) await simulation.step();
      const get = await fetch(`${served.url}/auctions`);
      const [{ auctionId } = { auctionId: '' }] = ((await get.json()) as { items: { auctionId: string }[] }).items;
      const bid = (
        ...[account, quantity, discount, id]: readonly [string, string, string, string]
      ): Promise<Finished> =>
        whileDeciding(simulation, () => {
          const figures = ['--account', account, '--quantity', quantity, '--discount', discount, '--id', id];
          return new BallastProcess(['bid', auctionId, ...figures, '--url', served.url]).finished();
        });
      const taken = { code: 0, stdout: `${RICH} bids for 2 in ${auctionId} at a discount of 0.001 (bid bid-0001)\n` };
      expect(await bid(RICH, '2', '0.001', 'bid-0001')).toMatchObject(taken);
      expect(await bid(RICH, '2', '0.001', 'bid-0001')).toMatchObject(taken);
      const refusals = [
        [RICH, '2', '0.001', /^ballast: bid-exists: /],
        [STRANGER, '2', '0.001', /^ballast: bidder-not-named: /],
        [SMALL, '3', '0.001', /^ballast: bid-beyond-limit: .* 2\.222 at most/],
        [SMALL, '0', '0.001', /^ballast: --quantity is "0": write a quantity > 0/],
        [SMALL, '1', '-1', /^ballast: --discount is "-1": write a decimal >= 0/],
      ] as const;
      for (const [index, [account, quantity, discount, said]] of refusals.entries()) {
        const refused = { code: 2, stderr: expect.stringMatching(said) as unknown };
        expect(await bid(account, quantity, discount, `refused-${index}`)).toMatchObject(refused);
      }
      const placed = (await entriesOf(house.logs.log('liquidation'), GLOBAL)).filter(
        ({ type }) => type === 'AuctionBidPlaced',
      );
      expect(placed.map(({ payload }) => payload)).toMatchObject([{ bidder: RICH, quantity: '2' }]);
    } finally {
      await served.close();
    }
  }, 120_000);
});

describe('a book that takes nothing, and sealed bids [CLR-LIQ-070] [CLR-LIQ-072] [CLR-LIQ-073]', () => {
  it('goes to the lowest discount when everybody has bid, equals in proportion, and verifies', async () => {
    const thin = await openThin(SEALED);
    await thin.bid({ accountId: SMALL, quantity: '2', discount: '0.004' });
    await thin.bid({ accountId: RICH, quantity: '2', discount: '0.001' });
    await thin.minute();
    await thin.bid({ accountId: RICH, quantity: '9', discount: '0' });
    expect(thin.auctions()).toMatchObject([{ method: 'sealed', bids: 2, called: false }]);
    // The last who may bid: nobody is waited for any more.
    await thin.bid({ accountId: POOR, quantity: '10', discount: '0.002' });
    const of = eventsOf(await thin.end());
    expect(thin.answers.map(code)).toEqual(['accepted', 'accepted', 'bid-exists', 'accepted']);
    const called = of('AuctionCalled').map(({ bids }) => bids.map(({ accountId, discount }) => [accountId, discount]));
    expect(called[0]).toEqual([
      [RICH, '0.001'],
      [POOR, '0.002'],
      [SMALL, '0.004'],
    ]);
    expect(of('ProviderRoundExecuted')[0]?.takes.map(({ accountId, price }) => [accountId, price])).toEqual([
      [RICH, '8991'],
      [POOR, '8982'],
      [SMALL, '8964'],
    ]);
    expect((await verify(thin.house.logs)).faults).toEqual([]);
    expect((await replay(thin.house.logs, SERVICES, () => 0)).divergence).toBeUndefined();
  }, 60_000);

  it('ends with a reason when nobody bids, and the next one begins later while the book stays thin; another length is another decision [CLR-LIQ-075]', async () => {
    const thin = await openThin(SEALED);
    const of = eventsOf(await thin.end());
    expect(of('AuctionClosed').map(({ outcome }) => outcome)).toEqual(['no-bid', 'no-bid']);
    expect(of('AuctionAsked').map(({ attempt, rest }) => [attempt, rest])).toEqual([[1, 1], [2, 2]]);
    expect(of('LiquidationPaused').map(({ reason }) => reason)).toContain('book-too-thin');
    const { kind, id } = DOCUMENT;
    const changed = readingAnother(kind, id, withFigure(SEALED, ['sealed', 'lengthMs'], 120_001));
    const { divergence } = await replay(thin.house.logs, [changedService('liquidation', changed)], () => 0);
    expect(`${divergence?.type} ${divergence?.field}`).toContain('AuctionOpened payload.endsAt');
  }, 60_000);
});
