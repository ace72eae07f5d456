import { ACCOUNT_STANDINGS, refusedByStanding, type AccountAct } from './index.js';

describe('standings of an account [CLR-ACC-035]', () => {
  it.each`
    act               | open   | frozen | closed
    ${'deposit'}      | ${'+'} | ${'+'} | ${'-'}
    ${'receive'}      | ${'+'} | ${'+'} | ${'-'}
    ${'withdraw'}     | ${'+'} | ${'-'} | ${'-'}
    ${'transfer'}     | ${'+'} | ${'-'} | ${'-'}
    ${'choose-model'} | ${'+'} | ${'-'} | ${'-'}
    ${'take-risk'}    | ${'+'} | ${'-'} | ${'-'}
    ${'reduce-risk'}  | ${'+'} | ${'+'} | ${'-'}
    ${'fill'}         | ${'+'} | ${'+'} | ${'-'}
  `('allow $act: $open $frozen $closed', (row: Record<string, string>) => {
    const act = row['act'] as AccountAct;
    for (const standing of ACCOUNT_STANDINGS) {
      const code = refusedByStanding(standing, act);
      expect([standing, code]).toEqual([standing, row[standing] === '+' ? null : `account-${standing}`]);
    }
  });
});
