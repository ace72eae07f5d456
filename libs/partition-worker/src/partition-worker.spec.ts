import fc from 'fast-check';
import type { AppendItem, AppendOutcome } from '@ballast/event-log';
import type { LogEntry } from '@ballast/event-sourcing';
import { IdempotencyConflict } from './command.js';
import { Fenced } from './partition-worker.js';
import type { SourceRef } from './source.js';
import { TallyHouse, fill, price, tally, withdraw } from './tally.fixtures.js';

type Worker = Awaited<ReturnType<TallyHouse['worker']>>;

/** Two clearing times, several hops, two sources, a minute in between. */
const DAY: readonly LogEntry[] = [
  fill(1, 1_000),
  fill(2, 1_000),
  price(1, 1_000, 1),
  fill(3, 1_000, 2),
  price(2, 1_000, 2),
  fill(4, 1_000, 2),
  price(3, 61_000),
  fill(5, 61_000),
  fill(6, 61_000, 3),
  price(4, 61_000, 4),
];
const STEPS = [1_000, 61_000];

/** Hops of each step, and one more in which nothing is left. */
const HOPS = STEPS.flatMap((step) => Array.from({ length: 6 }, (_, hop) => [step, hop] as const));

/** Runs the day; before each hop as many batches arrive as it takes to have what belongs to that hop. */
async function runDay(worker: Worker, batch: number): Promise<void> {
  let arrived = 0;
  for (const [step, hop] of HOPS) {
    while (DAY.slice(arrived).some(({ time }) => time.clearing === step && time.hop <= hop)) {
      worker.offer(DAY.slice(arrived, arrived + batch));
      arrived += batch;
    }
    await worker.runHop(step, hop);
  }
}

describe('a partition in lockstep', () => {
  it('writes the same bytes whether its inputs come one by one, in sevens or all at once', async () => {
    const bytes: unknown[] = [];
    for (const batch of [1, 7, DAY.length]) {
      const house = await TallyHouse.open();
      await runDay(await house.worker(), batch);
      bytes.push(await house.bytes());
    }
    expect(bytes[0]).toHaveLength(8);
    expect(bytes[1]).toEqual(bytes[0]);
    expect(bytes[2]).toEqual(bytes[0]);
  });

  it('does not apply what belongs to a later hop or a later step', async () => {
    const house = await TallyHouse.open();
    const worker = await house.worker();
    worker.offer(DAY);
    expect(await worker.runHop(1_000, 0)).toBe(2);
    expect(worker.backlog).toBe(8);
    expect(await worker.runHop(1_000, 0)).toBe(0);
  });

  it('goes on with the same bytes after it was stopped between any two hops', async () => {
    const whole = await TallyHouse.open();
    whole.store(...DAY);
    const undisturbed = await whole.worker();
    await undisturbed.catchUp();
    for (const [step, hop] of HOPS) await undisturbed.runHop(step, hop);

    for (let stop = 0; stop <= HOPS.length; stop++) {
      const house = await TallyHouse.open();
      house.store(...DAY);
      const first = await house.worker();
      await first.catchUp();
      for (const [step, hop] of HOPS.slice(0, stop)) await first.runHop(step, hop);
      const again = await house.worker();
      await again.catchUp();
      const reopened = HOPS[Math.max(0, stop - 1)]?.[0];
      for (const [step, hop] of HOPS) if (step >= (reopened ?? 0)) await again.runHop(step, hop);
      expect(await house.bytes()).toEqual(await whole.bytes());
      expect(again.state).toEqual(undisturbed.state);
    }
  });

  it('keeps commands for a step of their own, at the clearing time that is given', async () => {
    const house = await TallyHouse.open();
    const worker = await house.worker();
    const answer = worker.execute(withdraw('one'));
    await until(() => worker.waitingCommands === 1);
    worker.offer([fill(1, 1_000)]);
    expect(await worker.runHop(1_000, 0)).toBe(1);
    expect(worker.waitingCommands).toBe(1);
    await worker.runCommands(1_000);
    expect(await answer).toEqual({ outcome: 'accepted', data: { filled: 1 } });
    const [, withdrawn] = await house.log.read(0, 0, 9);
    expect(withdrawn?.time).toEqual({ clearing: 1_000, hop: 1 });
  });
});

