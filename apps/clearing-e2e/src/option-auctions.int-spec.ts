import { replay, verify } from '@ballast/audit';
import type { SealedEvent } from '@ballast/event-sourcing';
import type {
  AccountsEvents,
  AssessmentDetail,
  LiquidationEvents,
  LiquidationGlobalEvents,
  MarginEvents,
} from '@ballast/facts';
import { SERVICES } from '@ballast/services';
import { DAY_MS, MINUTE_MS, dec, text, type Decimal } from '@ballast/kernel';
import { undiscountedValue } from '@ballast/valuation';
import type { Scene } from './scripted-exchange.js';
import { BiddingHouse, DEBTOR, SHORT, START, openThinStory } from './thin-book.js';

const EXPIRY = Date.parse('2026-01-30T08:00:00Z');
const STRIKES = [7000, 8000, 9000, 9500, 10000, 10500, 11000, 12000, 13000];
const VOLATILITY = 0.6;
const CALL = 'BTC-30JAN26-10000-C';
const PUT = 'BTC-30JAN26-10000-P';
const TICK = '0.1';
const idOf = (strike: number, type: 'C' | 'P'): string => `BTC-30JAN26-${strike}-${type}`;

function worthOf(type: 'C' | 'P', strike: number, btc: number, at: number): number {
  const years = (EXPIRY - at) / (365 * DAY_MS);
  return undiscountedValue(type === 'C', btc, strike, VOLATILITY * Math.sqrt(years));
}
function chainAt(btc: string, minute: number): NonNullable<Scene['chains']>[number] {
  const at = START + minute * MINUTE_MS;
  const quotes = STRIKES.flatMap((strike) =>
    (['C', 'P'] as const).map((type) => {
      const middle = dec(worthOf(type, strike, Number(btc), at).toFixed(1));
      const bid = middle.minus(TICK);
      return {
        ...{ instrument: idOf(strike, type), openInterest: '100' },
        ...{ bid: bid.gt(0) ? text(bid) : null, ask: text(middle.plus(TICK)) },
      };
    }),
  );
  return { underlying: 'BTC', expiry: EXPIRY, quotes };
}
const LISTED: NonNullable<Scene['listed']> = STRIKES.flatMap((strike) =>
  (['C', 'P'] as const).map((type) => ({
    ...{ id: idOf(strike, type), contractSize: '1', quoteAsset: 'USD', settlementAsset: 'USD', tick: TICK, lot: '0.1' },
    ...({ cashStyle: 'premium', deliveryFee: { rate: '0.00015', capOfValue: '0.125' } } as const),
    listedAt: '2026-01-01T00:00:00Z',
  })),
);

const [FIRST, SECOND] = ['first.book', 'second.book'] as const;
const BIDDERS = [FIRST, SECOND].map((account) => ({ account, underlying: 'BTC', capacity: '1000000' }));
const LENGTHS = { fastLengthMs: 60_000, slowLengthMs: 60_000, stepMs: 60_000 };
const METHODS = {
  dutch: { dutch: { startingShare: '1', fastCutoffShare: '0.5', ...LENGTHS } },
  sealed: { sealed: { lengthMs: 120_000 } },
};

type Facts = LiquidationEvents & LiquidationGlobalEvents & MarginEvents & AccountsEvents;

/** Ten calls and as many puts were written for 600 each; at 10,500 the account is below its liquidation level. */
async function openWriter(method: keyof typeof METHODS, puts: string): Promise<BiddingHouse> {
  const body = { windowMs: 600_000, bindingMs: 60_000, ...METHODS[method], bidders: BIDDERS };
  const written = (instrument: string, quantity: string) => ({
    ...{ buyer: SHORT, seller: DEBTOR, instrument, quantity, price: '600' },
  });
  const scenes = ['10000', '10000', '10500', '10500', '10500', '10500', '10500'].map((btc, minute) => ({
    ...{ btc, chains: [chainAt(btc, minute)] },
    ...(minute === 0 ? { fund: '100', listed: LISTED } : {}),
    ...(minute === 1
      ? { trades: [written(CALL, '10'), written(PUT, puts)].filter((each) => each.quantity !== '0') }
      : {}),
  }));
  const owners = { [DEBTOR]: '9000', [SHORT]: '100000', [FIRST]: '1000000', [SECOND]: '1000000' };
  const { house, simulation } = await openThinStory({ kind: 'auctions', id: 'auctions@1', body }, owners, scenes);
  const opened = new BiddingHouse(house, simulation);
  for (let step = 0; step < 3; step += 1) await opened.minute();
  return opened;
}

/** What an account in liquidation has, is required, and holds: each figure it was given, in order. */
function assessmentsOf(events: readonly SealedEvent[]): readonly AssessmentDetail[] {
  return events
    .filter(({ type }) => type === 'LiquidatingAccountAssessed')
    .map(({ payload }) => (payload as Facts['LiquidatingAccountAssessed']).assessment);
}
const healthOf = ({ figures }: AssessmentDetail): Decimal => dec(figures.equity).div(figures.maintenance);

