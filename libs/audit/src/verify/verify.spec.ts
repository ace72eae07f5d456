import { CheckpointKey, LogDirectory, MemoryLogStore } from '@ballast/event-log';
import { verify } from './verify.js';

it('says that a key which is expected was held against nothing when nothing is signed [CLR-LOG-039]', async () => {
  const logs = await LogDirectory.open(new MemoryLogStore(), 1);
  const key = CheckpointKey.generate('ballast/test').verifierKey;
  const about = `signatures: nothing is here that ${key} could have signed`;
  const part = { log: 'margin', partition: 0 };
  expect((await verify(logs, { ...part, key })).leftOut).toContain(about);
  expect((await verify(logs, part)).leftOut).not.toContainEqual(expect.stringContaining('signatures'));
});
