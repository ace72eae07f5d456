import type { MarginGlobalEvents, MarginParameters, UnderlyingSchedule } from '@ballast/facts';
import { GLOBAL, type LogEntry } from '@ballast/event-sourcing';
import { dec, HOUR_MS, instantOf, MINUTE_MS, text, type Decimal } from '@ballast/kernel';
import { MarginHouse, MINUTE, NOON, typesOf, type PricesAt } from '../margin.fixtures.js';
import { OCTOBER_2025_BARS, SLOW_VOLATILITY } from '../october-2025.fixtures.js';
import { DEFAULT_PARAMETERS } from '../parameters/default-parameters.js';

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
      [1, 1],
      [2, 2],
      [3, 3],
    ]);
    expect(house.globalEvents).toHaveLength(3);
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
    expect(first.notice).toEqual([first.callBrackets]);
  });

  it('prices collateral at the index after the haircut of its parameters', () => {
    const house = new MarginHouse();
    expect(scheduleOf(house.schedule(at(0))).collateral).toEqual([
      { asset: 'USD', price: '1', haircut: '0' },
      { asset: 'BTC', price: '60000', haircut: '0.05' },
      { asset: 'ETH', price: '3000', haircut: '0.075' },
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
    expect(scheduleOf(partial).collateral).toContainEqual({ asset: 'BTC', price: '60000', haircut: '0.05' });
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
      "doesn't know PriceGuessed",
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
  const stricter: MarginParameters = {
    ...DEFAULT_PARAMETERS,
    id: 'avsl-stricter@1',
    haircuts: { USD: '0', BTC: '0.1', ETH: '0.15' },
    underlyings: {
      ...DEFAULT_PARAMETERS.underlyings,
      BTC: { ...DEFAULT_PARAMETERS.underlyings['BTC']!, sRef: '0.032', sBase: '0.04' },
    },
  };
  const propose = (
    house: MarginHouse,
    actor: string | null = 'ann',
    parameters: MarginParameters = stricter,
    proposalId = 'p1',
  ) => house.command('ProposeParameters', { proposalId, parameters, reason: 'winter' }, actor);

  it('are in force from the next price set after another person approved them, with notice for the liquidation level', () => {
    const house = new MarginHouse();
    const applied = (prices: PricesAt) => {
      const schedule = house.schedule(prices);
      house.accept(schedule);
      return schedule;
    };
    applied(at(0));
    expect(propose(house)).toEqual({ outcome: 'accepted', data: { proposalId: 'p1' } });
    expect(scheduleOf(applied(at(1))).parameters).toBe(DEFAULT_PARAMETERS.id);
    expect(house.command('ApproveParameters', { proposalId: 'p1' }, 'bob')).toMatchObject({ outcome: 'accepted' });
    const next = applied(at(2));
    expect(scheduleOf(next).parameters).toBe('avsl-stricter@1');
    const { callBrackets, notice } = bitcoinOf(next);
    expect(notice).toHaveLength(2);
    expect(dec(callBrackets[0]?.rate ?? 0).gt(notice[1]?.[0]?.rate ?? 0)).toBe(true);
    const later = bitcoinOf(applied(at(62)));
    expect(later.notice).toEqual([later.callBrackets]);
    expect(house.globalRebuilt().state).toEqual(house.global.state);
  });

  it.each`
    actor    | expected
    ${'ann'} | ${'proposer-may-not-approve'}
    ${null}  | ${'actor-missing'}
  `('are not approved by $actor: $expected', ({ actor, expected }: { actor: string | null; expected: string }) => {
    const house = new MarginHouse();
    propose(house);
    expect(house.command('ApproveParameters', { proposalId: 'p1' }, actor)).toMatchObject({
      outcome: 'rejected',
      code: expected,
    });
    expect(typesOf(house.globalEvents)).toEqual(['ParametersProposed']);
  });

  it('are approved once, and only if they were proposed', () => {
    const house = new MarginHouse();
    expect(house.command('ApproveParameters', { proposalId: 'p1' }, 'bob')).toMatchObject({ code: 'proposal-unknown' });
    propose(house);
    house.command('ApproveParameters', { proposalId: 'p1' }, 'bob');
    expect(house.command('ApproveParameters', { proposalId: 'p1' }, 'eve')).toMatchObject({
      code: 'proposal-approved',
    });
  });

  it('are proposed by a named person, once, under a new id', () => {
    const house = new MarginHouse();
    expect(propose(house, null)).toMatchObject({ code: 'actor-missing' });
    propose(house);
    expect(propose(house)).toMatchObject({ code: 'proposal-exists' });
    expect(propose(house, 'ann', stricter, 'p2')).toMatchObject({ code: 'parameters-id-taken' });
    expect(propose(house, 'ann', DEFAULT_PARAMETERS, 'p3')).toMatchObject({ code: 'parameters-id-taken' });
  });

  it.each([
    ['a haircut on dollars', { haircuts: { USD: '0.1', BTC: '0', ETH: '0' } }],
    ['an id without version', { id: 'stricter' }],
    ['a notice of nothing', { noticeMs: 0 }],
    ['a notice of more than a day', { noticeMs: 25 * HOUR_MS }],
    ['a float for a decimal', { initialMultiple: 2.5 }],
    ['an exponent', { initialMultiple: '2e0' }],
    ['a missing underlying', { underlyings: { BTC: stricter.underlyings.BTC } }],
    [
      'a base that is not the buffered reference',
      { underlyings: { ...stricter.underlyings, BTC: { ...stricter.underlyings.BTC, sBase: '0.05' } } },
    ],
    [
      'floors that fall',
      {
        underlyings: { ...stricter.underlyings, BTC: { ...stricter.underlyings.BTC, bracketFloors: ['0', '10', '5'] } },
      },
    ],
    [
      'floors that do not begin at zero',
      { underlyings: { ...stricter.underlyings, BTC: { ...stricter.underlyings.BTC, bracketFloors: ['1', '10'] } } },
    ],
    [
      'a single floor',
      { underlyings: { ...stricter.underlyings, BTC: { ...stricter.underlyings.BTC, bracketFloors: ['0'] } } },
    ],
  ])('are refused with %s', (_name, change) => {
    const house = new MarginHouse();
    expect(propose(house, 'ann', { ...stricter, ...change } as unknown as MarginParameters)).toMatchObject({
      outcome: 'rejected',
      code: 'parameters-invalid',
    });
  });

  it('refuse a command nobody knows', () => {
    const house = new MarginHouse();
    expect(house.command('ForgetParameters', {}, 'ann')).toMatchObject({
      outcome: 'rejected',
      code: 'command-unknown',
    });
  });
});
