import { dec, HOUR_MS, instantOf, MINUTE_MS } from '@ballast/kernel';
import { PricePath } from '../scenario/price-path.js';
import type { ContractPlan } from '../scenario/scenario.js';
import { barsFrom, NOON, smallCrash } from '../scenario/scenario.fixtures.js';
import { SeededHash } from '../seeded-hash.js';
import { ContractMarket } from './contract-market.js';
import { contractOf } from './contracts.js';
import { Market } from './market.js';

const plan: ContractPlan = {
  underlyings: ['ETH', 'BTC'],
  expiries: [instantOf('2020-03-12T08:00:00Z'), instantOf('2020-03-27T08:00:00Z')],
  strikes: 5,
  writers: 10,
  inversePerpetuals: true,
};
const [TOMORROW, LATER] = plan.expiries as [number, number];
const draws = new SeededHash('1');

function marketOf(changes: Partial<ContractPlan> = {}): ContractMarket {
  const scenario = smallCrash();
  const market = new Market(new PricePath(scenario, draws), draws, scenario);
  return new ContractMarket(market, { ...plan, ...changes });
}

const market = marketOf();
const CALM = NOON + 30 * MINUTE_MS;
const CRASH = NOON + 110 * MINUTE_MS;
const put = market.contract('BTC-12MAR20-8000-P');
const call = market.contract('BTC-12MAR20-8000-C');
const future = market.contract('BTC-12MAR20');

const listedUntil = (at: number): Map<string, number> => {
  const listed = new Map<string, number>();
  for (let moment = NOON; moment <= at; moment += MINUTE_MS) {
    for (const { id } of market.listings(listed, moment)) listed.set(id, moment);
  }
  return listed;
};

describe('listings of the simulated exchange', () => {
  it('are perpetuals that pay in coin, futures, and calls and puts around the price, by underlying', () => {
    const ids = market.listings(new Map(), NOON).map(({ id }) => id);
    expect(ids.slice(0, 4)).toEqual(['BTC-PERP-INVERSE', 'BTC-12MAR20', 'BTC-12MAR20-7000-C', 'BTC-12MAR20-7000-P']);
    expect(ids.filter((id) => id.startsWith('BTC-12MAR20-') && id.endsWith('-P'))).toEqual(
      ['7000', '7500', '8000', '8500', '9000'].map((strike) => `BTC-12MAR20-${strike}-P`),
    );
    expect(ids.filter((id) => id.startsWith('ETH-27MAR20-') && id.endsWith('-C'))).toEqual(
      ['180', '190', '200', '210', '220'].map((strike) => `ETH-27MAR20-${strike}-C`),
    );
    expect(ids).toHaveLength(2 * (1 + 2 * (1 + 2 * 5)));
  });

  it('come once, and go on with lower strikes when the price falls out of them', () => {
    const listed = listedUntil(CRASH);
    const strikes = [...listed.keys()].filter((id) => id.startsWith('BTC-12MAR20-') && id.endsWith('-C'));
    const price = market.market.path.at('BTC', CRASH) / 100;
    expect(price).toBeLessThan(7_000);
    expect(strikes.filter((id) => market.contract(id).strike < price).length).toBeGreaterThanOrEqual(2);
    expect(market.listings(listed, CRASH)).toEqual([]);
    expect([...listed.values()].some((at) => at > NOON)).toBe(true);
  });

  it('leave out what expires before its delivery price could be averaged', () => {
    const ids = market.listings(new Map(), TOMORROW - 40 * MINUTE_MS).map(({ id }) => id);
    expect(ids.some((id) => id.includes('12MAR20'))).toBe(false);
    expect(ids).toContain('BTC-27MAR20');
  });

  it('have ids that this exchange could list, and no others', () => {
    const strangers = ['BTC-PERP', 'BTC-27MAR20-INVERSE', 'BTC-27MAR20-8000-C-INVERSE', 'nonsense'];
    for (const id of strangers) expect(contractOf(id)).toBeUndefined();
    for (const { id } of market.listings(new Map(), NOON)) expect(contractOf(id)?.id).toBe(id);
  });

  it('are opened no more once the delivery price is averaged', () => {
    expect(market.isOpenable(put, TOMORROW - 30 * MINUTE_MS - 1)).toBe(true);
    expect(market.isOpenable(put, TOMORROW - 30 * MINUTE_MS)).toBe(false);
  });
});

describe('volatility of the simulated options', () => {
  it('rises with what was realised', () => {
    expect(market.dailyVolatility('BTC', CRASH)).toBeGreaterThan(2 * market.dailyVolatility('BTC', CALM));
    const straddle = (at: number): number => {
      const strike = Math.round(market.market.path.at('BTC', at) / 50_000) * 500;
      const worthOf = (type: string): number => market.worth(market.contract(`BTC-27MAR20-${strike}-${type}`), at);
      return (worthOf('C') + worthOf('P')) / strike;
    };
    expect(straddle(CRASH)).toBeGreaterThan(1.1 * straddle(CALM));
  });

  it('makes calls and puts of one strike agree on the forward', () => {
    for (const at of [CALM, CRASH]) {
      const parity = call.strike + market.worth(call, at) - market.worth(put, at);
      expect(parity).toBeCloseTo(market.forward('BTC', TOMORROW, at), 6);
    }
  });

  it('makes a later expiry dearer at the same strike', () => {
    const later = market.contract('BTC-27MAR20-8000-P');
    for (const at of [CALM, CRASH]) expect(market.worth(later, at)).toBeGreaterThan(market.worth(put, at));
  });
});

