import { GLOBAL, type LogEntry } from '@ballast/event-sourcing';
import type { AdlEvents, Side } from '@ballast/facts';
import { dec, text } from '@ballast/kernel';
import { MINUTE, NOON, offering, payloadsOf, type Holding } from '../margin.fixtures.js';
import { listing, OptionHouse, type ContractPricesAt } from './option-house.fixtures.js';

const CALL = 'BTC-7NOV25-60000-C';
const WING = 'BTC-7NOV25-66000-C';
const PUT = 'BTC-7NOV25-60000-P';
const FUTURE = 'BTC-7NOV25';

const at = (minutes: number, more: Partial<ContractPricesAt> = {}): ContractPricesAt => ({
  at: NOON + minutes * MINUTE,
  BTC: '60000',
  ETH: '3000',
  volatility: 0.6,
  ...more,
});
const held = (USD: string, instrument: string, quantity: string, cost = '0'): Holding => ({
  USD,
  position: { instrument, quantity, cost },
});

function listed(documents?: ConstructorParameters<typeof OptionHouse>[0]): OptionHouse {
  const house = new OptionHouse(documents);
  house.list(listing(CALL), listing(WING), listing(PUT), listing(FUTURE));
  house.reprice(at(0));
  return house;
}

describe('a withdrawal from an account with options [CLR-MRG-035]', () => {
  /** Ten calls written; 200,000 dollars with the premium. */
  function writer(): OptionHouse {
    const house = listed();
    house.account('ann.main', held('200000', CALL, '-10'));
    return house;
  }

  const asks = (house: OptionHouse, amount: string, USD = '200000'): LogEntry =>
    house.fact('accounts', 'account-ann.main', 'WithdrawalHeld', {
      accountId: 'ann.main',
      withdrawalId: 'w1',
      attempt: 1,
      asset: 'USD',
      amount,
      collateral: { USD },
    });

  /** What equity exceeds the initial requirement by. */
  const free = (house: OptionHouse) => {
    const { equity, initial } = house.detailOf('ann.main').figures;
    return { initial, amount: dec(equity).minus(initial) };
  };

  it('is cleared down to the initial requirement of the portfolio, and refused a cent below', () => {
    const { initial, amount } = free(writer());
    expect(amount.gt(0)).toBe(true);
    const allowed = writer();
    expect(allowed.accept(asks(allowed, text(amount)))[0]).toMatchObject({
      type: 'WithdrawalCleared',
      payload: { withdrawalId: 'w1', figures: { equity: initial, initial } },
    });
    const refused = writer();
    expect(refused.accept(asks(refused, text(amount.plus('0.01'))))[0]).toMatchObject({
      type: 'WithdrawalRefused',
      payload: { withdrawalId: 'w1', code: 'below-initial-requirement', figures: { initial } },
    });
  });

  it('that the writer of naked calls is refused is cleared once the calls are covered by others', () => {
    const amount = text(free(writer()).amount.plus(1_000));
    const naked = writer();
    expect(payloadsOf(naked.accept(asks(naked, amount)), 'WithdrawalRefused')).toHaveLength(1);
    const covered = writer();
    covered.accept(covered.changed('ann.main', held('200000', WING, '10')));
    expect(payloadsOf(covered.accept(asks(covered, amount)), 'WithdrawalCleared')).toHaveLength(1);
  });

  it('counts the value of bought options as equity, as long as they are worth that', () => {
    const house = listed();
    house.account('ann.main', held('1000', CALL, '2'));
    const { amount } = free(house);
    expect(amount.gt(1_000)).toBe(true);
    expect(house.accept(asks(house, '1000', '1000'))[0]).toMatchObject({ type: 'WithdrawalCleared' });
  });

  it('is refused while its options are closed out', () => {
    const house = listed();
    house.account('ann.main', held('20000', CALL, '-10'));
    expect(payloadsOf(house.events, 'LiquidationTriggered')).toHaveLength(1);
    expect(house.accept(asks(house, '1', '20000'))[0]).toMatchObject({
      type: 'WithdrawalRefused',
      payload: { code: 'account-liquidating' },
    });
  });
});

describe('candidates of deleveraging in an option [CLR-MRG-036]', () => {
  function candidates(house: OptionHouse, side: Side) {
    const payload: AdlEvents['AdlRoundOpened'] = {
      roundId: `${CALL}/${side}/1`,
      instrument: CALL,
      side,
      schedule: 1,
      requests: [],
      opposite: [],
    };
    const events = house.accept(house.fact('liquidation', `adl-${CALL}-${side}`, 'AdlRoundOpened', payload, GLOBAL));
    return payloadsOf(events, 'AdlCandidatesReported')[0]?.candidates;
  }

  function market(): OptionHouse {
    const house = listed();
    house.account('ann.main', held('200000', CALL, '-2'));
    house.account('bob.main', held('500', CALL, '2'));
    house.account('cat.main', held('500', PUT, '2'));
    house.account('dan.main', held('-90000', CALL, '1'));
    house.account('eve.main', held('100', CALL, '-10'));
    return house;
  }

  it('hold it on the other side and have equity, by the whole portfolio: the value of the option counts', () => {
    const house = market();
    const { mark, maintenance } = house.detailOf('bob.main').positions[0] ?? { mark: '0', maintenance: '-1' };
    expect(dec(mark).gt(1_000)).toBe(true);
    // dan.main owes more than his call is worth; cat.main holds a put.
    expect(candidates(house, 'short')).toEqual([
      {
        accountId: 'bob.main',
        quantity: '2',
        notional: '120000',
        requirement: maintenance,
        equity: text(dec(500).plus(dec(mark).times(2))),
      },
    ]);
  });

  it('on the written side leave out who is closed out himself', () => {
    const house = market();
    expect(payloadsOf(house.events, 'LiquidationTriggered').map(({ accountId }) => accountId)).toContain('eve.main');
    expect(candidates(house, 'long')).toMatchObject([{ accountId: 'ann.main', quantity: '2', notional: '120000' }]);
  });
});

