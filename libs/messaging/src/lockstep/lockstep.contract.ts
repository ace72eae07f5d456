import type { LockstepChannel } from './lockstep-channel.js';
import { LockstepFollower } from './lockstep-follower.js';
import { LockstepGate } from './lockstep-gate.js';
import type { GateOpening, PartitionEnd, PartitionReport } from './lockstep-messages.js';

export interface LockstepSuite {
  /** A channel of one driver or one process, over the same two topics as the others of the test. */
  connect(): Promise<LockstepChannel>;
}

/**
 * Partitions that pass something on: partition 0 begins, every end that moved makes the next partition append one
 * event, so that a step takes as many hops as there are partitions.
 */
class Chain {
  readonly ends = new Map<number, number>();
  readonly openings: string[] = [];
  readonly #done = new Set<string>();

  constructor(
    private readonly own: readonly number[],
    private readonly all: number,
    private readonly epoch = 1,
  ) {
    for (const partition of own) this.ends.set(partition, 0);
  }

  readonly apply = async ({ run, step, hop, ends }: GateOpening): Promise<readonly PartitionReport[]> => {
    this.openings.push(`${step}/${hop}`);
    const name = `${run}/${step}/${hop}`;
    if (!this.#done.has(name)) {
      this.#done.add(name);
      const end = new Map(ends.map(([, partition, position]) => [partition, position]));
      for (const partition of this.own) {
        const moved = partition === 0 ? hop === 0 : hop === partition && (end.get(partition - 1) ?? 0) > 0;
        if (moved && partition < this.all) this.ends.set(partition, (this.ends.get(partition) ?? 0) + 1);
      }
    }
    return this.own.map((partition) => ({
      log: 'margin',
      partition,
      epoch: this.epoch,
      position: this.ends.get(partition) ?? 0,
      applied: true,
    }));
  };
}

const fail = (error: unknown): void => {
  throw error;
};

/** Every channel keeps these promises. */
export function lockstepContract(suite: LockstepSuite): void {
  const partitions = [0, 1, 2].map((partition): readonly [string, number] => ['margin', partition]);
  const start = partitions.map(([log, partition]): PartitionEnd => [log, partition, 0]);
  let channels: LockstepChannel[];
  let closing: (() => Promise<void>)[];

  const connect = async (): Promise<LockstepChannel> => {
    const channel = await suite.connect();
    channels.push(channel);
    return channel;
  };
  const follow = async (worker: string, chain: Pick<Chain, 'apply'>): Promise<LockstepFollower> => {
    const follower = await LockstepFollower.start({
      channel: await connect(),
      worker,
      apply: chain.apply,
      onFailure: fail,
    });
    closing.push(() => follower.stop());
    return follower;
  };
  const drive = async (run = 'one', resendAfterMs = 100): Promise<LockstepGate> => {
    const gate = await LockstepGate.open({ channel: await connect(), run, partitions, resendAfterMs });
    closing.push(() => gate.close());
    return gate;
  };

  beforeEach(() => {
    channels = [];
    closing = [];
  });
  afterEach(async () => {
    await Promise.all(closing.map((close) => close()));
    await Promise.all(channels.map((channel) => channel.close()));
  });

  it('ends a hop when every partition of every process has reported it', async () => {
    const one = new Chain([0, 2], 3);
    const other = new Chain([1], 3);
    await follow('one', one);
    await follow('other', other);
    const gate = await drive('one', 60_000);
    let ends: readonly PartitionEnd[] = start;
    const seen: number[][] = [];
    for (let hop = 0; hop < 4; hop++) {
      ends = await gate.hop(1_000, hop, ends);
      seen.push(ends.map(([, , position]) => position));
    }
    expect(seen).toEqual([
      [1, 0, 0],
      [1, 1, 0],
      [1, 1, 1],
      [1, 1, 1],
    ]);
    expect(one.openings).toEqual(['1000/0', '1000/1', '1000/2', '1000/3']);
  });

  it('shows the newest opening to a process that comes late, also when its announcement is long past', async () => {
    await follow('one', new Chain([0, 1], 3));
    const gate = await drive('one', 60_000);
    const hop = gate.hop(1_000, 0, start);
    const late = new Chain([2], 3);
    await follow('late', late);
    await hop;
    expect(late.openings).toEqual(['1000/0']);
  });

  it('sends an opening again until everybody has answered it', async () => {
    const forgetful = new Chain([0, 1, 2], 3);
    let asked = 0;
    await follow('one', {
      apply: async (opening) => (++asked < 3 ? [] : forgetful.apply(opening)),
    });
    const ends = await (await drive()).hop(1_000, 0, start);
    expect(ends.map(([, , position]) => position)).toEqual([1, 0, 0]);
    expect(asked).toBeGreaterThanOrEqual(3);
  });

  it('does not take a partition that is not through for applied', async () => {
    let through = false;
    await follow('one', {
      apply: async () => {
        const applied = through;
        through = true;
        return partitions.map(([log, partition]) => ({ log, partition, epoch: 1, position: applied ? 7 : 3, applied }));
      },
    });
    const ends = await (await drive()).hop(1_000, 0, start);
    expect(ends.map(([, , position]) => position)).toEqual([7, 7, 7]);
  });

  it('does not count reports of another run or another hop', async () => {
    await follow('one', new Chain([0, 1], 3));
    const stray = await connect();
    const gate = await drive('two', 60_000);
    const hop = gate.hop(2_000, 1, start);
    const partition = { log: 'margin', partition: 2, epoch: 9, position: 99, applied: true };
    await stray.report({ run: 'one', worker: 'stray', step: 2_000, hop: 1, partitions: [partition] });
    await stray.report({ run: 'two', worker: 'stray', step: 2_000, hop: 0, partitions: [partition] });
    await stray.report({
      run: 'two',
      worker: 'last',
      step: 2_000,
      hop: 1,
      partitions: [{ ...partition, position: 4 }],
    });
    expect((await hop)[2]).toEqual(['margin', 2, 4]);
  });

  it('believes the owner with the higher epoch when two report one partition', async () => {
    const both = await connect();
    const gate = await drive('one', 60_000);
    const hop = gate.hop(1_000, 0, start);
    const report = (worker: string, epoch: number, reported: readonly (readonly [number, number])[]) =>
      both.report({
        run: 'one',
        worker,
        step: 1_000,
        hop: 0,
        partitions: reported.map(([partition, position]) => ({
          log: 'margin',
          partition,
          epoch,
          position,
          applied: true,
        })),
      });
    await report('new', 5, [[0, 12]]);
    await report('former', 4, [
      [0, 11],
      [1, 1],
    ]);
    await report('new', 5, [[2, 3]]);
    expect(await hop).toEqual([
      ['margin', 0, 12],
      ['margin', 1, 1],
      ['margin', 2, 3],
    ]);
  });

  it('tells everybody when a step is the last one', async () => {
    const finals: boolean[] = [];
    const chain = new Chain([0, 1, 2], 3);
    await follow('one', {
      apply: (opening) => {
        finals.push(opening.final);
        return chain.apply(opening);
      },
    });
    const gate = await drive('one', 60_000);
    await gate.hop(1_000, 0, start);
    await gate.hop(2_000, 0, start, { final: true });
    expect(finals).toEqual([false, true]);
  });
}
