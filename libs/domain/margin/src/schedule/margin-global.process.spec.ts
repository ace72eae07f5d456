import type { MarginGlobalEvents, UnderlyingSchedule } from '@ballast/facts';
import type { MarginParameters, UnderlyingParameters } from '@ballast/facts/testing';
import { GLOBAL, type LogEntry } from '@ballast/event-sourcing';
import { dec, HOUR_MS, instantOf, MINUTE_MS, text, type Decimal } from '@ballast/kernel';
import { marginModelOf } from '@ballast/venue-rules';
import { OptionHouse } from '../assess/option-house.fixtures.js';
import {
  BUNDLED_PARAMETERS,
  FIRST_PRICE_SET,
  MarginHouse,
  MINUTE,
  NOON,
  parametersBody,
  parametersWith,
  typesOf,
  type PricesAt,
} from '../margin.fixtures.js';
import { OCTOBER_2025_BARS, SLOW_VOLATILITY } from '../october-2025.fixtures.js';
import { MARGIN_PARAMETERS } from '../parameters/parameter-figures.js';

type Schedule = MarginGlobalEvents['ScheduleInForce'];
const scheduleOf = (event: LogEntry): Schedule => event.payload as Schedule;
const bitcoinOf = (event: LogEntry): UnderlyingSchedule => {
  const found = scheduleOf(event).underlyings.find(({ underlying }) => underlying === 'BTC');
  if (found === undefined) throw new Error('no BTC');
  return found;
};
const at = (minutes: number, BTC = '60000', more: Partial<PricesAt> = {}): PricesAt => ({
  at: NOON + minutes * MINUTE,
  BTC,
  ETH: '3000',
  ...more,
});

