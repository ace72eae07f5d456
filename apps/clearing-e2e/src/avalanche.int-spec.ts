import { replay, verify } from '@ballast/audit';
import { MemoryLogStore } from '@ballast/event-log';
import { GLOBAL, type SealedEvent } from '@ballast/event-sourcing';
import type { AdlEvents, LiquidationEvents } from '@ballast/facts';
import { MINUTE_MS, dec, instantOf, maxOf, sum, type Decimal } from '@ballast/kernel';
import { ClearingHouse, SERVICES, Simulation } from '@ballast/services';
import { entriesOf } from './rewrite-history.js';
import { scriptedExchange, type Scene } from './scripted-exchange.js';

/** A tenth of a house of ten thousand, so that it takes seconds; three in ten are long, as many are short against them, the others hold money only. */
const ACCOUNTS = 1_000;
const LONG = (ACCOUNTS * 3) / 10;
const PARTITIONS = 4;
const START = instantOf('2026-01-05T09:00:00Z');
const PRICE = '10000';
const AFTER = '8500';
const MAKER = 'maker.main';

const numbered = Array.from({ length: ACCOUNTS }, (_, index) => index);
const longs = numbered.slice(0, LONG).map((index) => `long-${index}.main`);
const shorts = numbered.slice(0, LONG).map((index) => `short-${index}.main`);
const others = numbered.slice(2 * LONG).map((index) => `other-${index}.main`);

const LOSS = dec(PRICE).minus(AFTER);
const dollarsOf = (long: number): number => 1_000 + (long % 13) * 50;

const opened = [
  // Equity after the fall is from -500 to 100 USD of a notional of 8,500.
  ...longs.map((accountId, index) => ({ accountId, dollars: `${dollarsOf(index)}` })),
  ...shorts.map((accountId, index) => ({ accountId, dollars: `${2_000 + (index % 7) * 1_000}` })),
  ...others.map((accountId) => ({ accountId, dollars: '1000' })),
  { accountId: MAKER, dollars: '100000000' },
];
/** One per cent of what the bankrupt will owe. */
const FUND = sum(longs.map((_, index) => maxOf(LOSS.minus(dollarsOf(index)), dec(0))))
  .div(100)
  .toFixed(2);
const trades = longs.map((buyer, index) => ({ buyer, seller: shorts[index] as string, quantity: '1' }));

/** The price falls by 15 % at once, and stays. */
const scenes: readonly Scene[] = [
  { at: START, btc: PRICE, opened, fund: FUND },
  { at: START + MINUTE_MS, btc: PRICE, trades },
  ...Array.from({ length: 20 }, (_, minute) => ({ at: START + (minute + 2) * MINUTE_MS, btc: AFTER })),
];
const CRASH = START + 2 * MINUTE_MS;

describe(`an avalanche: three in ten of ${ACCOUNTS} accounts below liquidation in one price set, the fund at one per cent`, () => {
  let house: ClearingHouse;
  let events: SealedEvent[];
  const of = <T extends keyof (LiquidationEvents & AdlEvents)>(type: T) =>
    events.filter((event) => event.type === type) as unknown as {
      readonly partition: number;
      readonly position: number;
      readonly time: SealedEvent['time'];
      readonly payload: (LiquidationEvents & AdlEvents)[T];
    }[];

  beforeAll(async () => {
    house = await ClearingHouse.open({
      store: new MemoryLogStore(),
      partitions: PARTITIONS,
      worker: 'avalanche',
      release: { release: 'ballast@test', build: '0'.repeat(64) },
    });
    const simulator = scriptedExchange({
      partitions: PARTITIONS,
      scenes,
      maker: MAKER,
      // Nobody buys but at the limit of the order: the worst book that there is.
      answer: ({ quantity, limit }) => ({ quantity, price: limit }),
    });
    const simulation = await Simulation.open({ house, simulator, steps: [...simulator.steps()] });
    while (!simulation.done) await simulation.step();
    const log = house.logs.log('liquidation');
    const partitions = [GLOBAL, ...Array.from({ length: PARTITIONS }, (_, partition) => partition)];
    events = (await Promise.all(partitions.map((partition) => entriesOf(log, partition)))).flat();
  }, 240_000);

  it('is decided at that price set: a case for each of them', () => {
    const cases = of('LiquidationOpened');
    expect(cases).toHaveLength(LONG);
    expect(new Set(cases.map(({ time }) => time.clearing))).toEqual(new Set([CRASH]));
  });

  it('ends: every case is closed', () => {
    expect(of('LiquidationClosed')).toHaveLength(of('LiquidationOpened').length);
  });

  it('closes no faster than the market bears [CLR-LIQ-038]', () => {
    const closedIn = new Map<number, Decimal>();
    for (const { time, payload } of of('LiquidationCostAssessed')) {
      closedIn.set(time.clearing, (closedIn.get(time.clearing) ?? dec(0)).plus(dec(payload.closedNotional)));
    }
    const perMinute = dec(of('CloseOutTurnRequested')[0]!.payload.perMinute);
    for (const closed of closedIn.values()) expect(closed.lte(perMinute)).toBe(true);
  });

  it('deleverages no more than one and a half times what the deficit needs [CLR-LIQ-033]', () => {
    const deficit = sum(of('AdlRequested').map(({ payload }) => dec(payload.deficit)));
    const closes = of('AdlExecuted').flatMap(({ payload }) => payload.closes);
    const closed = sum(closes.map(({ quantity }) => dec(quantity)));
    const distance = dec(AFTER).times('0.05');
    expect(closed.gt(0)).toBe(true);
    expect(closed.times(distance).div(deficit).lte('1.5')).toBe(true);
  });

  it('leaves a log that verifies and replays', async () => {
    expect((await verify(house.logs)).faults).toEqual([]);
    expect((await replay(house.logs, SERVICES, () => 0)).divergence).toBeUndefined();
  }, 240_000);
});
