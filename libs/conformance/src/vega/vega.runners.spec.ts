import { describe, expect, it } from '@jest/globals';
import { reportOf } from '../run-conformance.js';
import { readCaseFile } from '../case-file.loader.js';
import { vegaRunners } from './vega.runners.js';

function failuresOf(kind: string, inputs: object, expected: object) {
  const cases = [{ id: 'x', kind, inputs, expected }];
  const content = readCaseFile('x.json', JSON.stringify({ schema: 'conformance/1', engine: 'Vega', cases }));
  return reportOf([{ name: 'x.json', content }], vegaRunners).kinds.flatMap(({ failures }) => failures);
}

const account = {
  position: '1',
  averageEntryPrice: '1000',
  markPrice: '100',
  generalBalance: '500',
  marginBalance: '10',
  orderMarginBalance: '0',
  orders: [],
  riskFactorLong: '0.25',
  linearSlippage: '0.1',
  quadraticSlippage: '0.1',
  fundingIncrementPerUnit: '1',
  initialScaling: '1.2',
};

describe('names that the files leave open', () => {
  it.each([
    ['0.01', 'required position margin must be greater than initial margin', 0],
    ['0.01', 'InsufficientFunds', 1],
    ['0.6', 'insufficient balance in general account', 0],
    ['0.6', 'position margin not above initial margin', 1],
    ['0.01', 'PositionMarginTooLow', 0],
    ['0.6', 'InsufficientCash', 0],
    ['0.6', 'rejected', 0],
    ['0.5', 'rejected', 1],
    ['0.5', 'insufficient balance in general account', 1],
  ])('a switch with factor %s that is said to fail by "%s" differs %d times', (marginFactor, error, times) => {
    expect(failuresOf('switch_to_isolated', { ...account, marginFactor }, { error })).toHaveLength(times);
  });

  it.each([
    ['55', { action: 'none' }, 0],
    ['55', { action: 'hold', amount: '0' }, 0],
    ['55', { action: 'topup' }, 1],
    ['40', { action: 'none' }, 1],
    ['40', { action: 'topup', amount: '14', minAmount: '5' }, 0],
  ])('a margin account of %s that is said to do %j differs %d times', (marginBalance, expected, times) => {
    const levels = { maintenance: '45', search: '49', initial: '54', release: '63' };
    const inputs = { marginBalance, generalBalance: '0', levels, inAuction: false };
    expect(failuresOf('ladder_transition', inputs, expected)).toHaveLength(times);
  });

  it('sizes are in units of the market when a position factor is given', () => {
    const inputs = {
      position: '1300',
      buyOrders: '0',
      sellOrders: '0',
      markPrice: '103',
      positionFactor: '100',
      linearSlippage: '0.1',
      quadraticSlippage: '0.1',
      riskFactorLong: '0.1',
      riskFactorShort: '0.2',
      scaling: { search: '3.2', initial: '4', release: '5' },
    };
    expect(failuresOf('margin_levels', inputs, { maintenance: '2009' })).toEqual([]);
  });

  it('what is missing is named', () => {
    expect(failuresOf('isolated_position_margin', { position: '1' }, { positionMargin: '1' })).toEqual([
      { id: 'x', message: 'inputs.averageEntryPrice: is no figure', differences: [] },
    ]);
  });
});
