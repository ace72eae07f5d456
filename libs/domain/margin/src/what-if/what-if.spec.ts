import { dec, ModelInputError, sum, text } from '@ballast/kernel';
import { parameterHash } from '@ballast/margin-models';
import { ADAPTIVE_CROSS } from '@ballast/margin-models/testing';
import { marginModelOf } from '@ballast/venue-rules';
import { preTradeCheck } from '../pre-trade/pre-trade-check.js';
import { NOON } from '../margin.fixtures.js';
import { listing, OptionHouse } from '../assess/option-house.fixtures.js';
import type { MarginFigures } from '@ballast/facts';
import { whatIf, whatIfInSteps, type WhatIfAnswer, type WhatIfQuestion } from './what-if.js';

const CALL = 'BTC-7NOV25-60000-C';
/** Moves as the coin does. */
const DEEP_CALL = 'BTC-7NOV25-20000-C';
const PUT = 'BTC-7NOV25-60000-P';

/** Ann has sold one call at the money and has 20,000 dollars, its premium among them. */
function house(): OptionHouse {
  const open = new OptionHouse();
  open.list(listing(CALL), listing(DEEP_CALL), listing(PUT));
  open.reprice({ at: NOON, BTC: '60000', ETH: '3000', volatility: 0.6 });
  open.account('ann.main', { USD: '20000', position: { instrument: CALL, quantity: '-1', cost: '0' } });
  return open;
}

function asked(open: OptionHouse, question: Omit<WhatIfQuestion, 'accountId'>): WhatIfAnswer {
  const answer = whatIf(open.machine.state, { accountId: 'ann.main', ...question });
  if (typeof answer === 'string') throw new Error(answer);
  return answer;
}

