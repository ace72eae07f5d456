import { dec, sum, text, ZERO, type Decimal } from '@ballast/kernel';
import fc from 'fast-check';
import type { CashStyle } from './contract-specification.js';
import { contractValue } from './contract-value.js';
import { holding, specificationOf } from './instruments.fixtures.js';
import type { Instrument } from './instrument.js';
import {
  averageEntryPrice,
  NO_POSITION,
  settleVariation,
  tradeAtAverageCost,
  tradeCash,
  worthInEquity,
  type AverageCostPosition,
} from './position.js';

const linear = specificationOf('BTC-PERP').instrument;
const inverse = specificationOf('BTC-PERP-INVERSE').instrument;
const call = specificationOf('BTC-27MAR26-60000-C').instrument;

function after(instrument: Instrument, ...trades: [string | number, string | number][]) {
  let position: AverageCostPosition = NO_POSITION;
  let realised = ZERO;
  for (const [quantity, price] of trades) {
    const effect = tradeAtAverageCost(instrument, position, dec(quantity), dec(price));
    realised = realised.plus(effect.realised);
    ({ position } = effect);
  }
  return { position, realised, entry: averageEntryPrice(instrument, position) };
}

describe('average cost [CLR-INS-011]', () => {
  it('realises against the average: buys 2 at 50,000 and 1 at 53,000, sells 1.5 at 54,000 (W88)', () => {
    expect(text(after(linear, [2, 50_000], [1, 53_000]).entry as Decimal)).toBe('51000');
    expect(text(after(linear, [2, 50_000], [1, 53_000], ['-1.5', 54_000]).realised)).toBe('4500');
  });

  it('of an inverse contract is the harmonic average', () => {
    // 100 USD at 50,000 and 100 USD at 40,000 are 0.002 + 0.0025 coin: 200 / 0.0045.
    expect((after(inverse, [100, 50_000], [100, 40_000]).entry as Decimal).toFixed(8)).toBe('44444.44444444');
    expect((after(inverse, [-100, 50_000], [-100, 40_000]).entry as Decimal).toFixed(8)).toBe('44444.44444444');
  });

  it('turns a position by a full close and an opening at the same price', () => {
    const { position, realised, entry } = after(linear, [1, 50_000], [-3, 52_000]);
    expect([text(position.quantity), text(realised), text(entry as Decimal)]).toEqual(['-2', '2000', '52000']);
  });

  it('leaves nothing behind when a position is closed exactly', () => {
    const { position, entry } = after(inverse, [300, 47_123], [-100, 51_007], [-200, 44_999]);
    expect(position).toBe(NO_POSITION);
    expect(entry).toBeNull();
  });

  it.each(['0', 'NaN', 'Infinity'])('refuses a quantity of %s', (quantity) => {
    const bad = expect.objectContaining({ code: 'bad-quantity' }) as Error;
    expect(() => tradeAtAverageCost(linear, NO_POSITION, dec(quantity), dec(50_000))).toThrow(bad);
  });

  it('keeps, for every kind of contract, the costs of a book equal to its realised profits', () => {
    const trade = fc.record({
      buyer: fc.integer({ min: 0, max: 3 }),
      seller: fc.integer({ min: 0, max: 3 }),
      quantity: fc.integer({ min: 1, max: 100_000 }),
      cents: fc.integer({ min: 1, max: 10_000_000 }),
    });
    fc.assert(
      fc.property(fc.array(trade, { maxLength: 20 }), fc.constantFrom(linear, inverse, call), (trades, instrument) => {
        const book: AverageCostPosition[] = [NO_POSITION, NO_POSITION, NO_POSITION, NO_POSITION];
        let realised = ZERO;
        for (const { buyer, seller, quantity, cents } of trades) {
          for (const [holder, signed] of [
            [buyer, quantity],
            [seller, -quantity],
          ] as const) {
            const held = book[holder] ?? NO_POSITION;
            const effect = tradeAtAverageCost(instrument, held, dec(signed).div(1000), dec(cents).div(100));
            expect(text(effect.position.cost.minus(held.cost))).toBe(text(effect.value.plus(effect.realised)));
            realised = realised.plus(effect.realised);
            book[holder] = effect.position;
          }
        }
        expect(text(sum(book.map(({ quantity }) => quantity)))).toBe('0');
        expect(text(sum(book.map(({ cost }) => cost)))).toBe(text(realised));
      }),
    );
  });

  it('makes as much in all as the prices moved: realised and unrealised add up, up to the rounding of released costs', () => {
    const trade = fc.record({
      signed: fc.integer({ min: -500, max: 500 }),
      price: fc.integer({ min: 1, max: 100_000 }),
    });
    fc.assert(
      fc.property(fc.array(trade, { maxLength: 12 }), fc.integer({ min: 1, max: 100_000 }), (trades, mark) => {
        const made = trades.filter(({ signed }) => signed !== 0);
        const { position, realised } = after(
          inverse,
          ...made.map(({ signed, price }): [number, number] => [signed, price]),
        );
        const unit = contractValue(inverse, dec(mark));
        const expected = sum(
          made.map(({ signed, price }) => unit.minus(contractValue(inverse, dec(price))).times(signed)),
        );
        expect(text(realised.plus(worthInEquity(inverse, 'marked-to-market', position, dec(mark))))).toBe(
          text(expected),
        );
      }),
    );
  });
});