describe('schedule', () => {
  it('is made of each price set, exactly one, numbered without gaps', () => {
    const house = new MarginHouse();
    const events = [house.schedule(at(0)), house.schedule(at(1)), house.schedule(at(1))];
    expect(events.map((event) => [scheduleOf(event).number, scheduleOf(event).priceSet])).toEqual([
      [1, FIRST_PRICE_SET],
      [2, FIRST_PRICE_SET + 1],
      [3, FIRST_PRICE_SET + 2],
    ]);
    expect(typesOf(house.globalEvents)).toEqual([
      'DocumentsEstablished',
      'ReleaseInForce',
      ...Array<string>(3).fill('ScheduleInForce'),
    ]);
  });

  it('begins with the measured scalar at once, and counts it as in force for the whole notice period', () => {
    const house = new MarginHouse();
    const first = bitcoinOf(house.schedule(at(0, '60000', { fast: '0.048', slow: '0.048' })));
    expect(first).toMatchObject({
      scalarMeasured: '2',
      scalar: '2',
      scalarEffective: '1.6',
      sigma: '0.048',
      logReturn: '0',
      triggerScalar: { long: '0', short: '0' },
      liquidationScalar: { long: '1.6', short: '1.6' },
      trigger: { long: null, short: null },
    });
    expect(first.notice).toEqual([
      { parameters: BUNDLED_PARAMETERS.id, scalar: '1.6', brackets: first.maintenanceBrackets },
    ]);
  });

  it('takes in what options imply while they do, and says what drives the scalar [CLR-MRG-010]', () => {
    const house = new MarginHouse();
    const calm = { fast: '0.024', slow: '0.024' };
    expect(bitcoinOf(house.schedule(at(0, '60000', calm)))).toMatchObject({ scalarMeasured: '1', drivenBy: 'fast' });
    // sqrt((0.8 * 2.4^2 + 0.2 * 2.4^2 + 0.25 * 7.2^2) / 1.25) = sqrt(2.6) times the reference.
    const feared = bitcoinOf(house.schedule(at(1, '60000', { ...calm, implied: '0.072' })));
    expect(feared).toMatchObject({ scalarMeasured: '1.61245154966', drivenBy: 'implied' });
    expect(bitcoinOf(house.schedule(at(2, '60000', calm)))).toMatchObject({ scalarMeasured: '1', drivenBy: 'fast' });
  });

  it('prices collateral at the index, before any haircut', () => {
    const house = new MarginHouse();
    expect(scheduleOf(house.schedule(at(0))).collateral).toEqual([
      { asset: 'USD', price: '1' },
      { asset: 'BTC', price: '60000' },
      { asset: 'ETH', price: '3000' },
    ]);
  });

  it('measures the first return from the marks of the hour before the start', () => {
    const house = new MarginHouse();
    house.acceptGlobal(
      house.entry('pricing', GLOBAL, 'volatility-BTC', 'VolatilitySeeded', {
        underlying: 'BTC',
        fast: '0.024',
        slow: '0.024',
        lastPrice: '61000',
        lastAt: NOON - MINUTE,
        lastHour: [
          { at: NOON - HOUR_MS - MINUTE, mark: '62500' },
          { at: NOON - HOUR_MS, mark: '62000' },
          { at: NOON - MINUTE, mark: '61000' },
        ],
      }),
    );
    const first = bitcoinOf(house.schedule(at(0)));
    expect(first.logReturnAgeMs).toBe(HOUR_MS);
    expect(dec(first.logReturn).toFixed(10)).toBe(dec(60_000).div(62_000).ln().toFixed(10));
    expect(first.triggered).toEqual({ long: true, short: false });
    // On the very first price set no trigger scalar is in force.
    expect(first.triggerScalar.long).toBe('0');
    expect(dec(bitcoinOf(house.schedule(at(1))).triggerScalar.long).gte(1)).toBe(true);
  });

  it('keeps V, X and triggers on halted prices, and takes them up from there', () => {
    const house = new MarginHouse();
    house.schedule(at(0));
    const crash = bitcoinOf(house.schedule(at(1, '58000', { fast: '0.3' })));
    const halted = house.schedule(at(31, '58000', { fast: '0.01', status: 'HALT' }));
    expect(scheduleOf(halted).status).toBe('HALT');
    expect(bitcoinOf(halted)).toMatchObject({
      status: 'HALT',
      scalar: crash.scalar,
      scalarEffective: crash.scalarEffective,
      triggered: crash.triggered,
      triggerScalar: crash.triggerScalar,
      logReturn: crash.logReturn,
    });
    const after = bitcoinOf(house.schedule(at(32, '60000', { fast: '0.01' })));
    const minuteOfDecay = dec('0.05').div(60).neg().exp();
    expect(dec(after.scalar).toFixed(10)).toBe(dec(crash.scalar).times(minuteOfDecay).toFixed(10));
  });

  it('halts an underlying that is missing from a price set, on its last figures', () => {
    const house = new MarginHouse();
    const full = bitcoinOf(house.schedule(at(0)));
    const partial = house.schedule({ at: NOON + MINUTE, ETH: '3000' });
    expect(scheduleOf(partial).status).toBe('HALT');
    expect(bitcoinOf(partial)).toEqual({ ...full, status: 'HALT' });
    expect(scheduleOf(partial).collateral).toContainEqual({ asset: 'BTC', price: '60000' });
  });

  it('gives a rise of volatility alone an hour of notice', () => {
    const house = new MarginHouse();
    let callRoseAt: number | null = null;
    let liquidationRoseAt: number | null = null;
    for (let minute = 0; minute <= 200; minute += 5) {
      const { scalarEffective, liquidationScalar } = bitcoinOf(
        house.schedule(at(minute, '60000', { fast: minute === 0 ? '0.024' : '0.2' })),
      );
      if (callRoseAt === null && dec(scalarEffective).gt('1.001')) callRoseAt = minute;
      if (liquidationRoseAt === null && dec(liquidationScalar.long).gt('1.001')) liquidationRoseAt = minute;
    }
    // V needs an hour at 25 % for the buffer, then the notice of another.
    expect(callRoseAt).toBe(65);
    expect(liquidationRoseAt).toBe(125);
  });

  it('stops at a fact of pricing it does not know', () => {
    const house = new MarginHouse();
    expect(() => house.acceptGlobal(house.entry('pricing', GLOBAL, 'prices', 'PriceGuessed', {}))).toThrow(
      'does not know PriceGuessed',
    );
  });
});

