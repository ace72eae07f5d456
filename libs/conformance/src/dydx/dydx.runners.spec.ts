import { describe, expect, it } from '@jest/globals';
import { dydxRunners } from './dydx.runners.js';

const BTC = { market: 'BTC', size: '0.1', oraclePrice: '50000', imf: '0.2', maintenanceFraction: '0.5' };
/** @param error what the case expects; the answer is our own name where it is another that we know */
const run = (kind: string, inputs: unknown, params: unknown = {}, error = 'no-maintenance-margin') =>
  dydxRunners[kind]!({ id: 'case', kind, params, inputs, expected: { error } });

describe('cases of dYdX, read', () => {
  it.each([
    ['bankruptcy_price', {}],
    ['fillable_price', { bankruptcyAdjustment: '1', spreadToMaintenanceMarginRatio: '0.1' }],
    ['insurance_fund_delta', { maxLiquidationFee: '0.005' }],
  ])('%s names a delta that does not reduce the position as the venue does', (kind, params) => {
    for (const [closeMarket, closeDelta] of [
      ['BTC', '0.1'],
      ['BTC', '-0.2'],
      ['BTC', '0'],
      ['ETH', '-0.1'],
    ]) {
      const inputs = { quoteBalance: '-4501', positions: [BTC], closeMarket, closeDelta, fillPrice: '50000' };
      expect(run(kind, inputs, params)).toEqual({ error: 'InvalidPositionSizeDelta' });
    }
  });

  it('deleveraging names a refused transition, and a delta that one side cannot take', () => {
    const short = { quoteBalance: '50000', positions: [{ ...BTC, size: '-1' }] };
    const long = { quoteBalance: '-50001', positions: [{ ...BTC, size: '1' }] };
    const deleverage = (closeDelta: string) =>
      run('deleveraging', { liquidated: short, offsetting: long, closeMarket: 'BTC', closeDelta });
    expect(deleverage('1')).toEqual({ error: 'StateTransitionRejected' });
    expect(deleverage('2')).toEqual({ error: 'InvalidPositionSizeDelta' });
  });

  it('a refusal that the venue has a name of its own for is one', () => {
    const inputs = { quoteBalance: '-4501', positions: [BTC], closeMarket: 'BTC', closeDelta: '0', fillPrice: '50000' };
    const insured = (closeDelta: string, error: string) =>
      run('insurance_fund_delta', { ...inputs, closeDelta }, { maxLiquidationFee: '0.005' }, error);
    expect(insured('0', 'ZeroFill')).toEqual({ error: 'ZeroFill' });
    expect(insured('0', 'InvalidQuantumsForInsuranceFundDelta')).toEqual({
      error: 'InvalidQuantumsForInsuranceFundDelta',
    });
    expect(insured('0', 'StateTransitionRejected')).toEqual({ error: 'InvalidPositionSizeDelta' });
    expect(insured('-0.1', 'ZeroFill')).not.toHaveProperty('error');
  });

  it('a block limit may be stated alone', () => {
    const limits = run('subaccount_block_limits', { previousInsuranceLost: '1' }, { maxInsuranceLost: '3' }) as object;
    expect(Object.entries(limits).map(([name, figure]) => [name, String(figure)])).toEqual([['maxInsuranceLost', '2']]);
  });

  it('a transition that is allowed is a success', () => {
    const state = { netCollateral: '1', initial: '2', maintenance: '1' };
    expect(run('undercollateralized_transition', { old: state, new: state })).toEqual({ result: 'Success' });
  });
});
