import { GroupCommitter, MemoryLogStore, type EventLog } from '@ballast/event-log';
import { EMPTY_HEAD, GLOBAL, seal } from '@ballast/event-sourcing';
import { SERVICE_LOGS } from '@ballast/facts';
import { uuidV5 } from '@ballast/kernel';
import { verifyRules } from './verify-rules.js';

interface First {
  readonly type: string;
  readonly payload: object;
}

const established = (figure: string, approver = 'ben'): First => ({
  type: 'DocumentsEstablished',
  payload: {
    ...{ author: 'ann', approver },
    documents: [{ kind: 'limits', id: 'limits@1', hash: '0'.repeat(64), body: { figure } }],
  },
});

async function begin(log: EventLog, name: string, partition: number, { type, payload }: First): Promise<void> {
  const { epoch } = await log.take(partition, 'test');
  const event = seal(
    {
      ...{ log: name, partition, position: 1, id: uuidV5(`${name}/${partition}`), stream: 'rules', version: 1 },
      ...{ type, schemaVersion: 1, time: { clearing: 0, hop: 0 }, cause: { kind: 'command', id: 'start' } as const },
      ...{ basis: [], correlation: 'start', actor: null, payload },
    },
    EMPTY_HEAD,
  );
  const outcome = await new GroupCommitter(log).submit({
    ...{ partition, epoch, expectedSize: 0, expectedHead: EMPTY_HEAD, events: [event] },
    ...{ cursors: [], commands: [], worker: 'test' },
  });
  expect(outcome.status).toBe('appended');
}

/** The logs of a house; the second partition of margin begins otherwise than all others, or not at all. */
async function houseWith(other: First | null): Promise<Parameters<typeof verifyRules>[0]> {
  const store = new MemoryLogStore();
  const logs = new Map<string, EventLog>();
  for (const name of SERVICE_LOGS) {
    const log = await store.open({ name, partitions: 2, global: true });
    logs.set(name, log);
    for (const partition of [GLOBAL, 0, 1]) {
      const first = name === 'margin' && partition === 1 ? other : established('1');
      if (first !== null) await begin(log, name, partition, first);
    }
  }
  return { log: (name) => logs.get(name) as EventLog };
}

describe('the rules that the partitions of a log begin with', () => {
  it('are the same, and a partition that has not begun says nothing', async () => {
    expect(await verifyRules(await houseWith(established('1')))).toBeUndefined();
    expect(await verifyRules(await houseWith(null))).toBeUndefined();
  });

  it.each([
    ['another figure', established('2')],
    ['another person', established('1', 'cleo')],
    ['no rules', { type: 'MarginRunCompleted', payload: {} }],
  ])('are not those of a partition with %s', async (_, first) => {
    expect(await verifyRules(await houseWith(first))).toEqual({
      log: 'margin',
      partition: 1,
      position: 1,
      what: 'it does not begin with the rules that margin/-1 begins with',
    });
  });
});