describe('a live partition', () => {
  it('lets an entry wait for what its basis names', async () => {
    const house = await TallyHouse.open();
    const worker = await house.worker();
    worker.offer([fill(1, 1_000, 0, [['pricing', -1, 1]])]);
    expect(await worker.runLive()).toBe(0);
    expect(worker.backlog).toBe(1);
    const [log, partition] = ['exchange.fills', 0];
    expect(worker.waiting).toEqual([{ log, partition, position: 1, lacks: [['pricing', -1, 1]] }]);
    worker.offer([price(1, 1_000)]);
    expect(await worker.runLive()).toBe(2);
    expect(worker.waiting).toEqual([]);
    const [summed] = await house.log.read(0, 0, 1);
    expect(summed?.basis).toEqual([
      ['pricing', -1, 1],
      ['exchange.fills', 0, 1],
    ]);
  });

  it('takes of what has arrived the earlier first, whichever source it came from', async () => {
    const house = await TallyHouse.open();
    const worker = await house.worker();
    worker.offer([fill(1, 2_000), fill(2, 3_000)]);
    worker.offer([price(1, 1_000), price(2, 2_500)]);
    expect(await worker.runLive()).toBe(4);
    const summed = await house.log.read(0, 0, 9);
    expect(summed.flatMap(({ basis }) => basis)).toEqual([
      ['pricing', -1, 1],
      ['exchange.fills', 0, 1],
      ['pricing', -1, 2],
      ['exchange.fills', 0, 2],
    ]);
  });

  it('does not wait for logs it does not read, its own included', async () => {
    const house = await TallyHouse.open();
    const worker = await house.worker();
    const basis = [
      ['margin', 3, 70],
      ['accounts', 0, 9],
    ] as const;
    worker.offer([fill(1, 1_000, 0, basis)]);
    expect(await worker.runLive()).toBe(1);
  });

  it('cuts a backlog into items', async () => {
    const house = await TallyHouse.open();
    const worker = await house.worker();
    worker.offer(Array.from({ length: 501 }, (_, index) => price(index + 1, 1_000)));
    expect(await worker.runLive()).toBe(500);
    expect(await worker.runLive()).toBe(1);
    expect(await worker.runLive()).toBe(0);
  });

  it('cuts a backlog behind what one decision said, never inside it', async () => {
    const house = await TallyHouse.open();
    const worker = await house.worker();
    const cause = { kind: 'event', log: 'margin', partition: 0, position: 7 } as const;
    const said = Array.from({ length: 520 }, (_, index) => ({
      ...price(index + 1, 1_000),
      ...(index > 480 && { cause }),
    }));
    worker.offer([...said, price(521, 1_000)]);
    expect(await worker.runLive()).toBe(520);
    expect(await worker.runLive()).toBe(1);
  });

  it('comes out the same when it is rebuilt from whatever interleaving there was', async () => {
    const arrivals = fc.array(fc.constantFrom('fill', 'price', 'run', 'command'), { maxLength: 40 });
    await fc.assert(
      fc.asyncProperty(arrivals, async (script) => {
        const house = await TallyHouse.open();
        const worker = await house.worker();
        const next = { fill: 1, price: 1, command: 1 };
        const answers: Promise<unknown>[] = [];
        for (const [at, what] of [...script, 'run' as const].entries()) {
          if (what === 'run') {
            await worker.runLive();
          } else if (what === 'command') {
            const before = worker.waitingCommands;
            answers.push(worker.execute(withdraw(`c${next.command++}`)));
            await until(() => worker.waitingCommands > before);
          } else {
            const said = what === 'fill' ? fill(next.fill++, at * 9_000) : price(next.price++, at * 9_000);
            house.store(said);
            worker.offer([said]);
          }
        }
        await Promise.all(answers);
        const again = await house.worker();
        await again.catchUp();
        expect(await again.runLive()).toBeLessThanOrEqual(script.length);
        expect(again.state).toEqual(worker.state);
        expect(again.machine.time).toEqual(worker.machine.time);
        expect(again.size).toBe(worker.size);
      }),
      { numRuns: 60 },
    );
  });
});

