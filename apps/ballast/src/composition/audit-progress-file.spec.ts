import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { LogDirectory, MemoryLogStore } from '@ballast/event-log';
import { openProgress } from './audit-progress-file.js';

let directory: string;
let file: string;
let logs: LogDirectory;

beforeEach(async () => {
  directory = await fs.mkdtemp(path.join(os.tmpdir(), 'ballast-progress-'));
  file = path.join(directory, 'progress');
  const store = new MemoryLogStore();
  logs = await LogDirectory.open(store, 1, ['pricing']);
  await logs.log('pricing').take(-1, 'worker');
});

afterEach(() => fs.rm(directory, { recursive: true, force: true }));

const written = (): Promise<string> => fs.readFile(file, 'utf8');

describe('the file in which an audit notes its progress [CLR-LOG-065]', () => {
  it('goes on behind a line that was cut off', async () => {
    await openProgress(logs, 'verify', file);
    const whole = await written();
    expect(whole.trimEnd().split('\n')).toHaveLength(2);
    await fs.appendFile(file, whole.slice(0, 30));
    await logs.log('pricing').take(-1, 'worker');
    await openProgress(logs, 'verify', file);
    const lines = (await written()).trimEnd().split('\n');
    expect(lines.slice(0, 2).join('\n')).toBe(whole.trimEnd());
    expect(lines).toHaveLength(3);
    await openProgress(logs, 'verify', file);
  });

  it.each(['{"a": "report"}', 'first\nsecond\nthird', 'a list\n'])(
    'leaves a file of something else as it is: %j',
    async (text) => {
      await fs.writeFile(file, text);
      await expect(openProgress(logs, 'verify', file)).rejects.toThrow(
        `--progress ${file}: line 1 is damaged; or name another file`,
      );
      expect(await written()).toBe(text);
    },
  );
});
