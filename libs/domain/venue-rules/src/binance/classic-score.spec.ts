import { describe, expect, it } from '@jest/globals';
import { dec } from '@ballast/kernel';
import { classicDeleveragingScore } from './classic-score.js';

const score = (unrealisedPnl: string, walletBalance: string, maintenanceMargin: string, marginBalance: string) =>
  classicDeleveragingScore({
    unrealisedPnl: dec(unrealisedPnl),
    walletBalance: dec(walletBalance),
    maintenanceMargin: dec(maintenanceMargin),
    marginBalance: dec(marginBalance),
  });

describe('classic deleveraging score [CLR-LQM-040]', () => {
  it.each`
    pnl       | wallet     | maintenance | margin     | expected       | why
    ${'5000'} | ${'10000'} | ${'2000'}   | ${'15000'} | ${'0.066667'}  | ${'W18, A: 0.5 x 0.1333'}
    ${'4000'} | ${'2000'}  | ${'1500'}   | ${'6000'}  | ${'0.500000'}  | ${'W18, B: 2 x 0.25, so B comes first'}
    ${'-1'}   | ${'2000'}  | ${'1500'}   | ${'6000'}  | ${'0.000000'}  | ${'a loss is never deleveraged'}
    ${'100'}  | ${'-50'}   | ${'10'}     | ${'50'}    | ${'20.000000'} | ${'a wallet below one counts as one'}
  `(
    'of a profit of $pnl is $expected: $why',
    ({ pnl, wallet, maintenance, margin, expected }: Record<string, string>) => {
      expect(score(pnl!, wallet!, maintenance!, margin!)!.toFixed(6)).toBe(expected);
    },
  );

  it('does not exist for an account without equity', () => {
    expect(score('1', '1', '1', '0')).toBeUndefined();
    expect(score('1', '1', '1', '-5')).toBeUndefined();
  });
});