describe('a command', () => {
  let house: TallyHouse;
  let worker: Worker;

  beforeEach(async () => {
    house = await TallyHouse.open();
    worker = await house.worker();
  });

  const answered = async (command = withdraw('one'), by = worker) => {
    const answer = by.execute(command);
    answer.catch(() => undefined);
    await until(() => by.waitingCommands > 0);
    await by.runLive();
    return answer;
  };

  it('is decided once: whoever asks again, at once or later, gets the stored answer', async () => {
    const twice = [worker.execute(withdraw('one')), worker.execute(withdraw('one'))];
    await until(() => worker.waitingCommands > 0);
    await worker.runLive();
    const [first, second] = await Promise.all(twice);
    expect(second).toEqual(first);
    expect(await worker.execute(withdraw('one'))).toEqual(first);
    expect(await (await house.worker()).execute(withdraw('one'))).toEqual(first);
    expect(await house.types()).toEqual(['Withdrawn']);
  });

  it.each([
    ['another body', withdraw('one', '2')],
    ['another type', { ...withdraw('one'), type: 'Deposit' }],
  ])(
    'is refused when its id was used with %s, while the first one waits and after it was answered',
    async (_, other) => {
      const first = worker.execute(withdraw('one'));
      await expect(worker.execute(other)).rejects.toThrow(IdempotencyConflict);
      await until(() => worker.waitingCommands > 0);
      await worker.runLive();
      await first;
      await expect(worker.execute(other)).rejects.toThrow(IdempotencyConflict);
    },
  );

  it('has its refusal stored, which stays after what it was refused for has gone', async () => {
    const halt = [price(1, 1_000, 0, true), price(2, 2_000)];
    house.store(...halt);
    worker.offer(halt.slice(0, 1));
    const refusal = { outcome: 'rejected', code: 'halted', detail: 'no money leaves now' };
    expect(await answered()).toEqual(refusal);
    worker.offer(halt.slice(1));
    await worker.runLive();
    expect(await worker.execute(withdraw('one'))).toEqual(refusal);
    expect(await house.types()).toEqual([]);
    expect(await answered(withdraw('two'))).toMatchObject({ outcome: 'accepted' });
  });

  it('that was refused comes after the inputs it was refused on, also in the basis that a restarted worker records', async () => {
    const halt = price(1, 1_000, 0, true);
    house.store(halt, fill(1, 2_000));
    worker.offer([halt]);
    await answered();
    const again = await house.worker();
    expect(again.arrived('pricing', -1)).toBe(1);
    await again.catchUp();
    await again.runLive();
    const [summed] = await house.log.read(0, 0, 1);
    expect(summed?.basis).toEqual([
      ['pricing', -1, 1],
      ['accounts.commands', 0, 1],
      ['exchange.fills', 0, 1],
    ]);
    expect(await answered(withdraw('two'), again)).toMatchObject({ code: 'halted' });
    expect((await house.log.commands(0, 0, 9)).map(({ number }) => number)).toEqual([1, 2]);
  });

  it('that was refused on inputs of one time comes behind them in the order of the sources, before a restart and after it', async () => {
    // Of a fill nothing follows, so that the refusal is all that is stored.
    const heard = { ...tally, settle: () => undefined };
    // By their names they would stand the other way round.
    const sources: readonly SourceRef[] = [
      { log: 'accounts.commands', partition: 0, rank: 0 },
      { log: 'pricing', partition: -1, rank: 1 },
      { log: 'exchange.fills', partition: 0, rank: 2 },
    ];
    const halted = [fill(1, 1_000), price(1, 1_000, 0, true)];
    house.store(...halted, price(2, 2_000));
    const before = await house.worker({ process: heard, sources });
    before.offer(halted);
    expect(await answered(withdraw('one'), before)).toMatchObject({ code: 'halted' });
    const again = await house.worker({ process: heard, sources });
    again.offer([price(2, 2_000)]);
    await again.runLive();
    expect(await answered(withdraw('two'), again)).toMatchObject({ outcome: 'accepted' });
    const [paid] = await house.log.read(0, 0, 1);
    expect(paid?.basis).toEqual([
      ['pricing', -1, 1],
      ['exchange.fills', 0, 1],
      ['accounts.commands', 0, 1],
      ['pricing', -1, 2],
      ['accounts.commands', 0, 2],
    ]);
  });

  it('that breaks the worker is not answered, and neither is one that waits behind it', async () => {
    const poison = worker.execute({ ...withdraw('poison'), type: 'Explode' });
    await until(() => worker.waitingCommands > 0);
    const run = worker.runLive();
    await expect(poison).rejects.toThrow('poisonous');
    await expect(run).rejects.toThrow('poisonous');
    await expect(worker.execute(withdraw('late'))).rejects.toThrow('poisonous');
    expect(await house.log.commands(0, 0, 9)).toEqual([]);
  });

  it('that waits while an append fails is told so', async () => {
    const failing = await house.worker({ committer: { submit: () => Promise.reject(new Error('disk full')) } });
    failing.offer([fill(1, 1_000)]);
    const run = failing.runLive();
    const waiting = failing.execute(withdraw('one'));
    await expect(run).rejects.toThrow('disk full');
    await expect(waiting).rejects.toThrow('disk full');
  });

  it('is told when its partition is given up', async () => {
    const waiting = worker.execute(withdraw('one'));
    await until(() => worker.waitingCommands > 0);
    worker.abandon(new Error('no longer owned'));
    await expect(waiting).rejects.toThrow('no longer owned');
    expect(worker.waitingCommands).toBe(0);
  });
});

