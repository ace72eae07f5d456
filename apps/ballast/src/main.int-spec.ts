import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

const bin = fileURLToPath(new URL('../bin/ballast.mjs', import.meta.url));

it.each([
  [['models', '--json'], 0, /^$/],
  [['--help'], 0, /^$/],
  [['conformance', 'no-such-directory'], 2, /no-such-directory/],
] as const)('%j ends as it would have for a reader who closes its output', async (args, code, said) => {
  const child = spawn(process.execPath, [bin, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  // Before the program has begun, so that every write of it fails.
  child.stdout.destroy();
  const [stderr, [ended]] = await Promise.all([text(child.stderr), once(child, 'close') as Promise<[number]>]);
  expect({ stderr, ended }).toEqual({ stderr: expect.stringMatching(said) as string, ended: code });
});

it('goes on for a reader who closes what it says of its progress', async () => {
  const child = spawn(process.execPath, [bin, 'conformance', 'no-such-directory'], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  child.stderr.destroy();
  const [ended] = (await once(child, 'close')) as [number];
  expect(ended).toBe(2);
});
