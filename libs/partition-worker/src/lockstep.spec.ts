import { runStep, type LockstepParticipant } from './lockstep.js';

/** Applies one input a hop. */
const participant = (inputs: number, waitingCommands = 0): LockstepParticipant & { hops: number[] } => {
  const hops: number[] = [];
  return {
    hops,
    waitingCommands,
    get backlog() {
      return inputs - hops.length + waitingCommands;
    },
    async runHop(_, hop) {
      hops.push(hop);
      return 0;
    },
  };
};

describe('a lockstep step', () => {
  it('runs those who have something to apply, hop after hop, until nobody has', async () => {
    const [busy, idle] = [participant(3), participant(0)];
    expect(await runStep([busy, idle], 1_000)).toBe(3);
    expect(busy.hops).toEqual([0, 1, 2]);
    expect(idle.hops).toEqual([]);
  });

  it('goes on from the hop it is given', async () => {
    const busy = participant(2);
    expect(await runStep([busy], 1_000, 7)).toBe(2);
    expect(busy.hops).toEqual([7, 8]);
  });

  it('comes to rest while commands wait: they are a step of their own', async () => {
    const asked = participant(1, 2);
    expect(await runStep([asked], 1_000)).toBe(1);
    expect(asked.backlog).toBe(2);
  });
});
