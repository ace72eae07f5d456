import { describe, expect, it } from '@jest/globals';
import { made, record } from '@ballast/documents';
import { dec, ModelInputError, ONE, text } from '@ballast/kernel';
import { readParameterDocument } from '@ballast/margin-models';
import { RATED_TIERS_FORM, tierSchedule, UNRATED_TIERS_FORM, type TierSchedule } from './tier-schedule.js';

const RATED = made(record({ tiers: RATED_TIERS_FORM }), ({ tiers }, refuse) =>
  tierSchedule(tiers, ONE, (field, remedy) => refuse(`tiers${field}`, remedy)),
);
const read = (tiers: unknown): TierSchedule => readParameterDocument({ tiers }, RATED);

const refusal = (tiers: unknown): ModelInputError => {
  try {
    read(tiers);
  } catch (error) {
    if (error instanceof ModelInputError) return error;
    throw error;
  }
  throw new Error('the schedule was accepted');
};

const FIRST = { from: '0', rate: '0.01', maxLeverage: '50' };
const SECOND = { from: '100', rate: '0.02', maxLeverage: '25' };

describe('a schedule of tiers [CLR-MDL-101]', () => {
  it('needs borders and rates only: the deductions follow', () => {
    const schedule = read([FIRST, SECOND, { from: '300', rate: '0.05', maxLeverage: '10' }]);
    expect(schedule.map(({ deduction }) => text(deduction))).toEqual(['0', '1', '10']);
  });

  it('may state ends and deductions, which then have to agree', () => {
    const schedule = read([
      { ...FIRST, upTo: '100', deduction: '0' },
      { ...SECOND, deduction: '1' },
    ]);
    expect(text(schedule[1]!.deduction)).toBe('1');
  });

  it('takes its rates from leverage where the venue says so', () => {
    const tiers = [
      { from: '0', maxLeverage: '40' },
      { from: '150', maxLeverage: '20' },
    ];
    const unrated = made(record({ tiers: UNRATED_TIERS_FORM }), (of, refuse) =>
      tierSchedule(of.tiers, dec('0.5'), refuse),
    );
    const schedule = readParameterDocument({ tiers }, unrated);
    expect(schedule.map(({ rate }) => text(rate))).toEqual(['0.0125', '0.025']);
  });

  it.each([
    ['a gap at the start', [{ ...FIRST, from: '1' }], 'start the first tier at 0', 'tiers[0].from'],
    ['a gap between tiers', [{ ...FIRST, upTo: '99' }, SECOND], 'let them meet', 'tiers[1].from'],
    ['tiers that overlap', [{ ...FIRST, upTo: '101' }, SECOND], 'let them meet', 'tiers[1].from'],
    ['tiers out of order', [FIRST, SECOND, { ...SECOND, from: '50' }], 'sort the tiers', 'tiers[2].from'],
    ['a border twice', [FIRST, { ...SECOND, from: '0' }], 'sort the tiers', 'tiers[1].from'],
    ['an end of the last tier', [FIRST, { ...SECOND, upTo: '200' }], 'leave its end out', 'tiers[1].upTo'],
    ['a rate that falls', [FIRST, { ...SECOND, rate: '0.009' }], 'larger positions never pay less', 'tiers[1].rate'],
    ['a leverage that rises', [FIRST, { ...SECOND, maxLeverage: '51' }], 'correct it', 'tiers[1].maxLeverage'],
    ['less initial than maintenance margin', [{ ...FIRST, maxLeverage: '101' }], 'lower it', 'tiers[0].maxLeverage'],
    ['a deduction that disagrees', [FIRST, { ...SECOND, deduction: '1.5' }], 'correct one', 'tiers[1].deduction'],
    ['NaN', [{ ...FIRST, rate: 'NaN' }], 'write a decimal', 'tiers[0].rate'],
    ['infinity', [{ ...FIRST, maxLeverage: 'Infinity' }], 'write a decimal', 'tiers[0].maxLeverage'],
    ['a rate of zero', [{ ...FIRST, rate: '0' }], 'write a decimal above 0 up to 1', 'tiers[0].rate'],
    ['a key that nobody knows', [{ ...FIRST, haircut: '1' }], 'leave it out', 'tiers[0].haircut'],
    ['no tiers', [], 'write a list of 1 to', 'tiers'],
  ])('is refused with %s', (_what, tiers, remedy, field) => {
    const { code, field: place, message } = refusal(tiers);
    expect({ code, field: place }).toEqual({ code: 'parameters-unsound', field });
    expect(message).toMatch(new RegExp(`^${field.replace(/[[\]]/g, '\\$&')}: .*${remedy}`));
  });
});
