import type { LogEntry } from '@ballast/event-sourcing';
import type { AssessmentDetail, MarginEvents, MarginGlobalEvents } from '@ballast/facts';
import { dec, instantOf, roundUsd, sum, text } from '@ballast/kernel';
import { undiscountedValue } from '@ballast/valuation';
import { explainAssessment } from './explain-assessment.js';
import { noSurpriseJudge } from '../no-surprise/no-surprise-judge.js';
import { BUNDLED_PARAMETERS, MINUTE, NOON, payloadsOf, typesOf, type Holding } from '../margin.fixtures.js';
import { listing, OptionHouse, type ContractPricesAt } from './option-house.fixtures.js';

const CALL = 'BTC-7NOV25-60000-C';
const PUT = 'BTC-7NOV25-60000-P';
const FUTURE = 'BTC-7NOV25';
const COIN_FUTURE = 'BTC-7NOV25-INVERSE';
const EXPIRY = instantOf('2025-11-07T08:00:00Z');

const at = (minutes: number, volatility = 0.6, more: Partial<ContractPricesAt> = {}): ContractPricesAt => ({
  at: NOON + minutes * MINUTE,
  BTC: '60000',
  ETH: '3000',
  volatility,
  ...more,
});
const held = (USD: string, instrument: string, quantity: string, cost = '0'): Holding => ({
  USD,
  position: { instrument, quantity, cost },
});

function listed(): OptionHouse {
  const house = new OptionHouse();
  house.list(
    listing(CALL),
    listing(PUT),
    listing(FUTURE),
    listing(COIN_FUTURE, { settlementAsset: 'BTC', contractSize: '100', lot: '1' }),
  );
  house.reprice(at(0));
  return house;
}

/** One call and one put sold at the money, 14,000 dollars with the premiums. */
function straddle(): OptionHouse {
  const house = listed();
  house.accept(
    house.opened('ann.main'),
    house.changed('ann.main', held('14000', CALL, '-1')),
    house.changed('ann.main', held('14000', PUT, '-1')),
  );
  return house;
}

/** Two hours in which volatility is measured high, then the surface jumps: at constant spot. */
const SPIKE: readonly ContractPricesAt[] = [
  ...Array.from({ length: 12 }, (_, i) => at(10 * (i + 1), 0.6, { fast: '0.2' })),
  ...[0.65, 0.7, 0.75, 0.8].map((volatility, i) => at(190 + 5 * i, volatility, { fast: '0.2' })),
];

const changes = (events: readonly LogEntry[]): string[] =>
  payloadsOf(events, 'AccountStateChanged').map(({ from, to, reason }) => `${from} > ${to}: ${reason}`);

/** The assessment of ann.main as the next run writes it. */
const lastRunDetail = (house: OptionHouse): AssessmentDetail => house.detailOf('ann.main');

function lastAssessment(house: OptionHouse): AssessmentDetail {
  const last = payloadsOf(house.events, 'AccountStateChanged').at(-1);
  if (last === undefined) throw new Error('no change of state');
  return last.assessment;
}

