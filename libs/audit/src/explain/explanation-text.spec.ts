import type { AccountExplanation } from '@ballast/contracts';
import { explanationText } from './explanation-text.js';

const AT = 1584009900000;
const FORMULA = 'rangeDown 0.05316435, rangeUp 0.04854118, scalarDown 3.2, scalarUp 3.2, sizeLong 3030600.2264';
const because =
  'The account is LIQUIDATING since 2020-03-12T10:45:00Z, when equity fell below the requirement: equity 9.00 USD.';
const view = {
  state: 'WARN',
  figures: { equity: '9', initial: '25', call: '20', maintenance: '10', liquidation: '10' },
};

const explanation = {
  accountId: 'ann.main',
  owner: 'ann',
  partition: 3,
  asked: null,
  at: AT,
  marginPosition: 148,
  event: {
    log: 'margin',
    partition: 3,
    position: 148,
    type: 'LiquidationTriggered',
    at: AT,
    summary: 'Liquidation.',
    cause: 'margin/-1#46',
    before: { ...view, marginPosition: 147, schedule: 45 },
    decided: { ...view, marginPosition: 148, schedule: 46 },
  },
  state: 'LIQUIDATING',
  because: [because],
  since: null,
  assessment: null,
  figures: [
    { section: 'equity', label: 'equity', amount: '9', unit: 'USD', formula: 'sum' },
    { section: 'requirement', label: 'scan-risk BTC', amount: '10', unit: 'USD', formula: FORMULA },
    { section: 'requirement', label: 'maintenance requirement', amount: '10', unit: 'USD', formula: 'sum' },
  ],
  orders: null,
  bridge: null,
  prices: [],
  schedule: {
    position: 46,
    number: 44,
    asOf: AT,
    priceSet: 60,
    parameters: 'avsl-default@1',
    model: 'adaptive-portfolio@1',
    status: 'LIVE',
  },
  wouldHaveAvoided: null,
  call: null,
  timeline: [{ log: 'margin', partition: 3, position: 148, at: AT, type: 'LiquidationTriggered', summary: because }],
  waterfalls: [],
  slices: [],
} as unknown as AccountExplanation;

const words = (text: string): readonly string[] => text.split(/\s+/).filter((word) => !/^-*$/.test(word));

describe('explanationText', () => {
  it.each([44, 60, 72, 80, 100, 120, 200])(
    'breaks no line of a terminal of %i columns, and leaves no word out',
    (columns) => {
      const shown = explanationText(explanation, columns);
      expect(shown.split('\n').filter((line) => line.length > columns)).toEqual([]);
      expect(words(shown)).toEqual(words(explanationText(explanation)));
    },
  );

  it('puts a name that leaves no room for its amount above it', () => {
    const lines = explanationText(explanation, 44).split('\n');
    expect(lines.slice(lines.indexOf('Requirement') + 1, lines.indexOf('Schedule') - 1)).toEqual([
      '-----------',
      '  scan-risk BTC                    10.00 USD',
      '      rangeDown 0.05316435, rangeUp',
      '      0.04854118, scalarDown 3.2, scalarUp',
      '      3.2, sizeLong 3030600.2264',
      '  maintenance requirement',
      '                                   10.00 USD',
      '      sum',
    ]);
    const [title] = lines.filter((line) => line.startsWith('margin/3#148'));
    expect(lines[lines.indexOf(title as string) + 2]).toBe('-'.repeat(44));
  });

  it('hangs what a figure is made of behind it, or puts it below where that leaves no room', () => {
    const rowsOf = (columns?: number): readonly string[] => {
      const lines = explanationText(explanation, columns).split('\n');
      return lines.slice(lines.indexOf('Requirement') + 2, lines.indexOf('Schedule') - 1);
    };
    const risk = '  scan-risk BTC                                                       10.00 USD';
    const sum = '  maintenance requirement                                             10.00 USD';
    const hung = ' '.repeat(82);
    expect(rowsOf()).toEqual([`${risk}   ${FORMULA}`, `${sum}   sum`]);
    expect(rowsOf(120)).toEqual([
      `${risk}   rangeDown 0.05316435, rangeUp`,
      `${hung}0.04854118, scalarDown 3.2, scalarUp`,
      `${hung}3.2, sizeLong 3030600.2264`,
      `${sum}   sum`,
    ]);
    expect(rowsOf(80)).toEqual([
      risk,
      '      rangeDown 0.05316435, rangeUp 0.04854118, scalarDown 3.2, scalarUp 3.2,',
      '      sizeLong 3030600.2264',
      sum,
      '      sum',
    ]);
  });
});
