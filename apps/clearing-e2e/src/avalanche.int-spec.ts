import { replay, verify } from '@ballast/audit';
import { MemoryLogStore, PostgresLogStore, type LogStore } from '@ballast/event-log';
import { testDatabase } from '@ballast/event-log/testing';
import { GLOBAL, type SealedEvent } from '@ballast/event-sourcing';
import type { AdlEvents, FundEvents, LiquidationEvents } from '@ballast/facts';
import { dec, sum, text, type Decimal } from '@ballast/kernel';
import { ClearingHouse, SERVICES, Simulation } from '@ballast/services';
import { AFTER, AVALANCHE_PARTITIONS, avalanche, type Avalanche } from './avalanche.fixtures.js';
import { entriesOf } from './rewrite-history.js';

/** A tenth of a house of ten thousand, so that it takes seconds. */
const ACCOUNTS = 1_000;
/** What a database on a machine of a test run bears. */
const STORED_ACCOUNTS = 200;

/** The avalanche to its end over a store. */
async function runAvalanche(store: LogStore, { simulator }: Avalanche): Promise<ClearingHouse> {
  const house = await ClearingHouse.open({
    store,
    partitions: AVALANCHE_PARTITIONS,
    worker: 'avalanche',
    release: { release: 'ballast@test', build: '0'.repeat(64) },
  });
  const simulation = await Simulation.open({ house, simulator, steps: [...simulator.steps()] });
  while (!simulation.done) await simulation.step();
  return house;
}

describe(`an avalanche: three in ten of ${ACCOUNTS} accounts below liquidation in one price set, the fund at one per cent`, () => {
  const given = avalanche(ACCOUNTS);
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
    house = await runAvalanche(new MemoryLogStore(), given);
    const log = house.logs.log('liquidation');
    const partitions = [GLOBAL, ...Array.from({ length: AVALANCHE_PARTITIONS }, (_, partition) => partition)];
    events = (await Promise.all(partitions.map((partition) => entriesOf(log, partition)))).flat();
  }, 240_000);

  it('is decided at that price set: a case for each of them', () => {
    const cases = of('LiquidationOpened');
    expect(cases).toHaveLength(given.long);
    expect(new Set(cases.map(({ time }) => time.clearing))).toEqual(new Set([given.crash]));
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

  it('attributes every unit: what is granted is what its steps paid, and no loss is without them', async () => {
    const entries = await entriesOf(house.logs.log('accounts'), GLOBAL);
    const paid = new Map<string, Decimal>();
    const nameOf = ({ partition, position }: FundEvents['LossStepTaken']['request']): string =>
      `${partition}/${position}`;
    let granted = dec(0);
    for (const { type, payload } of entries) {
      if (type === 'LossStepTaken') {
        const { request, amount } = payload as FundEvents['LossStepTaken'];
        paid.set(nameOf(request), (paid.get(nameOf(request)) ?? dec(0)).plus(amount));
      }
      if (type !== 'FundDrawGranted') continue;
      const answer = payload as FundEvents['FundDrawGranted'];
      expect(text(paid.get(nameOf(answer.request)) ?? dec(0))).toBe(answer.granted);
      granted = granted.plus(answer.granted);
    }
    expect(of('FundDrawRequested')).toHaveLength(entries.filter(({ type }) => type === 'FundDrawGranted').length);
    expect(granted.gt(0)).toBe(true);
  });

  it('is announced before anybody is deleveraged, and over at the end [CLR-LIQ-041]', () => {
    const announced = of('DeleveragingAnnounced');
    const first = announced.find(({ payload }) => payload.to === 'on');
    expect(first!.position).toBeLessThan(of('AdlExecuted')[0]!.position);
    expect(announced.at(-1)!.payload.to).toBe('off');
  });

  it('leaves a log that verifies and replays', async () => {
    expect((await verify(house.logs)).faults).toEqual([]);
    expect((await replay(house.logs, SERVICES, () => 0)).divergence).toBeUndefined();
  }, 240_000);
});

describe(`an avalanche of ${STORED_ACCOUNTS} accounts on PostgreSQL`, () => {
  it('ends with the digests of the memory log, verifies and replays', async () => {
    const expected = await (await runAvalanche(new MemoryLogStore(), avalanche(STORED_ACCOUNTS))).digests();
    const store = new PostgresLogStore({ connection: await testDatabase() });
    try {
      const house = await runAvalanche(store, avalanche(STORED_ACCOUNTS));
      expect(await house.digests()).toEqual(expected);
      expect((await verify(house.logs)).faults).toEqual([]);
      expect((await replay(house.logs, SERVICES, () => 0)).divergence).toBeUndefined();
    } finally {
      await store.close();
    }
  }, 240_000);
});
