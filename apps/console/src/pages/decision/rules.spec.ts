import fs from 'node:fs';
import path from 'node:path';
import { CITED_RULES, ruleOf } from './rules';

const SPEC = path.resolve('docs/spec');

describe('the rule that a line follows', () => {
  it('is one that the requirements have', () => {
    const text = fs
      .readdirSync(SPEC)
      .map((file) => fs.readFileSync(path.join(SPEC, file), 'utf8'))
      .join('\n');
    expect(CITED_RULES.filter((rule) => !text.includes(`**${rule} `))).toEqual([]);
  });

  it.each([
    ['BTC short: tail rate at 1000000 USD', 'CLR-MRG-017'],
    ['BTC long: liquidation rate', 'CLR-MRG-016'],
    ['scan-risk ETH', 'CLR-ADP-004'],
    ['BTC after the buffer', 'CLR-MRG-013'],
    ['equity', 'CLR-MRG-031'],
    ['rounding', undefined],
  ])('of %s is %s', (label, rule) => {
    expect(ruleOf(label)).toBe(rule);
  });
});
