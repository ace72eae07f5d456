import { CheckpointKey, CheckpointWriter, MemoryLogStore } from '@ballast/event-log';
import { ClearingHouse } from '../composition/embedded/clearing-house.js';
import { genesisFrom } from '../genesis.js';
import { lastCheckpointOf } from './last-checkpoint.js';

describe('what is told of the last checkpoint of a log', () => {
  it('is nothing before the first, and then what it stands for', async () => {
    const house = await ClearingHouse.open({
      store: new MemoryLogStore(),
      partitions: 2,
      worker: 'test',
      release: { release: 'ballast@test', build: '0'.repeat(64) },
      genesis: genesisFrom(),
    });
    const log = house.logs.log('margin');
    expect(await lastCheckpointOf(log)).toBeNull();
    const writer = await CheckpointWriter.resume(log, CheckpointKey.generate('ballast/test'));
    await writer.write();
    const heads = await log.heads();
    const events = await Promise.all(heads.map(({ partition }) => log.read(partition, 0, 100)));
    expect(events.flat().length).toBeGreaterThan(0);
    expect(await lastCheckpointOf(log)).toEqual({
      number: 1,
      size: events.flat().length,
      at: Math.max(...events.flat().map(({ time }) => time.clearing)),
    });
  });
});
