import { randomInt } from 'node:crypto';
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { BallastProcess, ballastJson } from './ballast-process.js';
import { CI_WINDOW_OPTIONS as CI_WINDOW, type Summary } from './ci-window.js';

const KILLS = 10;

/** Uniform in [0, 1) from a printed seed, so that a failing run can be repeated: KILL_SEED=... npm test -- kill-and-resume */
function drawsOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 4_294_967_296;
  };
}

describe('kill -9 of the whole process group in the middle of simulate', () => {
  const seed = Number(process.env['KILL_SEED'] ?? randomInt(1_000_000));
  let directory: string;
  let undisturbed: Summary;
  let undisturbedMs: number;

  beforeAll(async () => {
    directory = await fs.mkdtemp(path.join(os.tmpdir(), 'ballast-kill-'));
    const started = Date.now();
    undisturbed = await ballastJson<Summary>(
      'simulate',
      ...CI_WINDOW,
      '--data-dir',
      path.join(directory, 'whole'),
      '--json',
    );
    undisturbedMs = Date.now() - started;
  });

  afterAll(() => fs.rm(directory, { recursive: true, force: true }));

  it(`resumes and ends with the digests of an undisturbed run, killed ${KILLS} times (KILL_SEED=${seed})`, async () => {
    process.stderr.write(`kill-and-resume: KILL_SEED=${seed}\n`);
    const draw = drawsOf(seed);
    const dataDirectory = path.join(directory, 'killed');
    const command = ['simulate', ...CI_WINDOW, '--data-dir', dataDirectory, '--json'];
    let kills = 0;
    while (kills < KILLS) {
      const run = new BallastProcess(command);
      // Anywhere from the start of the server to well into the window; later kills find more of it done.
      const moment = draw() * Math.max(2_000, undisturbedMs * 0.5);
      const ended = await Promise.race([
        run.finished(),
        new Promise<undefined>((resolve) => setTimeout(() => resolve(undefined), moment)),
      ]);
      if (ended !== undefined) {
        expect(ended.code).toBe(0);
        break;
      }
      run.kill();
      await run.finished();
      kills += 1;
    }
    const summary = await ballastJson<Summary>(...command);
    expect(summary.digests).toEqual(undisturbed.digests);
    expect(kills).toBeGreaterThan(0);
  });
});
