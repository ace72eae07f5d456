import { describe, expect, it } from '@jest/globals';
import { dec, text } from '@ballast/kernel';
import { held, marketOf, option, perpetual, portfolioOf } from '../methodology/scenario/scenario.fixtures.js';
import { readRegTParameters, REG_T_DOCUMENT, regTOption, regTRequirement } from './reg-t-option.model.js';

const parameters = readRegTParameters(REG_T_DOCUMENT);

describe('the Reg-T minimum for options [CLR-MDL-046]', () => {
  it.each`
    type      | spot     | strike   | premium | units  | required  | why
    ${'call'} | ${'100'} | ${'110'} | ${'2'}  | ${100} | ${'1200'} | ${'2 + max(20 - 10, 10), times 100 (W36)'}
    ${'call'} | ${'100'} | ${'95'}  | ${'8'}  | ${1}   | ${'28'}   | ${'in the money: 8 + 20'}
    ${'call'} | ${'100'} | ${'180'} | ${'0'}  | ${1}   | ${'10'}   | ${'far out: 10 % of the underlying'}
    ${'put'}  | ${'100'} | ${'95'}  | ${'3'}  | ${1}   | ${'18'}   | ${'3 + 20 - 5'}
    ${'put'}  | ${'100'} | ${'50'}  | ${'1'}  | ${1}   | ${'6'}    | ${'far out: 10 % of the strike'}
  `('$units $type sold at $strike require $required: $why', (row: Record<string, unknown>) => {
    const { type, spot, strike, premium, units, required } = row as Record<string, string> & { type: 'call' | 'put' };
    const terms = { type, strike: dec(strike!) };
    expect(text(regTRequirement(terms, dec(spot!), dec(premium!), parameters.other).times(units!))).toBe(required);
  });

  it('asks nothing of a bought option, and counts it as no collateral', () => {
    const bought = option('BTC', 30, '60000', 'call');
    const { requirements, value } = regTOption.assess(
      portfolioOf([held(bought, '2')], '5'),
      marketOf([bought]),
      parameters,
    );
    expect([text(requirements.initial!), text(value)]).toEqual(['0', '5']);
  });

  it('takes rates of an underlying before the others', () => {
    const index = readRegTParameters({ ...REG_T_DOCUMENT, underlyings: { BTC: { most: '0.15', least: '0.1' } } });
    const sold = option('BTC', 30, '60000', 'call');
    const { requirements } = regTOption.assess(portfolioOf([held(sold, '-1')]), marketOf([sold]), index);
    expect(text(requirements.maintenance!)).toBe('9100'); // 100 + 15 % of 60,000
  });

  it('refuses what is no option', () => {
    const contract = perpetual('BTC');
    expect(() => regTOption.assess(portfolioOf([held(contract, '1')]), marketOf([contract]), parameters)).toThrow(
      expect.objectContaining({ code: 'instrument-not-supported' }),
    );
  });
});
