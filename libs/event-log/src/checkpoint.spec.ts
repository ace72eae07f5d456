import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { leafHash, sha256, verifyInclusion } from '@ballast/kernel';
import { verifyConsistency } from '@ballast/kernel/testing';
import { GLOBAL } from '@ballast/event-sourcing';
import {
  CheckpointKey,
  CheckpointRejected,
  SigningKeyRefused,
  verifyCheckpoint,
  verifySuccession,
  type Checkpoint,
} from './checkpoint.js';
import { CheckpointWriter } from './checkpoint-writer.js';
import type { EventLog } from './event-log.js';
import { Writer } from './event-log.fixtures.js';
import { logDigest } from './log-digest.js';
import { verifyLog } from './log-integrity.fixtures.js';
import { proveEvent, proveGrowth } from './log-proofs.fixtures.js';
import { MemoryLogStore } from './memory/memory-log.js';

describe('the digest of a log [CLR-LOG-023]', () => {
  it('is SHA-256 over partition (int32), size (uint64) and chain head, the global partition first', () => {
    const bytes = `ffffffff${'0000000000000002'}${'aa'.repeat(32)}` + `00000000${'0000000100000000'}${'bb'.repeat(32)}`;
    const heads = [
      { partition: 0, size: 2 ** 32, head: Buffer.alloc(32, 0xbb) },
      { partition: GLOBAL, size: 2, head: Buffer.alloc(32, 0xaa) },
    ];
    expect(logDigest(heads)).toEqual(sha256(Buffer.from(bytes, 'hex')));
  });
});

