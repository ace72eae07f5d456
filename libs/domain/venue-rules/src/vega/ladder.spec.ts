import { describe, expect, it } from '@jest/globals';
import { dec, text } from '@ballast/kernel';
import fc from 'fast-check';
import { ladderTransition } from './ladder.js';

const levels = { maintenance: dec('45'), search: dec('49'), initial: dec('54'), release: dec('63') };

describe('the ladder moves money between general and margin account [CLR-MDL-144]', () => {
  it.each([
    ['below maintenance, with the part that must come', '40', false, 'topup', '14', '5'],
    ['at maintenance', '45', false, 'topup', '9', '0'],
    ['just below search', '48', false, 'topup', '6', '0'],
    ['at search: left alone', '49', false, 'none', '0', '0'],
    ['just below release: left alone', '62', false, 'none', '0', '0'],
    ['at release: down to initial', '63', false, 'release', '9', '0'],
    ['above release', '500', false, 'release', '446', '0'],
    ['above release in auction: kept', '500', true, 'none', '0', '0'],
    ['below search in auction: topped up all the same', '40', true, 'topup', '14', '5'],
    ['an empty account', '0', false, 'topup', '54', '45'],
  ])('%s', (_why, balance, inAuction, action, amount, minAmount) => {
    const transition = ladderTransition(dec(balance), levels, inAuction);
    expect([transition.action, text(transition.amount), text(transition.minAmount)]).toEqual([
      action,
      amount,
      minAmount,
    ]);
  });

  it('after a transition the ladder has nothing more to do', () => {
    fc.assert(
      fc.property(fc.nat({ max: 200 }), (balance) => {
        const { action, amount } = ladderTransition(dec(balance), levels, false);
        const after = action === 'release' ? dec(balance).minus(amount) : dec(balance).plus(amount);
        expect(ladderTransition(after, levels, false).action).toBe('none');
      }),
    );
  });
});
