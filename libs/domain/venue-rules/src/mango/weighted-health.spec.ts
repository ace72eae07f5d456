import { describe, expect, it } from '@jest/globals';
import { dec, text, ZERO } from '@ballast/kernel';
import fc from 'fast-check';
import { accountHealth, type HealthPerp, type HealthToken, perpHealth, scaledWeights } from './weighted-health.js';

const token = (name: string, price: string, balance: string, rest: Partial<HealthToken> = {}): HealthToken => ({
  token: name,
  price: dec(price),
  assetWeight: dec('0.8'),
  liabilityWeight: dec('1.2'),
  balance: dec(balance),
  ...rest,
});
const perp = (base: string, quote: string, rest: Partial<HealthPerp> = {}): HealthPerp => ({
  market: 'P',
  price: dec('5'),
  baseAssetWeight: dec('0.8'),
  baseLiabilityWeight: dec('1.2'),
  overallAssetWeight: dec('0.95'),
  settleToken: 'USD',
  base: dec(base),
  quote: dec(quote),
  bids: ZERO,
  asks: ZERO,
  ...rest,
});
const reserved = (baseAmount: string, quoteAmount: string, base = 'SOL') => ({
  base,
  quote: 'USD',
  baseAmount: dec(baseAmount),
  quoteAmount: dec(quoteAmount),
});

const health = (
  tokens: readonly HealthToken[],
  orders: readonly ReturnType<typeof reserved>[] = [],
  perps: readonly HealthPerp[] = [],
) => text(accountHealth({ tokens, reservedOrders: orders, perps }, 'init').health);

describe('health of tokens [CLR-MDL-131]', () => {
  it.each`
    balance   | expected  | why
    ${'100'}  | ${'400'}  | ${'100 x 5 x 0.8'}
    ${'-100'} | ${'-600'} | ${'-100 x 5 x 1.2'}
    ${'0'}    | ${'0'}    | ${'nothing'}
  `('of $balance is $expected: $why', ({ balance, expected }: Record<string, string>) => {
    expect(health([token('SOL', '5', balance!)])).toBe(expected);
  });
});

describe('weights scaled by what the venue holds and lends', () => {
  const scaling = {
    depositsValue: ZERO,
    depositScaleStart: dec('1000'),
    borrowsValue: ZERO,
    borrowScaleStart: dec('500'),
  };

  it.each`
    deposits  | borrows  | asset    | liability | why
    ${'999'}  | ${'499'} | ${'0.8'} | ${'1.2'}  | ${'below both starts'}
    ${'1000'} | ${'500'} | ${'0.8'} | ${'1.2'}  | ${'exactly at them'}
    ${'4000'} | ${'750'} | ${'0.2'} | ${'1.8'}  | ${'a quarter, and half as much again'}
  `('deposits $deposits, borrows $borrows: $why', ({ deposits, borrows, asset, liability }: Record<string, string>) => {
    const weights = scaledWeights(
      token('SOL', '5', '1', { scaling: { ...scaling, depositsValue: dec(deposits!), borrowsValue: dec(borrows!) } }),
    );
    expect([text(weights.assetWeight), text(weights.liabilityWeight)]).toEqual([asset, liability]);
  });

  it('enter initial health only, and never without a start', () => {
    const crowded = token('SOL', '5', '100', { scaling: { ...scaling, depositsValue: dec('4000') } });
    const of = (kind: 'init' | 'liquidationEnd' | 'maint') =>
      text(accountHealth({ tokens: [crowded], reservedOrders: [], perps: [] }, kind).health);
    expect([of('init'), of('liquidationEnd'), of('maint')]).toEqual(['100', '400', '400']);
    const unscaled = {
      ...scaling,
      depositsValue: dec('4000'),
      borrowsValue: dec('4000'),
      depositScaleStart: ZERO,
      borrowScaleStart: ZERO,
    };
    expect(text(scaledWeights(token('SOL', '5', '1', { scaling: unscaled })).assetWeight)).toBe('0.8');
  });
});