describe('cash styles [CLR-INS-012]', () => {
  it.each<[CashStyle, string, string, string]>([
    ['premium', '-3000', '3500', 'the premium is paid at once, the option is worth its mark'],
    ['variation-margin', '0', '500', 'nothing is paid yet, the gain counts'],
  ])('%s: buying 2 calls at 1,500 pays %s, at a mark of 1,750 they add %s: %s', (style, paid, worth) => {
    const effect = tradeAtAverageCost(call, NO_POSITION, dec(2), dec(1500));
    expect(text(tradeCash(style, effect))).toBe(paid);
    expect(text(worthInEquity(call, style, effect.position, dec(1750)))).toBe(worth);
  });

  it('bring the same in the end: cash and worth change by the profit whatever the style', () => {
    for (const style of ['premium', 'variation-margin'] as const) {
      const bought = tradeAtAverageCost(call, NO_POSITION, dec(2), dec(1500));
      const sold = tradeAtAverageCost(call, bought.position, dec(-2), dec(1600));
      expect(text(tradeCash(style, bought).plus(tradeCash(style, sold)))).toBe('200');
    }
  });

  it('settle variation to the cent and start again at the settlement price (W90)', () => {
    const holdings = [holding('a', 5, 300_000), holding('b', -3, -180_000), holding('c', -2, -120_000)];
    const { legs, residue } = settleVariation(linear, 2, holdings, dec(60_250));
    expect(legs.map(({ variation }) => text(variation))).toEqual(['1250', '-750', '-500']);
    expect(text(residue)).toBe('0');
    expect(legs.map(({ position }) => text(worthInEquity(linear, 'variation-margin', position, dec(60_250))))).toEqual([
      '0',
      '0',
      '0',
    ]);
  });

  it('leave at most one minor unit per holder to the rounding account, never a debt', () => {
    const quantities = fc.array(fc.integer({ min: -100_000, max: 100_000 }), { minLength: 1, maxLength: 6 });
    const price = fc.integer({ min: 1, max: 10_000_000 });
    fc.assert(
      fc.property(quantities, price, price, fc.constantFrom(linear, inverse), (held, entry, settlement, instrument) => {
        const all = [...held, -held.reduce((total, next) => total + next, 0)].map((quantity) =>
          dec(quantity).div(10_000),
        );
        const unit = contractValue(instrument, dec(entry).div(100));
        const holdings = all.map((quantity, i) => ({ holder: i, position: { quantity, cost: unit.times(quantity) } }));
        const digits = instrument === linear ? 2 : 8;
        const { legs, residue } = settleVariation(instrument, digits, holdings, dec(settlement).div(100));
        expect(text(sum(legs.map(({ variation }) => variation)).plus(residue))).toBe('0');
        const units = residue.times(dec(10).pow(digits));
        expect(units.isInteger() && units.gte(0) && units.lte(all.length)).toBe(true);
      }),
    );
  });
});
