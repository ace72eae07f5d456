import fc from 'fast-check';
import { ZERO, compareText, dec, maxOf, minOf, sum, text, type Decimal } from '@ballast/kernel';
import { inLots, waterFill, type FillCandidate } from './water-fill.js';

const candidate = (accountId: string, size: string, equity: string): FillCandidate => ({
  accountId,
  size: dec(size),
  equity: dec(equity),
});
const W84 = [candidate('a', '1000', '50'), candidate('b', '1000', '100'), candidate('c', '500', '100')];

function shown(candidates: readonly FillCandidate[], total: string): Record<string, string> {
  const { cap, reductions } = waterFill(candidates, dec(total));
  const rounded = (value: Decimal): string => text(value.toDecimalPlaces(4));
  return Object.fromEntries([
    ['cap', rounded(cap)],
    ...reductions.map(({ accountId, reduction }) => [accountId, rounded(reduction)]),
  ]) as Record<string, string>;
}

describe('water-filling over leverage [CLR-LIQ-031]', () => {
  it.each`
    total     | expected                                          | why
    ${'600'}  | ${{ cap: '9.3333', a: '533.3333', b: '66.6667' }} | ${'W84: 20x and 10x come down to 9.33x, 5x stays'}
    ${'500'}  | ${{ cap: '10', a: '500' }}                        | ${'exactly down to the second'}
    ${'1250'} | ${{ cap: '5', a: '750', b: '500' }}               | ${'exactly down to the third'}
    ${'0'}    | ${{ cap: '0' }}                                   | ${'nothing to reduce'}
    ${'2500'} | ${{ cap: '0', a: '1000', b: '1000', c: '500' }}   | ${'all there is'}
    ${'9999'} | ${{ cap: '0', a: '1000', b: '1000', c: '500' }}   | ${'more than there is'}
  `('reduces $total: $why', ({ total, expected }: { total: string; expected: object }) => {
    expect(shown(W84, total)).toEqual(expected);
  });

  it('takes accounts without equity first, pro rata if they hold more than is needed', () => {
    const insolvent = [...W84, candidate('d', '300', '0'), candidate('e', '100', '-5')];
    expect(shown(insolvent, '200')).toEqual({ cap: '0', d: '150', e: '50' });
    expect(shown(insolvent, '1000')).toEqual({ cap: '9.3333', a: '533.3333', b: '66.6667', d: '300', e: '100' });
  });

  it('W84 in whole units: what rounding down leaves goes by account order', () => {
    const held = new Map(W84.map(({ accountId, size }) => [accountId, size]));
    const inUnits = inLots(waterFill(W84, dec('600')), held, dec('600'), dec('1'));
    expect(inUnits.map(({ accountId, quantity }) => [accountId, text(quantity)])).toEqual([
      ['a', '534'],
      ['b', '66'],
    ]);
  });

  it.each`
    total       | held                        | expected                    | why
    ${'1.2345'} | ${{ a: '5' }}               | ${{ a: '1.2345' }}          | ${'the odd remainder of what is asked goes as it is'}
    ${'2'}      | ${{ a: '1.5', b: '1' }}     | ${{ a: '1.3', b: '0.7' }}   | ${'whole lots; the missing one goes by account order'}
    ${'2.5'}    | ${{ a: '1.55', b: '0.95' }} | ${{ a: '1.55', b: '0.95' }} | ${'whoever is closed whole loses an odd remainder, too'}
  `('in lots of 0.1, $total of $held: $why', ({ total, held, expected }) => {
    const sizes = new Map(Object.entries(held as Record<string, string>).map(([id, size]) => [id, dec(size)]));
    const candidates = [...sizes].map(([id, size]) => candidate(id, text(size), '100'));
    const lots = inLots(waterFill(candidates, dec(total as string)), sizes, dec(total as string), dec('0.1'));
    expect(Object.fromEntries(lots.map(({ accountId, quantity }) => [accountId, text(quantity)]))).toEqual(expected);
  });

  it('has no lots of nothing', () => {
    expect(() => inLots(waterFill(W84, dec('1')), new Map(), dec('1'), ZERO)).toThrow('a lot is more than nothing');
  });

  const book = fc
    .array(fc.record({ size: fc.integer({ min: 1, max: 10_000 }), equity: fc.integer({ min: -50, max: 5_000 }) }), {
      minLength: 1,
      maxLength: 12,
    })
    .map((rows) => rows.map(({ size, equity }, index) => candidate(`account-${index}`, `${size}`, `${equity}`)));

  it('reduces exactly the total in lots, nobody by more than is held, whatever the order of the answers', () => {
    fc.assert(
      fc.property(book, fc.integer({ min: 1, max: 60_000 }), (candidates, total) => {
        const held = new Map(candidates.map(({ accountId, size }) => [accountId, size]));
        const wanted = minOf(dec(total), sum(held.values()));
        const lots = inLots(waterFill(candidates, wanted), held, wanted, dec('1'));
        expect(text(sum(lots.map(({ quantity }) => quantity)))).toBe(text(wanted));
        for (const { accountId, quantity } of lots) {
          expect(quantity.lte(held.get(accountId) ?? ZERO) && quantity.mod(1).isZero()).toBe(true);
        }
        expect(lots.map(({ accountId }) => accountId)).toEqual(
          lots.map(({ accountId }) => accountId).sort(compareText),
        );
        expect(inLots(waterFill([...candidates].reverse(), wanted), held, wanted, dec('1'))).toEqual(lots);
      }),
    );
  });

  it('leaves the lowest highest leverage that this total can reach: no shift of a unit lowers it', () => {
    fc.assert(
      fc.property(book, fc.integer({ min: 1, max: 60_000 }), (all, total) => {
        const candidates = all.filter(({ equity }) => equity.gt(0));
        const { cap, reductions } = waterFill(candidates, dec(total));
        const reduced = new Map(reductions.map(({ accountId, reduction }) => [accountId, reduction]));
        const leverages = candidates.map(({ accountId, size, equity }) =>
          size.minus(reduced.get(accountId) ?? ZERO).div(equity),
        );
        const tolerance = dec('1e-20');
        const highest = leverages.reduce((most, next) => maxOf(most, next), ZERO);
        expect(highest.lte(cap.plus(tolerance))).toBe(true);
        // Whoever gave something up stands exactly at the cap: giving less would lift the highest leverage.
        candidates.forEach(({ accountId }, index) => {
          if (reduced.has(accountId)) expect(leverages[index]?.minus(cap).abs().lte(tolerance)).toBe(true);
        });
      }),
    );
  });
});