describe('10 October 2025', () => {
  /** Each bar as four prices 75 s apart: open, the extreme against its direction, the other one, close. */
  const path = OCTOBER_2025_BARS.flatMap(([time, open, high, low, close]) => {
    const start = instantOf(`2025-10-10T${time}:00Z`);
    const prices = dec(close).lt(open) ? [open, high, low, close] : [open, low, high, close];
    return prices.map((price, i) => ({ at: start + i * 75_000, price }));
  });

  /** EWMA of irregular ticks: w = 2^(-dt/H), v = w * v + (1 - w) * r^2 / dt, per day. */
  function ewma(halfLifeMs: number, start: string): (price: Decimal, elapsedMs: number, previous: Decimal) => string {
    let variance = dec(start).times(start);
    return (price, elapsedMs, previous) => {
      const weight = dec(2).pow(dec(-elapsedMs).div(halfLifeMs));
      const squared = price
        .div(previous)
        .ln()
        .pow(2)
        .div(dec(elapsedMs).div(24 * HOUR_MS));
      variance = weight.times(variance).plus(squared.times(dec(1).minus(weight)));
      return text(variance.sqrt().toDecimalPlaces(12));
    };
  }

  it('has the liquidation scalar of longs at 3 or more by 21:05, and leaves shorts their notice', () => {
    const house = new MarginHouse();
    const fastOf = ewma(10 * MINUTE_MS, SLOW_VOLATILITY);
    const slowOf = ewma(240 * HOUR_MS, SLOW_VOLATILITY);
    let previous = path[0];
    let longReachedThreeAt: number | null = null;
    let shortAt2105 = '';
    for (const tick of path) {
      if (previous === undefined || tick.at > instantOf('2025-10-10T21:05:00Z')) break;
      const elapsedMs = tick.at - previous.at;
      const volatility =
        elapsedMs === 0
          ? { fast: SLOW_VOLATILITY, slow: SLOW_VOLATILITY }
          : {
              fast: fastOf(dec(tick.price), elapsedMs, dec(previous.price)),
              slow: slowOf(dec(tick.price), elapsedMs, dec(previous.price)),
            };
      const { liquidationScalar } = bitcoinOf(house.schedule({ at: tick.at, BTC: tick.price, ...volatility }));
      if (longReachedThreeAt === null && dec(liquidationScalar.long).gte(3)) longReachedThreeAt = tick.at;
      shortAt2105 = liquidationScalar.short;
      previous = tick;
    }
    expect(longReachedThreeAt).not.toBeNull();
    expect(longReachedThreeAt).toBeLessThanOrEqual(instantOf('2025-10-10T21:05:00Z'));
    // The low came at 21:20: a quarter of an hour later.
    expect(longReachedThreeAt).toBeGreaterThan(instantOf('2025-10-10T20:50:00Z'));
    expect(dec(shortAt2105).lt('1.5')).toBe(true);
  });
});

