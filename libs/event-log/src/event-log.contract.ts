import fc from 'fast-check';
import { canonicalText, sha256, sha256Of, uuidV5 } from '@ballast/kernel';
import { EMPTY_HEAD, GLOBAL, type SealedEvent } from '@ballast/event-sourcing';
import { NO_BLOCK, commandsOf, cursorMovesOf, nextBlockChain } from './block.js';
import type { AppendItem, Block, EventLog, LogShape, LogStore, PlacedItem } from './event-log.js';
import { ADL, ZERO_PRICE, adlDraft } from './corrections/correction.fixtures.js';
import { approveCorrection, proposeCorrection } from './corrections/corrector.js';
import { Writer } from './event-log.fixtures.js';
import { verifyPartition } from './log-integrity.js';
import { eventOfLine, lineOfEvent } from './log-lines.js';

const SHAPE: LogShape = { name: 'margin', partitions: 4, global: true };

/**
 * What every event log promises, whatever it is made of.
 * @param newStore makes a store over an empty place, and one more over the same place: a restart, or another process
 */
export function describeEventLog(
  name: string,
  newStore: () => Promise<{ store: LogStore; reopen: () => Promise<LogStore> }>,
  { interleavings }: { readonly interleavings: number },
): void {
  describe(name, () => {
    let log: EventLog;
    let stores: LogStore[];
    let reopen: () => Promise<LogStore>;

    beforeEach(async () => {
      const made = await newStore();
      stores = [made.store];
      reopen = async () => {
        const store = await made.reopen();
        stores.push(store);
        return store;
      };
      log = await made.store.open(SHAPE);
    });

    afterEach(async () => {
      for (const store of stores) await store.close();
    });

    const append = async (...items: AppendItem[]): Promise<string[]> =>
      (await log.append(items)).map((outcome) => (outcome.status === 'conflict' ? outcome.reason : outcome.status));
    const positions = async (partition: number): Promise<number[]> =>
      (await log.read(partition, 0, 1_000)).map(({ position }) => position);

    describe('a new log', () => {
      it('has empty partitions that nobody owns, the global one first', async () => {
        const heads = await log.heads();
        expect(heads.map(({ partition }) => partition)).toEqual([GLOBAL, 0, 1, 2, 3]);
        for (const head of heads) {
          expect(head).toMatchObject({
            epoch: 0,
            size: 0,
            head: EMPTY_HEAD,
            clearing: 0,
            hop: 0,
            commands: 0,
            worker: null,
          });
        }
        expect(new Set(heads.map(({ incarnation }) => incarnation)).size).toBe(1);
      });

      it('is the same log when it is opened again', async () => {
        const writer = await Writer.take(log, 2);
        await append(writer.item([{}, {}]));
        const again = await (await reopen()).open(SHAPE);
        expect(await again.read(2, 0, 10)).toEqual(await log.read(2, 0, 10));
        expect(await again.heads()).toEqual(await log.heads());
      });

      it('keeps its number of partitions for life: another number is refused in words that help [CLR-LOG-001]', async () => {
        const store = await reopen();
        await expect(store.open({ ...SHAPE, partitions: 8 })).rejects.toThrow(
          'log margin was created with 4 partitions and is opened with 8; the number is chosen once',
        );
        await expect(store.open({ ...SHAPE, global: false })).rejects.toThrow('created with a global partition');
      });

      it('may have only a global partition, and several logs may share a service', async () => {
        const [store] = stores as [LogStore];
        const quotes = await store.open({ name: 'exchange.quotes', partitions: 0, global: true });
        const reports = await store.open({ name: 'exchange.orderReports', partitions: 2, global: false });
        await quotes.append([(await Writer.take(quotes, GLOBAL)).item([{}])]);
        expect((await quotes.heads()).map(({ partition, size }) => [partition, size])).toEqual([[GLOBAL, 1]]);
        expect((await reports.heads()).map(({ partition, size }) => [partition, size])).toEqual([
          [0, 0],
          [1, 0],
        ]);
      });

      it.each([
        { shape: { name: 'Margin', partitions: 1, global: false }, why: 'a name is lower case' },
        { shape: { name: 'margin"; drop', partitions: 1, global: false }, why: 'a name becomes part of SQL' },
        { shape: { name: 'margin', partitions: 0, global: false }, why: 'nothing could be stored' },
        { shape: { name: 'margin', partitions: 1.5, global: false }, why: 'partitions are counted' },
      ])('is not made of $shape, because $why', async ({ shape }) => {
        await expect((stores[0] as LogStore).open(shape)).rejects.toThrow();
      });
    });

    describe('a figure that is none', () => {
      let liquidation: EventLog;
      beforeEach(async () => {
        liquidation = await (stores[0] as LogStore).open({ name: 'liquidation', partitions: 2, global: true });
        const writer = await Writer.take(liquidation, 1);
        await liquidation.append([writer.item([adlDraft('5'), adlDraft('NaN')])]);
        await liquidation.append([writer.item([adlDraft('7')])]);
      });
      it('stops its reader at its place, with what to do; who decides nothing still gets what is stored [CLR-LOG-080]', async () => {
        await expect(liquidation.read(1, 0, 10)).rejects.toThrow(
          'liquidation/1 position 2: payload.bankruptcyPrice of AdlRequested is "NaN", which is no figure; two persons say how it ' +
            'is read: "npx ballast correct propose --log liquidation --partition 1 --position 2 --figure payload.bankruptcyPrice=<figure>"',
        );
        await expect(liquidation.read(1, 2, 10)).resolves.toHaveLength(1);
        expect((await liquidation.readRaw(1, 1, 1))[0]?.payloadText).toContain('"bankruptcyPrice":"NaN"');
        expect((await verifyPartition(liquidation, 1)).faults).toEqual([
          expect.objectContaining({
            position: 2,
            part: 'event',
            what: expect.stringContaining('npx ballast correct') as unknown,
          }),
        ]);
      });

      it('is read as two persons have said, by every reader and after a restart; hashes stay [CLR-LOG-081]', async () => {
        const before = (await liquidation.heads()).find(({ partition }) => partition === 1);
        const place = { partition: 1, position: 2 };
        await proposeCorrection(liquidation, {
          ...place,
          actor: 'ann',
          reason: 'a worthless option',
          figures: ZERO_PRICE,
        });
        await expect(liquidation.read(1, 0, 10)).rejects.toThrow('no figure');
        const correction = await approveCorrection(liquidation, { ...place, actor: 'ben' });
        expect(correction).toMatchObject({ position: 2, figures: ZERO_PRICE, proposedBy: 'ann', approvedBy: 'ben' });
        const again = await (await reopen()).open({ name: 'liquidation', partitions: 2, global: true });
        for (const log of [liquidation, again]) {
          const [, read, next] = await log.read(1, 0, 10);
          expect(read).toMatchObject({ payload: { ...ADL, bankruptcyPrice: '0' }, readAs: { figures: ZERO_PRICE } });
          expect(read?.hash).toEqual(sha256(read?.text ?? ''));
          expect(next).not.toHaveProperty('readAs');
          expect(eventOfLine('liquidation', 1, lineOfEvent(read as SealedEvent))).toEqual(read);
        }
        const after = (await liquidation.heads()).find(({ partition }) => partition === 1);
        expect([after?.size, after?.head]).toEqual([before?.size, before?.head]);
        expect(await verifyPartition(liquidation, 1)).toMatchObject({ faults: [], corrections: [correction] });
      });
    });

    describe('appending to several logs together', () => {
      const NAMES = ['exchange.quotes', 'exchange.fills'] as const;
      let quotes: Writer;
      let fills: Writer;
      const placed = (writer: Writer, item: AppendItem): PlacedItem => ({ ...item, log: writer.log.name });
      const together = async (...items: PlacedItem[]): Promise<string> => {
        const outcome = await (stores[0] as LogStore).appendTogether(items);
        return outcome.status === 'conflict' ? outcome.reason : outcome.status;
      };
      const sizes = async (): Promise<number[]> =>
        (await Promise.all([quotes.log.heads(), fills.log.heads()])).flat().map(({ size }) => size);

      beforeEach(async () => {
        const [store] = stores as [LogStore];
        const [first, second] = [
          await store.open({ name: NAMES[0], partitions: 0, global: true }),
          await store.open({ name: NAMES[1], partitions: 2, global: false }),
        ];
        quotes = await Writer.take(first, GLOBAL);
        fills = await Writer.take(second, 1);
      });

      it('stores every item, cursors of one of them included', async () => {
        const told: string[] = [];
        fills.log.onAppended((partition, size) => told.push(`${partition}/${size}`));
        const cursors = [['liquidation', 0, 4]] as const;
        expect(await together(placed(quotes, quotes.item([], { cursors })), placed(fills, fills.item([{}, {}])))).toBe(
          'appended',
        );
        expect(await sizes()).toEqual([0, 0, 2]);
        expect(await quotes.log.cursors(GLOBAL)).toMatchObject([{ log: 'liquidation', position: 4 }]);
        expect(told).toEqual(['1/2']);
      });

      it('stores nothing when one item does not fit, and says why that one does not', async () => {
        const items = (): [PlacedItem, PlacedItem] => [
          placed(quotes, quotes.item([{}])),
          placed(fills, fills.item([{}])),
        ];
        const [good] = items();
        await fills.log.take(1, 'somebody else');
        expect(await together(good, placed(fills, fills.item([{}])))).toBe('fenced');
        expect(await together(good, { ...placed(fills, fills.propose([{}])), epoch: 2, expectedSize: 7 })).toBe(
          'malformed',
        );
        expect(await sizes()).toEqual([0, 0, 0]);
        expect(await together(good)).toBe('appended');
      });

      it('answers a repetition with duplicate, and a half repetition with a conflict', async () => {
        const items = [placed(quotes, quotes.item([{}])), placed(fills, fills.item([{}]))] as const;
        expect(await together(...items)).toBe('appended');
        expect(await together(...items)).toBe('duplicate');
        expect(await together({ ...placed(quotes, quotes.item([])), cursors: [['margin', 0, 1]] }, items[1])).toBe(
          'duplicate',
        );
        expect(await together(items[0], placed(fills, fills.item([{}])))).toBe('malformed');
        expect(await sizes()).toEqual([1, 0, 1]);
      });

      it('takes one item of a partition, of a log that is open', async () => {
        const item = placed(fills, fills.propose([{}]));
        await expect(together(item, item)).rejects.toThrow('two items of one partition');
        await expect(together({ ...item, log: 'exchange.orderReports' })).rejects.toThrow('is not open');
      });
    });

    describe('appending', () => {
      it('stores events as they were sealed, and beside them who wrote them', async () => {
        const writer = await Writer.take(log, 1, 'worker-7');
        const payload = {
          text: 'ä € 😀 \u0000 "quoted" \\ {a,b}',
          none: null,
          list: [1, '2', { deep: true }],
          empty: '',
        };
        const item = writer.item([{ payload }, { stream: 'run-1' }, {}], { trace: '00-abc-def-01' });
        expect(await append(item)).toEqual(['appended']);
        expect(await log.read(1, 0, 10)).toEqual(item.events);
        const lines = item.events.map(({ partition, position, text, hash, chain }) => {
          return { partition, position, text, hash, chain };
        });
        expect(await log.readLines(1, 0, 10)).toEqual(lines);
        expect(await log.readLines(1, 1, 1)).toEqual(lines.slice(1, 2));
        const [raw] = await log.readRaw(1, 0, 1);
        expect(raw).toMatchObject({
          epoch: 1,
          worker: 'worker-7',
          trace: '00-abc-def-01',
          incarnation: writer.head.incarnation,
        });
        expect(raw?.recordedAt).toBeGreaterThan(1.6e12);
      });

      it('moves the partition’s end: size, chain head and logical time', async () => {
        const writer = await Writer.take(log, 0);
        await append(writer.item([{ clearing: 5_000 }, { clearing: 6_000 }]));
        const [head] = (await log.heads()).filter(({ partition }) => partition === 0);
        expect(head).toMatchObject({
          size: 2,
          head: writer.chain,
          clearing: 6_000,
          hop: 1,
          epoch: 1,
          worker: 'worker-1',
        });
      });

      it('chains every event to the one before, from 32 zero bytes on', async () => {
        const writer = await Writer.take(log, 0);
        await append(writer.item([{}, {}]));
        await append(writer.item([{}]));
        let chain = EMPTY_HEAD;
        for (const event of await log.read(0, 0, 10)) {
          chain = sha256Of(chain, event.hash);
          expect(event.chain).toEqual(chain);
        }
        expect(await log.hashes(0, 1, 5)).toEqual(Buffer.concat((await log.read(0, 1, 5)).map(({ hash }) => hash)));
      });

      it('gives positions without gaps, and reads them in pages [CLR-LOG-003]', async () => {
        const writer = await Writer.take(log, 3);
        for (const count of [1, 3, 2]) await append(writer.item(Array.from({ length: count }, () => ({}))));
        expect(await positions(3)).toEqual([1, 2, 3, 4, 5, 6]);
        expect((await log.read(3, 2, 2)).map(({ position }) => position)).toEqual([3, 4]);
        expect(await log.read(3, 6, 5)).toEqual([]);
        // Whoever asks from outside may name any position.
        for (const beyond of [2 ** 31 - 1, 2 ** 31, Number.MAX_SAFE_INTEGER - 1]) {
          expect(await log.read(3, beyond, 1_000)).toEqual([]);
          expect(await log.hashes(3, beyond, 5)).toHaveLength(0);
          expect(await log.commands(3, beyond, 5)).toEqual([]);
          expect(await log.blocks(3, { firstPosition: beyond, number: 1 }, 5)).toEqual([]);
        }
        expect(await positions(2)).toEqual([]);
      });

      it('takes the items of several partitions, the global one too, in one group', async () => {
        const writers = await Promise.all([GLOBAL, 0, 2].map((partition) => Writer.take(log, partition)));
        expect(await append(...writers.map((writer) => writer.item([{}, {}])))).toEqual([
          'appended',
          'appended',
          'appended',
        ]);
        expect((await log.heads()).map(({ size }) => size)).toEqual([2, 2, 0, 2, 0]);
      });

      it('takes an item without events: only its cursors move', async () => {
        const writer = await Writer.take(log, 0);
        expect(await append(writer.item([], { cursors: [['accounts', 0, 9]] }))).toEqual(['appended']);
        expect(await positions(0)).toEqual([]);
        expect(await log.cursors(0)).toEqual([{ log: 'accounts', partition: 0, position: 9, nextOffset: null }]);
      });

      it('tells listeners of this process the new size', async () => {
        const heard: [number, number][] = [];
        const stop = log.onAppended((partition, size) => heard.push([partition, size]));
        const writer = await Writer.take(log, 0);
        await append(writer.item([{}, {}]));
        await append({ ...writer.propose([{}]), epoch: 9 });
        stop();
        await append(writer.item([{}]));
        expect(heard).toEqual([[0, 2]]);
      });

      it('refuses two items of one partition in one group: their order would be unknown', async () => {
        const writer = await Writer.take(log, 0);
        await expect(log.append([writer.item([{}]), writer.item([{}])])).rejects.toThrow('two items of one partition');
      });

      it('knows no partition beyond its number', async () => {
        await expect(log.take(4, 'worker-1')).rejects.toThrow('log margin has no partition 4');
      });
    });

    describe('the fence [CLR-LOG-004]', () => {
      it('lets only the last taker write', async () => {
        const first = await Writer.take(log, 0, 'worker-1');
        await append(first.item([{}]));
        const second = await Writer.take(log, 0, 'worker-2');
        expect(second.head).toMatchObject({ epoch: 2, size: 1, head: first.chain, worker: 'worker-2' });
        expect(await log.append([first.item([{}])])).toEqual([{ status: 'fenced', epoch: 2 }]);
        second.versions.set('marginAccount-alice.main', 1);
        expect(await append(second.item([{}]))).toEqual(['appended']);
        expect(await positions(0)).toEqual([1, 2]);
      });

      it('stops cursors and answers too', async () => {
        const first = await Writer.take(log, 0);
        await log.take(0, 'worker-2');
        const item = first.propose([], { cursors: [['accounts', 0, 3]], commands: [first.command('c-1')] });
        expect(await append(item)).toEqual(['fenced']);
        expect(await log.cursors(0)).toEqual([]);
        expect(await log.commandById(0, 'c-1')).toBeUndefined();
      });

      it('holds per partition', async () => {
        const writer = await Writer.take(log, 0);
        await log.take(1, 'worker-2');
        expect(await append(writer.item([{}]))).toEqual(['appended']);
      });
    });

    describe('a retry [CLR-LOG-005]', () => {
      it('of the same item succeeds again and changes nothing', async () => {
        const writer = await Writer.take(log, 0);
        const item = writer.item([{}, {}], { cursors: [['accounts', 0, 4]], commands: [writer.command('c-1')] });
        expect(await append(item)).toEqual(['appended']);
        expect(await append(item)).toEqual(['duplicate']);
        await append(writer.item([{}]));
        expect(await append(item)).toEqual(['duplicate']);
        expect(await positions(0)).toEqual([1, 2, 3]);
      });

      it('of an answer without events succeeds again', async () => {
        const writer = await Writer.take(log, 0);
        const item = writer.item([], { commands: [writer.command('c-1')] });
        expect(await append(item)).toEqual(['appended']);
        expect(await append(item)).toEqual(['duplicate']);
      });

      it('by a fenced writer is fenced, although its events are there', async () => {
        const writer = await Writer.take(log, 0);
        const item = writer.item([{}]);
        await append(item);
        await log.take(0, 'worker-2');
        expect(await append(item)).toEqual(['fenced']);
      });

      it('is told by the chain, not by a part of it: other content at the same place is a conflict', async () => {
        const writer = await Writer.take(log, 0);
        const other = writer.propose([{ payload: { amount: '2.00' } }], { commands: [writer.command('c-1')] });
        await append(writer.item([{ payload: { amount: '1.00' } }], { commands: [writer.command('c-1')] }));
        expect(await append(other)).toEqual(['version']);
        expect(await positions(0)).toEqual([1]);
      });

      it('of an answer with another body is a conflict', async () => {
        const writer = await Writer.take(log, 0);
        const other = writer.propose([], { commands: [writer.command('c-1', { bodyText: '{"amount":"6.00"}' })] });
        await append(writer.item([], { commands: [writer.command('c-1')] }));
        expect(await append(other)).toEqual(['version']);
        expect((await log.commandById(0, 'c-1'))?.bodyText).not.toContain('6.00');
      });

      it('may use an id that another partition has: ids name their partition', async () => {
        const id = uuidV5('a cause');
        const [zero, one] = [await Writer.take(log, 0), await Writer.take(log, 1)];
        expect(await append(zero.item([{ id }]), one.item([{ id }]))).toEqual(['appended', 'appended']);
      });
    });

    describe('an item that does not fit', () => {
      const refused: { why: string; reason: string; make: (writer: Writer) => AppendItem }[] = [
        {
          why: 'the partition has grown',
          reason: 'version',
          make: (w) => new Writer(log, w.head, 'another').propose([{}]),
        },
        {
          why: 'the partition is shorter',
          reason: 'version',
          make: (w) => {
            const ahead = new Writer(log, { ...w.head, size: 5, head: w.chain });
            return ahead.propose([{ stream: 'new' }]);
          },
        },
        {
          why: 'another history ends here',
          reason: 'head',
          make: (w) =>
            new Writer(log, { ...w.head, size: w.size, head: Buffer.alloc(32, 7) }).propose([{ stream: 'new' }]),
        },
        {
          why: 'an event id stands in it twice',
          reason: 'id',
          make: (w) => w.propose([{ id: uuidV5('the same cause') }, { id: uuidV5('the same cause') }]),
        },
        {
          why: 'a command id stands in it twice',
          reason: 'id',
          make: (w) => w.propose([], { commands: [w.command('c-2'), w.command('c-2', { number: 3 })] }),
        },
        { why: 'a version is no count', reason: 'malformed', make: (w) => w.propose([{ stream: 'new', version: 0 }]) },
        {
          why: 'versions in it have a hole',
          reason: 'malformed',
          make: (w) =>
            w.propose([
              { stream: 'new', version: 1 },
              { stream: 'new', version: 3 },
            ]),
        },
        {
          why: 'positions in it have a hole',
          reason: 'malformed',
          make: (w) => {
            const item = w.propose([{}, {}, {}]);
            return { ...item, events: [item.events[0], item.events[2]] as AppendItem['events'] };
          },
        },
        {
          why: 'its chain is broken',
          reason: 'malformed',
          make: (w) => {
            const item = w.propose([{}]);
            return { ...item, events: item.events.map((event) => ({ ...event, chain: Buffer.alloc(32, 1) })) };
          },
        },
        {
          // Three bytes in UTF-8 and one unit in UTF-16.
          why: 'an event has more bytes than a message of Kafka',
          reason: 'malformed',
          make: (w) => w.propose([{ stream: 'new', payload: { reason: '\u6e05'.repeat(300_000) } }]),
        },
        { why: 'an event has no UUID', reason: 'malformed', make: (w) => w.propose([{ id: 'trade-17' }]) },
        { why: 'a stream’s name can’t be stored', reason: 'malformed', make: (w) => w.propose([{ stream: 'a\0b' }]) },
        {
          why: 'half a character can’t be stored',
          reason: 'malformed',
          make: (w) => w.propose([{ stream: 'a\ud800' }]),
        },
        {
          why: 'no message could carry it',
          reason: 'malformed',
          make: (w) => w.propose([{ payload: 'x'.repeat(900_001) }]),
        },
        {
          why: 'command numbers have a hole',
          reason: 'version',
          make: (w) => w.propose([{}], { commands: [w.command('c-2', { number: 5 })] }),
        },
        {
          why: 'a cursor moves back',
          reason: 'cursor',
          make: (w) => w.propose([{}], { cursors: [['accounts', 0, 6]] }),
        },
        {
          why: 'a cursor stands in it twice',
          reason: 'malformed',
          make: (w) =>
            w.propose([], {
              cursors: [
                ['accounts', 0, 8],
                ['accounts', 0, 9],
              ],
            }),
        },
      ];

      it.each(refused)(
        'because $why is refused ($reason) alone: the others of its group commit',
        async ({ reason, make }) => {
          const [bad, good] = [await Writer.take(log, 0), await Writer.take(log, 1)];
          const begin = bad.item([{}, {}], { cursors: [['accounts', 0, 7]], commands: [bad.command('c-1')] });
          expect(await append(begin)).toEqual(['appended']);
          expect(await append(good.item([{}]), make(bad))).toEqual(['appended', reason]);
          expect(await positions(0)).toEqual([1, 2]);
          expect(await positions(1)).toEqual([1]);
          expect((await log.cursors(0)).map(({ position }) => position)).toEqual([7]);
          expect((await log.commands(0, 0, 10)).map(({ commandId }) => commandId)).toEqual(['c-1']);
          expect(await append(bad.item([{}]), good.item([{}]))).toEqual(['appended', 'appended']);
        },
      );

      it('says in words what is wrong', async () => {
        const writer = await Writer.take(log, 0);
        await append(writer.item([{}, {}]));
        expect(await log.append([new Writer(log, writer.head).propose([{ stream: 'new' }])])).toEqual([
          {
            status: 'conflict',
            reason: 'version',
            detail: 'partition 0 ends at 2, the item expects 0',
          },
        ]);
        const another = new Writer(log, { ...writer.head, size: 2, head: Buffer.alloc(32, 7) }, 'another');
        expect(await log.append([another.propose([{ stream: 'new' }])])).toEqual([
          {
            status: 'conflict',
            reason: 'head',
            detail: 'partition 0 has another chain head at 2 than the item expects',
          },
        ]);
      });
    });

    describe('cursors and answers', () => {
      it('move in the transaction of the events they caused', async () => {
        const writer = await Writer.take(log, 0);
        const command = writer.command('c-1', { resultText: null, actor: null });
        const cursors: AppendItem['cursors'] = [
          ['pricing', GLOBAL, 12],
          ['accounts', 0, 3, '77'],
        ];
        await append(writer.item([{}], { cursors, commands: [command, writer.command('c-2', { number: 2 })] }));
        expect(await log.cursors(0)).toEqual([
          { log: 'accounts', partition: 0, position: 3, nextOffset: '77' },
          { log: 'pricing', partition: GLOBAL, position: 12, nextOffset: null },
        ]);
        expect(await log.commandById(0, 'c-1')).toEqual(command);
        expect((await log.commands(0, 1, 10)).map(({ number }) => number)).toEqual([2]);
        expect(await log.commandById(1, 'c-1')).toBeUndefined();
        expect((await log.take(0, 'worker-1')).commands).toBe(2);
      });

      it('keep the offset hint until a newer one comes', async () => {
        const writer = await Writer.take(log, 0);
        await append(writer.item([], { cursors: [['accounts', 0, 3, '77']] }));
        await append(writer.item([], { cursors: [['accounts', 0, 4]] }));
        expect(await log.cursors(0)).toEqual([{ log: 'accounts', partition: 0, position: 4, nextOffset: '77' }]);
      });

      it('of a relay start at 0 and never move back', async () => {
        expect(await log.relayCursor(0)).toBe(0);
        await log.saveRelayCursor(0, 5);
        await log.saveRelayCursor(0, 3);
        expect(await log.relayCursor(0)).toBe(5);
        expect(await log.relayCursor(1)).toBe(0);
      });
    });

    describe('blocks', () => {
      const START = { firstPosition: 0, number: 0 };

      it('hold what an item brought, and follow each other by number, position and two chains', async () => {
        const writer = await Writer.take(log, 1, 'worker-7');
        const commands = [writer.command('c-1')];
        const cursors: AppendItem['cursors'] = [['accounts', 0, 3, '77']];
        const first = writer.item([{}, { stream: 'run-1' }], { commands, cursors, trace: '00-abc-def-01' });
        await append(first);
        await append(writer.item([], { cursors: [['accounts', 0, 9]] }));
        await append(writer.item([{}]));
        const [taken, block, moved, last] = (await log.blocks(1, START, 100)) as [Block, Block, Block, Block];
        expect(
          [taken, block, moved, last].map(({ number, firstPosition, lastPosition }) => [
            ...[number, firstPosition, lastPosition],
          ]),
        ).toEqual([
          [1, 1, 0],
          [2, 1, 2],
          [3, 3, 2],
          [4, 3, 3],
        ]);
        expect(taken).toMatchObject({ epoch: 1, worker: 'worker-7', trace: null, entriesText: '', cursorsText: '' });
        expect(block).toMatchObject({ epoch: 1, worker: 'worker-7', trace: '00-abc-def-01', chainBefore: EMPTY_HEAD });
        expect(block.entriesText.split('\n').map((line) => sha256Of(line))).toEqual(
          first.events.map(({ hash }) => hash),
        );
        expect(block.hashes).toEqual(Buffer.concat(first.events.map(({ hash }) => hash)));
        expect(commandsOf('margin', block)).toEqual(commands);
        expect(cursorMovesOf(block)).toEqual(cursors);
        expect(last.chain).toEqual(writer.chain);
        let chain = NO_BLOCK;
        for (const each of [taken, block, moved, last]) {
          chain = nextBlockChain(chain, each);
          expect(each.blockChain).toEqual(chain);
        }
        expect((await log.standing(1)).head).toMatchObject({ blocks: 4, blockChain: chain, size: 3, commands: 1 });
      });

      it('are read behind a place, as far as they begin within so many positions of it, and at least one', async () => {
        const writer = await Writer.take(log, 0);
        for (const count of [4, 4, 0, 4]) {
          await append(
            writer.item(
              Array.from({ length: count }, () => ({})),
              { cursors: [['accounts', 0, writer.size]] },
            ),
          );
        }
        const numbers = async (firstPosition: number, number: number, positions: number): Promise<number[]> =>
          (await log.blocks(0, { firstPosition, number }, positions)).map((block) => block.number);
        expect(await numbers(0, 0, 1)).toEqual([1, 2]);
        expect(await numbers(0, 0, 5)).toEqual([1, 2, 3]);
        expect(await numbers(1, 2, 1)).toEqual([3]);
        expect(await numbers(5, 3, 1)).toEqual([4, 5]);
        expect(await numbers(9, 5, 100)).toEqual([]);
      });

      it('tell that a partition was taken, and that it got a new incarnation', async () => {
        await log.take(0, 'worker-1');
        await log.take(0, 'worker-2');
        const incarnation = await log.renewIncarnation();
        expect((await log.blocks(0, START, 1)).map(({ epoch, worker }) => [epoch, worker])).toEqual([
          [1, 'worker-1'],
          [2, 'worker-2'],
          [2, 'worker-2'],
        ]);
        expect((await log.blocks(0, START, 1)).at(-1)).toMatchObject({ incarnation, number: 3 });
        expect((await log.blocks(3, START, 1)).map(({ worker }) => worker)).toEqual(['']);
      });
    });

    it('finds a command by its id among many, in its partition only', async () => {
      const writer = await Writer.take(log, 2);
      for (let n = 0; n < 12; n++) {
        const commands = Array.from({ length: 50 }, (_, index) =>
          writer.command(`c-${n}-${index}`, {
            number: writer.commands + index + 1,
            bodyText: canonicalText({ text: `\u0000 "id":"c-${n}-${index + 1}"` }),
          }),
        );
        await append(writer.item([{}], { commands }));
      }
      for (const [id, number] of [
        ['c-0-0', 1],
        ['c-3-49', 200],
        ['c-11-49', 600],
      ] as const) {
        expect((await log.commandById(2, id))?.number).toBe(number);
        expect(await log.commandById(1, id)).toBeUndefined();
      }
      expect(await log.commandById(2, 'c-12-0')).toBeUndefined();
      expect((await log.commands(2, 123, 3)).map(({ number }) => number)).toEqual([124, 125, 126]);
    });

    it('keeps checkpoints in order', async () => {
      expect(await log.lastCheckpoint()).toBeUndefined();
      const first = { note: 'note 1', frontier: '{}', verifierKey: 'ballast+1+A', succession: null };
      const second = { note: 'note 2', frontier: '{"a":1}', verifierKey: 'ballast+2+B', succession: 'a statement' };
      expect((await log.saveCheckpoint(0, first))?.number).toBe(1);
      expect(await log.saveCheckpoint(0, second)).toBeUndefined();
      expect(await log.saveCheckpoint(2, second)).toBeUndefined();
      const both = await Promise.all([log.saveCheckpoint(1, second), log.saveCheckpoint(1, second)]);
      expect(both.filter((each) => each !== undefined).map(({ number }) => number)).toEqual([2]);
      expect(await log.checkpoints(0, 10)).toEqual([
        { number: 1, ...first },
        { number: 2, ...second },
      ]);
      expect((await log.lastCheckpoint())?.number).toBe(2);
    });

    it('gets a new incarnation from its operator, in every partition', async () => {
      const before = (await log.heads())[0]?.incarnation;
      const incarnation = await log.renewIncarnation();
      expect(incarnation).not.toBe(before);
      expect(new Set((await log.heads()).map((head) => head.incarnation))).toEqual(new Set([incarnation]));
    });

    it('answers nothing after it was closed', async () => {
      await log.close();
      await expect(log.heads()).rejects.toThrow('log margin is closed');
    });

    it('shows every reader each event once, in order and without a hole, however writers and readers interleave', async () => {
      let round = 0;
      await fc.assert(
        fc.asyncProperty(
          fc.array(
            fc.record({ group: fc.subarray([0, 1, 2, 3], { minLength: 1 }), size: fc.integer({ min: 1, max: 4 }) }),
            {
              minLength: 1,
              maxLength: 12,
            },
          ),
          fc.integer({ min: 1, max: 7 }),
          async (groups, page) => {
            round += 1;
            const before = new Map((await log.heads()).map(({ partition, size }) => [partition, size]));
            const writers = await Promise.all(
              [0, 1, 2, 3].map((partition) => Writer.take(log, partition, `round-${round}`)),
            );
            let written = false;
            const write = async (): Promise<void> => {
              // Two groups in flight, a partition in one of them at a time.
              let last: Promise<unknown> = Promise.resolve();
              for (const { group, size } of groups) {
                const items = group.map((partition) =>
                  (writers[partition] as Writer).item(Array.from({ length: size }, () => ({ stream: `s-${round}` }))),
                );
                const [low, high] = [
                  items.filter((item) => item.partition < 2),
                  items.filter((item) => item.partition >= 2),
                ];
                await last;
                last = Promise.all([low, high].map((half) => log.append(half)));
              }
              await last;
              written = true;
            };
            const read = async (partition: number): Promise<void> => {
              let at = before.get(partition) as number;
              for (let finished = false; ;) {
                const events = await log.read(partition, at, page);
                for (const event of events) {
                  expect(event.position).toBe(at + 1);
                  at = event.position;
                }
                if (finished && events.length === 0) break;
                finished = written;
              }
              expect(at).toBe((writers[partition] as Writer).size);
            };
            await Promise.all([write(), read(0), read(1), read(2), read(3)]);
          },
        ),
        { numRuns: interleavings },
      );
    });
  });
}