describe('what is appended', () => {
  it('is published after the commit, in order', async () => {
    const house = await TallyHouse.open();
    const stored: number[] = [];
    const worker = await house.worker({
      publish: async (events) => {
        const [head] = (await house.log.heads()).filter(({ partition }) => partition === 0);
        stored.push(head?.size ?? 0, ...events.map(({ position }) => position));
      },
    });
    worker.offer([fill(1, 1_000), fill(2, 1_000)]);
    await worker.runLive();
    expect(stored).toEqual([2, 1, 2]);
  });

  it('is known to be stored, or never to be, by whoever reads the state meanwhile [CLR-LOG-083]', async () => {
    const house = await TallyHouse.open();
    const stored: string[] = [];
    const worker = await house.worker();
    await worker.whenStored();
    worker.offer([fill(1, 1_000)]);
    const run = worker.runLive();
    await until(() => worker.size === 1);
    await worker.whenStored().then(async () => stored.push(...(await house.types())));
    expect(stored).toHaveLength(1);
    await run;
    const other = await TallyHouse.open();
    const failing = await other.worker({
      committer: other.committer(() => ({ status: 'conflict', reason: 'version', detail: 'somewhere else' })),
    });
    failing.offer([fill(1, 1_000)]);
    const failed = failing.runLive().catch(() => undefined);
    await until(() => failing.size === 1);
    await expect(failing.whenStored()).rejects.toThrow('somewhere else');
    await failed;
    await expect(failing.whenStored()).rejects.toThrow('somewhere else');
  });

  it('is neither stored nor published by a worker that another one has replaced', async () => {
    const house = await TallyHouse.open();
    const old = await house.worker();
    const owner = await house.worker();
    old.offer([fill(1, 1_000)]);
    await expect(old.runLive()).rejects.toThrow(Fenced);
    await expect(old.runHop(2_000, 0)).resolves.toBe(0);
    old.offer([fill(2, 1_000)]);
    await expect(old.runLive()).rejects.toThrow(Fenced);
    expect(house.published).toEqual([]);
    expect(await house.types()).toEqual([]);
    owner.offer([fill(1, 1_000)]);
    expect(await owner.runLive()).toBe(1);
  });

  it.each<[string, (item: AppendItem) => AppendOutcome]>([
    ['a conflict', () => ({ status: 'conflict', reason: 'version', detail: 'somewhere else' })],
    [
      'a failure of the store',
      () => {
        throw new Error('somewhere else');
      },
    ],
  ])('must not be built upon after %s', async (_, instead) => {
    const house = await TallyHouse.open();
    const worker = await house.worker({ committer: house.committer(instead) });
    worker.offer([fill(1, 1_000)]);
    await expect(worker.runLive()).rejects.toThrow('somewhere else');
    worker.offer([fill(2, 1_000)]);
    await expect(worker.runLive()).rejects.toThrow('somewhere else');
    await expect(worker.execute(withdraw('one'))).rejects.toThrow('somewhere else');
    expect(house.published).toEqual([]);
  });

  it('counts as appended when it was stored and only the answer got lost', async () => {
    const house = await TallyHouse.open();
    const twice = {
      submit: async (item: AppendItem) => (await house.log.append([item]), (await house.log.append([item]))[0]),
    };
    const worker = await house.worker({ committer: twice as never });
    worker.offer([fill(1, 1_000)]);
    await worker.runLive();
    worker.offer([fill(2, 1_000)]);
    await worker.runLive();
    expect(await house.types()).toEqual(['Summed', 'FillBooked', 'Summed']);
    expect(house.published.map(({ position }) => position)).toEqual([1, 2, 3]);
  });

  it('takes along the cursors of inputs that had no consequence', async () => {
    const house = await TallyHouse.open();
    const worker = await house.worker();
    worker.offer([price(1, 1_000), price(2, 1_000)]);
    await worker.runLive();
    expect(await house.log.cursors(0)).toEqual([]);
    worker.offer([price(3, 1_000), fill(1, 1_000)]);
    await worker.runLive();
    expect((await house.log.cursors(0)).map(({ log, position }) => [log, position])).toEqual([
      ['exchange.fills', 1],
      ['pricing', 3],
    ]);
  });

  it('never moves a cursor back, also when a restarted worker appends before it has taken all its inputs again', async () => {
    const house = await TallyHouse.open();
    const said = [fill(1, 1_000), price(1, 1_000), price(2, 1_000)];
    house.store(...said);
    const worker = await house.worker();
    worker.offer(said);
    await worker.runLive();
    const again = await house.worker();
    again.offer([price(1, 1_000), fill(2, 1_000)]);
    await again.runLive();
    expect((await house.log.cursors(0)).map(({ log, position }) => [log, position])).toEqual([
      ['exchange.fills', 2],
      ['pricing', 2],
    ]);
  });
});

