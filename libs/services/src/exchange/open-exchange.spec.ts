import { causeName } from '@ballast/event-sourcing';
import { exchange, order, runVenue, TOPICS } from './exchange-worker.fixtures.js';

describe('the worker of the simulated exchange', () => {
  it('appends what the exchange says and then sends it: hop 0 at the beginning, h + 1 in answer to hop h', async () => {
    const { worker, logs, published } = await exchange();
    const venue = await worker();
    await runVenue(venue, 1_000);
    const reports = await logs.log('exchange.orderReports').read(0, 0, 9);
    expect(reports.map(({ time, cause, basis }) => [time.hop, causeName(cause), basis])).toEqual([
      [3, 'event/liquidation/0/1', [['liquidation', 0, 1]]],
      [5, 'event/liquidation/0/2', [['liquidation', 0, 2]]],
    ]);
    expect(published.map(({ log, partition, time }) => [log, partition, time.hop])).toEqual([
      ['exchange.quotes', -1, 0],
      ['exchange.transfers', 0, 0],
      ['exchange.transfers', 1, 0],
      ['exchange.orderReports', 0, 3],
      ['exchange.orderReports', 0, 5],
    ]);
    expect(venue.written).toContainEqual({ log: 'exchange.orderReports', partition: 0, epoch: 1, size: 2 });
  });

  it('names in each topic the place up to which it has read pricing, so that readers apply an admission first', async () => {
    const { worker, logs } = await exchange();
    const venue = await worker();
    expect(venue.sources[0]).toMatchObject({ log: 'pricing', partition: -1 });
    await runVenue(venue, 1_000);
    venue.offer([{ ...order(1, 1_000, 7), log: 'pricing', partition: -1, type: 'InstrumentAdmitted' }]);
    await venue.runHop(1_000, 7);
    await runVenue(venue, 2_000);
    for (const partition of [0, 1]) {
      const [first, second] = await logs.log('exchange.transfers').read(partition, 0, 9);
      expect(first?.basis).toEqual([]);
      expect(second?.basis).toEqual([
        ['liquidation', 0, 2],
        ['pricing', -1, 1],
      ]);
    }
  });

  it('stores a step in all topics or in none, and comes out the same however far it came before it was stopped [CLR-LOG-006]', async () => {
    const whole = await exchange();
    const undisturbed = await whole.worker();
    for (const step of [1_000, 2_000]) await runVenue(undisturbed, step);

    // Killed in the append number `killed`: what stands before it is stored, it and the rest are not.
    for (let killed = 0; killed < 5; killed++) {
      const { store, worker, bytes, logs } = await exchange();
      let appends = 0;
      const appendTogether = store.appendTogether.bind(store);
      store.appendTogether = (items) =>
        appends++ < killed ? appendTogether(items) : Promise.reject(new Error('killed'));
      const first = await worker();
      await expect(
        (async () => {
          for (const step of [1_000, 2_000]) await runVenue(first, step);
        })(),
      ).rejects.toThrow('killed');
      store.appendTogether = appendTogether;
      const sizes = (await Promise.all(TOPICS.slice(0, 2).map((name) => logs.log(name).heads()))).flat();
      expect(new Set(sizes.map(({ size }) => size)).size).toBe(1);

      const again = await worker();
      for (const step of [1_000, 2_000]) if (step >= again.machine.clearing) await runVenue(again, step);
      expect(await bytes()).toEqual(await whole.bytes());
      expect(again.state).toMatchObject({ said: 6, answered: 4 });
    }
  });

  it('says a step once, and refuses to go on when another worker has replaced it', async () => {
    const { worker, published } = await exchange();
    const old = await worker();
    await old.tick(1_000);
    expect(await old.tick(1_000)).toBe(0);
    expect(published).toHaveLength(3);
    await worker();
    await expect(old.tick(2_000)).rejects.toThrow('was taken by epoch 2');
    expect(published).toHaveLength(3);
  });

  it('answers live what has arrived, and says how much that was', async () => {
    const { worker } = await exchange();
    const live = await worker();
    for (const step of [1_000, 2_000]) await live.tick(step);
    expect(await live.runLive()).toBe(4);
    expect(live.backlog).toBe(0);
    expect(live.state.answered).toBe(4);
  });
});