describe('parameters', () => {
  const BODY = parametersBody();
  const changed = (change: Partial<UnderlyingParameters>): Partial<MarginParameters> => ({
    underlyings: { ...BODY.underlyings, BTC: { ...(BODY.underlyings['BTC'] as UnderlyingParameters), ...change } },
  });
  const stricter = { ...BODY, ...changed({ sRef: '0.032', sBase: '0.04' }) };
  const propose = (
    house: MarginHouse,
    actor: string | null = 'ann',
    body: unknown = stricter,
    { proposalId = 'p1', id = 'avsl-stricter@1', kind = MARGIN_PARAMETERS.kind } = {},
  ) => house.command('ProposeDocument', { proposalId, kind, id, body, reason: 'winter' }, actor);
  const approve = (house: MarginHouse, actor: string | null = 'bob') =>
    house.command('ApproveDocument', { proposalId: 'p1' }, actor);

  it('are in force from the next price set after another person approved them, with notice for the liquidation level [CLR-MRG-001]', () => {
    const house = new MarginHouse();
    const applied = (prices: PricesAt) => {
      const schedule = house.schedule(prices);
      house.accept(schedule);
      return schedule;
    };
    applied(at(0));
    expect(propose(house)).toEqual({ outcome: 'accepted', data: { proposalId: 'p1' } });
    expect(scheduleOf(applied(at(1))).parameters).toBe(BUNDLED_PARAMETERS.id);
    expect(approve(house)).toMatchObject({ outcome: 'accepted' });
    const next = applied(at(2));
    expect(scheduleOf(next).parameters).toBe('avsl-stricter@1');
    expect(house.assessor().market.schedule.parameters.id).toBe('avsl-stricter@1');
    const { maintenanceBrackets, notice } = bitcoinOf(next);
    expect(notice.map(({ parameters }) => parameters)).toEqual(['avsl-stricter@1', BUNDLED_PARAMETERS.id]);
    expect(dec(maintenanceBrackets[0]?.rate ?? 0).gt(notice[1]?.brackets[0]?.rate ?? 0)).toBe(true);
    const later = bitcoinOf(applied(at(62)));
    expect(later.notice).toEqual([{ parameters: 'avsl-stricter@1', scalar: '1', brackets: later.maintenanceBrackets }]);
    expect(house.globalRebuilt().state).toEqual(house.global.state);
  });

  it.each`
    actor    | expected
    ${'ann'} | ${'proposer-may-not-approve'}
    ${null}  | ${'actor-missing'}
  `('are not approved by $actor: $expected', ({ actor, expected }: { actor: string | null; expected: string }) => {
    const house = new MarginHouse();
    propose(house);
    expect(approve(house, actor)).toMatchObject({ outcome: 'rejected', code: expected });
    expect(typesOf(house.globalEvents).slice(2)).toEqual(['DocumentProposed']);
  });

  it('are approved once, and only if they were proposed', () => {
    const house = new MarginHouse();
    expect(approve(house)).toMatchObject({ code: 'proposal-unknown' });
    propose(house);
    approve(house);
    expect(approve(house, 'eve')).toMatchObject({ code: 'proposal-approved' });
  });

  it('are proposed by a named person, once, under a new id', () => {
    const house = new MarginHouse();
    expect(propose(house, null)).toMatchObject({ code: 'actor-missing' });
    propose(house);
    expect(propose(house)).toMatchObject({ code: 'proposal-exists' });
    expect(propose(house, 'ann', stricter, { proposalId: 'p2' })).toMatchObject({ code: 'document-id-taken' });
    expect(propose(house, 'ann', BODY, { proposalId: 'p3', id: BUNDLED_PARAMETERS.id })).toMatchObject({
      code: 'document-id-taken',
    });
  });

  const without = <T extends object>(from: T, name: keyof T): object =>
    Object.fromEntries(Object.entries(from).filter(([key]) => key !== name));

  it.each<[string, object, string]>([
    ['a notice of nothing', { noticeMs: 0 }, 'noticeMs:'],
    ['a notice of more than a day', { noticeMs: 25 * HOUR_MS }, 'noticeMs:'],
    ['a notice of half a millisecond', { noticeMs: 3_600_000.5 }, 'noticeMs:'],
    ['no number', { exitFactor: NaN }, 'exitFactor:'],
    ['the name of no number', { exitFactor: 'NaN' }, 'exitFactor:'],
    ['an infinite figure', { targetHealth: 'Infinity' }, 'targetHealth:'],
    ['a negative figure', { noticeAllowance: '-0.1' }, 'noticeAllowance:'],
    ['a float for a decimal', { initialMultiple: 2.5 }, 'initialMultiple:'],
    ['an exponent that is out of range', { initialMultiple: '2e3' }, 'initialMultiple:'],
    ['a multiple below 1', { initialMultiple: '0.99' }, 'initialMultiple:'],
    [
      'a call so near the initial level that new risk would be called at once',
      { callMultiple: '2.01' },
      'callMultiple:',
    ],
    ['a missing figure', { callMultiple: undefined }, 'callMultiple:'],
    ['a figure that nobody knows', { callMultiples: '2' }, 'callMultiples'],
    ['a negative share', { scenarios: { ...BODY.scenarios, shortOptionMinimum: '-1' } }, 'shortOptionMinimum:'],
    [
      'offsets above the whole',
      { scenarios: { ...BODY.scenarios, lostOffset: { betweenExpiries: '0.6', betweenPositions: '0.6' } } },
      'lostOffset:',
    ],
    ['no confidence', { collateral: { ...BODY.collateral, confidence: undefined } }, 'confidence'],
    [
      'a negative haircut',
      {
        collateral: {
          ...BODY.collateral,
          assets: { ...BODY.collateral.assets, BTC: { ...BODY.collateral.assets['BTC'], minimumHaircut: '-0.1' } },
        },
      },
      'minimumHaircut:',
    ],
    ['no underlyings', { underlyings: {} }, 'underlyings:'],
    [
      'an underlying without a name',
      { underlyings: { ...BODY.underlyings, 'b t c': BODY.underlyings['BTC'] } },
      'b t c',
    ],
    ['a base that is not the buffered reference', changed({ sBase: '0.05' }), 'underlyings.BTC.sBase:'],
    ['no volatility', changed({ sRef: '0', sBase: '0' }), 'sRef:'],
    ['no weights', changed({ weightFast: '0', weightSlow: '0' }), 'underlyings.BTC.weightFast:'],
    ['a least rate above the greatest', changed({ rateMin: '0.2', rateMax: '0.1' }), 'underlyings.BTC.rateMin:'],
    ['a penalty that is upside down', changed({ penaltyMin: '0.04' }), 'underlyings.BTC.penaltyMin:'],
    ['a rate above 1', changed({ rateMax: '1.1' }), 'rateMax:'],
    ['no volume', changed({ averageDailyVolume: '0' }), 'averageDailyVolume:'],
    ['floors that fall', changed({ bracketFloors: ['0', '10', '5'] }), 'underlyings.BTC.bracketFloors:'],
    ['floors that do not begin at zero', changed({ bracketFloors: ['1', '10'] }), 'underlyings.BTC.bracketFloors:'],
    ['a single floor', changed({ bracketFloors: ['0'] }), 'underlyings.BTC.bracketFloors:'],
    ['a floor that is no number', changed({ bracketFloors: ['0', 'NaN'] }), 'bracketFloors'],
  ])('are refused with %s, naming the field [CLR-MRG-001]', (_name, change, field) => {
    const answer = propose(new MarginHouse(), 'ann', { ...stricter, ...change });
    expect(answer).toMatchObject({ outcome: 'rejected', code: 'document-invalid' });
    expect(answer).toMatchObject({ detail: expect.stringContaining(field) as string });
  });

  it.each([null, 'text', [], { underlyings: null }])('are refused when they are %j', (body) => {
    expect(propose(new MarginHouse(), 'ann', body)).toMatchObject({ code: 'document-invalid' });
  });

  it('are refused without an underlying that is priced', () => {
    const house = new MarginHouse();
    const body = { ...stricter, underlyings: without(stricter.underlyings, 'ETH') };
    house.prices({ at: NOON, BTC: '60000' });
    expect(propose(house, 'ann', body)).toMatchObject({ outcome: 'accepted' });
    house.prices(at(1));
    expect(approve(house)).toMatchObject({
      code: 'document-invalid',
      detail: expect.stringContaining('underlyings.ETH: is missing') as string,
    });
  });

  it('are refused with a rate beyond the published scenarios [CLR-MRG-001]', () => {
    const house = new OptionHouse();
    house.reprice({ ...at(0), BTC: '60000', volatility: 0.6 });
    const ending = changed({ rateMax: '0.5' });
    expect(propose(house, 'ann', { ...BODY, ...ending }, { proposalId: 'p2', id: 'ending@1' })).toMatchObject({
      outcome: 'accepted',
    });
    expect(propose(house, 'ann', { ...BODY, ...changed({ rateMax: '0.51' }) })).toMatchObject({
      code: 'document-invalid',
      detail: expect.stringContaining('wider than the published scenarios, which end at 0.5') as string,
    });
  });

  it('margin an underlying that they do not name at the flat maximum [CLR-MRG-002]', () => {
    const house = new MarginHouse(parametersWith({ underlyings: without(BODY.underlyings, 'ETH') as never }));
    const { underlyings } = scheduleOf(house.schedule(at(0)));
    const brackets = underlyings.find(({ underlying }) => underlying === 'ETH')?.maintenanceBrackets ?? [];
    expect(brackets.length).toBeGreaterThan(0);
    for (const { rate, deduction } of brackets) expect([dec(rate).toFixed(), deduction]).toEqual(['0.5', '0']);
  });

  it('refuse a command nobody knows', () => {
    const house = new MarginHouse();
    expect(house.command('ForgetParameters', {}, 'ann')).toMatchObject({
      outcome: 'rejected',
      code: 'command-unknown',
    });
  });
});

