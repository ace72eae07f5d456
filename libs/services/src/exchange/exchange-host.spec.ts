import { causeName } from '@ballast/event-sourcing';
import { runStep } from '@ballast/partition-worker';
import { ORDERS, exchange, order, venue, type Venue } from './exchange-host.fixtures.js';
import type { ExchangeHost } from './exchange-host.js';

/** Orders of a later step have arrived already; only those of this one make it go on. */
async function runVenue(host: ExchangeHost<Venue>, step: number): Promise<void> {
  await host.begin(step);
  let hop = -1;
  await runStep(
    [
      {
        runHop: (at, to) => host.runHop(at, (hop = to)),
        get backlog() {
          return ORDERS.filter(({ time }) => time.clearing === step && time.hop > hop).length;
        },
      },
    ],
    step,
  );
}

describe('the host of the simulated exchange', () => {
  it('appends what the exchange says and then sends it: hop 0 at the beginning, h + 1 in answer to hop h', async () => {
    const { host, logs, published } = await exchange();
    const venueHost = await host();
    await runVenue(venueHost, 1_000);
    const reports = await logs.log('exchange.orderReports').read(0, 0, 9);
    expect(reports.map(({ time, cause, basis }) => [time.hop, causeName(cause), basis])).toEqual([
      [3, 'event/liquidation/0/1', [['liquidation', 0, 1]]],
      [5, 'event/liquidation/0/2', [['liquidation', 0, 2]]],
    ]);
    expect(published.map(({ log, time }) => [log, time.hop])).toEqual([
      ['exchange.transfers', 0],
      ['exchange.transfers', 0],
      ['exchange.quotes', 0],
      ['exchange.orderReports', 3],
      ['exchange.orderReports', 5],
    ]);
    expect(venueHost.ends()).toContainEqual(['exchange.orderReports', 0, 2]);
  });

  it('names in what it says next the place up to which it has read pricing, so that readers apply an admission first', async () => {
    const { host, logs } = await exchange();
    const venueHost = await host();
    expect(venueHost.sources[0]).toMatchObject({ log: 'pricing', partition: -1 });
    await runVenue(venueHost, 1_000);
    venueHost.offer([{ ...order(1, 1_000, 7), log: 'pricing', partition: -1, type: 'InstrumentAdmitted' }]);
    await venueHost.runHop(1_000, 7);
    await runVenue(venueHost, 2_000);
    const [first, second] = await logs.log('exchange.transfers').read(0, 0, 9);
    expect(first?.basis).toEqual([]);
    expect(second?.basis).toContainEqual(['pricing', -1, 1]);
  });

  it('comes out the same however far it came before it was stopped, topics of a half appended step included', async () => {
    const whole = await exchange();
    const undisturbed = await whole.host();
    for (const step of [1_000, 2_000]) await runVenue(undisturbed, step);

    // Killed in the append number `killed`: what stands before it is stored, it and the rest are not.
    for (let killed = 0; killed < 9; killed++) {
      const { logs, host, bytes } = await exchange();
      let appends = 0;
      const restore: (() => void)[] = [];
      for (const name of ['exchange.quotes', 'exchange.transfers', 'exchange.orderReports'] as const) {
        const log = logs.log(name);
        const append = log.append.bind(log);
        log.append = (items) => (appends++ < killed ? append(items) : Promise.reject(new Error('killed')));
        restore.push(() => (log.append = append));
      }
      const first = await host();
      const stopped = (async () => {
        for (const step of [1_000, 2_000]) await runVenue(first, step);
      })();
      await stopped.catch((error: Error) => expect(error.message).toBe('killed'));
      for (const each of restore) each();

      const again = await host();
      const from = again.lastStep ?? 1_000;
      for (const step of [1_000, 2_000]) if (step >= from) await runVenue(again, step);
      expect(await bytes()).toEqual(await whole.bytes());
      expect(again.state).toMatchObject({ said: 6, answered: 4 });
    }
  });

  it('refuses to go on when the step that is stored comes out different now', async () => {
    const { host } = await exchange();
    await (await host()).begin(1_000);
    const changed = await host({ simulator: venue('another seed') });
    await expect(changed.begin(1_000)).rejects.toThrow('exchange.transfers/0 #1 comes out different now');
  });

  it('refuses to go on as a host that another one has replaced', async () => {
    const { host, published } = await exchange();
    const old = await host();
    await host();
    await expect(old.begin(1_000)).rejects.toThrow('fenced');
    expect(published).toEqual([]);
  });

  it('sends what is stored of the last step again: it may have been appended and not sent', async () => {
    const { host, published } = await exchange();
    const first = await host();
    for (const step of [1_000, 2_000]) await first.begin(step);
    const sent = published.splice(0).filter(({ time }) => time.clearing === 2_000);
    await (await host()).publishStored();
    expect(published.map(({ id }) => id).sort()).toEqual(sent.map(({ id }) => id).sort());
  });

  it('goes on behind the last step when it runs live: what came when is not repeatable', async () => {
    const { host, logs } = await exchange();
    const first = await host();
    await first.begin(1_000);
    const again = await host({ lastStep: 'behind' });
    expect([again.lastStep, again.state.said, again.backlog]).toEqual([1_000, 3, 0]);
    await again.begin(2_000);
    const [quotes] = await logs.log('exchange.quotes').heads();
    expect(quotes?.size).toBe(2);
  });

  it('answers live what has arrived, and says how much that was', async () => {
    const { host } = await exchange();
    const live = await host();
    expect(await live.runLive()).toBe(0);
    await live.begin(2_000);
    expect(await live.runLive()).toBe(4);
    expect(live.backlog).toBe(0);
    expect(live.state.answered).toBe(4);
  });

  it('judges what arrives by position', async () => {
    const { host } = await exchange();
    const judged = await host({ reader: { read: async () => [] } });
    expect(judged.offer([order(1, 1, 1), order(1, 1, 1)])).toBeUndefined();
    expect(judged.offer([order(3, 1, 1)])).toBe(1);
    expect(judged.arrived('liquidation', 0)).toBe(1);
  });
});
