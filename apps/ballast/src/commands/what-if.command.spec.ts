import type { AccountId } from '@ballast/kernel';
import { UsageError } from '../usage-error.js';
import { whatIfQuestion } from './what-if.action.js';
import { imaginedPosition, whatIfCommand } from './what-if.command.js';

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

describe('the question of what-if', () => {
  const carol = 'carol.main' as AccountId;
  const options = (...args: readonly string[]) => {
    const command = whatIfCommand().action(() => undefined);
    command.parse(['carol.main', ...args], { from: 'user' });
    return command.opts<Parameters<typeof whatIfQuestion>[1]>();
  };

  it('has everything that POST /accounts/{accountId}/what-if takes', () => {
    const given = options(
      ...['--model', 'derive-portfolio@2', '--parameters-hash', 'ab'.repeat(32)],
      ...['--position', 'BTC-PERP=-2', '--position', 'ETH-PERP+=5'],
      ...['--spot-moves', '-0.1,0,0.1', '--volatility-shocks', '0,0.5'],
    );
    expect(whatIfQuestion(carol, given, '{"spread":"0.1"}')).toEqual({
      accountId: 'carol.main',
      model: 'derive-portfolio@2',
      parameters: { spread: '0.1' },
      parametersHash: 'ab'.repeat(32),
      positions: [
        { instrument: 'BTC-PERP', quantity: '-2', mode: 'replace' },
        { instrument: 'ETH-PERP', quantity: '5', mode: 'add' },
      ],
      shocks: { spotMoves: ['-0.1', '0', '0.1'], volatilityShocks: ['0', '0.5'] },
    });
  });

  it('asks nothing that was not asked', () => {
    expect(whatIfQuestion(carol, options())).toEqual({ accountId: 'carol.main' });
    expect(whatIfQuestion(carol, options('--spot-moves', '0.1')).shocks?.volatilityShocks).toEqual(['0']);
  });

  it.each([
    [['--spot-moves', '-10%'], undefined, '--spot-moves'],
    [['--spot-moves', Array.from({ length: 32 }, () => '0').join(',')], undefined, '--spot-moves'],
    [['--volatility-shocks', '0.5'], undefined, '--spot-moves'],
    [['--parameters-hash', 'ab'], undefined, '--parameters-hash'],
    [['--model', 'derive'], undefined, '--model'],
    [[], '{', '--parameters'],
    [[], '[]', '--parameters'],
  ])('%j with document %s is refused by the name of the option', (args, document, option) => {
    expect(() => whatIfQuestion(carol, options(...args), document)).toThrow(UsageError);
    expect(() => whatIfQuestion(carol, options(...args), document)).toThrow(option);
  });
});
