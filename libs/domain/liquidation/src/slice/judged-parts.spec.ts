import fc from 'fast-check';
import type { AssessmentDetail, PositionRequirement } from '@ballast/facts';
import { ZERO, dec, minOf, text, type Decimal } from '@ballast/kernel';
import {
  POLICY,
  admitted,
  assessmentOf,
  chosenSlice,
  linear,
  requirementOf,
  underlyingSchedule,
} from '../liquidation.fixtures.js';
import { chooseSlice, closingFrees, type Slice } from './slice-choice.js';

const MARK = '50000';
const CONTRACTS = admitted();
const SCHEDULE = {
  underlyings: [underlyingSchedule('BTC', MARK, linear('0.02')), underlyingSchedule('ETH', '2500', linear('0.02'))],
  targetHealth: '1.5',
  collateral: [{ asset: 'USD', price: '1' }],
};

/** A position of ten bitcoins whose share of 10,000 required is 8,000, with what is required once parts of it were closed. */
function hedged(equity: string, required: Readonly<Record<string, string>>, figures: object = {}): AssessmentDetail {
  const closings = Object.entries(required)
    .map(([quantity, maintenance]) => ({ quantity, maintenance }))
    .sort((a, b) => dec(b.quantity).cmp(a.quantity));
  const position = { ...requirementOf('BTC-PERP', '10', MARK, '0.016'), closings };
  const assessment = assessmentOf('a.main', equity, [position]);
  return { ...assessment, figures: { ...assessment.figures, maintenance: '10000', ...figures } };
}
const choose = (assessment: AssessmentDetail, policy = POLICY): Slice | undefined =>
  chooseSlice(assessment, SCHEDULE, CONTRACTS, policy, false);

describe('a slice of a hedged position [CLR-LIQ-046]', () => {
  it('is of the part that frees most, not beyond what it balances', () => {
    // By its share all ten would free 8,000. Five free 4,000, all of them no more than 500.
    const slice = chosenSlice(
      hedged('2000', { 10: '9500', 5: '6000', 2.5: '8000' }),
      SCHEDULE,
      CONTRACTS,
      POLICY,
      false,
    );
    expect([slice.quantity, slice.requirementFreed].map(text)).toEqual(['5', '4000']);
    // 2,000 * 4,000 / 10,000 of 250,000: what may be charged, and what slippage may take.
    expect(slice.position).toMatchObject({ equityRate: dec('0.0032'), bearableRate: dec('0.0032') });
    expect(text(slice.position.limit)).toBe('49840');
  });

  it('is of the smallest part that holds it where the pace bounds it: a larger one is no cheaper', () => {
    // A hundred bitcoins of 100,000 required; an order is of 13.888 at most.
    const position = (most: string): PositionRequirement => ({
      ...requirementOf('BTC-PERP', '100', MARK, '0.016'),
      closings: [
        { quantity: '100', maintenance: most },
        { quantity: '50', maintenance: '60000' },
        { quantity: '25', maintenance: '80000' },
      ],
    });
    for (const most of ['99500', '55000']) {
      const assessment = assessmentOf('a.main', '20000', [position(most)]);
      const slice = choose({ ...assessment, figures: { ...assessment.figures, maintenance: '100000' } });
      expect(slice?.position.part).toEqual({ quantity: '25', maintenance: '80000' });
      expect(slice && [slice.quantity, slice.position.limit].map(text)).toEqual(['13.888', '49840']);
      // 13.888 / 25 of 20,000.
      expect(slice && text(slice.requirementFreed)).toBe('11110.4');
    }
  });

  it('looks beyond a part that frees less than the cent to which requirements are rounded', () => {
    expect(choose(hedged('2000', { 10: '5000', 5: '7500', '0.001': '10000' }))?.position.part?.quantity).toBe('10');
  });

  it('reaches the target with the fewest lots, between two parts by the line between them', () => {
    // 1.5 * 10,000 - 12,750 is missing: 2.5 give 3,000, five 4,500, and 0.3 % of the notional is what closing costs.
    const assessment = hedged('11000', { 10: '9500', 5: '7000', 2.5: '8000' });
    const { quantity, requirementFreed, position } = chosenSlice(assessment, SCHEDULE, CONTRACTS, POLICY, false);
    expect(quantity.gt('2.5') && quantity.lt(5)).toBe(true);
    expect(text(requirementFreed)).toBe(text(quantity.minus('2.5').times(400).plus(2_000)));
    const paid = position.charged.penalty.times(quantity).times(MARK);
    const gained = requirementFreed.times('1.5').minus(paid);
    expect(gained.gte(4_000) && gained.minus(600).lt(4_000)).toBe(true);
  });

  it('counts no part for more than every smaller one frees, since any of an order may be filled', () => {
    // All ten free 6,000, but five only 500, and two and a half 500, too.
    const slice = choose(hedged('2000', { 10: '4000', 5: '9500', 2.5: '9500' }));
    expect(slice?.position.equityRate.lte(dec(2_000).times('500.01').div(10_000).div(250_000))).toBe(true);
  });

  it('is none where no part of anything frees: the case waits for other prices', () => {
    const balanced = hedged('2000', { 10: '12000', 5: '11000', '0.001': '10000' });
    expect(choose(balanced)).toBeUndefined();
    expect(closingFrees(balanced, SCHEDULE, POLICY)).toBe(false);
    expect(closingFrees(hedged('2000', { 10: '12000', 5: '9999' }), SCHEDULE, POLICY)).toBe(true);
  });

  it('is smaller than the minimum slice only where nothing larger frees, and it alone reaches the target', () => {
    const parts = { 10: '12000', 5: '11000', '0.02': '9990', '0.01': '9995' };
    expect(choose(hedged('14985', parts))?.quantity).toEqual(dec('0.02'));
    expect(choose(hedged('14984', parts))).toBeUndefined();
    expect(choose(hedged('2000', { ...parts, 5: '9000' }))?.quantity).toEqual(dec('5'));
    expect(choose(hedged('15000', parts), { ...POLICY, method: 'full' })).toBeUndefined();
  });

  it('by the methods `full` and `by-share` is of what frees most, a share of all that is held at most', () => {
    const parts = { 10: '9500', 5: '6000', 2.5: '8000' };
    expect(choose(hedged('14000', parts), { ...POLICY, method: 'full' })?.quantity).toEqual(dec('5'));
    const share = { ...POLICY, method: 'by-share' as const, orderShare: dec('0.2') };
    expect(choose(hedged('2000', parts), share)?.quantity).toEqual(dec('2'));
  });

  it('costs nothing that is not there without an equity: what frees is closed, what would raise the requirement is not', () => {
    const slice = choose(hedged('-100', { 10: '12000', 5: '6000' }, { equity: '-100' }));
    expect(slice).toMatchObject({ quantity: dec('5'), provisionalRate: ZERO });
    expect(choose(hedged('-100', { 10: '12000', 5: '11000' }))).toBeUndefined();
  });
});

