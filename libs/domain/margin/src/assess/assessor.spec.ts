import type { MarginEvents, MarginFigures } from '@ballast/facts';
import { dec, maxOf, roundUsd, text } from '@ballast/kernel';
import { marginModelOf } from '@ballast/venue-rules';
import fc from 'fast-check';
import { MINUTE, NOON, offering, parametersBody, parametersWith, payloadsOf, typesOf } from '../margin.fixtures.js';
import { MODEL_LIST } from '../parameters/model-list.js';
import { preTradeCheck } from '../pre-trade/pre-trade-check.js';
import { whatIf } from '../what-if/what-if.js';
import { writeFigures } from './assessment.js';
import { FLAT_RATE } from './flat-rate.js';
import { listing, OptionHouse, type ContractPricesAt } from './option-house.fixtures.js';

const CALL = 'BTC-7NOV25-60000-C';
const PUT = 'BTC-7NOV25-55000-P';
const FUTURE = 'BTC-7NOV25';
const COIN_FUTURE = 'BTC-7NOV25-INVERSE';
const HELD = [CALL, PUT, FUTURE, COIN_FUTURE, 'BTC-PERP', 'ETH-PERP'] as const;

const at = (minutes: number, BTC = '60000'): ContractPricesAt => ({
  at: NOON + minutes * MINUTE,
  BTC,
  ETH: '3000',
  volatility: 0.6,
});

function listed(documents?: ConstructorParameters<typeof OptionHouse>[0]): OptionHouse {
  const house = new OptionHouse(documents);
  house.list(
    listing(CALL),
    listing(PUT),
    listing(FUTURE),
    listing(COIN_FUTURE, { settlementAsset: 'BTC', contractSize: '100', lot: '1' }),
  );
  house.reprice(at(0));
  return house;
}

const whatIfNothing = (house: OptionHouse, accountId: string) => {
  const answer = whatIf(house.machine.state, { accountId });
  if (typeof answer === 'string') throw new Error(answer);
  return answer;
};

const steps = (limit: number, places: number) =>
  fc.integer({ min: -limit, max: limit }).map((n) => text(dec(n).div(dec(10).pow(places))));

describe('one assessment for everything that is said of an account [CLR-MRG-060]', () => {
  const aPosition = fc.record({
    instrument: fc.constantFrom(...HELD),
    quantity: steps(500, 2).filter((quantity) => quantity !== '0'),
    entry: fc.integer({ min: 1, max: 90_000 }),
  });
  const anAccount = fc.record({
    USD: steps(200_000_00, 2),
    BTC: steps(2_00_000_000, 8),
    ETH: steps(20_00, 2),
    positions: fc.array(aPosition, { minLength: 0, maxLength: 5 }),
    /** Of a withdrawal that is asked for, in dollars. */
    held: fc.integer({ min: 0, max: 50_000 }),
    model: fc.constantFrom(null, 'span-like@1', 'deribit-portfolio@1', 'derive-portfolio@2', 'nobody-knows@9'),
    sibling: fc.option(aPosition),
  });
  type Position = typeof aPosition extends fc.Arbitrary<infer T> ? T : never;
  const positionOf = ({ instrument, quantity, entry }: Position) => {
    const unit =
      instrument === COIN_FUTURE ? '-0.0016' : instrument === CALL || instrument === PUT ? '0' : String(entry);
    return { instrument, quantity, cost: text(dec(quantity).times(unit)) };
  };

  it('a what-if that imagines nothing, the check before a trade, and the book itself give the same figures', () => {
    let withHold = 0;
    fc.assert(
      fc.property(anAccount, ({ USD, BTC, ETH, positions, held, model, sibling }) => {
        const house = listed();
        house.account('ann.main', { USD, BTC, ETH });
        for (const position of positions) {
          house.accept(house.changed('ann.main', { USD, BTC, ETH, position: positionOf(position) }));
        }
        if (sibling !== null) house.account('ann.other', { USD: '1000', position: positionOf(sibling) });
        if (model !== null) house.accept(house.modelChosen('ann.main', model));
        house.accept(
          house.fact('accounts', 'account-ann.main', 'WithdrawalHeld', {
            accountId: 'ann.main',
            withdrawalId: 'w1',
            attempt: 1,
            asset: 'USD',
            amount: String(held + 1),
            collateral: { USD, BTC, ETH },
          }),
        );
        withHold += payloadsOf(house.events, 'WithdrawalCleared').length;
        const assessed: MarginFigures = writeFigures(house.assessed('ann.main').figures);
        const { before, after, assessment } = whatIfNothing(house, 'ann.main');
        expect(before).toEqual(assessed);
        expect(after).toEqual(assessed);
        expect(assessment).toEqual(house.detailOf('ann.main'));
        const { state } = house.machine;
        const check = preTradeCheck(state, { accountId: 'ann.main', instrument: 'BTC-PERP', quantity: '0.001' });
        expect(check.before).toEqual(assessed);
      }),
      { numRuns: 60 },
    );
    expect(withHold).toBeGreaterThan(5);
  });
});