describe('a short straddle through a spike of volatility', () => {
  it('is called, restricted, liquidated and, once bought back in part, restored', () => {
    const house = straddle();
    const before = house.events.length;
    for (const prices of SPIKE) house.reprice(prices);
    const events = house.events.slice(before);
    expect(changes(events)).toEqual([
      'WARN > MARGIN_CALL: equity-below-call',
      'MARGIN_CALL > RESTRICTED: equity-below-midpoint',
      'RESTRICTED > LIQUIDATING: equity-below-liquidation',
    ]);
    expect(payloadsOf(events, 'MarginCallIssued')).toHaveLength(1);
    expect(payloadsOf(events, 'LiquidationTriggered')).toHaveLength(1);
    expect(typesOf(events).at(-1)).toBe('LiquidatingAccountAssessed');

    // Liquidation buys back the call whole and most of the put at their marks of about 5,264.
    const slices = house.accept(
      house.changed('ann.main', held('8736.57', CALL, '0')),
      house.changed('ann.main', held('4263.12', PUT, '-0.15')),
    );
    const [assessed] = payloadsOf(slices, 'LiquidatingAccountAssessed');
    expect(assessed?.assessment.positions).toMatchObject([{ instrument: PUT, quantity: '-0.15', side: 'short' }]);
    const closed = house.accept(house.liquidationClosed('ann.main'));
    expect(changes(closed)).toEqual(['LIQUIDATING > HEALTHY: liquidation-closed']);
  });

  it('names worst scenario, profit of every scenario, and shares that add up to the requirement [CLR-MRG-064]', () => {
    const house = straddle();
    for (const prices of SPIKE) house.reprice(prices);
    const { figures, positions, portfolio } = lastAssessment(house);
    const total = (level: 'maintenance' | 'liquidation'): string =>
      text(sum(positions.map((position) => dec(position[level]))));
    expect(total('maintenance')).toBe(figures.maintenance);
    expect(total('liquidation')).toBe(figures.liquidation);
    expect(portfolio).toMatchObject({ model: 'adaptive-portfolio@1', riskArrays: 17 });
    const worst = portfolio.scenarios.reduce((least, next) => (dec(next.pnl).lt(least.pnl) ? next : least));
    expect(portfolio.worstScenario).toBe(worst?.id);
    const byPosition = portfolio.lines.filter(({ code }) => code === 'worst-scenario');
    expect(byPosition.map(({ subject }) => subject)).toEqual([CALL, PUT]);
    expect(text(roundUsd(sum(byPosition.map(({ amount }) => dec(amount))), 'neutral'))).toBe(worst?.pnl);
    expect(figures.equity).toBe(text(sum([dec(14_000), ...positions.map(({ mark }) => dec(mark).neg())])));
  });

  it('gives the same events replayed from its inputs, however often the journal is drained', () => {
    const house = straddle();
    for (const prices of SPIKE) house.reprice(prices);
    expect(house.replayed().drain().events).toEqual(house.events);
  });

  it('goes on the same from a rebuilt state', () => {
    const house = straddle();
    for (const prices of SPIKE.slice(0, -1)) house.reprice(prices);
    const rebuilt = house.rebuilt();
    const last = house.market(SPIKE.at(-1) as ContractPricesAt);
    for (const input of last) rebuilt.accept(input);
    rebuilt.settle();
    expect(rebuilt.drain().events).toEqual(house.accept(...last));
    expect(rebuilt.state.book.stateCounts).toEqual(house.machine.state.book.stateCounts);
  });
});

describe('no surprise of a portfolio [CLR-MRG-051]', () => {
  function entry(): {
    readonly event: MarginEvents['LiquidationTriggered'];
    readonly violations: (event: MarginEvents['LiquidationTriggered']) => readonly string[];
  } {
    const house = straddle();
    for (const prices of SPIKE) house.reprice(prices);
    const [event] = payloadsOf(house.events, 'LiquidationTriggered');
    if (event === undefined) throw new Error('nobody was liquidated');
    const judge = noSurpriseJudge();
    judge.document(BUNDLED_PARAMETERS);
    for (const { type, position, payload } of house.globalEvents) {
      if (type !== 'ScheduleInForce' || position > event.assessment.schedule) continue;
      judge.schedule(payload as MarginGlobalEvents['ScheduleInForce']);
    }
    return { event, violations: (of) => judge.violations(of).map(({ rule }) => rule) };
  }

  it('holds: its scenarios reach no further than the call level did during the notice period', () => {
    const { event, violations } = entry();
    expect(violations(event)).toEqual([]);
  });

  it.each([
    ['rangeUp', '0.026794517057'],
    ['scalarUp', '1.7469281073876'],
  ])('is broken by a %s that had no notice', (figure, value) => {
    const { event, violations } = entry();
    const { assessment } = event;
    const lines = assessment.portfolio.lines.map((line) =>
      line.code === 'liquidation-level' ? { ...line, figures: { ...line.figures, [figure]: value } } : line,
    );
    const portfolio = { ...assessment.portfolio, lines };
    expect(violations({ ...event, assessment: { ...assessment, portfolio } })).toEqual(['rate-without-notice']);
  });
});

