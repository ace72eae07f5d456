import fc from 'fast-check';
import { sha256, sha256Of } from './hash.js';
import {
  EMPTY_ROOT,
  MerkleFrontier,
  consistencyProof,
  inclusionProof,
  leafHash,
  merkleRoot,
  nodeHash,
  verifyConsistency,
  verifyInclusion,
} from './merkle.js';

const LARGEST = 70;
const leaves = Array.from({ length: LARGEST }, (_, index) => leafHash(`event ${index}`));
const roots = Array.from({ length: LARGEST + 1 }, (_, size) => merkleRoot(leaves.slice(0, size)));
const rootAt = (size: number): Buffer => roots[size] as Buffer;
const flipped = (hash: Uint8Array, byte: number): Buffer => {
  const copy = Buffer.from(hash);
  copy[byte] = (copy[byte] as number) ^ 1;
  return copy;
};

describe('the worked examples of tamper evidence', () => {
  it('the root of no leaves is the hash of nothing (W93) [CLR-LOG-021]', () => {
    expect(merkleRoot([]).toString('hex')).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
    expect(EMPTY_ROOT).toEqual(merkleRoot([]));
  });

  it.each([
    { data: 'a', begins: '022a6979' },
    { data: 'b', begins: '57eb3561' },
    { data: 'c', begins: '597fcb31' },
  ])('leaf $data hashes to $begins... (W94)', ({ data, begins }) => {
    expect(leafHash(data).toString('hex').slice(0, 8)).toBe(begins);
  });

  it('leaves a, b and c have the root 36642e73... (W94) [CLR-LOG-021]', () => {
    expect(merkleRoot(['a', 'b', 'c'].map(leafHash)).toString('hex')).toBe(
      '36642e73c2540ab121e3a6bf9545b0a24982cd830eb13d3cd19de3ce6c021ec1',
    );
  });

  it('the chain over two events goes from 32 zero bytes by 7d74f323... to 68a927b1... (W95) [CLR-LOG-020]', () => {
    const first = sha256Of(Buffer.alloc(32), sha256('{"seq":1}'));
    const second = sha256Of(first, sha256('{"seq":2}'));
    expect([first, second].map((hash) => hash.toString('hex').replace(/^(.{8}).*(.{4})$/, '$1...$2'))).toEqual([
      '7d74f323...94f4',
      '68a927b1...3fb1',
    ]);
  });
});

describe('a tree grown leaf by leaf', () => {
  it('has the root that RFC 9162 defines by splitting at the largest power of two', () => {
    const split = (part: readonly Buffer[]): Buffer => {
      if (part.length === 0) return EMPTY_ROOT;
      if (part.length === 1) return part[0] as Buffer;
      let power = 1;
      while (power * 2 < part.length) power *= 2;
      return nodeHash(split(part.slice(0, power)), split(part.slice(power)));
    };
    for (let size = 0; size <= LARGEST; size++) expect(rootAt(size)).toEqual(split(leaves.slice(0, size)));
  });

  it('goes on from its right edge alone', () => {
    const frontier = new MerkleFrontier();
    for (const leaf of leaves.slice(0, 43)) frontier.append(leaf);
    const resumed = new MerkleFrontier(frontier.size, frontier.subtrees);
    for (const leaf of leaves.slice(43)) resumed.append(leaf);
    expect(resumed.root()).toEqual(rootAt(LARGEST));
  });

  it('refuses an edge that no tree of that size has', () => {
    expect(() => new MerkleFrontier(6, leaves.slice(0, 3))).toThrow('a tree of 6 leaves has not 3 full subtrees');
  });
});

describe('an inclusion proof', () => {
  it('leads from every leaf of every tree to its root, and to no other place', () => {
    for (let size = 1; size <= LARGEST; size++) {
      for (let index = 0; index < size; index++) {
        const leaf = leaves[index] as Buffer;
        const proof = inclusionProof(leaves.slice(0, size), index);
        if (!verifyInclusion(leaf, index, size, proof, rootAt(size))) throw new Error(`${index} of ${size} fails`);
        expect(verifyInclusion(leaf, (index + 1) % size, size, proof, rootAt(size))).toBe(size === 1);
      }
    }
  });

  it('fails when one byte of leaf, proof or root is changed, or a hash is missing or too many', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: LARGEST }),
        fc.nat(),
        fc.nat(),
        fc.nat(31),
        (size, indexSeed, stepSeed, byte) => {
          const index = indexSeed % size;
          const leaf = leaves[index] as Buffer;
          const root = rootAt(size);
          const proof = inclusionProof(leaves.slice(0, size), index);
          const bad = proof.map((hash, step) => (step === stepSeed % proof.length ? flipped(hash, byte) : hash));
          expect(verifyInclusion(leaf, index, size, bad, root)).toBe(false);
          expect(verifyInclusion(flipped(leaf, byte), index, size, proof, root)).toBe(false);
          expect(verifyInclusion(leaf, index, size, proof, flipped(root, byte))).toBe(false);
          expect(verifyInclusion(leaf, index, size, proof.slice(1), root)).toBe(false);
          expect(verifyInclusion(leaf, index, size, [...proof, leaf], root)).toBe(false);
          expect(verifyInclusion(leaf, size, size, proof, root)).toBe(false);
        },
      ),
    );
  });
});

describe('a consistency proof', () => {
  it('shows for every pair of sizes that the older tree is the beginning of the newer one', () => {
    for (let size = 0; size <= LARGEST; size++) {
      for (let oldSize = 0; oldSize <= size; oldSize++) {
        const proof = consistencyProof(leaves.slice(0, size), oldSize);
        if (!verifyConsistency(oldSize, rootAt(oldSize), size, rootAt(size), proof)) {
          throw new Error(`${oldSize} to ${size} fails`);
        }
      }
    }
  });

  it('fails when one byte of the proof or of a root is changed, or a hash is missing or too many', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: LARGEST }),
        fc.nat(),
        fc.nat(),
        fc.nat(31),
        (size, oldSeed, stepSeed, byte) => {
          const oldSize = 1 + (oldSeed % (size - 1));
          const [oldRoot, root] = [rootAt(oldSize), rootAt(size)];
          const proof = consistencyProof(leaves.slice(0, size), oldSize);
          const bad = proof.map((hash, step) => (step === stepSeed % proof.length ? flipped(hash, byte) : hash));
          expect(verifyConsistency(oldSize, oldRoot, size, root, bad)).toBe(false);
          expect(verifyConsistency(oldSize, flipped(oldRoot, byte), size, root, proof)).toBe(false);
          expect(verifyConsistency(oldSize, oldRoot, size, flipped(root, byte), proof)).toBe(false);
          expect(verifyConsistency(oldSize, oldRoot, size, root, proof.slice(1))).toBe(false);
          expect(verifyConsistency(oldSize, oldRoot, size, root, [...proof, root])).toBe(false);
        },
      ),
    );
  });

  it('does not exist for a history whose beginning was rewritten', () => {
    const rewritten = leaves.map((leaf, index) => (index === 7 ? leafHash('another event') : leaf));
    const proof = consistencyProof(rewritten, 20);
    expect(verifyConsistency(20, rootAt(20), LARGEST, merkleRoot(rewritten), proof)).toBe(false);
  });
});
