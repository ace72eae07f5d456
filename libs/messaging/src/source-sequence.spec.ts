import { chainHead, EMPTY_HEAD, seal, type SealedEvent } from '@ballast/event-sourcing';
import { entriesOf, readerOf } from './bus.contract.js';
import type { BusIncident, LogReader, SourceCursor } from './bus.js';
import { SourceSequence, type Arrived } from './source-sequence.js';

const LOG = 'exchange.quotes';
const ENTRIES = entriesOf(LOG, 0, 9);
/** The same positions, told by another: each sound in itself. */
const OTHERS = entriesOf(LOG, 0, 9, 'another story');

const arrived = (entries: readonly SealedEvent[], incarnation = 'one', defect?: string): readonly Arrived[] =>
  entries.map((entry) => ({ entry, incarnation, ...(defect === undefined ? {} : { defect }) }));

function sequence(cursor: Partial<SourceCursor> = {}, read?: LogReader) {
  const incidents: BusIncident[] = [];
  const judge = new SourceSequence(LOG, 0, { after: 0, ...cursor }, read, (each) => incidents.push(each));
  return { judge, incidents };
}

const positions = (entries: readonly SealedEvent[]) => entries.map(({ position }) => position);

/** An entry at a position with a chain that its author made up. */
function forged(position: number, head: Buffer = EMPTY_HEAD): SealedEvent {
  const { text: _, hash: __, chain: ___, ...entry } = ENTRIES[0] as SealedEvent;
  return seal({ ...entry, position, payload: { x: 'x'.repeat(1_000) } }, head);
}

describe('what does not continue a source [CLR-LOG-046]', () => {
  it('far behind the end of its log is put aside, what is good before and behind it is taken', async () => {
    const { judge } = sequence({}, readerOf(ENTRIES));
    const { entries, strangers } = await judge.admit(
      arrived([...ENTRIES.slice(0, 3), forged(1_000_000), ...ENTRIES.slice(3)]),
    );
    expect(positions(entries)).toEqual(positions(ENTRIES));
    expect(strangers).toEqual([{ index: 3, reason: expect.stringContaining('beyond the end of its log') as string }]);
  });

  it('at the next position, with a chain of its own, is put aside when its log has another entry there, or none', async () => {
    const { judge } = sequence({}, readerOf(ENTRIES.slice(0, 5)));
    await judge.admit(arrived(ENTRIES.slice(0, 3)));
    const first = await judge.admit(arrived([OTHERS[3] as SealedEvent, ENTRIES[3] as SealedEvent]));
    expect([positions(first.entries), first.strangers.map(({ index }) => index)]).toEqual([[4], [0]]);
    const none = await judge.admit(arrived([ENTRIES[4] as SealedEvent, forged(6)]));
    expect([positions(none.entries), none.strangers.map(({ index }) => index)]).toEqual([[5], [1]]);
  });

  it('with a payload that breaks its schema is put aside when it is not in its log, and stops the reader when it is', async () => {
    const next = ENTRIES[3] as SealedEvent;
    const bad = forged(4, (ENTRIES[2] as SealedEvent).chain);
    const honest = sequence({}, readerOf(ENTRIES)).judge;
    await honest.admit(arrived(ENTRIES.slice(0, 3)));
    expect((await honest.admit(arrived([bad], 'one', 'x is no field'))).strangers).toHaveLength(1);
    expect(positions((await honest.admit(arrived([next]))).entries)).toEqual([4]);

    const poisoned = sequence({}, readerOf([...ENTRIES.slice(0, 3), bad])).judge;
    await poisoned.admit(arrived(ENTRIES.slice(0, 3)));
    await expect(poisoned.admit(arrived([bad], 'one', 'x is no field'))).rejects.toThrow(
      'at position 4: x is no field',
    );
  });

  it('with a figure that is none is taken as its log reads it, once two persons have said how [CLR-LOG-082]', async () => {
    const bad = forged(4, (ENTRIES[2] as SealedEvent).chain);
    const readAs = { figures: { 'payload.x': '0' }, proposedBy: 'ann', approvedBy: 'ben', reason: 'why' };
    const { judge } = sequence({}, readerOf([...ENTRIES.slice(0, 3), { ...bad, readAs }]));
    await judge.admit(arrived(ENTRIES.slice(0, 3)));
    const { entries } = await judge.admit(arrived([bad], 'one', 'payload.x is "NaN", which is no figure'));
    expect(entries).toEqual([{ ...bad, readAs }]);
    expect(judge.position).toBe(4);
  });

  it('is a fork when its log says the same: the log was replaced', async () => {
    const { judge } = sequence({}, readerOf([...ENTRIES.slice(0, 3), ...OTHERS.slice(3)]));
    await judge.admit(arrived(ENTRIES.slice(0, 3)));
    await expect(judge.admit(arrived([OTHERS[3] as SealedEvent]))).rejects.toThrow('does not continue its chain');
  });

  it('fills a hole from the log as before, and reports it', async () => {
    const { judge, incidents } = sequence({}, readerOf(ENTRIES));
    const { entries, strangers } = await judge.admit(arrived([ENTRIES[0] as SealedEvent, ENTRIES[7] as SealedEvent]));
    expect([positions(entries), strangers]).toEqual([[1, 2, 3, 4, 5, 6, 7, 8], []]);
    expect(incidents).toEqual([{ kind: 'refetched', log: LOG, partition: 0, after: 1, before: 8 }]);
  });

  it('without a log to compare with stops the reader', async () => {
    const { judge } = sequence();
    await expect(judge.admit(arrived([ENTRIES[2] as SealedEvent]))).rejects.toThrow(
      'neither on the bus nor in the log',
    );
  });
});

