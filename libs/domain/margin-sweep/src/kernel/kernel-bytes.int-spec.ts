import { spawnSync } from 'node:child_process';
import { execPath } from 'node:process';
import { fileURLToPath } from 'node:url';

describe('compiled kernel', () => {
  it('is what its sources compile to, byte for byte', () => {
    const script = fileURLToPath(new URL('../../compile-kernel.mjs', import.meta.url));
    const { status, stderr } = spawnSync(execPath, [script, '--check'], { encoding: 'utf8' });
    expect(stderr).toBe('');
    expect(status).toBe(0);
  }, 180_000);
});