describe('the flat rate [CLR-MRG-037]', () => {
  /** Rates of half the price and no further scenarios: the house's own model cannot look as far as it has to. */
  const BODY = parametersBody();
  const { BTC } = BODY.underlyings;
  if (BTC === undefined) throw new Error('no BTC');
  const TOO_WIDE = parametersWith({
    underlyings: { ...BODY.underlyings, BTC: { ...BTC, rateMin: '0.6', rateMax: '0.6' } },
  });

  const failed = (): OptionHouse => {
    const house = listed(TOO_WIDE);
    house.account('ann.main', { USD: '500000', position: { instrument: CALL, quantity: '-2', cost: '0' } });
    return house;
  };

  it('decides an account that the own model cannot, once with an alarm', () => {
    const house = failed();
    const [alarm] = payloadsOf(house.events, 'ModelFailed');
    expect(alarm).toMatchObject({ accountId: 'ann.main', model: 'adaptive-portfolio@1', code: 'range-beyond-grid' });
    const detail = house.detailOf('ann.main');
    // 2 * 60,000 * 0.6.
    expect(detail.figures).toMatchObject({
      initial: '180000',
      call: '144000',
      maintenance: '72000',
      liquidation: '72000',
    });
    expect(alarm?.figures).toEqual(detail.figures);
    expect(detail.portfolio.model).toBe(FLAT_RATE);
    expect(
      text(
        dec(detail.positions[0]?.mark ?? '0')
          .times(-2)
          .plus(500_000),
      ),
    ).toBe(detail.figures.equity);
    expect(typesOf(house.reprice(at(1)))).toEqual(['MarginRunCompleted']);
    expect(payloadsOf(house.events, 'ModelFailed')).toHaveLength(1);
  });

  it('counts in the run as what decided', () => {
    const runs = payloadsOf(failed().events, 'MarginRunCompleted');
    expect(runs.at(-1)?.models).toEqual({ [FLAT_RATE]: 1 });
  });

  it('ends with a word of it as soon as the model can assess the account again', () => {
    const house = failed();
    const events = house.accept(
      house.changed('ann.main', { USD: '500000', position: { instrument: CALL, quantity: '0', cost: '0' } }),
    );
    expect(payloadsOf(events, 'ModelRestored')).toEqual([{ accountId: 'ann.main', model: 'adaptive-portfolio@1' }]);
    expect(typesOf(house.reprice(at(1)))).toEqual(['MarginRunCompleted']);
  });

  it('decides whatever the owner chose: there is no floor for a choice without the own model', () => {
    const house = failed();
    house.accept(house.modelChosen('ann.main', 'span-like@1'));
    expect(house.detailOf('ann.main').portfolio.model).toBe(FLAT_RATE);
  });

  it('asks of a bought option no more than it is worth, and of an account without positions nothing', () => {
    const house = listed(TOO_WIDE);
    house.account('ann.main', { USD: '10', position: { instrument: CALL, quantity: '1', cost: '0' } });
    const { figures, positions } = house.detailOf('ann.main');
    expect(figures.maintenance).toBe(positions[0]?.mark);
    house.account('bob.main', { USD: '10' });
    expect(house.detailOf('bob.main').figures.call).toBe('0');
  });

  it('gives the same after a rebuild', () => {
    const house = failed();
    house.reprice(at(1));
    const rebuilt = house.rebuilt();
    const next = house.market(at(2, '59000'));
    for (const input of next) rebuilt.accept(input);
    rebuilt.settle();
    expect(rebuilt.drain().events).toEqual(house.accept(...next));
    expect(house.replayed().drain().events).toEqual(house.events);
  });
});

describe('an underlying without parameters [CLR-MRG-002]', () => {
  it('is margined at the highest rate of all, on whatever side and at whatever size', () => {
    const { BTC } = parametersBody().underlyings;
    if (BTC === undefined) throw new Error('no BTC');
    const house = listed(parametersWith({ underlyings: { BTC: { ...BTC, rateMax: '0.4' } } }));
    for (const quantity of ['1', '-1', '-1000']) {
      const position = { instrument: 'ETH-PERP', quantity, cost: text(dec(quantity).times(3_000)) };
      house.account(`ann.by${quantity.replace('-', 'minus')}`, { USD: '9000000', position });
    }
    const asked = house.machine.state.book.accounts.map(
      ({ accountId }) => house.detailOf(accountId).figures.maintenance,
    );
    expect(asked).toEqual(['1200', '1200', '1200000']);
  });
});

