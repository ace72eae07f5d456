import { dec, instantOf } from '@ballast/kernel';
import fc from 'fast-check';
import { InstrumentError } from './instrument-error.js';
import { expiryNamedBy, parseInstrumentId, writeInstrumentId, type InstrumentTerms } from './instrument-id.js';

const march = instantOf('2026-03-27T08:00Z');

describe('instrument ids [CLR-INS-001]', () => {
  it.each([
    ['BTC-PERP', { kind: 'perpetual', underlying: 'BTC', settlement: 'linear' }],
    ['BTC-PERP-INVERSE', { kind: 'perpetual', underlying: 'BTC', settlement: 'inverse' }],
    ['BTC-27MAR26', { kind: 'future', underlying: 'BTC', settlement: 'linear', expiry: march }],
    ['ETH-27MAR26-INVERSE', { kind: 'future', underlying: 'ETH', settlement: 'inverse', expiry: march }],
    [
      'BTC-27MAR26-60000-C',
      { kind: 'option', underlying: 'BTC', settlement: 'linear', expiry: march, strike: dec(60000), type: 'call' },
    ],
    [
      '1INCH-27MAR26-0.65-P-INVERSE',
      { kind: 'option', underlying: '1INCH', settlement: 'inverse', expiry: march, strike: dec('0.65'), type: 'put' },
    ],
  ])('reads %s and writes it again', (id, terms) => {
    expect(parseInstrumentId(id)).toEqual(terms);
    expect(writeInstrumentId(parseInstrumentId(id))).toBe(id);
  });

  it('names a leap day of a leap year only', () => {
    expect(parseInstrumentId('BTC-29FEB28')).toMatchObject({ expiry: instantOf('2028-02-29T08:00Z') });
    expect(() => parseInstrumentId('BTC-29FEB26')).toThrow('29FEB26 is no date');
  });

  it.each`
    id                             | code                   | why
    ${''}                          | ${'bad-instrument-id'} | ${'nothing at all'}
    ${'BTC'}                       | ${'bad-instrument-id'} | ${'an asset is no contract'}
    ${'BTC-'}                      | ${'bad-instrument-id'} | ${'no second part'}
    ${'BTC-PERP-60000-C'}          | ${'bad-instrument-id'} | ${'a perpetual has no strike'}
    ${'BTC-27MAR26-60000'}         | ${'bad-instrument-id'} | ${'call or put is missing'}
    ${'BTC-27MAR26-60000-X'}       | ${'bad-instrument-id'} | ${'neither call nor put'}
    ${'BTC-27MAR26-60000-c'}       | ${'bad-instrument-id'} | ${'capitals only'}
    ${'BTC-27MAR26-60000-C-EXTRA'} | ${'bad-instrument-id'} | ${'one part too many'}
    ${'BTC-PERP-INVERSE-INVERSE'}  | ${'bad-instrument-id'} | ${'inverse twice'}
    ${'btc-PERP'}                  | ${'bad-underlying'}    | ${'capitals only'}
    ${'X-PERP'}                    | ${'bad-underlying'}    | ${'one letter'}
    ${'42-PERP'}                   | ${'bad-underlying'}    | ${'a number is no underlying'}
    ${'-PERP'}                     | ${'bad-underlying'}    | ${'no underlying'}
    ${'BTC-INVERSE'}               | ${'bad-expiry-date'}   | ${'inverse what?'}
    ${'BTC-06MAR26'}               | ${'bad-expiry-date'}   | ${'one date has one id: 6MAR26'}
    ${'BTC-31APR26'}               | ${'bad-expiry-date'}   | ${'April has 30 days'}
    ${'BTC-32MAR26'}               | ${'bad-expiry-date'}   | ${'no such day'}
    ${'BTC-27MRZ26'}               | ${'bad-expiry-date'}   | ${'no such month'}
    ${'BTC-27MAR26-0-C'}           | ${'bad-strike'}        | ${'a strike is positive'}
    ${'BTC-27MAR26-060000-C'}      | ${'bad-strike'}        | ${'leading zero'}
    ${'BTC-27MAR26-0.50-C'}        | ${'bad-strike'}        | ${'trailing zero'}
    ${'BTC-27MAR26-6e4-C'}         | ${'bad-strike'}        | ${'plain notation only'}
    ${'BTC-27MAR26-NaN-C'}         | ${'bad-strike'}        | ${'no number'}
  `('refuses "$id" with $code: $why', ({ id, code }: { id: string; code: string }) => {
    expect(() => parseInstrumentId(id)).toThrow(InstrumentError);
    expect(() => parseInstrumentId(id)).toThrow(expect.objectContaining({ code }) as Error);
  });

  it('quotes an id that nobody can read so that a terminal can show it, because the refusal goes into the log', () => {
    expect(() => parseInstrumentId('BTC\u001b[2J\0-PERP')).toThrow(/^BTC\ufffd\[2J\ufffd-PERP: underlying/);
  });

  it('has no id for an expiry at another time of day, nor for a strike that is not positive', () => {
    const terms = { kind: 'future', underlying: 'BTC', settlement: 'linear', expiry: march + 1 } as const;
    expect(() => writeInstrumentId(terms)).toThrow(expect.objectContaining({ code: 'bad-expiry-date' }) as Error);
    const option = { ...terms, kind: 'option', expiry: march, type: 'put' } as const;
    for (const strike of [dec(-1), dec(0), dec('1e-9'), dec(Infinity), dec(NaN)]) {
      const bad = expect.objectContaining({ code: 'bad-strike' }) as Error;
      expect(() => writeInstrumentId({ ...option, strike })).toThrow(bad);
    }
  });

  it('reads back every instrument it writes', () => {
    const common = {
      underlying: fc.constantFrom('BTC', 'ETH', '1INCH'),
      settlement: fc.constantFrom('linear' as const, 'inverse' as const),
    };
    const expiry = fc.integer({ min: 0, max: 36_524 }).map((day) => instantOf('2000-01-01T08:00Z') + day * 86_400_000);
    const terms: fc.Arbitrary<InstrumentTerms> = fc.oneof(
      fc.record({ kind: fc.constant('perpetual' as const), ...common }),
      fc.record({ kind: fc.constant('future' as const), ...common, expiry }),
      fc.record({
        kind: fc.constant('option' as const),
        ...common,
        expiry,
        strike: fc.integer({ min: 1, max: 2_000_000_000 }).map((units) => dec(units).div(10_000)),
        type: fc.constantFrom('call' as const, 'put' as const),
      }),
    );
    fc.assert(fc.property(terms, (written) => expect(parseInstrumentId(writeInstrumentId(written))).toEqual(written)));
  });

  it.each([
    ['BTC-27MAR26', instantOf('2026-03-27T08:00:00Z')],
    ['BTC-27MAR26-60000-C-INVERSE', instantOf('2026-03-27T08:00:00Z')],
    ['BTC-PERP', null],
    ['BTC-31FEB26', null],
    ['', null],
  ])('%s names the expiry %p', (id, expiry) => expect(expiryNamedBy(id)).toBe(expiry));
});