describe('the explanation of a portfolio [CLR-MRG-066]', () => {
  it('adds up: equity from what it holds, the maintenance requirement from scenario and add-ons, and from shares', () => {
    const house = straddle();
    house.accept(house.changed('ann.main', { ...held('8000', 'BTC-PERP', '0.5', '29000'), BTC: '0.1' }));
    for (const prices of SPIKE) house.reprice(prices);
    const detail = house.detailOf('ann.main');
    const lines = explainAssessment(detail, house.explainedOn());
    const total = (pattern: RegExp): string =>
      text(
        roundUsd(sum(lines.filter(({ label }) => pattern.test(label)).map(({ amount }) => dec(amount))), 'requirement'),
      );
    const equity = sum(
      lines
        .filter(({ label }) => /^(collateral|worth of|unrealised profit)/.test(label))
        .map(({ amount }) => dec(amount)),
    );
    expect(text(roundUsd(equity, 'equity'))).toBe(detail.figures.equity);
    expect(lines).toContainEqual(expect.objectContaining({ label: 'haircut of BTC', unit: 'rate' }));
    expect(total(/^(scan-risk|short-option-minimum|offset-between)/)).toBe(detail.figures.maintenance);
    expect(total(/share of the maintenance requirement$/)).toBe(detail.figures.maintenance);
    const worst = lines.find(({ label }) => label.startsWith('worst scenario'));
    expect(
      dec(total(/in the worst scenario$/))
        .minus(worst?.amount ?? '0')
        .abs()
        .lte('0.01'),
    ).toBe(true);
    expect(lines.some(({ label }) => label.endsWith('liquidation price'))).toBe(false);
  });

  it.each`
    instrument     | quantity | cost          | worth                                           | why
    ${FUTURE}      | ${'2'}   | ${'119000'}   | ${'2 x 60600 - 119000'}                         | ${'the change of value since it was traded'}
    ${FUTURE}      | ${'-2'}  | ${'-119000'}  | ${'-2 x 60600 + 119000'}                        | ${'the same, sold'}
    ${COIN_FUTURE} | ${'600'} | ${'-1.00000'} | ${'(600 x (-100 / 60600) + 1) x 60600'}         | ${'coins at the index'}
    ${CALL}        | ${'-2'}  | ${'0'}        | ${/^-2 x [0-9.]+: Black-76 at forward 60600, /} | ${'no cost: the premium is paid'}
  `('tells what $quantity $instrument is worth as arithmetic: $why', ({ instrument, quantity, cost, worth }) => {
    const house = listed();
    house.reprice(at(1, 0.6, { BTC: '60600' }));
    house.account('ann.main', held('100000', instrument as string, quantity as string, cost as string));
    const lines = explainAssessment(lastRunDetail(house), house.explainedOn());
    const formula = lines.find(({ label }) => label === `worth of ${instrument}`)?.formula ?? '';
    if (worth instanceof RegExp) expect(formula).toMatch(worth);
    else expect(formula).toBe(worth);
  });

  it('tells what the mark of an option is computed from, and what a contract loses in the worst scenario', () => {
    const house = straddle();
    const detail = house.detailOf('ann.main');
    const lines = explainAssessment(detail, house.explainedOn());
    const labelled = (label: string) => lines.find((line) => line.label === label);
    const [, forward, volatility, days] =
      /forward ([0-9.]+), volatility ([0-9.]+) a year, ([0-9.]+) days left$/.exec(
        labelled(`worth of ${CALL}`)?.formula ?? '',
      ) ?? [];
    const total = Number(volatility) * Math.sqrt(Number(days) / 365);
    const mark = detail.positions.find((position) => position.instrument === CALL)?.mark;
    expect(undiscountedValue(true, Number(forward), 60_000, total).toFixed(2)).toBe(mark);
    const lost = labelled(`${CALL} in the worst scenario`);
    const [, quantity, contract] = /^(-?[0-9.]+) x (-?[0-9.]+) a contract/.exec(lost?.formula ?? '') ?? [];
    expect(
      dec(quantity ?? '0')
        .times(contract ?? '0')
        .minus(lost?.amount ?? '1')
        .abs()
        .lt('0.000001'),
    ).toBe(true);
  });
});