describe('a worker that starts', () => {
  it('fetches what has not arrived, page by page, and then knows what to ask for', async () => {
    const house = await TallyHouse.open();
    house.store(...Array.from({ length: 1_001 }, (_, index) => price(index + 1, 1_000)), fill(1, 1_000));
    const worker = await house.worker();
    await worker.catchUp();
    expect([worker.arrived('pricing', -1), worker.arrived('exchange.fills', 0), worker.backlog]).toEqual([
      1_001, 1, 1_002,
    ]);
    await worker.catchUp();
    expect(worker.backlog).toBe(1_002);
  });

  it('names the position behind which a hole must be fetched, drops duplicates and what it does not read', async () => {
    const worker = await (await TallyHouse.open()).worker();
    expect(worker.offer([price(1, 1_000), price(1, 1_000), { ...price(1, 1_000), log: 'margin' }])).toBeUndefined();
    expect(worker.offer([price(3, 1_000)])).toBe(1);
    expect(worker.backlog).toBe(1);
  });

  it('refuses a log that another writer continued while it read', async () => {
    const house = await TallyHouse.open();
    const first = await house.worker();
    first.offer([fill(1, 1_000)]);
    house.store(fill(1, 1_000));
    const take = house.log.take.bind(house.log);
    house.log.take = async (partition, name) => {
      const head = await take(partition, name);
      return { ...head, size: head.size + 1 };
    };
    await expect(house.worker()).rejects.toThrow('appended to by somebody else');
  });
});

async function until(condition: () => boolean): Promise<void> {
  for (let turn = 0; !condition(); turn++) {
    if (turn > 1_000) throw new Error('it does not happen');
    await Promise.resolve();
  }
}
