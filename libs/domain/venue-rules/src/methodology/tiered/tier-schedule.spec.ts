import { describe, expect, it } from '@jest/globals';
import { dec, ModelInputError, text } from '@ballast/kernel';
import { readDocument } from '@ballast/margin-models';
import { readTierSchedule } from './tier-schedule.js';

const read = (tiers: unknown, maintenanceShare: string | null = null) =>
  readDocument({ tiers }, '', (fields) =>
    readTierSchedule(fields, maintenanceShare === null ? null : dec(maintenanceShare)),
  );

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
    const schedule = read(
      [
        { from: '0', maxLeverage: '40' },
        { from: '150', maxLeverage: '20' },
      ],
      '0.5',
    );
    expect(schedule.map(({ rate }) => text(rate))).toEqual(['0.0125', '0.025']);
  });

  it.each([
    ['a gap at the start', [{ ...FIRST, from: '1' }], 'tiers-gap', 'tiers[0].from'],
    ['a gap between tiers', [{ ...FIRST, upTo: '99' }, SECOND], 'tiers-gap', 'tiers[1].from'],
    ['tiers that overlap', [{ ...FIRST, upTo: '101' }, SECOND], 'tiers-overlap', 'tiers[1].from'],
    ['tiers out of order', [FIRST, SECOND, { ...SECOND, from: '50' }], 'tiers-unordered', 'tiers[2].from'],
    ['a border twice', [FIRST, { ...SECOND, from: '0' }], 'tiers-unordered', 'tiers[1].from'],
    ['an end of the last tier', [FIRST, { ...SECOND, upTo: '200' }], 'tiers-closed', 'tiers[1].upTo'],
    ['a rate that falls', [FIRST, { ...SECOND, rate: '0.009' }], 'tiers-rate-falls', 'tiers[1].rate'],
    [
      'a leverage that rises',
      [FIRST, { ...SECOND, maxLeverage: '51' }],
      'tiers-leverage-rises',
      'tiers[1].maxLeverage',
    ],
    [
      'less initial than maintenance margin',
      [{ ...FIRST, maxLeverage: '101' }],
      'initial-below-maintenance',
      'tiers[0].maxLeverage',
    ],
    [
      'a deduction that disagrees',
      [FIRST, { ...SECOND, deduction: '1.5' }],
      'tier-deduction-disagrees',
      'tiers[1].deduction',
    ],
    ['NaN', [{ ...FIRST, rate: 'NaN' }], 'parameter-not-a-decimal', 'tiers[0].rate'],
    ['infinity', [{ ...FIRST, maxLeverage: 'Infinity' }], 'parameter-not-a-decimal', 'tiers[0].maxLeverage'],
    ['a rate of zero', [{ ...FIRST, rate: '0' }], 'parameter-out-of-range', 'tiers[0].rate'],
    ['a key that nobody knows', [{ ...FIRST, haircut: '1' }], 'parameter-unknown', 'tiers[0].haircut'],
    ['no tiers', [], 'parameter-list-empty', 'tiers'],
  ])('is refused with %s', (_what, tiers, code, field) => {
    const { code: actual, field: place, message } = refusal(tiers);
    expect({ code: actual, field: place }).toEqual({ code, field });
    expect(message).toContain(field);
  });
});