/** An account whose requirement is the worst of a few losses, each straight in what is held. */
interface Book {
  readonly held: readonly number[];
  /** Loss by scenario and position, per contract. */
  readonly losses: readonly (readonly number[])[];
  readonly health: number;
}
const INSTRUMENTS = ['BTC-PERP', 'ETH-PERP'] as const;
const UNITS: readonly string[] = [MARK, '2500'];
const LOTS: readonly string[] = ['0.001', '0.01'];

const requiredOf = (losses: Book['losses'], held: readonly Decimal[]): Decimal =>
  losses
    .map((row) => held.reduce((sum, quantity, i) => sum.plus(quantity.times(row[i] ?? 0)), ZERO))
    .reduce((worst, loss) => (loss.gt(worst) ? loss : worst), ZERO)
    .toDecimalPlaces(2, 'ceil');

/** As margin would tell it: parts of every position, its share left as large as what frees most. */
function told(losses: Book['losses'], held: readonly Decimal[], equity: Decimal): AssessmentDetail {
  const required = requiredOf(losses, held);
  const positions = INSTRUMENTS.flatMap((instrument, i): readonly PositionRequirement[] => {
    const quantity = held[i] ?? ZERO;
    if (quantity.isZero()) return [];
    const closings: { quantity: string; maintenance: string }[] = [];
    const lot = LOTS[i] ?? '1';
    for (let part = quantity; part.gt(0); part = part.div(2).div(lot).floor().times(lot)) {
      const left = held.map((each, j) => (i === j ? each.minus(part) : each));
      closings.push({ quantity: text(part), maintenance: text(requiredOf(losses, left)) });
    }
    return [
      { ...requirementOf(instrument, text(quantity), UNITS[i] ?? '1', '0.02'), maintenance: text(required), closings },
    ];
  });
  const assessment = assessmentOf('a.main', text(equity), positions);
  return { ...assessment, figures: { ...assessment.figures, equity: text(equity), maintenance: text(required) } };
}

describe('no slice of a hedged book worsens health [CLR-LIQ-046]', () => {
  it('whatever part of it is filled, at its limit or at the mark with its penalty, and the case ends or nothing frees', () => {
    let judged = 0;
    const book: fc.Arbitrary<Book> = fc.record({
      held: fc.tuple(fc.integer({ min: 1, max: 4_000 }), fc.integer({ min: 1, max: 8_000 })),
      losses: fc.array(fc.tuple(fc.integer({ min: -6_000, max: 6_000 }), fc.integer({ min: -300, max: 300 })), {
        minLength: 2,
        maxLength: 5,
      }),
      health: fc.integer({ min: 1, max: 99 }),
    });
    fc.assert(
      fc.property(
        book,
        fc.boolean(),
        fc.integer({ min: 20, max: 100 }),
        ({ held: lots, losses, health }, atLimit, percent) => {
          let held = lots.map((count, i) => dec(count).times(LOTS[i] ?? '1'));
          let equity = requiredOf(losses, held).times(health).div(100).toDecimalPlaces(2);
          for (let slices = 0; slices < 2_000; slices += 1) {
            const required = requiredOf(losses, held);
            if (equity.gte(required.times('1.5')) || required.isZero()) return;
            const slice = chooseSlice(told(losses, held, equity), SCHEDULE, CONTRACTS, POLICY, false);
            if (slice === undefined) return;
            const { position, quantity, provisionalRate } = slice;
            const place = INSTRUMENTS.findIndex((id) => id === position.contract.instrument.id);
            const lot = LOTS[place] ?? '1';
            const filled = minOf(quantity.times(percent).div(100).div(lot).ceil().times(lot), quantity);
            const away = position.mark.minus(position.limit).times(filled);
            const paid = atLimit ? away : provisionalRate.times(filled).times(position.unitNotional);
            const left = held.map((each, i) => (i === place ? each.minus(filled) : each));
            const after = requiredOf(losses, left);
            const kept = equity.minus(paid).toDecimalPlaces(2, 'floor');
            // To the cent that either is rounded by.
            const isNoWorse = kept
              .plus('0.02')
              .times(required)
              .gte(equity.times(after.minus('0.02')));
            expect(isNoWorse).toBe(true);
            judged += 1;
            [held, equity] = [left, kept];
          }
          throw new Error('a case that closes by two thousand slices and is not over');
        },
      ),
      { numRuns: 40 },
    );
    expect(judged).toBeGreaterThan(40);
  }, 120_000);
});