describe('a perpetual', () => {
  it.each`
    base     | quote    | bids    | asks    | expected | why
    ${'10'}  | ${'-30'} | ${'0'}  | ${'0'}  | ${'9.5'} | ${'(40 - 30) x 0.95: a profit counts less'}
    ${'10'}  | ${'-50'} | ${'0'}  | ${'0'}  | ${'-10'} | ${'a loss counts in full'}
    ${'-10'} | ${'70'}  | ${'0'}  | ${'0'}  | ${'9.5'} | ${'(-60 + 70) x 0.95'}
    ${'10'}  | ${'-50'} | ${'10'} | ${'0'}  | ${'-20'} | ${'20 x 4 - 50 - 50'}
    ${'10'}  | ${'-50'} | ${'0'}  | ${'30'} | ${'-20'} | ${'-20 x 6 + 150 - 50'}
    ${'-10'} | ${'50'}  | ${'20'} | ${'0'}  | ${'-10'} | ${'bids would bring 10 x 4 - 100 + 50, no bids -10'}
  `(
    '$base with $bids / $asks in orders is $expected: $why',
    ({ base, quote, bids, asks, expected }: Record<string, string>) => {
      expect(text(perpHealth(perp(base!, quote!, { bids: dec(bids!), asks: dec(asks!) })))).toBe(expected);
    },
  );

  it('joins its settle token before that is weighted', () => {
    // 100 - 110 = -10 x 1.2, not 100 x 0.8 - 110.
    expect(health([token('USD', '1', '100')], [], [perp('0', '-110')])).toBe('-12');
    expect(health([token('USD', '1', '-100')], [], [perp('0', '200')])).toBe('72');
  });
});

describe('amounts reserved in orders', () => {
  it('count on the side that is worse', () => {
    // 20 dollars or 4 SOL: 16 as dollars, 16 as SOL; with SOL weighing 0.5, 10.
    const light = token('SOL', '5', '0', { assetWeight: dec('0.5') });
    expect(health([token('USD', '1', '0'), light], [reserved('0', '20')])).toBe('10');
    expect(health([token('USD', '1', '0'), light], [reserved('4', '0')])).toBe('10');
  });

  it('repay a debt by the liability weight as far as they reach', () => {
    // As dollars: 10 repay at 1.2 and 10 stay at 0.8 -> 20; as 4 SOL at 0.8 -> 16. Debt 12.
    expect(health([token('USD', '1', '-10'), token('SOL', '5', '0')], [reserved('0', '20')])).toBe('4');
  });

  it('of one market are judged as if those of all others were on the same token already', () => {
    const tokens = [token('USD', '1', '-30'), token('SOL', '5', '0'), token('ETH', '10', '0')];
    const orders = [reserved('0', '20'), reserved('0', '20', 'ETH')];
    // Dollars could be at most 10, so each adds 10 x 0.8 + 10 x 1.2 = 20 there and 16 elsewhere.
    expect(health(tokens, orders)).toBe('-4');
  });

  it.each`
    base   | quote   | lowestAsk    | highestBid   | expected | why
    ${'4'} | ${'0'}  | ${'3'}       | ${undefined} | ${'9.6'} | ${'sold at 3: 12 dollars'}
    ${'4'} | ${'0'}  | ${'6'}       | ${undefined} | ${'16'}  | ${'6 is above the price'}
    ${'0'} | ${'20'} | ${undefined} | ${'8'}       | ${'10'}  | ${'bought at 8: 2.5 coins'}
    ${'0'} | ${'20'} | ${undefined} | ${'4'}       | ${'16'}  | ${'4 is below the price'}
  `(
    '$base coins, $quote dollars: $why',
    ({ base, quote, lowestAsk, highestBid, expected }: Record<string, string | undefined>) => {
      const orders = {
        ...reserved(base!, quote!),
        ...(lowestAsk && { lowestAsk: dec(lowestAsk) }),
        ...(highestBid && { highestBid: dec(highestBid) }),
      };
      expect(health([token('USD', '1', '0'), token('SOL', '5', '0')], [orders])).toBe(expected);
    },
  );

  it('of nothing add nothing', () => {
    expect(health([token('USD', '1', '-30'), token('SOL', '5', '1')], [reserved('0', '0')])).toBe('-32');
  });
});

describe('an account', () => {
  it('must list every token that its orders and perpetuals are in', () => {
    const refused = expect.objectContaining({ code: 'unknown-token' });
    expect(() => health([token('USD', '1', '1')], [reserved('1', '1')])).toThrow(refused);
    expect(() => health([token('SOL', '5', '1')], [], [perp('1', '1')])).toThrow(refused);
  });

  it('is never healthier with orders than without the amounts being free', () => {
    const amount = fc.integer({ min: -1000, max: 1000 });
    const locked = fc.integer({ min: 0, max: 1000 });
    fc.assert(
      fc.property(amount, amount, locked, locked, (usd, sol, base, quote) => {
        const tokens = (extraUsd: number, extraSol: number) => [
          token('USD', '1', String(usd + extraUsd)),
          token('SOL', '5', String(sol + extraSol)),
        ];
        const inOrders = dec(health(tokens(0, 0), [reserved(String(base), String(quote))]));
        expect(inOrders.lte(health(tokens(quote + base * 5, 0)))).toBe(true);
      }),
    );
  });
});
