import { describe, expect, it } from '@jest/globals';
import { dec, type Decimal, text } from '@ballast/kernel';
import fc from 'fast-check';
import { held, inversePerpetual, marketOf, perpetual, portfolioOf } from '../methodology/scenario/scenario.fixtures.js';
import { DEPEG_DOCUMENT, depegCharge, okxDepeg, readDepegParameters } from './depeg-charge.js';

const parameters = readDepegParameters(DEPEG_DOCUMENT);
const charge = (hedge: string, peg: string): string => text(depegCharge(dec(hedge), dec(peg), parameters));

describe('the depeg charge of OKX [CLR-MDL-041]', () => {
  it.each`
    hedge         | peg        | expected     | why
    ${'10000000'} | ${'0.985'} | ${'202500'}  | ${'1M x 0.75 % + 4M x 1.75 % + 5M x 2.5 % (W32)'}
    ${'1000000'}  | ${'1'}     | ${'5000'}    | ${'the whole first tier at 0.5 %'}
    ${'1000000'}  | ${'0.995'} | ${'5000'}    | ${'exactly at the first band'}
    ${'1000001'}  | ${'1'}     | ${'5000.01'} | ${'the unit above at 1 %: no jump'}
    ${'1000000'}  | ${'0.5'}   | ${'400000'}  | ${'40 % in a collapse'}
    ${'0'}        | ${'0.9'}   | ${'0'}       | ${'no hedge'}
  `('$hedge hedged at a peg of $peg costs $expected: $why', ({ hedge, peg, expected }: Record<string, string>) => {
    expect(charge(hedge!, peg!)).toBe(expected);
  });

  it('never falls when the hedge grows or the peg falls', () => {
    const cents = fc.integer({ min: 0, max: 2_000_000_000 }).map((amount) => dec(amount).div(100));
    const peg = fc.integer({ min: 1, max: 1_050 }).map((mils) => dec(mils).div(1_000));
    const ordered = <T extends Decimal>(a: T, b: T): [T, T] => (a.lte(b) ? [a, b] : [b, a]);
    fc.assert(
      fc.property(cents, cents, peg, peg, (one, other, price, second) => {
        const [small, large] = ordered(one, other);
        const [low, high] = ordered(price, second);
        expect(depegCharge(large, price, parameters).gte(depegCharge(small, price, parameters))).toBe(true);
        expect(depegCharge(one, low, parameters).gte(depegCharge(one, high, parameters))).toBe(true);
      }),
    );
  });

  it('takes what coin-settled and linear contracts have against each other as the hedge', () => {
    const [linear, coin] = [perpetual('BTC'), inversePerpetual('BTC', '60000')];
    const market = { ...marketOf([linear, coin]), stablePrice: dec('0.985') };
    const requirementOf = (positions: Parameters<typeof portfolioOf>[0]): string =>
      text(okxDepeg.assess(portfolioOf(positions), market, parameters).requirements.maintenance!);
    // 10 BTC each way: 600,000 hedged at 0.75 %.
    expect(requirementOf([held(linear, '10'), held(coin, '-10')])).toBe('4500');
    expect(requirementOf([held(linear, '10'), held(coin, '-4')])).toBe('1800');
    expect(requirementOf([held(linear, '10'), held(coin, '10')])).toBe('0');
    expect(requirementOf([held(linear, '10')])).toBe('0');
  });

  it.each`
    change                                                            | remedy                                 | why
    ${{ tierEnds: ['5000000', '1000000'] }}                           | ${'the ends must rise'}                | ${'tiers fall'}
    ${{ bands: [{ pegAtLeast: '0', rates: ['0.1'] }] }}               | ${'write 3 rates'}                     | ${'rates missing'}
    ${{ bands: [{ pegAtLeast: '0', rates: ['0.3', '0.2', '0.4'] }] }} | ${'cannot cost less per unit'}         | ${'a larger hedge cheaper'}
    ${{ bands: DEPEG_DOCUMENT.bands.slice(0, -1) }}                   | ${'let the last band begin at 0'}      | ${'a gap below 0.8'}
    ${{ bands: [...DEPEG_DOCUMENT.bands].reverse() }}                 | ${'write them from the peg downwards'} | ${'bands the other way round'}
  `('refuses a document: $why', ({ change, remedy }: Record<string, unknown>) => {
    expect(() => readDepegParameters({ ...DEPEG_DOCUMENT, ...(change as object) })).toThrow(remedy);
  });

  it('refuses a peg price of nothing', () => {
    expect(() => depegCharge(dec('1'), dec('0'), parameters)).toThrow(
      expect.objectContaining({ code: 'price-not-positive' }),
    );
  });
});