describe('quotes of the simulated contracts', () => {
  const options = [...listedUntil(CRASH).keys()]
    .filter((id) => id.startsWith('BTC-12MAR20-'))
    .sort()
    .map((id) => market.contract(id));
  const chainAt = (at: number) => market.chain('BTC', TOMORROW, options, new Map([[put.id, 350_000_000]]), at);

  it('lie on the tick, bid below ask, around what the option is worth', () => {
    for (const at of [CALM, CRASH]) {
      for (const { instrument, bid, ask } of chainAt(at).quotes) {
        if (bid !== null && ask !== null) expect(Number(ask)).toBeGreaterThan(Number(bid));
        if (bid !== null) expect(Number(bid)).toBeGreaterThan(0);
        for (const price of [bid, ask]) if (price !== null) expect(dec(price).isInteger()).toBe(true);
        const worth = market.worth(market.contract(instrument), at);
        if (bid !== null) expect(Number(bid)).toBeLessThan(1.1 * worth);
        if (ask !== null) expect(Number(ask)).toBeGreaterThan(0.9 * worth);
      }
    }
  });

  it('are missing far from the money, and there near it', () => {
    const calm = chainAt(CALM).quotes;
    const near = calm.filter(({ instrument }) => instrument.includes('-8000-'));
    const far = calm.filter(({ instrument }) => market.contract(instrument).strike < 6_000);
    expect(near.every(({ bid, ask }) => bid !== null && ask !== null)).toBe(true);
    expect(far.length).toBeGreaterThan(0);
    expect(far.every(({ bid }) => bid === null)).toBe(true);
  });

  it('are wider when the market moves', () => {
    const width = (at: number): number => {
      const { bestBid, bestAsk } = market.book(future, at);
      return (Number(bestAsk) - Number(bestBid)) / Number(bestBid);
    };
    expect(width(CRASH)).toBeGreaterThan(2 * width(CALM));
  });

  it('name one side of the open interest', () => {
    const quote = chainAt(CALM).quotes.find(({ instrument }) => instrument === put.id);
    expect(quote?.openInterest).toBe('1.75');
  });

  it('are the same for the same scenario, seed and time', () => {
    const again = marketOf();
    expect(again.chain('BTC', TOMORROW, options, new Map([[put.id, 350_000_000]]), CRASH)).toEqual(chainAt(CRASH));
  });
});

describe('executions in the simulated contracts', () => {
  it('cost more the more is taken, on either side', () => {
    const price = (side: 'buy' | 'sell', size: number): number =>
      Number(market.executionPrice(put, CALM, side, 0, size));
    const worth = market.worth(put, CALM);
    expect(price('buy', 10_000)).toBeGreaterThan(worth);
    expect(price('buy', 2_000_000)).toBeGreaterThan(price('buy', 10_000));
    expect(price('sell', 10_000)).toBeLessThan(worth);
    expect(price('sell', 2_000_000)).toBeLessThan(price('sell', 10_000));
  });

  it('never cost less than a tick', () => {
    const worthless = market.contract('BTC-12MAR20-4000-P');
    expect(market.executionPrice(worthless, CALM, 'sell', 0, 1_000_000)).toBe('1');
  });

  it('find less depth when volatility is high, and none from the expiry on', () => {
    expect(market.depth(put, CALM)).toBeGreaterThan(2 * market.depth(put, CRASH));
    expect(market.depth(put, TOMORROW)).toBe(0);
    expect(market.depth(market.contract('BTC-PERP-INVERSE'), LATER)).toBeGreaterThan(0);
  });
});

describe('an expired contract', () => {
  it('is worth what was delivered, whatever the price does then', () => {
    const scenario = {
      ...smallCrash(),
      bars: { BTC: barsFrom(NOON, [[8_000, 8_000, 8_000, 8_000]]), ETH: barsFrom(NOON, [[200, 200, 200, 200]]) },
    };
    const still = new ContractMarket(new Market(new PricePath(scenario, draws), draws, scenario), plan);
    const worthOf = (id: string, at: number): number => still.worth(still.contract(id), at);
    for (const at of [TOMORROW, TOMORROW + 5 * HOUR_MS]) {
      expect(worthOf('BTC-12MAR20-8500-P', at)).toBe(500);
      expect(worthOf('BTC-12MAR20-8500-C', at)).toBe(0);
      expect(worthOf('BTC-12MAR20', at)).toBe(8_000);
    }
  });
});
