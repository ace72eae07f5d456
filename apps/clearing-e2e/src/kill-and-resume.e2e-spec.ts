import { MemoryLogStore } from '@ballast/event-log';
import type { Digests } from '@ballast/services';
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { BallastProcess, ballastJson } from './ballast-process.js';
import { CI_WINDOW, CI_WINDOW_OPTIONS, type Summary } from './ci-window.js';
import { builtRelease, runToEnd } from './clearing-run.js';
import { drawsOf, seedFrom } from './draws.js';
import { harmSnapshotsIn, type Harm } from './harmed-snapshots.js';

const KILLS = 10;
/** A start takes about this long; then the run itself begins. */
const START_MS = 1_500;
/** Long enough that several kills are needed for a window, short enough that ten runs are soon over. */
const RUN_MS = 2_500;
/** Often, so that every life leaves some. */
const SNAPSHOT_ENTRIES = '100';
/** What happens to the snapshots before the next life, in turns. */
const HARMS: readonly (Harm | undefined)[] = [undefined, 'damaged', 'deleted'];

describe('kill -9 of the whole process group in the middle of simulate', () => {
  const seed = seedFrom('KILL_SEED');
  let directory: string;
  let undisturbed: Digests;

  beforeAll(async () => {
    directory = await fs.mkdtemp(path.join(os.tmpdir(), 'ballast-kill-'));
    const release = await builtRelease();
    undisturbed = await (await runToEnd(new MemoryLogStore(), { ...CI_WINDOW, release })).digests();
  });

  afterAll(() => fs.rm(directory, { recursive: true, force: true }));

  it(`changes nothing in what comes out, ${KILLS} times at random moments, with snapshots kept, damaged and deleted between (KILL_SEED=${seed}) [CLR-LOG-042]`, async () => {
    const draw = drawsOf(seed);
    let attempt = 0;
    const data = (): string => path.join(directory, `run-${attempt}`);
    const command = (): string[] => [
      'simulate',
      ...CI_WINDOW_OPTIONS,
      ...['--data-dir', data(), '--snapshot-entries', SNAPSHOT_ENTRIES, '--json'],
    ];
    let deleted = 0;
    /** Of those that the next life finds. */
    let damaged = 0;
    // What must have been seen is waited for, and not left to the draw: the last life finds damaged snapshots.
    for (let kills = 0; kills < KILLS || damaged === 0 || deleted === 0;) {
      const run = new BallastProcess(command());
      const killed = await killedAtRandom(run, draw);
      const { code, stdout, stderr } = await run.finished();
      damaged = 0;
      if (killed) {
        kills += 1;
        const harm = HARMS[kills % HARMS.length];
        if (harm === 'damaged') damaged = await harmSnapshotsIn(data(), harm);
        if (harm === 'deleted') deleted += await harmSnapshotsIn(data(), harm);
        continue;
      }
      // It was faster than the kill: what it brought to an end after the kills before must be right already.
      expect({ code, stderr }).toMatchObject({ code: 0 });
      expect((JSON.parse(stdout) as Summary).digests).toEqual(undisturbed);
      attempt += 1;
    }
    const { code, stdout, stderr } = await new BallastProcess(command()).finished();
    expect({ code, stderr }).toMatchObject({ code: 0 });
    expect(stderr).toContain('is passed over');
    expect((JSON.parse(stdout) as Summary).digests).toEqual(undisturbed);
    expect(await ballastJson('verify', '--data-dir', data(), '--json')).toMatchObject({ ok: true });
  });

  /** One kill in four falls into the start, the others somewhere into the run. */
  async function killedAtRandom(run: BallastProcess, draw: () => number): Promise<boolean> {
    if (draw() < 0.25) await Promise.race([wait(draw() * START_MS), run.finished()]);
    else {
      await run.seen(/calls \d+|resuming at/);
      await Promise.race([wait(draw() * RUN_MS), run.finished()]);
    }
    if (!run.running) return false;
    run.kill();
    return true;
  }
});