describe('what if', () => {
  it('nothing changed, says what margin says, with every scenario [CLR-MRG-065]', () => {
    const open = house();
    const { before, after, assessment, scenarios, worstScenario, lines } = asked(open, {});
    expect(after).toEqual(before);
    expect(assessment).toEqual(open.detailOf('ann.main'));
    const worst = scenarios.find(({ id }) => id === worstScenario);
    expect(scenarios.every(({ pnl }) => dec(pnl).gte(worst?.pnl ?? '0'))).toBe(true);
    for (const { pnl, byPosition } of scenarios) expect(text(sum(byPosition.map((one) => dec(one.pnl))))).toBe(pnl);
    expect(lines.map(({ code }) => code)).toContain('scan-risk');
  });

  it('the call were bought back, needs nothing and is worth the same: it is bought at the mark', () => {
    const { before, after } = asked(house(), { positions: [{ instrument: CALL, quantity: '0', mode: 'replace' }] });
    expect(after).toEqual({ equity: before.equity, initial: '0', call: '0', maintenance: '0', liquidation: '0' });
  });

  it('the same were sold once more, needs about twice as much, and once more is the same as two in all', () => {
    const open = house();
    const added = asked(open, { positions: [{ instrument: CALL, quantity: '-1', mode: 'add' }] });
    const replaced = asked(open, { positions: [{ instrument: CALL, quantity: '-2', mode: 'replace' }] });
    expect(replaced).toEqual(added);
    expect(dec(added.after.call).div(added.before.call).toFixed(3)).toBe('2.000');
  });

  it('another model or other parameters were used, names them', () => {
    const open = house();
    const put = [{ instrument: PUT, quantity: '1', mode: 'add' }] as const;
    const adaptive = asked(open, { positions: put });
    const cross = asked(open, { positions: put, model: 'adaptive-portfolio@1', parameters: ADAPTIVE_CROSS.document });
    expect(cross).toMatchObject({ model: 'adaptive-portfolio@1', parameters: 'given' });
    expect(dec(cross.after.call).gt(adaptive.after.call)).toBe(true);
  });

  it('the market jumped, gives the profit of every position at every point of the grid', () => {
    const { shocks } = asked(house(), {
      positions: [{ instrument: 'BTC-PERP', quantity: '0.5', mode: 'add' }],
      shocks: { spotMoves: ['-0.04', '0', '0.5'], volatilityShocks: ['0', '0.1'] },
    });
    expect(shocks).toHaveLength(6);
    const [fall, , calm] = shocks;
    // 0.5 * 60,000 * -4 %; the call is between the published -3 % and -5 %.
    expect(fall?.byPosition.find(({ instrument }) => instrument === 'BTC-PERP')?.pnl).toBe('-1200');
    expect(dec(fall?.byPosition.find(({ instrument }) => instrument === CALL)?.pnl ?? '0').gt(0)).toBe(true);
    expect(calm?.pnl).toBe('0');
  });

  describe('the market jumped, also says the levels at every point [CLR-MRG-068]', () => {
    const FUTURE = 'BTC-7NOV25';
    const COIN_FUTURE = 'BTC-7NOV25-INVERSE';
    const prices = { at: NOON, BTC: '60000', ETH: '3000', volatility: 0.6 };

    /** Two straight contracts in dollars, one in coin, and coin as collateral. */
    function linear(): OptionHouse {
      const open = new OptionHouse();
      open.list(listing(FUTURE), listing(COIN_FUTURE, { settlementAsset: 'BTC', contractSize: '100', lot: '1' }));
      open.reprice(prices);
      open.account('ann.main', {
        USD: '20000',
        BTC: '0.2',
        position: { instrument: 'BTC-PERP', quantity: '1', cost: '60000' },
      });
      open.accept(
        open.changed('ann.main', { USD: '20000', position: { instrument: FUTURE, quantity: '-0.4', cost: '-24000' } }),
        open.changed('ann.main', {
          USD: '20000',
          position: { instrument: COIN_FUTURE, quantity: '50', cost: '-0.08' },
        }),
      );
      return open;
    }

    const at = (open: OptionHouse, spotMove: string, volatilityShock: string): MarginFigures => {
      const [point] = asked(open, { shocks: { spotMoves: [spotMove], volatilityShocks: [volatilityShock] } }).shocks;
      return point?.figures as MarginFigures;
    };

    it('as the account stands where nothing moves', () => {
      const open = linear();
      expect(at(open, '0', '0')).toEqual(asked(open, {}).after);
    });

    it.each(['-0.02', '0.015'])('as the next schedule would have them after a move of %s', (move) => {
      const open = linear();
      const imagined = at(open, move, '0');
      const factor = dec(move).plus(1);
      open.reprice({ ...prices, BTC: text(factor.times(60_000)), ETH: text(factor.times(3_000)) });
      expect(imagined).toEqual(asked(open, {}).after);
    });

    it('a rise of volatility raises the call at once and the liquidation level after its notice; a fall lowers both', () => {
      const open = new OptionHouse();
      open.reprice({ ...prices, slow: '0.09' });
      open.account('ann.main', { USD: '20000', position: { instrument: 'BTC-PERP', quantity: '1', cost: '60000' } });
      const [calm, now, wild] = ['-0.5', '0', '1'].map((shock) => at(open, '0', shock)) as [
        MarginFigures,
        MarginFigures,
        MarginFigures,
      ];
      expect(new Set([calm.equity, now.equity, wild.equity]).size).toBe(1);
      expect(dec(wild.call).gt(now.call)).toBe(true);
      expect(wild.liquidation).toBe(now.liquidation);
      expect(dec(calm.call).lt(now.call)).toBe(true);
      expect(dec(calm.liquidation).lt(now.liquidation)).toBe(true);
    });

    it('and none of an account with an option, but where nothing moves', () => {
      const { shocks, after } = asked(house(), { shocks: { spotMoves: ['0', '0.02'], volatilityShocks: ['0'] } });
      expect(shocks.map(({ figures }) => figures)).toEqual([after, null]);
    });
  });

  it.each`
    question                                                                     | code
    ${{ shocks: { spotMoves: ['0', '-1'], volatilityShocks: ['0'] } }}           | ${'shock-impossible'}
    ${{ shocks: { spotMoves: ['0'], volatilityShocks: ['-1.01'] } }}             | ${'shock-impossible'}
    ${{ model: 'nobody-knows@9' }}                                               | ${'unknown-margin-model'}
    ${{ parameters: {} }}                                                        | ${'model-missing'}
    ${{ positions: [{ instrument: 'BTC-1JAN30', quantity: '1', mode: 'add' }] }} | ${'instrument-not-priced'}
    ${{ shocks: { spotMoves: ['0.6'], volatilityShocks: ['0'] } }}               | ${'shock-beyond-grid'}
    ${{ model: 'adaptive-portfolio@1', parameters: { initialMultiple: '0.5' } }} | ${expect.any(String)}
    ${{ model: 'adaptive-portfolio@1', parametersHash: '00'.repeat(32) }}        | ${'parameters-hash-mismatch'}
    ${{ parametersHash: '00'.repeat(32) }}                                       | ${'model-missing'}
  `('refuses $question with $code', ({ question, code }: { question: WhatIfQuestion; code: string }) => {
    const open = house();
    expect(() => asked(open, question)).toThrow(ModelInputError);
    try {
      asked(open, question);
    } catch (error) {
      expect((error as ModelInputError).code).toEqual(code);
    }
  });

  it('the document is the one that was announced, answers as without its hash', () => {
    const open = house();
    const given = { model: 'adaptive-portfolio@1', parameters: ADAPTIVE_CROSS.document };
    const parametersHash = parameterHash(ADAPTIVE_CROSS.document);
    expect(asked(open, { ...given, parametersHash })).toEqual(asked(open, given));
    const { document } = marginModelOf('derive-standard@1').defaultParameters;
    const changed = { model: 'derive-standard@1', parameters: { ...(document as object), depeg: {} } };
    expect(() => asked(open, { ...changed, parametersHash: parameterHash(document) })).toThrow(
      'parametersHash: the document hashes to',
    );
  });

  it('nobody has that account, or there are no prices yet, says so', () => {
    expect(whatIf(house().machine.state, { accountId: 'bob.main' })).toBe('account-unknown');
    const early = new OptionHouse();
    early.account('ann.main', { USD: '1' });
    expect(whatIf(early.machine.state, { accountId: 'ann.main' })).toBe('no-prices');
  });

  it('knows a contract no longer once its delivery is closed, as a state rebuilt from the logs does not', () => {
    const open = house();
    const question = { positions: [{ instrument: PUT, quantity: '1', mode: 'add' as const }] };
    expect(asked(open, question).after.equity).toBe(asked(open, question).before.equity);
    open.accept(open.fact('accounts', `expiry-${PUT}`, 'ExpiryClosed', { instrument: PUT }));
    expect(() => asked(open, question)).toThrow('has no price');
    expect(() => whatIf(open.rebuilt().state, { accountId: 'ann.main', ...question })).toThrow('has no price');
  });

  it('gives the same answer on a state rebuilt from the logs', () => {
    const open = house();
    const question = { positions: [{ instrument: PUT, quantity: '1', mode: 'add' as const }] };
    expect(whatIf(open.rebuilt().state, { accountId: 'ann.main', ...question })).toEqual(asked(open, question));
  });

  it('changes nothing in the state', () => {
    const open = house();
    const before = open.detailOf('ann.main');
    asked(open, { positions: [{ instrument: CALL, quantity: '-9', mode: 'add' }] });
    expect(open.detailOf('ann.main')).toEqual(before);
  });
});