describe('a producer that begins anew below what was taken [CLR-LOG-047]', () => {
  it('is a fork, in the same run and after a restart of the reader', async () => {
    // Its log was lost; it says other things under the same positions, and has not come as far yet.
    const anew = OTHERS.slice(0, 2);
    const running = sequence({}, readerOf(ENTRIES)).judge;
    await running.admit(arrived(ENTRIES));
    const restarted = sequence({ after: 9 }, readerOf(anew)).judge;
    await expect(restarted.admit(arrived(anew, 'two'))).rejects.toThrow(
      'began anew at position 1 with incarnation two: its log no longer has position 9',
    );
    const lost = sequence({ after: 9, chain: (ENTRIES[8] as SealedEvent).chain }, readerOf(OTHERS)).judge;
    await expect(lost.admit(arrived(OTHERS.slice(0, 1), 'two'))).rejects.toThrow('began anew');
    const alone = sequence().judge;
    await alone.admit(arrived(ENTRIES));
    await expect(alone.admit(arrived(anew, 'two'))).rejects.toThrow('began anew');
  });

  it('is none when it only sends again, also what it said before a restore that lost nothing', async () => {
    let reads = 0;
    const read: LogReader = (...place) => ((reads += 1), readerOf(ENTRIES)(...place));
    const { judge, incidents } = sequence({ after: 9 }, read);
    for (const incarnation of ['one', 'one', 'two', 'two']) await judge.admit(arrived(ENTRIES, incarnation));
    expect(judge.position).toBe(9);
    expect(incidents.map(({ kind }) => kind)).toEqual(['duplicates', 'duplicates', 'duplicates', 'duplicates']);
    // Looked at once for each, not for every entry.
    expect(reads).toBe(2);
  });
});

describe('a chain', () => {
  it('is known from the last entry that was taken', async () => {
    const { judge } = sequence({ after: 3, chain: (ENTRIES[2] as SealedEvent).chain });
    const next = ENTRIES[3] as SealedEvent;
    expect(chainHead((ENTRIES[2] as SealedEvent).chain, next.hash)).toEqual(next.chain);
    expect(positions((await judge.admit(arrived([next]))).entries)).toEqual([4]);
    await expect(judge.admit(arrived([OTHERS[4] as SealedEvent]))).rejects.toThrow('does not continue its chain');
  });
});
