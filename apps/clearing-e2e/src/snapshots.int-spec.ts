import { inTurn, verify, verifySnapshots } from '@ballast/audit';
import { MemoryLogStore, PostgresLogStore, VIEWS, type LogStore, type StoredSnapshot } from '@ballast/event-log';
import { testDatabase } from '@ballast/event-log/testing';
import { GLOBAL, type PartitionProcess } from '@ballast/event-sourcing';
import { SERVICE_LOGS } from '@ballast/facts';
import { packedText, snapshotText } from '@ballast/partition-worker';
import { SERVICES, Simulation, type ClearingHouse } from '@ballast/services';
import { OPTION_EXPIRY, OPTION_FALL, SHORT_WINDOW } from './ci-window.js';
import { openRun, runToEnd, type RunOptions } from './clearing-run.js';
import { drawsOf, seedFrom } from './draws.js';

/** Far more often than anybody would, so that a short run is written down at many places. */
const OFTEN = { everyEntries: 40, everyBytes: Infinity, keep: 3 };

/** On a busy machine. */
const LONGEST_MS = 240_000;

const seed = seedFrom('SNAPSHOT_SEED');

interface Interrupted {
  readonly house: ClearingHouse;
  /** The process of the simulated exchange. */
  readonly exchange: PartitionProcess<unknown>;
  readonly notices: readonly string[];
}

/**
 * Runs a window with a new house every few steps, each on what the one before left behind.
 * @param between what happens to the store while nobody runs
 */
async function runInterrupted(
  store: LogStore,
  options: RunOptions,
  { rests, between = () => Promise.resolve() }: { rests: boolean; between?: (store: LogStore) => Promise<void> },
): Promise<Interrupted> {
  const draw = drawsOf(seed);
  const notices: string[] = [];
  for (;;) {
    const run = await openRun(store, {
      ...options,
      snapshots: { policy: OFTEN, notice: (line) => notices.push(line) },
    });
    const simulation = await Simulation.open(run);
    for (let steps = 3 + Math.floor(draw() * 20); steps > 0 && !simulation.done; steps--) await simulation.step();
    if (rests) await run.house.rest();
    const exchange = run.simulator.process as unknown as PartitionProcess<unknown>;
    if (simulation.done) return { house: run.house, exchange, notices };
    await between(store);
  }
}

const everySnapshot = async (
  store: LogStore,
  { house }: Pick<Interrupted, 'house'>,
  change: (snapshot: StoredSnapshot) => StoredSnapshot,
): Promise<void> => {
  for (const name of [...SERVICE_LOGS, 'exchange.quotes'] as const) {
    for (const { partition } of await house.logs.log(name).heads()) {
      for (const { position } of await store.snapshots.marks(name, partition)) {
        const snapshot = await store.snapshots.read(name, partition, position);
        if (snapshot !== undefined) await store.snapshots.save(change(snapshot), OFTEN.keep);
      }
    }
  }
};

const flipped = (bytes: Buffer, at: number): Buffer => {
  const changed = Buffer.from(bytes);
  changed[at] = (changed[at] as number) ^ 1;
  return changed;
};

/** One bit of everything that is kept of a snapshot but of who wrote it, which nobody depends on. */
const CHANGES: Readonly<
  Record<Exclude<keyof StoredSnapshot, 'log' | 'release' | 'build'>, (snapshot: StoredSnapshot) => StoredSnapshot>
> = {
  partition: (snapshot) => ({ ...snapshot, partition: snapshot.partition ^ 1 }),
  position: (snapshot) => ({ ...snapshot, position: snapshot.position ^ 1 }),
  resting: (snapshot) => ({ ...snapshot, resting: !snapshot.resting }),
  head: (snapshot) => ({ ...snapshot, head: flipped(snapshot.head, 5) }),
  format: (snapshot) => ({ ...snapshot, format: snapshot.format.replace('@', 'A') }),
  digest: (snapshot) => ({ ...snapshot, digest: flipped(snapshot.digest, 5) }),
  content: (snapshot) => ({ ...snapshot, content: flipped(snapshot.content, snapshot.content.length >> 1) }),
};

