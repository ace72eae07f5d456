import { LogDirectory, MemoryLogStore } from '@ballast/event-log';
import { UsageError } from '../usage-error.js';
import { assertPartThere } from './log-part.js';

describe('a part of the logs that is asked for', () => {
  let logs: LogDirectory;

  beforeAll(async () => {
    logs = await LogDirectory.open(new MemoryLogStore(), 2, ['margin', 'pricing']);
  });

  it.each([[{}], [{ log: 'margin' }], [{ log: 'margin', partition: -1 }], [{ log: 'margin', partition: 1 }]])(
    '%j is there',
    async (part) => {
      await expect(assertPartThere(logs, part)).resolves.toBeUndefined();
    },
  );

  it.each([
    [{ log: 'margin', partition: 2 }, '--partition 2: margin has -1 to 1'],
    [{ log: 'pricing', partition: 0 }, '--partition 0: pricing has -1 only'],
    [{ log: 'margin', partition: 1, from: 1 }, '--from 1: margin/1 ends at 0'],
  ])('%j is refused, not found sound', async (part, why) => {
    await expect(assertPartThere(logs, part)).rejects.toThrow(new UsageError(why));
  });
});