describe('a book whose owners chose different models [CLR-MRG-062]', () => {
  const MODELS = [
    'adaptive-portfolio@1',
    'scenario@1',
    'span-like@1',
    'deribit-standard@1',
    'deribit-portfolio@1',
    'derive-portfolio@2',
  ] as const;
  // Its rules know no futures.
  const REFUSING = 'reg-t-option@1';
  /** Without floors, so that each model's own figures are seen. */
  const OFFERED = offering(...[...MODELS.slice(1), REFUSING].map((model) => ({ model })));
  const nameOf = (model: string): string => `${model.replace('@', '-v')}.main`;

  /** A straddle sold against a future, the same for everybody. */
  function open(house: OptionHouse, accountId: string, model: string | null): void {
    house.accept(
      house.opened(accountId),
      ...(model === null ? [] : [house.modelChosen(accountId, model)]),
      house.changed(accountId, held('60000', CALL, '-1')),
      house.changed(accountId, held('60000', PUT, '-1')),
      house.changed(accountId, held('60000', FUTURE, '0.5', '30000')),
    );
  }

  const PRICES = [
    ...[1, 11, 21, 31].map((minutes) => at(minutes)),
    ...[41, 51, 61].map((minutes, i) =>
      at(minutes, { BTC: text(dec(60_000).minus(2_500 * (i + 1))), volatility: 0.9 }),
    ),
  ];

  function mixed(): OptionHouse {
    const house = listed(OFFERED);
    for (const model of MODELS) open(house, nameOf(model), model);
    open(house, 'unasked.main', null);
    open(house, 'refused.main', REFUSING);
    house.account('linear.main', held('20000', 'BTC-PERP', '1', '60000'));
    for (const prices of PRICES) house.reprice(prices);
    return house;
  }

  it('is run at once, and every run tells how many accounts each model assessed', () => {
    const runs = payloadsOf(mixed().events, 'MarginRunCompleted').filter(({ kind }) => kind === 'full');
    const last = runs.at(-1);
    expect(last?.assessed).toBe(MODELS.length + 3);
    expect(last?.models).toEqual({
      ...Object.fromEntries(MODELS.map((model) => [model, 1])),
      'adaptive-portfolio@1': 4,
    });
  });

  it('requires of the same positions by each model what that model asks of it alone', () => {
    const house = mixed();
    const calls = new Set<string>();
    for (const model of MODELS) {
      const alone = listed(OFFERED);
      open(alone, nameOf(model), model);
      for (const prices of PRICES) alone.reprice(prices);
      const { figures, portfolio } = house.detailOf(nameOf(model));
      expect(portfolio.model).toBe(model);
      expect({ figures, portfolio }).toEqual({
        figures: alone.detailOf(nameOf(model)).figures,
        portfolio: alone.detailOf(nameOf(model)).portfolio,
      });
      calls.add(figures.call);
    }
    expect(calls.size).toBeGreaterThan(MODELS.length - 2);
    const byDefault = house.detailOf(nameOf('adaptive-portfolio@1')).figures;
    expect(house.detailOf('unasked.main').figures).toEqual(byDefault);
    const refused = house.detailOf('refused.main');
    expect(refused.figures).toEqual(byDefault);
    expect(refused.portfolio.lines[0]?.code).toMatch(/^chosen-model-refused:/);
  });

  it('gives the same events replayed from its inputs, and goes on the same from a rebuilt state', () => {
    const house = mixed();
    expect(house.replayed().drain().events).toEqual(house.events);

    const rebuilt = house.rebuilt();
    const next = house.market(at(71, { BTC: '50000', volatility: 1.1 }));
    for (const input of next) rebuilt.accept(input);
    rebuilt.settle();
    expect(rebuilt.drain().events).toEqual(house.accept(...next));
  });

  it('assesses an account by the newly chosen model from the next run on', () => {
    const house = mixed();
    const before = house.detailOf('unasked.main').figures;
    const chosen = house.accept(house.modelChosen('unasked.main', 'deribit-standard@1'));
    expect(payloadsOf(chosen, 'MarginRunCompleted')[0]?.models).toEqual({ 'deribit-standard@1': 1 });
    expect(house.detailOf('unasked.main').figures).toEqual(house.detailOf(nameOf('deribit-standard@1')).figures);
    expect(house.detailOf('unasked.main').figures).not.toEqual(before);
  });
});