describe('a signed checkpoint [CLR-LOG-022]', () => {
  let log: EventLog;
  let writer: Writer;
  const key = CheckpointKey.generate('ballast/test');

  beforeEach(async () => {
    log = await new MemoryLogStore().open({ name: 'margin', partitions: 2, global: true });
    writer = await Writer.take(log, 1);
    await log.append([writer.item(Array.from({ length: 5 }, () => ({})))]);
  });

  const kept = (checkpoint: Checkpoint, frontier: string) => ({
    note: key.sign(checkpoint),
    frontier,
    verifierKey: key.verifierKey,
    succession: null,
  });
  const written = async (by = key): Promise<{ note: string; checkpoint: Checkpoint }> => {
    const note = (await (await CheckpointWriter.resume(log, by)).write())?.note ?? '';
    return { note, checkpoint: verifyCheckpoint(note, by.verifierKey) };
  };

  it('says where every partition stood, and whoever has the public key can read it', async () => {
    const { checkpoint } = await written();
    expect(checkpoint.log).toBe('margin');
    expect(checkpoint.partitions.map(({ partition, size }) => [partition, size])).toEqual([
      [GLOBAL, 0],
      [0, 0],
      [1, 5],
    ]);
    expect(checkpoint.partitions[2]?.head).toEqual(writer.chain);
  });

  it('is void when one character of it is changed', async () => {
    const { note } = await written();
    for (let at = 0; at < note.length; at += 7) {
      const changed = note.slice(0, at) + (note[at] === 'A' ? 'B' : 'A') + note.slice(at + 1);
      expect(() => verifyCheckpoint(changed, key.verifierKey)).toThrow();
    }
  });

  it('is void under another key, also one of the same name', async () => {
    const { note } = await written();
    expect(() => verifyCheckpoint(note, CheckpointKey.generate('ballast/test').verifierKey)).toThrow(
      'ballast/test did not sign this checkpoint',
    );
    expect(() => verifyCheckpoint('ballast', key.verifierKey)).toThrow('not a signed note');
    expect(() => verifyCheckpoint(note, 'ballast/test+00000000+AAAA')).toThrow('not a verifier key');
  });

  it('may carry the signatures of witnesses beside its own', async () => {
    const { note, checkpoint } = await written();
    const witness = CheckpointKey.generate('witness.example/w1');
    const witnessed = note + witness.sign(checkpoint).split('\n\n')[1];
    for (const { verifierKey } of [key, witness]) expect(verifyCheckpoint(witnessed, verifierKey)).toEqual(checkpoint);
  });

  it('is signed by another key only when the one before hands over, in a statement that anybody can check [CLR-LOG-039]', async () => {
    await written();
    const next = CheckpointKey.generate('ballast/test');
    await expect(CheckpointWriter.resume(log, next)).rejects.toThrow(
      `was signed by ${key.verifierKey}, not by ${next.verifierKey}: sign with that key, or name it as --previous-key`,
    );
    const stored = await (await CheckpointWriter.resume(log, next, key)).write();
    expect(verifyCheckpoint(stored?.note ?? '', next.verifierKey).log).toBe('margin');
    expect(verifySuccession(stored?.succession ?? '', key.verifierKey)).toBe(next.verifierKey);
    expect(() => verifySuccession(stored?.succession ?? '', next.verifierKey)).toThrow('did not sign the statement');
    expect(() => verifySuccession(stored?.note ?? '', next.verifierKey)).toThrow('names no successor');
    expect(await (await CheckpointWriter.resume(log, next)).write()).toBeUndefined();
  });

  it('names the house: the same log of two houses has another first line', async () => {
    const { note } = await written();
    expect(note.split('\n')[1]).toBe('ballast/test/margin');
  });

  it('has a root to which every event of the partition can be proved', async () => {
    const { checkpoint } = await written();
    const { size, root } = checkpoint.partitions[2] as Checkpoint['partitions'][number];
    for (let position = 1; position <= size; position++) {
      const { eventHash, leafIndex, path } = await proveEvent(log, 1, position, size);
      expect(eventHash).toEqual((await log.read(1, position - 1, 1))[0]?.hash);
      expect(verifyInclusion(leafHash(eventHash), leafIndex, size, path, root)).toBe(true);
    }
  });

  it('can be proved to be the beginning of the next one', async () => {
    const first = (await written()).checkpoint.partitions[2] as Checkpoint['partitions'][number];
    await log.append([writer.item([{}, {}])]);
    const second = (await written()).checkpoint.partitions[2] as Checkpoint['partitions'][number];
    const proof = await proveGrowth(log, 1, first.size, second.size);
    expect(verifyConsistency(first.size, first.root, second.size, second.root, proof)).toBe(true);
  });

  it('is written again only when something was appended, also after a restart', async () => {
    await written();
    const restarted = await CheckpointWriter.resume(log, key);
    expect(await restarted.write()).toBeUndefined();
    await log.append([writer.item([{}])]);
    expect((await restarted.write())?.number).toBe(2);
  });

  it('of several that sign at once continues the one before, whoever comes first', async () => {
    await written();
    const [slow, fast] = [await CheckpointWriter.resume(log, key), await CheckpointWriter.resume(log, key)];
    await log.append([writer.item([{}])]);
    expect((await fast.write())?.number).toBe(2);
    await expect(slow.write()).rejects.toThrow('another process signed a checkpoint of margin meanwhile');
    await log.append([writer.item([{}])]);
    const signed = await Promise.all([1, 2, 3].map(() => CheckpointWriter.sign(log, key)));
    expect(signed.map((each) => each?.number)).toEqual([3, 3, 3]);
    const sizes = (await log.checkpoints(0, 10)).map(
      ({ note }) => verifyCheckpoint(note, key.verifierKey).partitions[2]?.size,
    );
    expect(sizes).toEqual([5, 6, 7]);
    expect((await verifyLog(log, key.verifierKey)).every(({ faults }) => faults.length === 0)).toBe(true);
  });

  it('does not depend on the stored edge of the tree: a damaged one is grown anew', async () => {
    const { checkpoint } = await written();
    await log.saveCheckpoint(1, kept(checkpoint, '{"1":{"size":5,"subtrees":["00","11"]}}'));
    await log.append([writer.item([{}])]);
    await written();
    expect((await verifyLog(log, key.verifierKey)).every(({ faults }) => faults.length === 0)).toBe(true);
  });

  it('is not written over a log that contradicts the last one', async () => {
    const other = await new MemoryLogStore().open({ name: 'margin', partitions: 2, global: true });
    const { checkpoint } = await written();
    await other.saveCheckpoint(0, kept(checkpoint, '{}'));
    await expect(CheckpointWriter.resume(other, key)).rejects.toThrow(
      'margin/1 does not continue its last checkpoint at position 5',
    );
  });

  it.each([0, 1])(
    'is not written over other answers of partition %i, though its events are the same',
    async (partition) => {
      const answered = async (to: EventLog, resultText: string | null): Promise<void> => {
        const by = await Writer.take(to, partition);
        // The blocks of these are not those of the last event.
        for (const id of ['c-1', 'c-2']) await to.append([by.item([], { commands: [by.command(id, { resultText })] })]);
      };
      await answered(log, null);
      const { checkpoint } = await written();
      expect(await (await CheckpointWriter.resume(log, key)).write()).toBeUndefined();
      const other = await new MemoryLogStore().open({ name: 'margin', partitions: 2, global: true });
      const same = await Writer.take(other, 1);
      await other.append([same.item(Array.from({ length: 5 }, () => ({})))]);
      await answered(other, '{"outcome":"accepted"}');
      await other.saveCheckpoint(0, kept(checkpoint, '{}'));
      await expect(CheckpointWriter.resume(other, key)).rejects.toThrow(CheckpointRejected);
      await expect(CheckpointWriter.resume(other, key)).rejects.toThrow(
        /does not continue its last checkpoint at block \d/,
      );
    },
  );

  it('finds a history that was replaced as a whole, which the chain alone can’t', async () => {
    const { checkpoint } = await written();
    const forged = await new MemoryLogStore().open({ name: 'margin', partitions: 2, global: true });
    const forger = await Writer.take(forged, 1);
    await forged.append([forger.item(Array.from({ length: 5 }, () => ({ payload: { amount: '0.00' } })))]);
    expect((await verifyLog(forged)).map(({ faults }) => faults)).toEqual([[], [], []]);
    await forged.saveCheckpoint(0, kept(checkpoint, '{}'));
    expect((await verifyLog(forged, key.verifierKey))[2]?.faults[0]).toMatchObject({
      position: 5,
      what: 'the events up to here are not those of a signed checkpoint',
    });
  });

  it('finds that the end of a log was cut off', async () => {
    const { checkpoint } = await written();
    const cut = await new MemoryLogStore().open({ name: 'margin', partitions: 2, global: true });
    await cut.saveCheckpoint(0, kept(checkpoint, '{}'));
    expect((await verifyLog(cut, key.verifierKey))[2]?.faults[0]).toMatchObject({
      what: 'a signed checkpoint knows 5 events',
    });
  });
});

