import { text } from '@ballast/kernel';
import { bundled, fundDesk } from '../accounts.fixtures.js';
import { WATERFALL_DOCUMENTS } from './loss-waterfall.js';

const changed = (changes: object): readonly string[] =>
  WATERFALL_DOCUMENTS.defects('loss-waterfall-other@1', { ...(bundled('loss-waterfall') as object), ...changes });

describe('the document loss-waterfall [CLR-ACC-043]', () => {
  it('names every step in its order, the share of a reserve, the own capital at stake and who bears the rest', () => {
    const { payingSteps, reserveShare, houseTranche, residualParty } = WATERFALL_DOCUMENTS.inForce(
      fundDesk().state.rules,
    );
    expect({ payingSteps, reserveShare: text(reserveShare), houseTranche: text(houseTranche), residualParty }).toEqual({
      payingSteps: ['product-reserve', 'global-fund', 'house-tranche'],
      reserveShare: '0.25',
      houseTranche: '25000',
      residualParty: 'operator',
    });
  });

  it('may put the own capital before the fund, and leave a step out', () => {
    const steps = ['position', 'account', 'house-tranche', 'global-fund', 'deleveraging', 'residual'];
    expect(changed({ steps })).toEqual([]);
  });

  it('asks other accounts of the owner where it names that step, right behind the account itself [CLR-ACC-071]', () => {
    const ends = ['deleveraging', 'residual'];
    expect(changed({ steps: ['position', 'account', 'other-accounts', 'global-fund', ...ends] })).toEqual([]);
    expect(changed({ steps: ['position', 'account', 'other-accounts', ...ends] })).toEqual([]);
    expect(changed({ steps: ['position', 'account', 'global-fund', 'other-accounts', ...ends] })).toHaveLength(1);
    expect(WATERFALL_DOCUMENTS.inForce(fundDesk().state.rules).asksOtherAccounts).toBe(false);
  });

  it('cuts gains of settlements where it names that step, right before the residual party [CLR-ACC-072]', () => {
    const steps = (...last: string[]) => changed({ steps: ['position', 'account', 'global-fund', ...last] });
    expect(steps('deleveraging', 'variation-gains', 'residual')).toEqual([]);
    expect(steps('variation-gains', 'deleveraging', 'residual')).toHaveLength(1);
    expect(steps('deleveraging', 'residual', 'variation-gains')).toHaveLength(1);
    expect(WATERFALL_DOCUMENTS.inForce(fundDesk().state.rules).cutsGains).toBe(false);
  });

  it.each`
    steps                                                                                | why
    ${['account', 'position', 'deleveraging', 'residual']}                               | ${'the account before the position'}
    ${['position', 'account', 'deleveraging', 'global-fund', 'residual']}                | ${'money after the other side'}
    ${['position', 'account', 'global-fund', 'global-fund', 'deleveraging', 'residual']} | ${'a step twice'}
    ${['position', 'account', 'global-fund', 'deleveraging']}                            | ${'nobody bears the rest'}
  `('refuses $why', ({ steps }: { steps: readonly string[] }) => {
    expect(changed({ steps })).toEqual([
      'steps: begin with position, account, go on with other-accounts or without, end with deleveraging, residual (between them variation-gains or not), and put each of product-reserve, global-fund, house-tranche between them at most once',
    ]);
  });

  it.each`
    changes                         | field
    ${{ takeOverDiscount: '1' }}    | ${'takeOverDiscount'}
    ${{ reserveShare: '1.01' }}     | ${'reserveShare'}
    ${{ houseTranche: '-1' }}       | ${'houseTranche'}
    ${{ residualParty: 'no body' }} | ${'residualParty'}
    ${{ steps: ['wind'] }}          | ${'steps'}
  `('refuses $changes', ({ changes, field }: { changes: object; field: string }) => {
    expect(changed(changes)[0]).toContain(field);
  });
});
