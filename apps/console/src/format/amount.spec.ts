import fc from 'fast-check';
import { addingUp, cents, compact, exact, minus, plus, rounded, sentence, signedUsd } from './amount';

const decimals = fc
  .tuple(fc.bigInt({ min: -(10n ** 20n), max: 10n ** 20n }), fc.nat(9_999))
  .map(([whole, fraction]) => `${whole}.${String(fraction).padStart(4, '0')}`);

describe('amounts on a page', () => {
  it('are added up exactly, whatever their digits', () => {
    expect(plus('0.1', '0.2')).toBe('0.3');
    expect(plus('1000000000000000000.7', '0.30')).toBe('1000000000000000001.00');
    expect(minus('52355.52', '64456.6')).toBe('-12101.08');
    expect(plus()).toBe('0');
  });

  it.each([
    ['0.005', '0.00'],
    ['0.015', '0.02'],
    ['0.025', '0.02'],
    ['-0.015', '-0.02'],
    ['17658.341730868003', '17658.34'],
    ['3', '3.00'],
    ['-0.001', '0.00'],
  ])('%s is shown as %s, half to even and never as a negative nothing', (amount, shown) => {
    expect(rounded(amount)).toBe(shown);
  });

  it('are grouped by thousands and carry their sign', () => {
    expect(cents('1234567.5')).toBe('1,234,567.50');
    expect(exact('-1234.56789')).toBe('−1,234.56789');
    expect(signedUsd('12')).toBe('+12.00 USD');
    expect(signedUsd('-12')).toBe('−12.00 USD');
  });

  it.each([
    [0, '0'],
    [0.5, '0.5'],
    [999, '999'],
    [1_250_000, '1.25M'],
    [-64_456, '−64.5k'],
    [100_000, '100k'],
  ])('%p in a picture is %s', (value, shown) => {
    expect(compact(value)).toBe(shown);
  });

  it('refuse what is no decimal', () => {
    expect(() => plus('1e3')).toThrow('1e3 is no decimal');
  });

  it('in a table add up to what stands below them, by a rounding line where they would not', () => {
    const line = (label: string, amount: string) => ({ label, amount, detail: '' });
    expect(addingUp([line('a', '0.004'), line('b', '0.004')], '0.008').map(({ amount }) => amount)).toEqual([
      '0.00',
      '0.00',
      '0.01',
    ]);
    expect(addingUp([line('a', '1.00'), line('rounding', '0.001')], '1')).toEqual([line('a', '1.00')]);
    fc.assert(
      fc.property(fc.array(decimals, { maxLength: 12 }), (amounts) => {
        const total = plus('0', ...amounts);
        const shown = addingUp(
          amounts.map((amount) => line('x', amount)),
          total,
        );
        expect(Number(minus(plus('0', ...shown.map(({ amount }) => amount)), rounded(total)))).toBe(0);
      }),
    );
  });

  it.each([
    ['equity 29839.88 USD, call requirement 24320.50 USD.', 'equity 29,839.88 USD, call requirement 24,320.50 USD.'],
    ['True-up of the penalty: -1794.03 USD.', 'True-up of the penalty: −1,794.03 USD.'],
    ['T = 1000000 / (0.05 x 20000000000) days', 'T = 1,000,000 / (0.05 x 20,000,000,000) days'],
    ['rate 0.0078010904824907, due 2020-03-12T11:28:00Z', 'rate 0.0078010904824907, due 2020-03-12T11:28:00Z'],
    [
      'owner-01052.main of margin/0#12345, timer/step/1584009660000',
      'owner-01052.main of margin/0#12345, timer/step/1584009660000',
    ],
    ['BTC-7NOV25-60000-C, no. 7, 3 minutes', 'BTC-7NOV25-60000-C, no. 7, 3 minutes'],
  ])('of a sentence are grouped, ids and times are left: %s', (words, shown) => {
    expect(sentence(words)).toBe(shown);
  });
});
