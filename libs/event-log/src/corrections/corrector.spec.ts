import type { SealedEvent } from '@ballast/event-sourcing';
import type { EventLog } from '../event-log.js';
import { Writer } from '../event-log.fixtures.js';
import { verifyPartition } from '../log-integrity.js';
import { MemoryLogStore } from '../memory/memory-log.js';
import { correctionNoteText } from './correction-note.js';
import { ZERO_PRICE, adlDraft } from './correction.fixtures.js';
import { approveCorrection, copyCorrection, proposeCorrection, type CorrectionProposal } from './corrector.js';
import { correctionsOf } from './read-as.js';

const SHAPE = { name: 'liquidation', partitions: 2, global: true };
const place = { partition: 1, position: 2 };

describe('an event that holds a figure which is none', () => {
  let store: MemoryLogStore;
  let liquidation: EventLog;

  beforeEach(async () => {
    store = new MemoryLogStore();
    liquidation = await store.open(SHAPE);
    const writer = await Writer.take(liquidation, 1);
    await liquidation.append([writer.item([adlDraft('5'), adlDraft('NaN'), adlDraft('7')])]);
  });

  const propose = (rest: Partial<CorrectionProposal> = {}) =>
    proposeCorrection(liquidation, {
      ...place,
      actor: 'ann',
      reason: 'a worthless option',
      figures: ZERO_PRICE,
      ...rest,
    });
  const approve = (actor = 'ben') => approveCorrection(liquidation, { ...place, actor });
  const faults = async () => (await verifyPartition(liquidation, 1)).faults.map(({ what }) => what);

  it('is corrected by two persons, who name every figure of it and no other [CLR-LOG-081]', async () => {
    await expect(approve()).rejects.toThrow('nobody proposed a correction; propose one first');
    await expect(propose({ figures: {} })).rejects.toThrow('a figure for payload.bankruptcyPrice is missing');
    await expect(propose({ figures: { 'payload.bankruptcyPrice': '1e3' } })).rejects.toThrow('no exponent');
    await expect(propose({ figures: { 'payload.bankruptcyPrice': 'NaN' } })).rejects.toThrow('plain notation');
    await expect(propose({ figures: { ...ZERO_PRICE, 'payload.quantity': '1' } })).rejects.toThrow(
      'payload.quantity holds no such figure; give one for payload.bankruptcyPrice',
    );
    await expect(propose({ position: 1 })).rejects.toThrow('every figure of AdlRequested is one');
    await expect(propose({ position: 4 })).rejects.toThrow('there is no such event');
    await expect(propose({ actor: ' ' })).rejects.toThrow('nobody is named');
    await propose();
    await expect(approve('Ann ')).rejects.toThrow('ann proposed the correction; another person approves it');
    await propose({ figures: { 'payload.bankruptcyPrice': '1' } });
    await approve();
    await expect(propose()).rejects.toThrow('payload.bankruptcyPrice is read as 1, as ann and ben have said');
    await expect(approve('cleo')).rejects.toThrow('have said: a worthless option already');
  });

  it('lets its writer go on behind the correction, and the correction be copied to another log [CLR-LOG-081]', async () => {
    await propose();
    await approve();
    const writer = await Writer.take(liquidation, 1);
    writer.versions.set('liquidation-carol.main#1', 3);
    expect(await liquidation.append([writer.item([adlDraft('8')])])).toEqual([{ status: 'appended' }]);
    const copy = await store.open({ name: 'accounts', partitions: 2, global: true });
    const [, event] = await liquidation.read(1, 0, 10);
    for (let times = 0; times < 2; times++) await copyCorrection(copy, event as SealedEvent);
    expect((await correctionsOf(copy, 1)).approved.get(2)).toMatchObject({ figures: ZERO_PRICE, approvedBy: 'ben' });
    expect((await verifyPartition(liquidation, 1)).faults).toEqual([]);
  });

  it('is a fault to verify where the notes are not what two persons did, or of another event [CLR-LOG-082]', async () => {
    const hash = (await liquidation.hashes(1, 1, 1)).toString('hex');
    const content = { position: 2, hash, figures: ZERO_PRICE, reason: 'why' };
    const note = (act: 'event-correction-proposed' | 'event-corrected', actor: string, changes: object = {}) =>
      liquidation.addNote(1, () => correctionNoteText({ act, actor, ...content, ...changes }));
    await note('event-corrected', 'ben');
    expect(await faults()).toEqual(['a correction of position 2 was approved that nobody proposed']);

    liquidation = await store.open({ ...SHAPE, name: 'margin' });
    const writer = await Writer.take(liquidation, 1);
    await liquidation.append([writer.item([adlDraft('5')])]);
    await note('event-correction-proposed', 'ann', { position: 1 });
    await note('event-corrected', 'ben', { position: 1 });
    expect(await faults()).toEqual(['it was corrected, and every figure of it is one']);
  });

  it.each([
    ['a hash of another event', { hash: '0'.repeat(64) }, 'it was corrected as another event than it is'],
    ['no figure for the field', { figures: {} }, 'its correction has not one figure for each that it lacks'],
  ])('is a fault to verify when its correction has %s [CLR-LOG-082]', async (_, changes, what) => {
    const hash = (await liquidation.hashes(1, 1, 1)).toString('hex');
    const content = { position: 2, hash, figures: ZERO_PRICE, reason: 'why', ...changes };
    await liquidation.addNote(1, () =>
      correctionNoteText({ act: 'event-correction-proposed', actor: 'ann', ...content }),
    );
    await approve();
    expect(await faults()).toEqual([what]);
  });

  it.each([
    ['the person who proposed it', { actor: 'Ann' }, 'Ann proposed and approved the correction of position 2'],
    ['other figures', { figures: { 'payload.bankruptcyPrice': '9' } }, 'is not the one that was proposed'],
  ])('is not read as a note says that was forged with %s [CLR-LOG-081]', async (_, changes, what) => {
    const proposal = await propose();
    await liquidation.addNote(1, () =>
      correctionNoteText({ ...proposal, act: 'event-corrected', actor: 'ben', ...changes }),
    );
    await expect(liquidation.read(1, 0, 10)).rejects.toThrow(what);
    expect(await faults()).toEqual([expect.stringContaining(what)]);
  });
});