describe('a chosen model [CLR-MRG-060, CLR-MRG-062]', () => {
  const SPAN = 'span-like@1';

  /** A straddle sold, by an owner who chose the SPAN-like model. */
  function chosen(documents: ConstructorParameters<typeof OptionHouse>[0], accountId = 'ann.main'): OptionHouse {
    const house = listed(documents);
    house.account(accountId, { USD: '200000', position: { instrument: CALL, quantity: '-1', cost: '0' } });
    house.accept(house.changed(accountId, { USD: '200000', position: { instrument: PUT, quantity: '-1', cost: '0' } }));
    house.accept(house.modelChosen(accountId, SPAN));
    return house;
  }
  const byOwn = (documents: ConstructorParameters<typeof OptionHouse>[0]): MarginFigures => {
    const house = chosen(documents);
    house.accept(house.modelChosen('ann.main', 'adaptive-portfolio@1'));
    return house.detailOf('ann.main').figures;
  };

  it.each([
    ['that is off the list', offering({ model: 'scenario@1' }), 'chosen-model-not-offered'],
    ['that others are entitled to', offering({ model: SPAN, entitlement: ['bob'] }), 'chosen-model-not-entitled'],
  ])('%s is replaced by the own model, which says so', (_why, documents, code) => {
    const detail = chosen(documents).detailOf('ann.main');
    expect(detail.figures).toEqual(byOwn(documents));
    expect(detail.portfolio).toMatchObject({
      model: 'adaptive-portfolio@1',
      lines: expect.arrayContaining([{ code, subject: SPAN, amount: '0' }]) as unknown,
    });
  });

  it('decides for who is entitled to it', () => {
    const house = chosen(offering({ model: SPAN, entitlement: ['bob', 'ann'] }));
    expect(house.detailOf('ann.main').portfolio.model).toBe(SPAN);
  });

  it.each(['0.8', '1', '3', '10'])('asks at no level for less than %s of what the own model asks', (floorShare) => {
    const documents = offering({ model: SPAN, floorShare });
    const own = byOwn(documents);
    const free = chosen(offering({ model: SPAN })).detailOf('ann.main').figures;
    const { figures } = chosen(documents).detailOf('ann.main');
    for (const level of ['initial', 'call', 'liquidation'] as const) {
      const floor = roundUsd(dec(own[level]).times(floorShare), 'requirement');
      expect(figures[level]).toBe(text(maxOf(dec(free[level]), floor)));
    }
    expect(figures.equity).toBe(free.equity);
  });

  it('that refuses what is held leaves it to the own model, without any alarm', () => {
    // Its rules know no futures.
    const house = listed(offering({ model: 'reg-t-option@1' }));
    house.account('ann.main', { USD: '90000', position: { instrument: FUTURE, quantity: '1', cost: '60000' } });
    const before = house.detailOf('ann.main').figures;
    const events = house.accept(house.modelChosen('ann.main', 'reg-t-option@1'));
    expect(payloadsOf(events, 'MarginRunCompleted')[0]?.models).toEqual({ 'adaptive-portfolio@1': 1 });
    expect(payloadsOf(events, 'ModelFailed')).toEqual<MarginEvents['ModelFailed'][]>([]);
    const { figures, portfolio } = house.detailOf('ann.main');
    expect(figures).toEqual(before);
    expect(portfolio.lines[0]).toMatchObject({ code: expect.stringMatching(/^chosen-model-refused:/) as string });
  });

  it('is off the list from the moment that a list without it is approved, for runs and checks alike', () => {
    const OTHER = 'scenario@1';
    const house = chosen(offering({ model: SPAN, floorShare: '3' }, { model: OTHER }));
    const check = () => {
      const { state } = house.machine;
      return preTradeCheck(state, { accountId: 'ann.main', instrument: CALL, quantity: '-0.1' }).before;
    };
    expect(check()).toEqual(house.detailOf('ann.main').figures);
    const entry = {
      model: OTHER,
      parameters: marginModelOf(OTHER).defaultParameters.id,
      entitlement: 'everyone',
      floorShare: '0',
    };
    const proposal = {
      proposalId: 'p1',
      kind: MODEL_LIST.kind,
      id: 'models@2',
      body: { models: [entry] },
      reason: 'fewer',
    };
    expect(house.command('ProposeDocument', proposal, 'ann')).toMatchObject({ outcome: 'accepted' });
    expect(house.detailOf('ann.main').portfolio.model).toBe(SPAN);
    expect(house.command('ApproveDocument', { proposalId: 'p1' }, 'bob')).toMatchObject({ outcome: 'accepted' });
    const { figures, portfolio } = house.detailOf('ann.main');
    expect(portfolio.lines[0]).toMatchObject({ code: 'chosen-model-not-offered' });
    expect(figures).toEqual(byOwn(offering({ model: SPAN })));
    expect(check()).toEqual(figures);
  });

  it('that reads no schedule is liquidated without anybody being told of its rates', () => {
    const house = chosen(offering({ model: 'deribit-portfolio@1' }));
    house.accept(house.modelChosen('ann.main', 'deribit-portfolio@1'));
    house.accept(house.changed('ann.main', { USD: '10' }));
    const [triggered] = payloadsOf(house.events, 'LiquidationTriggered');
    expect(triggered?.assessment.portfolio.model).toBe('deribit-portfolio@1');
    expect(triggered?.lowestMaintenanceRates).toEqual([]);
  });
});