describe('a check before a trade in options', () => {
  const check = (open: OptionHouse, instrument: string, quantity: string) =>
    preTradeCheck(open.machine.state, { accountId: 'ann.main', instrument, quantity });

  it.each`
    instrument      | quantity | expected                                                                       | why
    ${CALL}         | ${'1'}   | ${{ accepted: true, riskReducing: true }}                                      | ${'buys back'}
    ${'BTC-PERP'}   | ${'0.3'} | ${{ accepted: true }}                                                          | ${'covered by 20,000 dollars'}
    ${CALL}         | ${'-9'}  | ${{ accepted: false, code: 'below-initial-requirement', riskReducing: false }} | ${'ten naked calls'}
    ${'BTC-1JAN30'} | ${'1'}   | ${{ accepted: false, code: 'instrument-unknown' }}                             | ${'nobody listed it'}
  `(
    '$why: $quantity $instrument',
    ({ instrument, quantity, expected }: { instrument: string; quantity: string; expected: object }) => {
      expect(check(house(), instrument, quantity)).toMatchObject(expected);
    },
  );

  it('does not take the sale of a hedge for a reduction of risk', () => {
    const open = house();
    open.accept(
      open.changed('ann.main', { USD: '60000', position: { instrument: CALL, quantity: '0', cost: '0' } }),
      open.changed('ann.main', { USD: '60000', position: { instrument: DEEP_CALL, quantity: '1', cost: '0' } }),
      open.changed('ann.main', { USD: '60000', position: { instrument: 'BTC-PERP', quantity: '-1', cost: '-60000' } }),
    );
    const sold = check(open, DEEP_CALL, '-1');
    expect(sold.riskReducing).toBe(false);
    expect(dec(sold.after?.call ?? '0').gt(sold.before?.call ?? '0')).toBe(true);
    expect(check(open, CALL, '-0.01').riskReducing).toBe(false);
  });
});

describe('a large question [CLR-MRG-065]', () => {
  const axis = Array.from({ length: 31 }, (_, step) => ((step - 15) / 100).toFixed(2));
  const shocks = { spotMoves: axis, volatilityShocks: axis };

  it('is answered a point at a time, the same as at once, and by the state it was asked on', () => {
    const open = house();
    const question = { accountId: 'ann.main', shocks };
    const atOnce = asked(open, question);
    const pieces = whatIfInSteps(open.machine.state, question);
    for (let point = 0; point < axis.length ** 2; point++) {
      expect(pieces.next()).toMatchObject({ done: false });
      if (point === 0) open.reprice({ at: NOON + 60_000, BTC: '50000', ETH: '2500', volatility: 0.9 });
    }
    expect(pieces.next()).toEqual({ done: true, value: atOnce });
    expect(atOnce.shocks).toHaveLength(31 * 31);
  });

  it('is refused when points and positions together are too many', () => {
    const open = house();
    const listed = Array.from({ length: 60 }, (_, each) => `BTC-7NOV25-${30_000 + each * 1_000}-C`);
    open.list(...listed.filter((id) => id !== CALL).map((id) => listing(id)));
    open.reprice({ at: NOON + 60_000, BTC: '60000', ETH: '3000', volatility: 0.6 });
    const positions = listed.map((instrument) => ({ instrument, quantity: '1', mode: 'replace' }) as const);
    expect(() => asked(open, { positions, shocks })).toThrow(/^shocks: 961 points for 6\d positions are too many/);
    expect(asked(open, { positions, shocks: { spotMoves: axis, volatilityShocks: ['0'] } }).shocks).toHaveLength(31);
  });
});
