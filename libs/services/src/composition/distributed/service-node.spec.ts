import { MemoryLogStore } from '@ballast/event-log';
import { InvariantViolation } from '@ballast/kernel';
import type { Bus } from '@ballast/messaging';
import type { ServiceDefinition } from '@ballast/partition-worker';
import { ServiceNode } from './service-node.js';

describe('the share of a process in a service', () => {
  let troubles: string[];
  let givenUp: number[];
  let node: ServiceNode;

  beforeEach(async () => {
    troubles = [];
    givenUp = [];
    node = new ServiceNode({
      service: { log: 'margin' } as ServiceDefinition,
      log: await new MemoryLogStore().open({ name: 'margin', partitions: 1, global: true }),
      reader: { read: async () => [] },
      partitions: 1,
      worker: 'w',
      opening: { release: 'r', genesis: [] } as never,
      mode: 'live',
      bus: () => ({}) as Bus,
      onFenced: (partition) => givenUp.push(partition),
      onTrouble: (what, error) => troubles.push(`${what}: ${(error as Error).message}`),
      onProgress: () => undefined,
      answer: async () => undefined,
      onHeld: () => undefined,
    });
  });
  afterEach(() => node.close());

  it('gives a partition up, to take it again, when reading halts for a reason that may pass', () => {
    node.halted(0, { log: 'accounts', partition: 0, error: new Error('the peer is away') });
    expect(givenUp).toEqual([0]);
    expect(troubles).toEqual(['margin/0 no longer reads accounts/0: the peer is away']);
    expect(node.troubles).toEqual([]);
  });

  it('leaves a source that contradicts itself to people', () => {
    node.halted(0, { log: 'accounts', partition: 0, error: new InvariantViolation('a fork') });
    expect(givenUp).toEqual([]);
    expect(troubles).toEqual(['margin/0 no longer reads accounts/0: a fork']);
    expect(node.troubles).toEqual(['margin/0 no longer reads accounts/0: a fork']);
  });

  it('tells of a command that was parked', async () => {
    const parked = {
      topic: 'clearing.margin.commands.v1',
      partition: 0,
      offset: '7',
      key: null,
      value: null,
      headers: {},
      error: 'unknown-type: type is "CloseTheHouse"',
    };
    const batch = { log: 'margin.commands', partition: -1, commands: [], parked: [parked], nextOffset: '8' };
    await node.receiveCommands(-1, batch);
    expect(troubles).toEqual([
      'message 7 of clearing.margin.commands.v1 cannot be read and was parked: unknown-type: type is "CloseTheHouse"',
    ]);
  });
});
