import { HOUSE_MODES, houseAllows, isNoLooser, refusedByMode, type HouseAct, type HouseMode } from './index.js';

describe('the modes of the house [CLR-HMD-001]', () => {
  it.each`
    act               | normal | reduceOnly | withdrawalsStopped | halt
    ${'open-account'} | ${'+'} | ${'+'}     | ${'+'}             | ${'-'}
    ${'choose-model'} | ${'+'} | ${'-'}     | ${'+'}             | ${'-'}
    ${'withdraw'}     | ${'+'} | ${'+'}     | ${'-'}             | ${'-'}
    ${'transfer'}     | ${'+'} | ${'+'}     | ${'+'}             | ${'-'}
    ${'take-risk'}    | ${'+'} | ${'-'}     | ${'+'}             | ${'-'}
    ${'close-out'}    | ${'+'} | ${'+'}     | ${'+'}             | ${'-'}
  `('allow $act: $normal $reduceOnly $withdrawalsStopped $halt', (row: Record<string, string>) => {
    const act = row['act'] as HouseAct;
    const told = [row['normal'], row['reduceOnly'], row['withdrawalsStopped'], row['halt']];
    expect(HOUSE_MODES.map((mode) => (houseAllows(mode, act) ? '+' : '-'))).toEqual(told);
    for (const mode of HOUSE_MODES) expect(refusedByMode(mode, act) === null).toBe(houseAllows(mode, act));
  });

  it.each<[HouseMode, HouseMode, boolean]>([
    ['halt', 'normal', true],
    ['reduce-only', 'normal', true],
    ['halt', 'reduce-only', true],
    ['normal', 'normal', true],
    ['reduce-only', 'withdrawals-stopped', false],
    ['withdrawals-stopped', 'reduce-only', false],
    ['normal', 'halt', false],
  ])('%s lets nothing happen that %s does not: %s', (mode, than, noLooser) => {
    expect(isNoLooser(mode, than)).toBe(noLooser);
  });

  it('are named in a refusal', () => {
    expect([
      refusedByMode('reduce-only', 'take-risk'),
      refusedByMode('withdrawals-stopped', 'withdraw'),
      refusedByMode('halt', 'close-out'),
    ]).toEqual(['house-reduce-only', 'house-withdrawals-stopped', 'house-halted']);
  });
});