const of = <T extends keyof Facts>(events: readonly SealedEvent[], type: T): readonly Facts[T][] =>
  events.filter((event) => event.type === type).map(({ payload }) => payload as Facts[T]);

/** What of options is auctioned is worth, goes at, and leaves. */
function expectHandedOver(events: readonly SealedEvent[]): void {
  const assessed = assessmentsOf(events);
  const trades = of(events, 'ProviderTradeBooked').filter(({ role }) => role === 'debtor');
  expect(trades.length).toBeGreaterThan(0);
  for (const request of of(events, 'ProvidersAsked')) {
    // A rate is of what the option is on, the limit of what it costs: all that equity bears of it, on the tick.
    const borne = dec(request.mark).plus(dec(request.mostDiscount).times(request.unitNotional));
    expect(borne.minus(request.limit).abs().lt(TICK)).toBe(true);
  }
  for (const { settlement, quantity, price, accountId } of of(events, 'ProviderTradeBooked')) {
    // Premium passes with the position, nothing else: no fee, no penalty.
    const paid = dec(quantity).times(price);
    expect(settlement.cash).toBe(text(accountId === DEBTOR ? paid.neg() : paid));
  }
  expect(
    of(events, 'LiquidationCostAssessed').every(({ penalty, charged }) => penalty === '0' && charged === '0'),
  ).toBe(true);
  const before = assessed.filter(({ accountVersion }, index) => assessed[index + 1]?.accountVersion !== accountVersion);
  const healths = before.filter(({ schedule }) => schedule === before[0]?.schedule).map(healthOf);
  healths.reduce((was, is) => {
    expect(is.gte(was.minus('0.00001'))).toBe(true);
    return is;
  });
}

async function expectSoundLogs({ house }: BiddingHouse): Promise<void> {
  expect((await verify(house.logs)).faults).toEqual([]);
  expect((await replay(house.logs, SERVICES, () => 0)).divergence).toBeUndefined();
}

describe('options that nobody takes in the book, auctioned [CLR-LIQ-070] [CLR-LIQ-071] [CLR-LIQ-073]', () => {
  it('go at a falling price with their premium, until the account has its target', async () => {
    const writer = await openWriter('dutch', '0');
    expect(writer.auctions()).toMatchObject([
      { instrument: CALL, side: 'short', mark: '921.6', mostDiscount: '0.0548', discount: '0', quantity: '10' },
    ]);
    await writer.bid({ accountId: FIRST, quantity: '4', discount: '0' });
    await writer.minute();
    await writer.bid({ accountId: SECOND, quantity: '3', discount: '0' });
    const events = await writer.end();
    const takes = of(events, 'ProviderRoundExecuted').flatMap((round) => round.takes);
    // At first the mark; a minute later half of 5.48 % of 10,500: 287.70 a call.
    expect(takes.map(({ accountId, quantity, price }) => [accountId, quantity, price])).toEqual([
      [FIRST, '4', '921.6'],
      [SECOND, '2.6', '1209.3'],
    ]);
    expect(of(events, 'LiquidationClosed')).toMatchObject([{ outcome: 'restored', uncoveredLoss: '0' }]);
    expectHandedOver(events);
    const [first, , last] = assessmentsOf(events).filter(
      ({ accountVersion }, index, all) => all[index + 1]?.accountVersion !== accountVersion,
    );
    expect([first, last].map((each) => each && healthOf(each).toFixed(2))).toEqual(['0.60', '1.00']);
    expect(assessmentsOf(events).at(-1)?.figures).toMatchObject({ equity: '5005.98', maintenance: '3273.69' });
    await expectSoundLogs(writer);
  }, 120_000);

  it('are offered at what the part that margin judged bears, so that all that is bid goes and the account is no worse [CLR-LIQ-053] [CLR-LIQ-055]', async () => {
    const writer = await openWriter('sealed', '10');
    expect(writer.auctions()).toMatchObject([{ instrument: CALL, quantity: '10', mostDiscount: '0.0302868728583358' }]);
    await writer.bid({ accountId: FIRST, quantity: '4', discount: '0.001' });
    await writer.bid({ accountId: SECOND, quantity: '6', discount: '0.03' });
    const events = await writer.end();
    const [round] = of(events, 'ProviderRoundExecuted');
    // Calls and puts hedge each other: without the calls the puts are required almost as much as both, so their share of 4.86 % is not what they bear.
    expect(round?.takes.map(({ accountId, quantity, price }) => [accountId, quantity, price])).toEqual([
      [FIRST, '4', '932.1'],
      [SECOND, '6', '1236.6'],
    ]);
    expectHandedOver(events);
    await expectSoundLogs(writer);
  }, 120_000);
});
