import { runStep } from '@ballast/partition-worker';
import type { Bus, GateOpening } from '@ballast/messaging';
import { exchange, ORDERS, type Venue } from '../../exchange/exchange-host.fixtures.js';
import type { ExchangeHost } from '../../exchange/exchange-host.js';
import { ExchangeNode } from './exchange-node.js';

/** Everything is stored already; nothing comes on the bus. */
const SILENT = { subscribe: async () => ({ stop: async () => undefined }) } as unknown as Bus;

const opening = (step: number, hop: number): GateOpening => ({ run: 'r', step, hop, ends: [], final: false });

/** Hops of a step, one more than the last that an order of it came in. */
const HOPS = 6;

async function applied(node: ExchangeNode, step: number, hops = HOPS): Promise<void> {
  for (let hop = 0; hop < hops; hop++) await node.apply(opening(step, hop));
}

/** Bytes of a run that nothing disturbed. */
async function undisturbed(): Promise<readonly string[]> {
  const whole = await exchange();
  const node = new ExchangeNode(await whole.host(), SILENT);
  for (const step of [1_000, 2_000]) await applied(node, step);
  return whole.bytes();
}

/** What an exchange says in one process, which no gate drives. */
async function inOneProcess(host: ExchangeHost<Venue>): Promise<void> {
  for (const step of [1_000, 2_000]) {
    await host.begin(step);
    let last = -1;
    await runStep(
      [
        {
          runHop: (at, hop) => host.runHop(at, (last = hop)),
          get backlog() {
            return ORDERS.filter(({ time }) => time.clearing === step && time.hop > last).length;
          },
        },
      ],
      step,
    );
  }
}

describe('the exchange behind the gate', () => {
  it('says what it says in one process', async () => {
    const alone = await exchange();
    await inOneProcess(await alone.host());
    expect(await undisturbed()).toEqual(await alone.bytes());
  });

  it.each(Array.from({ length: HOPS }, (_, hop) => hop))(
    'repeats the step when it was started again and the opening it finds is of hop %i',
    async (hop) => {
      const { host, bytes } = await exchange();
      const first = new ExchangeNode(await host(), SILENT);
      await applied(first, 1_000);
      await applied(first, 2_000, hop + 1);
      const second = new ExchangeNode(await host(), SILENT);
      // The newest opening in the topic, perhaps of a driver that is gone; then a driver begins the step again.
      await second.apply(opening(2_000, hop));
      await applied(second, 2_000);
      expect(await bytes()).toEqual(await undisturbed());
    },
  );

  it('repeats the step before when it was started again between two steps', async () => {
    const { host, bytes } = await exchange();
    await applied(new ExchangeNode(await host(), SILENT), 1_000);
    await applied(new ExchangeNode(await host(), SILENT), 2_000);
    expect(await bytes()).toEqual(await undisturbed());
  });

  it('applies an opening that is sent again once', async () => {
    const { host, bytes } = await exchange();
    const node = new ExchangeNode(await host(), SILENT);
    for (const step of [1_000, 2_000]) {
      for (let hop = 0; hop < HOPS; hop++) {
        await node.apply(opening(step, hop));
        await node.apply(opening(step, hop));
      }
    }
    expect(await bytes()).toEqual(await undisturbed());
  });
});