describe('models', () => {
  const propose = (house: MarginHouse, kind: string, id: string, body: unknown) =>
    house.command('ProposeDocument', { proposalId: id, kind, id, body, reason: 'winter' }, 'ann');
  const offer = (change: object) => ({
    models: [
      {
        model: 'span-like@1',
        parameters: 'span-like-2026-11@1',
        entitlement: 'everyone',
        floorShare: '1',
        ...change,
      },
    ],
  });

  it('are offered by a list of documents that are in force, not by one of what is merely proposed [CLR-MRG-001]', () => {
    const house = new MarginHouse();
    const { document } = marginModelOf('scenario@1').defaultParameters;
    expect(propose(house, 'model', 'scenario@1', { model: 'scenario@1', document })).toMatchObject({
      outcome: 'accepted',
    });
    const listed = offer({ model: 'scenario@1', parameters: 'scenario@1', entitlement: ['ann'], floorShare: '0.8' });
    expect(propose(house, 'model-list', 'models@1', listed)).toMatchObject({
      code: 'document-invalid',
      detail: 'models[0].parameters: scenario@1 is no document of scenario@1 in force; have one approved first',
    });
    expect(house.command('ApproveDocument', { proposalId: 'scenario@1' }, 'bob')).toMatchObject({
      outcome: 'accepted',
    });
    expect(propose(house, 'model-list', 'models@1', listed)).toMatchObject({ outcome: 'accepted' });
  });

  it('beside the house’s own need not be offered: a list may be empty [CLR-MRG-001]', () => {
    expect(propose(new MarginHouse(), 'model-list', 'models@1', { models: [] })).toMatchObject({ outcome: 'accepted' });
  });

  it.each<[string, object, string]>([
    ['a document of nobody', offer({ parameters: 'nobody@1' }), 'parameters: nobody@1 is no document of span-like@1'],
    ['the document of another model', offer({ model: 'derive-portfolio@2' }), 'is no document of derive-portfolio@2'],
    ['a floor that is no number', offer({ floorShare: 'NaN' }), 'floorShare'],
    ['a floor below nothing', offer({ floorShare: '-1' }), 'floorShare'],
    ['an entitlement of everybody else', offer({ entitlement: 'nobody' }), 'entitlement'],
    ['an entitlement of numbers', offer({ entitlement: [1] }), 'entitlement'],
    ['a model that stands in it twice', { models: [...offer({}).models, ...offer({}).models] }, 'models[1].model'],
    ['more than models', { ...offer({}), default: 'span-like@1' }, 'default'],
    ['no list', {}, 'models'],
    ['nothing', null as never, 'body: write a record of models'],
    [
      'a floor in exponent notation',
      offer({ floorShare: '1e0' }),
      'models[0].floorShare: write a decimal from 0 to 10',
    ],
  ])('are not offered with %s', (_name, body, detail) => {
    expect(propose(new MarginHouse(), 'model-list', 'models@1', body)).toMatchObject({
      code: 'document-invalid',
      detail: expect.stringContaining(detail) as string,
    });
  });

  it.each<[string, unknown]>([
    ['of nobody', { model: 'nobody-knows@9', document: {} }],
    ['without figures', { model: 'span-like@1', document: {} }],
    ['without a document', { model: 'span-like@1' }],
    ['that is nothing', null],
  ])('are refused with a document %s', (_name, body) => {
    expect(propose(new MarginHouse(), 'model', 'other@1', body)).toMatchObject({ code: 'document-invalid' });
  });

  it('know no other kind of document', () => {
    expect(propose(new MarginHouse(), 'price-list', 'other@1', {})).toMatchObject({ code: 'document-kind-unknown' });
  });
});
