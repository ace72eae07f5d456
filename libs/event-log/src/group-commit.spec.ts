import fc from 'fast-check';
import type { AppendItem, AppendOutcome, EventLog } from './event-log.js';
import { Writer } from './event-log.fixtures.js';
import { GroupCommitter } from './group-commit.js';
import { MemoryLogStore } from './memory/memory-log.js';

/** A log whose appends wait for the test: each is let through, or fails before or after it was stored. */
class GatedLog {
  readonly groups: (readonly AppendItem[])[] = [];
  readonly #gates: ((fault?: { readonly stored: boolean; readonly error: Error }) => void)[] = [];
  inFlight = 0;
  mostInFlight = 0;
  open = false;

  constructor(readonly log: EventLog) {}

  readonly port = new Proxy({} as EventLog, {
    get: (_, name) =>
      name === 'append'
        ? (items: readonly AppendItem[]) => this.#append(items)
        : (this.log[name as keyof EventLog] as unknown),
  });

  /** Lets the oldest waiting append go on. */
  async pass(fault?: { readonly stored: boolean; readonly error: Error }): Promise<void> {
    while (this.#gates.length === 0) await new Promise(setImmediate);
    this.#gates.shift()?.(fault);
    await new Promise(setImmediate);
  }

  async #append(items: readonly AppendItem[]): Promise<readonly AppendOutcome[]> {
    this.groups.push(items);
    this.inFlight += 1;
    this.mostInFlight = Math.max(this.mostInFlight, this.inFlight);
    try {
      const fault = this.open
        ? undefined
        : await new Promise<{ stored: boolean; error: Error } | undefined>((go) => this.#gates.push(go));
      const outcomes = fault?.stored === false ? [] : await this.log.append(items);
      if (fault) throw fault.error;
      return outcomes;
    } finally {
      this.inFlight -= 1;
    }
  }
}

const lost = Object.assign(new Error('Connection terminated unexpectedly'), { code: 'ECONNRESET' });

describe('group commit', () => {
  let log: EventLog;
  let gate: GatedLog;
  let writers: Writer[];

  beforeEach(async () => {
    log = await new MemoryLogStore().open({ name: 'margin', partitions: 4, global: false });
    gate = new GatedLog(log);
    writers = await Promise.all([0, 1, 2, 3].map((partition) => Writer.take(log, partition)));
  });

  const writer = (partition: number): Writer => writers[partition] as Writer;
  const partitionsOf = (group: readonly AppendItem[] | undefined): number[] =>
    (group ?? []).map(({ partition }) => partition);

  it('sends what was submitted in one go as one group', async () => {
    const committer = new GroupCommitter(gate.port);
    const answers = [0, 1, 2].map((partition) => committer.submit(writer(partition).item([{}])));
    await gate.pass();
    expect(await Promise.all(answers)).toEqual(Array(3).fill({ status: 'appended' }));
    expect(gate.groups.map(partitionsOf)).toEqual([[0, 1, 2]]);
  });

  it('gathers the next group while two commit, and never has a partition in both', async () => {
    const committer = new GroupCommitter(gate.port);
    const answers: Promise<AppendOutcome>[] = [];
    const submit = async (partition: number): Promise<void> => {
      answers.push(committer.submit(writer(partition).item([{}])));
      await new Promise(setImmediate);
    };
    for (const partition of [0, 0, 1, 2, 3, 0]) await submit(partition);
    expect(gate.groups.map(partitionsOf)).toEqual([[0], [1]]);
    await gate.pass();
    expect(gate.groups.map(partitionsOf)).toEqual([[0], [1], [0, 2, 3]]);
    await gate.pass();
    await gate.pass();
    await committer.idle();
    expect((await Promise.all(answers)).map(({ status }) => status)).toEqual(Array(6).fill('appended'));
  });

  it('joins items of a partition that follow each other, so a writer need not wait for answers', async () => {
    const committer = new GroupCommitter(gate.port);
    const w = writer(0);
    const answers = [
      committer.submit(w.item([{}], { cursors: [['pricing', -1, 1, '9']], commands: [w.command('c-1')] })),
      committer.submit(
        w.item([{}, {}], {
          cursors: [
            ['pricing', -1, 2],
            ['accounts', 0, 1],
          ],
        }),
      ),
      committer.submit(w.item([], { commands: [w.command('c-2')] })),
    ];
    await gate.pass();
    expect((await Promise.all(answers)).map(({ status }) => status)).toEqual(['appended', 'appended', 'appended']);
    expect(gate.groups).toHaveLength(1);
    expect((await log.cursors(0)).map(({ position, nextOffset }) => [position, nextOffset])).toEqual([
      [1, null],
      [2, '9'],
    ]);
    expect((await log.commands(0, 0, 9)).map(({ commandId }) => commandId)).toEqual(['c-1', 'c-2']);
  });

  it('keeps apart what has another trace', async () => {
    gate.open = true;
    const committer = new GroupCommitter(gate.port);
    const w = writer(0);
    await Promise.all([committer.submit(w.item([{}], { trace: 'a' })), committer.submit(w.item([{}], { trace: 'b' }))]);
    expect((await log.readRaw(0, 0, 9)).map(({ trace }) => trace)).toEqual(['a', 'b']);
  });

  it('adds nothing to a group that is full', async () => {
    const committer = new GroupCommitter(gate.port, { maxEvents: 3 });
    const answers = [0, 1, 2].map((partition) => committer.submit(writer(partition).item([{}, {}])));
    await gate.pass();
    await gate.pass();
    await Promise.all(answers);
    expect(gate.groups.map(partitionsOf)).toEqual([[0, 1], [2]]);
  });

  it('blames only the item that is wrong, not those it was joined or grouped with', async () => {
    gate.open = true;
    const committer = new GroupCommitter(gate.port);
    const [zero, one] = [writer(0), writer(1)];
    const good = zero.item([{}]);
    const bad = zero.propose([{ id: 'trade-17' }]);
    const answers = await Promise.all([
      committer.submit(good),
      committer.submit(bad),
      committer.submit(one.item([{}])),
    ]);
    expect(answers.map(({ status }) => status)).toEqual(['appended', 'conflict', 'appended']);
  });

  it('tells a fenced writer so for everything it submitted', async () => {
    gate.open = true;
    const committer = new GroupCommitter(gate.port);
    const items = [writer(0).item([{}]), writer(0).item([{}])];
    await log.take(0, 'worker-2');
    expect(await Promise.all(items.map((item) => committer.submit(item)))).toEqual(
      Array(2).fill({ status: 'fenced', epoch: 2 }),
    );
  });

  it('repeats a group when the connection was lost before it was stored [CLR-LOG-005]', async () => {
    const retries: number[] = [];
    const committer = new GroupCommitter(gate.port, { onRetry: (_, attempt) => retries.push(attempt) });
    const answer = committer.submit(writer(0).item([{}]));
    await gate.pass({ stored: false, error: lost });
    await gate.pass({ stored: false, error: lost });
    await gate.pass();
    expect(await answer).toEqual({ status: 'appended' });
    expect(retries).toEqual([1, 2]);
  });

  it('finds out that a group was stored although its answer was lost: one effect [CLR-LOG-005]', async () => {
    const committer = new GroupCommitter(gate.port);
    const answer = committer.submit(writer(0).item([{}, {}], { cursors: [['pricing', -1, 1]] }));
    await gate.pass({ stored: true, error: lost });
    await gate.pass();
    expect(await answer).toEqual({ status: 'duplicate' });
    expect(await log.read(0, 0, 9)).toHaveLength(2);
  });

  it('tells its submitters of a failure that does not pass, after trying each partition alone', async () => {
    const committer = new GroupCommitter(gate.port);
    const broken = new Error('value too long');
    const answers = [0, 1].map((partition) => committer.submit(writer(partition).item([{}])));
    const settled = Promise.allSettled(answers);
    await gate.pass({ stored: false, error: broken });
    await gate.pass({ stored: false, error: broken });
    await gate.pass();
    expect(await settled).toEqual([
      { status: 'rejected', reason: broken },
      { status: 'fulfilled', value: { status: 'appended' } },
    ]);
  });

  it('ends when the store is gone for longer than its owner waits', async () => {
    const deadline = new AbortController();
    const committer = new GroupCommitter(gate.port, { onRetry: () => deadline.abort() });
    const answer = expect(committer.submit(writer(0).item([{}]))).rejects.toThrow('Connection terminated');
    const closed = committer.close(deadline.signal);
    await gate.pass({ stored: false, error: lost });
    await gate.pass({ stored: false, error: lost });
    await closed;
    await answer;
    expect(() => committer.submit(writer(0).item([{}]))).toThrow('no item is taken after the end of log margin');
  });

  it('stores everything once and in order, whatever is submitted and whenever a connection is lost', async () => {
    const fault = fc.constantFrom(
      undefined,
      undefined,
      undefined,
      { stored: true, error: lost },
      { stored: false, error: lost },
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(3), fc.integer({ min: 0, max: 3 }), fc.boolean()), { minLength: 1, maxLength: 30 }),
        fc.array(fault, { maxLength: 10 }),
        async (submissions, faults) => {
          const fresh = await new MemoryLogStore().open({ name: 'margin', partitions: 4, global: false });
          const gated = new GatedLog(fresh);
          const owners = await Promise.all([0, 1, 2, 3].map((partition) => Writer.take(fresh, partition)));
          const committer = new GroupCommitter(gated.port, { maxEvents: 5 });
          const answers: Promise<AppendOutcome>[] = [];
          for (const [partition, size, pause] of submissions) {
            const w = owners[partition] as Writer;
            answers.push(
              committer.submit(
                w.item(
                  Array.from({ length: size }, () => ({})),
                  { cursors: [['pricing', -1, answers.length]] },
                ),
              ),
            );
            if (pause) await new Promise(setImmediate);
          }
          const done = Promise.all(answers);
          let finished = false;
          void done.finally(() => (finished = true));
          for (const next of faults) if (!finished && gated.inFlight > 0) await gated.pass(next);
          gated.open = true;
          while (gated.inFlight > 0) await gated.pass();
          expect((await done).every(({ status }) => status === 'appended' || status === 'duplicate')).toBe(true);
          expect(gated.mostInFlight).toBeLessThanOrEqual(2);
          for (const w of owners) {
            const events = await fresh.read(w.head.partition, 0, 1_000);
            expect(events.map(({ position }) => position)).toEqual(Array.from({ length: w.size }, (_, i) => i + 1));
            expect(events.at(-1)?.chain ?? w.head.head).toEqual(w.chain);
          }
        },
      ),
      { numRuns: 60 },
    );
  });
});
