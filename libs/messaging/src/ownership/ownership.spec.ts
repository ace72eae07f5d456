import { PartitionTaking } from './ownership.js';
import { SoleOwnership } from './sole-ownership.fixtures.js';

/** An owner that writes down what happens to it, and does what it is told in between. */
function recorder(during: { assigned?: (partition: number) => Promise<void> } = {}) {
  const calls: string[] = [];
  return {
    calls,
    onAssigned: async (partition: number): Promise<void> => {
      calls.push(`+${partition}`);
      await during.assigned?.(partition);
    },
    onRevoked: async (partition: number): Promise<void> => {
      calls.push(`-${partition}`);
    },
  };
}
const turns = async (): Promise<void> => {
  for (let i = 0; i < 20; i++) await Promise.resolve();
};
const unexpected = (partition: number, error: unknown): void => {
  throw new Error(`partition ${partition}`, { cause: error });
};

describe('which partitions a worker works on', () => {
  it('takes what is listed, keeps what stays and drops what goes', async () => {
    const owner = recorder();
    const taking = new PartitionTaking(owner, unexpected);
    taking.list([-1, 0, 1]);
    await turns();
    taking.list([1, 2]);
    await turns();
    expect(owner.calls).toEqual(['+-1', '+0', '+1', '--1', '-0', '+2']);
    expect(taking.held).toEqual([1, 2]);
  });

  it('takes a partition once when it is listed twice', async () => {
    const owner = recorder();
    const taking = new PartitionTaking(owner, unexpected);
    taking.list([0]);
    taking.list([0]);
    await turns();
    taking.heartbeat();
    await turns();
    expect(owner.calls).toEqual(['+0']);
  });

  it('drops a fenced partition at once and takes it again at the next heartbeat', async () => {
    const owner = recorder();
    const taking = new PartitionTaking(owner, unexpected);
    taking.list([0]);
    await turns();
    taking.fenced(0);
    await turns();
    expect({ calls: owner.calls, held: taking.held }).toEqual({ calls: ['+0', '-0'], held: [] });
    taking.heartbeat();
    await turns();
    expect(owner.calls).toEqual(['+0', '-0', '+0']);
  });

  it('drops a partition that was fenced while it was being taken, and takes it again', async () => {
    let open: () => void = () => undefined;
    const owner = recorder({ assigned: () => new Promise((resolve) => (open = resolve)) });
    const taking = new PartitionTaking(owner, unexpected);
    taking.list([0]);
    await turns();
    taking.fenced(0);
    open();
    await turns();
    expect({ calls: owner.calls, held: taking.held }).toEqual({ calls: ['+0', '-0'], held: [] });
    taking.heartbeat();
    await turns();
    open();
    await turns();
    expect({ calls: owner.calls, held: taking.held }).toEqual({ calls: ['+0', '-0', '+0'], held: [0] });
  });

  it('leaves a fenced partition alone that is no longer listed', async () => {
    const owner = recorder();
    const taking = new PartitionTaking(owner, unexpected);
    taking.list([0]);
    await turns();
    taking.fenced(0);
    taking.list([]);
    await turns();
    taking.heartbeat();
    await turns();
    expect(owner.calls).toEqual(['+0', '-0']);
  });

  it('tries again at the next heartbeat when a partition could not be taken', async () => {
    let away = true;
    const owner = recorder({ assigned: () => (away ? Promise.reject(new Error('store is away')) : Promise.resolve()) });
    const failures: string[] = [];
    const taking = new PartitionTaking(owner, (partition, error) => failures.push(`${partition}: ${String(error)}`));
    taking.list([3]);
    await turns();
    expect(taking.held).toEqual([]);
    away = false;
    taking.heartbeat();
    await turns();
    expect(taking.held).toEqual([3]);
    expect(owner.calls).toEqual(['+3', '+3']);
    expect(failures).toEqual(['3: Error: store is away']);
  });

  it('names what the group gave it and it does not work on: while it is being taken, and when it could not be', async () => {
    let take: () => void = () => undefined;
    let refuse: (reason: Error) => void = () => undefined;
    const owner = recorder({
      assigned: () => new Promise<void>((resolve, reject) => ((take = resolve), (refuse = reject))),
    });
    const taking = new PartitionTaking(owner, () => undefined);
    taking.list([3]);
    await turns();
    expect([taking.held, taking.awaited]).toEqual([[], [3]]);
    refuse(new Error('store is away'));
    await turns();
    expect([taking.held, taking.awaited]).toEqual([[], [3]]);
    taking.heartbeat();
    await turns();
    take();
    await turns();
    expect([taking.held, taking.awaited]).toEqual([[3], []]);
    taking.list([]);
    await turns();
    expect([taking.held, taking.awaited]).toEqual([[], []]);
  });

  it('tries again also when the report of the failure fails', async () => {
    let away = true;
    const owner = recorder({ assigned: () => (away ? Promise.reject(new Error('store is away')) : Promise.resolve()) });
    const taking = new PartitionTaking(owner, () => {
      throw new Error('the log is full');
    });
    taking.list([3]);
    await turns();
    away = false;
    taking.heartbeat();
    await turns();
    expect(taking.held).toEqual([3]);
  });

  it('finishes taking a partition before it drops it', async () => {
    let open: () => void = () => undefined;
    const owner = recorder({ assigned: () => new Promise((resolve) => (open = resolve)) });
    const taking = new PartitionTaking(owner, unexpected);
    taking.list([0]);
    await turns();
    taking.list([]);
    await turns();
    expect(owner.calls).toEqual(['+0']);
    open();
    await turns();
    expect(owner.calls).toEqual(['+0', '-0']);
  });

  it('takes nothing any more once it is leaving, whatever the group still lists', async () => {
    const owner = recorder();
    const taking = new PartitionTaking(owner, unexpected);
    taking.list([0, 1]);
    await turns();
    await taking.dropAll();
    taking.list([0, 1]);
    taking.heartbeat();
    await turns();
    expect({ calls: owner.calls, held: taking.held }).toEqual({ calls: ['+0', '+1', '-0', '-1'], held: [] });
  });

  it('gives a sole worker everything, and takes it back when it closes', async () => {
    const owner = recorder();
    const ownership = new SoleOwnership([-1, 0]);
    await ownership.start(owner);
    await turns();
    expect(ownership.held).toEqual([-1, 0]);
    await ownership.close();
    expect(owner.calls).toEqual(['+-1', '+0', '--1', '-0']);
  });
});