describe('a portfolio [CLR-MRG-061, CLR-MRG-064]', () => {
  it('needs less with a hedge, whose share is below zero', () => {
    const house = listed();
    house.account('ann.main', held('20000', FUTURE, '2', '120000'));
    const naked = lastRunDetail(house);
    house.accept(house.changed('ann.main', held('20000', 'BTC-PERP', '-1', '-60000')));
    const hedged = lastRunDetail(house);
    expect(dec(hedged.figures.call).lt(naked.figures.call)).toBe(true);
    expect(hedged.positions.map(({ instrument, maintenance }) => [instrument, dec(maintenance).isNegative()])).toEqual([
      [FUTURE, false],
      ['BTC-PERP', true],
    ]);
    expect(text(sum(hedged.positions.map(({ maintenance }) => dec(maintenance))))).toBe(hedged.figures.maintenance);
  });

  it.each`
    instrument     | quantity | cost          | mark       | worth          | why
    ${FUTURE}      | ${'2'}   | ${'119000'}   | ${'60600'} | ${'2200'}      | ${'2 x 60,600 - 119,000'}
    ${CALL}        | ${'2'}   | ${'0'}        | ${null}    | ${null}        | ${'the premium is paid, its value is equity'}
    ${COIN_FUTURE} | ${'600'} | ${'-1.00000'} | ${'60600'} | ${'600.00001'} | ${'(-100/60,600 * 600 + 1) coins at 60,600'}
  `(
    'counts $quantity $instrument in equity: $why',
    ({ instrument, quantity, cost, mark, worth }: Record<string, string>) => {
      const house = listed();
      house.reprice(at(1, 0.6, { BTC: '60600' }));
      house.account('ann.main', held('100000', instrument as string, quantity as string, cost));
      const { figures, positions } = lastRunDetail(house);
      const [position] = positions;
      if (mark !== null) expect(position?.mark).toBe(mark);
      const expected = worth === null ? dec(position?.mark ?? '0').times(2) : dec(worth as string);
      expect(
        dec(position?.unrealisedPnl ?? '0')
          .minus(expected)
          .abs()
          .lt('0.01'),
      ).toBe(true);
      expect(figures.equity).toBe(text(roundUsd(dec('100000').plus(position?.unrealisedPnl ?? '0'), 'equity')));
    },
  );

  it('waits without risk between its expiry and its delivery, at the delivered value', () => {
    const house = listed();
    house.account('ann.main', held('5000', CALL, '1'));
    expect(lastRunDetail(house).positions).toHaveLength(1);
    house.accept(house.delivered('BTC', EXPIRY, '61000'));
    house.unlist(CALL, PUT, FUTURE, COIN_FUTURE);
    house.reprice({ ...at(0), at: EXPIRY + MINUTE });
    const detail = lastRunDetail(house);
    expect(detail.figures).toEqual({ equity: '6000', initial: '0', call: '0', maintenance: '0', liquidation: '0' });
    expect(detail.positions).toEqual([]);
    expect(detail.portfolio.lines).toContainEqual({ code: 'awaiting-delivery', subject: CALL, amount: '1000' });
    house.accept(house.changed('ann.main', held('6000', CALL, '0'), 'ContractDelivered'));
    expect(lastRunDetail(house).portfolio.lines.map(({ code }) => code)).not.toContain('awaiting-delivery');
  });

  it('leaves its delivery price behind no longer than a contract of its expiry may be held', () => {
    const house = listed();
    house.accept(house.delivered('BTC', EXPIRY, '61000'));
    const ids = [...house.machine.state.contracts.values()]
      .filter(({ instrument }) => instrument.kind !== 'perpetual' && instrument.expiry === EXPIRY)
      .map(({ instrument }) => instrument.id);
    expect(ids.length).toBeGreaterThan(1);
    const left = ids.map((instrument) => {
      house.accept(house.fact('accounts', `expiry-${instrument}`, 'ExpiryClosed', { instrument }));
      return house.machine.state.deliveries.size;
    });
    expect(left).toEqual(ids.map((_, index) => (index === ids.length - 1 ? 0 : 1)));
  });

  it('of an owner who chose another model is assessed by that, and counted by it', () => {
    const house = listed();
    house.account('ann.main', held('50000', 'BTC-PERP', '1', '60000'));
    const events = house.accept(house.modelChosen('ann.main', 'span-like@1'));
    expect(payloadsOf(events, 'MarginRunCompleted')[0]?.models).toEqual({ 'span-like@1': 1 });
    house.accept(house.modelChosen('ann.main', 'nobody-knows@9'));
    const replaced = lastRunDetail(house);
    expect(replaced.portfolio).toMatchObject({ model: 'adaptive-portfolio@1' });
    expect(replaced.portfolio.lines[0]).toEqual({
      code: 'chosen-model-not-offered',
      subject: 'nobody-knows@9',
      amount: '0',
    });
    const back = house.accept(house.modelChosen('ann.main', 'adaptive-portfolio@1'));
    expect(payloadsOf(back, 'MarginRunCompleted')[0]?.models).toEqual({ 'adaptive-portfolio@1': 1 });
  });
});

describe('linear perpetuals', () => {
  it('write the same bytes whether or not other contracts are listed', () => {
    const run = (house: OptionHouse, trade: () => void): readonly unknown[] => {
      trade();
      return house.events.map(({ type, payload }) => ({ type, payload }));
    };
    const alone = new OptionHouse();
    const among = new OptionHouse();
    const story = (house: OptionHouse) => () => {
      house.reprice(at(0));
      house.account('ann.main', held('1000', 'BTC-PERP', '1', '60000'));
      house.reprice(at(1, 0.6, { BTC: '59000' }));
    };
    among.list(listing(CALL), listing(PUT));
    expect(run(among, story(among))).toEqual(run(alone, story(alone)));
  });
});