describe('a signing key', () => {
  let directory: string;
  beforeEach(async () => (directory = await fs.mkdtemp(path.join(os.tmpdir(), 'ballast-key-'))));
  afterEach(() => fs.rm(directory, { recursive: true }));

  it('is made once, readable by its owner only, and loaded again', async () => {
    const file = path.join(directory, 'checkpoint.pem');
    const made = await CheckpointKey.load(file, 'ballast/test');
    expect((await fs.stat(file)).mode & 0o777).toBe(0o600);
    expect((await CheckpointKey.load(file, 'ballast/test')).verifierKey).toBe(made.verifierKey);
  });

  it('that others may read is refused', async () => {
    const file = path.join(directory, 'checkpoint.pem');
    await CheckpointKey.load(file, 'ballast/test');
    await fs.chmod(file, 0o644);
    await expect(CheckpointKey.load(file, 'ballast/test')).rejects.toThrow('has mode 644: others could sign');
  });

  it('that is no key, or cannot be made, is refused in a sentence', async () => {
    const file = path.join(directory, 'checkpoint.pem');
    await fs.writeFile(file, 'a letter', { mode: 0o600 });
    await expect(CheckpointKey.load(file, 'ballast/test')).rejects.toThrow(/holds no Ed25519 private key/);
    const nowhere = path.join(file, 'inside-a-file.pem');
    await expect(CheckpointKey.load(nowhere, 'ballast/test')).rejects.toThrow(SigningKeyRefused);
  });
});