it.each([
  { name: 'the crash, killed', run: { ...SHORT_WINDOW, to: '2020-03-12T11:00:00Z' }, rests: false },
  { name: 'the crash, stopped in good order', run: SHORT_WINDOW, rests: true },
  { name: 'options in the fall, stopped in good order', run: OPTION_FALL, rests: true },
  { name: 'an expiry, killed', run: OPTION_EXPIRY, rests: false },
])(
  '[CLR-LOG-041] a run that starts again and again from snapshots ($name) comes out undisturbed, and every snapshot follows from its log',
  async ({ run, rests }) => {
    const undisturbed = await (await runToEnd(new MemoryLogStore(), run)).digests();
    const { house, exchange, notices } = await runInterrupted(new MemoryLogStore(), run, { rests });
    expect(notices).toEqual([]);
    expect(await house.digests()).toEqual(undisturbed);
    await house.rest();
    const ofServices = await verifySnapshots(house.logs, SERVICES);
    expect(ofServices).toMatchObject({ faults: [], foreign: 0, leftOut: [expect.stringContaining('exchange')] });
    expect(ofServices.proved).toBeGreaterThan(2 * SERVICES.length);
    const report = await verifySnapshots(house.logs, SERVICES, { exchange });
    expect(report).toMatchObject({ faults: [], foreign: 0, leftOut: [] });
    expect(report.proved).toBeGreaterThan(ofServices.proved);
  },
  LONGEST_MS,
);

