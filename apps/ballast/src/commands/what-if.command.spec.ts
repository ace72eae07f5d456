import { UsageError } from '../usage-error.js';
import { imaginedPosition } from './what-if.command.js';

describe('--position of what-if', () => {
  it.each`
    written                       | instrument               | quantity | mode
    ${'BTC-PERP=-2'}              | ${'BTC-PERP'}            | ${'-2'}  | ${'replace'}
    ${'BTC-PERP+=0.5'}            | ${'BTC-PERP'}            | ${'0.5'} | ${'add'}
    ${'BTC-27MAR26-60000-C=0'}    | ${'BTC-27MAR26-60000-C'} | ${'0'}   | ${'replace'}
    ${'BTC-27MAR26-INVERSE+=-10'} | ${'BTC-27MAR26-INVERSE'} | ${'-10'} | ${'add'}
  `('$written is $mode $quantity $instrument', ({ written, ...expected }: Record<string, string>) => {
    expect(imaginedPosition(written as string)).toEqual(expected);
  });

  it.each(['BTC-PERP', 'BTC-PERP=', '=1', 'BTC-PERP=1e3', 'BTC-PERP=+1', 'BTC-PERP=01'])(
    '%s says how to write it',
    (written) => {
      expect(() => imaginedPosition(written)).toThrow(UsageError);
    },
  );
});
