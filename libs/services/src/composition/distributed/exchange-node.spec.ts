import type { Bus, GateOpening } from '@ballast/messaging';
import type { SimulatorState } from '@ballast/exchange-simulator-domain';
import type { PartitionWorker } from '@ballast/partition-worker';
import { exchange, runVenue, type VenueWorker } from '../../exchange/exchange-worker.fixtures.js';
import { ExchangeNode } from './exchange-node.js';

/** Everything is stored already; nothing comes on the bus. */
const SILENT = { subscribe: async () => ({ stop: async () => undefined }) } as unknown as Bus;

const nodeOf = (worker: VenueWorker): ExchangeNode =>
  new ExchangeNode(worker as unknown as PartitionWorker<SimulatorState>, SILENT);

const opening = (step: number, hop: number): GateOpening => ({ run: 'r', step, hop, ends: [], final: false });

/** Hops of a step, one more than the last that an order of it came in. */
const HOPS = 6;

async function applied(node: ExchangeNode, step: number, hops = HOPS): Promise<void> {
  for (let hop = 0; hop < hops; hop++) await node.apply(opening(step, hop));
}

/** Bytes of a run that nothing disturbed. */
async function undisturbed(): Promise<readonly string[]> {
  const whole = await exchange();
  const node = nodeOf(await whole.worker());
  for (const step of [1_000, 2_000]) await applied(node, step);
  return whole.bytes();
}

describe('the exchange behind the gate', () => {
  it('says what it says in one process', async () => {
    const alone = await exchange();
    const worker = await alone.worker();
    for (const step of [1_000, 2_000]) await runVenue(worker, step);
    expect(await undisturbed()).toEqual(await alone.bytes());
  });

  it.each(Array.from({ length: HOPS }, (_, hop) => hop))(
    'goes on with the step when it was started again and the opening it finds is of hop %i',
    async (hop) => {
      const { worker, bytes } = await exchange();
      const first = nodeOf(await worker());
      await applied(first, 1_000);
      await applied(first, 2_000, hop + 1);
      const second = nodeOf(await worker());
      // The newest opening in the topic, perhaps of a driver that is gone; then a driver begins the step again.
      await second.apply(opening(2_000, hop));
      await applied(second, 2_000);
      expect(await bytes()).toEqual(await undisturbed());
    },
  );

  it('takes what it had read of the step before when it was started again between two steps', async () => {
    const { worker, bytes } = await exchange();
    await applied(nodeOf(await worker()), 1_000);
    await applied(nodeOf(await worker()), 2_000);
    expect(await bytes()).toEqual(await undisturbed());
  });

  it('applies an opening that is sent again once', async () => {
    const { worker, bytes } = await exchange();
    const node = nodeOf(await worker());
    for (const step of [1_000, 2_000]) {
      for (let hop = 0; hop < HOPS; hop++) {
        await node.apply(opening(step, hop));
        await node.apply(opening(step, hop));
      }
    }
    expect(await bytes()).toEqual(await undisturbed());
  });
});