describe('snapshots are a cache', () => {
  let undisturbed: Awaited<ReturnType<ClearingHouse['digests']>>;
  beforeAll(async () => {
    undisturbed = await (await runToEnd(new MemoryLogStore(), SHORT_WINDOW)).digests();
  });

  const run = async (change: (store: LogStore, house: ClearingHouse) => Promise<void>): Promise<readonly string[]> => {
    const store = new MemoryLogStore();
    const look = await openRun(store, SHORT_WINDOW);
    const { house, notices } = await runInterrupted(store, SHORT_WINDOW, {
      rests: true,
      between: () => change(store, look.house),
    });
    expect(await house.digests()).toEqual(undisturbed);
    return notices;
  };

  const changed = (change: (snapshot: StoredSnapshot) => StoredSnapshot) => (store: LogStore, house: ClearingHouse) =>
    everySnapshot(store, { house }, change);

  it(
    '[CLR-LOG-042] a damaged one is passed over with a word, whichever byte it is',
    async () => {
      const draw = drawsOf(seed);
      const notices = await run(
        changed((snapshot) => {
          const content = Buffer.from(snapshot.content);
          const at = Math.floor(draw() * content.length);
          content[at] = (content[at] as number) ^ (1 + Math.floor(draw() * 255));
          return { ...snapshot, content };
        }),
      );
      expect(notices.length).toBeGreaterThan(0);
      for (const notice of notices)
        expect(notice).toMatch(/^\S+\/-?\d+: the snapshot at position \d+ is passed over: /);
    },
    LONGEST_MS,
  );

  it(
    '[CLR-LOG-042] one of another format, as an older or a newer release writes it, is not read',
    async () => {
      const notices = await run(
        changed((snapshot) => ({ ...snapshot, format: snapshot.format.replace(/@\d+/, '@0') })),
      );
      expect(notices.join('\n')).toMatch(
        /it has format accounts\/numbered@0\.\S+, this release reads accounts\/numbered@\d+\.\S+/,
      );
    },
    LONGEST_MS,
  );

  it(
    '[CLR-LOG-042] one of another history is not gone on from',
    async () => {
      const notices = await run(changed((snapshot) => ({ ...snapshot, head: Buffer.alloc(32, snapshot.position) })));
      expect(notices.join('\n')).toMatch('is passed over: it is of another place than it says');
    },
    LONGEST_MS,
  );

  it(
    '[CLR-LOG-042] without any of them a start begins at the beginning and says nothing',
    async () => {
      const notices = await run(async (store, house) => {
        for (const name of [...SERVICE_LOGS, 'exchange.quotes'] as const) {
          expect(house.logs.has(name)).toBe(true);
          await store.snapshots.clear(name);
        }
      });
      expect(notices).toEqual([]);
    },
    LONGEST_MS,
  );

  it(
    '[CLR-LOG-043] those that do not follow from their logs are found and placed, of the exchange too, whichever field was changed',
    async () => {
      const store = new MemoryLogStore();
      const { house, exchange } = await runInterrupted(store, SHORT_WINDOW, { rests: true });
      const [mark] = await store.snapshots.marks('margin', 0);
      const other = await store.snapshots.read(
        'margin',
        1,
        (await store.snapshots.marks('margin', 1))[0]?.position ?? 0,
      );
      if (mark === undefined || other === undefined) throw new Error('nothing was written down');
      await store.snapshots.save({ ...other, partition: 0, position: mark.position, head: mark.head }, OFTEN.keep);
      const [ofExchange] = await store.snapshots.marks('exchange.quotes', GLOBAL);
      const own = await store.snapshots.read('exchange.quotes', GLOBAL, ofExchange?.position ?? 0);
      if (own === undefined) throw new Error('nothing was written down');
      const text = (await snapshotText(own)).replace(
        /"clearing":(\d)/,
        (_, digit) => `"clearing":${Number(digit) ^ 2}`,
      );
      await store.snapshots.save({ ...own, ...(await packedText(text)) }, OFTEN.keep);
      const { faults } = await verifySnapshots(house.logs, SERVICES, { exchange });
      expect(faults).toEqual([
        {
          log: 'margin',
          partition: 0,
          position: mark.position,
          what: expect.stringContaining('one of margin/1#') as string,
        },
        expect.objectContaining({ log: 'exchange.quotes', partition: GLOBAL, position: own.position }),
      ]);

      const desk = inTurn({ logs: house.logs, services: SERVICES });
      for (const [field, change] of Object.entries(CHANGES)) {
        const changed = change(other);
        await store.snapshots.clear('margin');
        await store.snapshots.save(changed, OFTEN.keep);
        const task = { kind: 'snapshots', log: 'margin', partition: changed.partition } as const;
        const [answer] = await desk.run([{ task, weight: 1 }]);
        expect([field, answer?.fault]).toEqual([field, expect.objectContaining({ position: changed.position })]);
      }

      // Views stand beside the partitions of accounts, and nothing else does.
      for (const { log } of SERVICES) await store.snapshots.clear(log);
      const { log, partition, form } = VIEWS;
      const views = { ...other, log, partition, format: `${form}@1` };
      for (const [beside, what] of [
        [views, undefined],
        [{ ...views, content: views.content.subarray(1) }, 'damaged'],
        [{ ...views, format: other.format }, 'no such partition'],
        [{ ...views, partition: -3 }, 'no such partition'],
      ] as const) {
        await store.snapshots.clear(log);
        await store.snapshots.save(beside, OFTEN.keep);
        const found = (await verifySnapshots(house.logs, SERVICES)).faults;
        expect(found).toEqual(
          what === undefined ? [] : [expect.objectContaining({ what: expect.stringContaining(what) as string })],
        );
      }
    },
    LONGEST_MS,
  );
});

it(
  'starts from snapshots in PostgreSQL as from those in memory',
  async () => {
    const undisturbed = await (await runToEnd(new MemoryLogStore(), SHORT_WINDOW)).digests();
    const store = new PostgresLogStore({ connection: await testDatabase() });
    try {
      const { house, notices } = await runInterrupted(store, SHORT_WINDOW, { rests: true });
      expect(notices).toEqual([]);
      expect(await house.digests()).toEqual(undisturbed);
      expect((await verify(house.logs)).faults).toEqual([]);
      expect(await verifySnapshots(house.logs, SERVICES)).toMatchObject({ faults: [], foreign: 0 });
    } finally {
      await store.close();
    }
  },
  LONGEST_MS,
);
