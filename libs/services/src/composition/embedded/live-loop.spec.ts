import fc from 'fast-check';
import type { LogEntry } from '@ballast/event-sourcing';
import { LiveLoop, type LiveRunner } from './live-loop.js';

const turns = async (count: number): Promise<void> => {
  for (let turn = 0; turn < count; turn++) await Promise.resolve();
};

/** Applies what it has after some turns of the event loop; what has to wait stays until it is released. */
class Runner implements LiveRunner {
  readonly sources = [{ log: 'margin', partition: 0 }];
  ready = 0;
  waiting = 0;
  applied = 0;
  running = 0;
  mostAtOnce = 0;

  constructor(private readonly duration = 1) {}

  get backlog(): number {
    return this.ready + this.waiting;
  }

  async runLive(): Promise<number> {
    this.running += 1;
    this.mostAtOnce = Math.max(this.mostAtOnce, this.running);
    const taken = this.ready;
    this.ready = 0;
    await turns(this.duration);
    this.applied += taken;
    this.running -= 1;
    return taken;
  }
}

const fail = (_: LiveRunner, error: unknown): never => {
  throw error;
};

describe('the live loop', () => {
  it('begins with what is there already', async () => {
    const runner = new Runner();
    runner.ready = 2;
    await new LiveLoop([runner], fail).idle();
    expect(runner.applied).toBe(2);
  });

  it('wakes those who read what was delivered', async () => {
    const [reader, other] = [new Runner(), Object.assign(new Runner(), { sources: [{ log: 'margin', partition: 1 }] })];
    const loop = new LiveLoop([reader, other], fail);
    await loop.idle();
    reader.ready = other.ready = 1;
    loop.delivered([{ log: 'margin', partition: 0 } as LogEntry]);
    await loop.idle();
    expect([reader.applied, other.applied]).toEqual([1, 0]);
  });

  it('does not spin on what has to wait, and looks again when it is woken', async () => {
    const runner = new Runner();
    runner.waiting = 1;
    const loop = new LiveLoop([runner], fail);
    await loop.idle();
    expect(runner.applied).toBe(0);
    [runner.ready, runner.waiting] = [1, 0];
    loop.wake(runner);
    await loop.idle();
    expect(runner.applied).toBe(1);
  });

  it('loses no wake-up, in whatever turn it comes, and runs nobody twice at once', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: 4 }),
        fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength: 30 }),
        async (duration, pauses) => {
          const runner = new Runner(duration);
          const loop = new LiveLoop([runner], fail);
          for (const pause of pauses) {
            await turns(pause);
            runner.ready += 1;
            loop.wake(runner);
          }
          await loop.idle();
          expect(runner.applied).toBe(pauses.length);
          expect(runner.mostAtOnce).toBe(1);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('says once that a runner failed, and does not run it again', async () => {
    const failures: unknown[] = [];
    const broken = Object.assign(new Runner(), { runLive: () => Promise.reject(new Error('fenced')) });
    broken.ready = 1;
    const loop = new LiveLoop([broken], (_, error) => failures.push(error));
    await loop.idle();
    loop.wake(broken);
    await loop.idle();
    expect(failures).toEqual([new Error('fenced')]);
  });

  it('brings what runs to its end when it is stopped, and begins nothing any more', async () => {
    const runner = new Runner(5);
    runner.ready = 1;
    const loop = new LiveLoop([runner], fail);
    await turns(3);
    const stopped = loop.stop();
    runner.ready = 1;
    loop.wake(runner);
    await stopped;
    loop.wake(runner);
    await loop.idle();
    expect(runner.applied).toBe(1);
  });
});
