import { ONE, ZERO, dec, text, type Decimal } from '@ballast/kernel';
import * as fc from 'fast-check';
import { powerOver } from '../volatility/decay.js';
import { markCandidates, markPrice, smoothedBasis } from './mark-price.js';
import { BUNDLED_RULES } from '../rules/pricing-rules.fixtures.js';

const HOURS_4 = 4 * 3_600_000;
const kept = powerOver(ONE.minus(dec(2).div(31)), 1_000);

describe('mark price [CLR-PRC-020]', () => {
  it('is the median of funding carry, smoothed basis and last price (W38)', () => {
    const candidates = markCandidates(dec(60_000), dec(12), dec(60_030), dec('0.0001'), HOURS_4, BUNDLED_RULES);
    expect([candidates.m1, candidates.m2, candidates.m3].map(text)).toEqual(['60003', '60012', '60030']);
    const { mark, branch } = markPrice(candidates, dec(60_000), dec('0.01'), dec('0.5'));
    expect([text(mark), branch]).toEqual(['60012', 'm2']);
  });

  it.each`
    m1         | m2            | m3         | mark       | branch         | why
    ${'60003'} | ${'60012'}    | ${'50000'} | ${'60003'} | ${'m1'}        | ${'a crash on the own book alone moves nothing'}
    ${'60003'} | ${'61000'}    | ${'60500'} | ${'60500'} | ${'m3'}        | ${'the own price between the two'}
    ${'60000'} | ${'60600'}    | ${'60600'} | ${'60600'} | ${'m2'}        | ${'exactly at the band'}
    ${'60000'} | ${'60601'}    | ${'60601'} | ${'60600'} | ${'band-high'} | ${'60,000 * 1.01'}
    ${'60000'} | ${'59399'}    | ${'59399'} | ${'59400'} | ${'band-low'}  | ${'60,000 * 0.99'}
    ${'60000'} | ${'60000.25'} | ${'60001'} | ${'60000'} | ${'m2'}        | ${'half a tick rounds to the even one'}
  `('is $mark by $branch: $why', ({ m1, m2, m3, mark, branch }: Record<string, string>) => {
    const candidates = { m1: dec(m1 as string), m2: dec(m2 as string), m3: dec(m3 as string) };
    const made = markPrice(candidates, dec(60_000), dec('0.01'), dec('0.5'));
    expect([text(made.mark), made.branch]).toEqual([mark, branch]);
  });

  it('is within the band and on the tick, whatever the candidates', () => {
    const price = fc.integer({ min: 1, max: 1_000_000_000 }).map((n) => dec(n).div(10_000));
    const ticks = fc.constantFrom('0.01', '0.05', '0.1').map((tick) => dec(tick));
    fc.assert(
      fc.property(price, price, price, price, ticks, (m1, m2, m3, offset, tick) => {
        const index = offset.plus(100);
        const { mark } = markPrice({ m1, m2, m3 }, index, dec('0.01'), tick);
        expect(mark.gte(index.times('0.99')) && mark.lte(index.times('1.01'))).toBe(true);
        expect(mark.mod(tick).isZero()).toBe(true);
      }),
    );
  });

  it('keeps the band and gives up the tick when the tick is coarser than the whole band', () => {
    const { mark } = markPrice({ m1: dec(10), m2: dec(10), m3: dec(10) }, dec(10), dec('0.01'), dec(7));
    expect(text(mark)).toBe('10');
  });
});

describe('smoothed basis [CLR-PRC-021]', () => {
  const after = (basis: Decimal, samples: readonly string[]): Decimal =>
    samples.reduce((smooth, sample) => smoothedBasis(smooth, dec(sample), kept(1_000)), basis);

  it('reaches 25.94294985 after 30 steps of a basis of 30 (W39)', () => {
    expect(text(after(ZERO, Array<string>(30).fill('30')).toDecimalPlaces(8))).toBe('25.94294985');
  });

  it('takes 19.35483871 from a single spike of 300 (W39)', () => {
    expect(text(after(ZERO, ['300']).toDecimalPlaces(8))).toBe('19.35483871');
  });

  it('depends on the time that passed and not on the number of steps in it', () => {
    const one = smoothedBasis(dec(10), dec(30), kept(60_000));
    const sixty = after(dec(10), Array<string>(60).fill('30'));
    expect(one.minus(sixty).abs().lt('1e-30')).toBe(true);
  });
});
