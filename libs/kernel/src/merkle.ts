import { sha256, sha256Of } from './hash.js';
import { invariant } from './invariant.js';

/*
 * Merkle trees as in RFC 6962 and RFC 9162, section 2.1, so that foreign verifiers can check ours. The prefixes keep a
 * node from passing for a leaf.
 */
const LEAF = Buffer.of(0x00);
const NODE = Buffer.of(0x01);

/** Root of the tree without leaves. */
export const EMPTY_ROOT: Buffer = sha256('');

/** Hash of a leaf: SHA-256(0x00 || data). */
export function leafHash(data: Uint8Array | string): Buffer {
  return sha256Of(LEAF, data);
}

/** Hash of an inner node: SHA-256(0x01 || left || right). */
export function nodeHash(left: Uint8Array, right: Uint8Array): Buffer {
  return sha256(Buffer.concat([NODE, left, right]));
}

/** Root over leaf hashes (see `leafHash`), in order. */
export function merkleRoot(leaves: readonly Uint8Array[]): Buffer {
  const frontier = new MerkleFrontier();
  for (const leaf of leaves) frontier.append(leaf);
  return frontier.root();
}

/**
 * The right edge of a growing tree: one root per full subtree, largest first, so at most one hash per bit of the size.
 * Enough to append leaves and to tell the root, without the leaves.
 */
export class MerkleFrontier {
  #size: number;
  readonly #subtrees: Buffer[];

  /** @param subtrees as another frontier of that size gave them */
  constructor(size = 0, subtrees: readonly Uint8Array[] = []) {
    invariant(subtrees.length === ones(size), `a tree of ${size} leaves has not ${subtrees.length} full subtrees`);
    this.#size = size;
    this.#subtrees = subtrees.map((hash) => Buffer.from(hash));
  }

  get size(): number {
    return this.#size;
  }

  get subtrees(): readonly Buffer[] {
    return this.#subtrees;
  }

  /** @param leaf the leaf's hash */
  append(leaf: Uint8Array): void {
    let hash: Buffer = Buffer.from(leaf);
    // As when one is added to a binary number: every full subtree of the same height is carried.
    for (let carry = this.#size; carry % 2 === 1; carry = (carry - 1) / 2) {
      hash = nodeHash(this.#subtrees.pop() as Buffer, hash);
    }
    this.#subtrees.push(hash);
    this.#size += 1;
  }

  root(): Buffer {
    let root = this.#subtrees.at(-1);
    if (root === undefined) return EMPTY_ROOT;
    for (let i = this.#subtrees.length - 2; i >= 0; i--) root = nodeHash(this.#subtrees[i] as Buffer, root);
    return root;
  }
}

/** Hashes that lead from leaf `index` (from 0) to the root over all leaves, lowest first. */
export function inclusionProof(leaves: readonly Uint8Array[], index: number): Buffer[] {
  invariant(Number.isInteger(index) && index >= 0 && index < leaves.length, `no leaf ${index} of ${leaves.length}`);
  const proof: Buffer[] = [];
  let from = 0;
  let to = leaves.length;
  while (to - from > 1) {
    const middle = from + largestPowerBelow(to - from);
    if (index < middle) {
      proof.unshift(rootOf(leaves, middle, to));
      to = middle;
    } else {
      proof.unshift(rootOf(leaves, from, middle));
      from = middle;
    }
  }
  return proof;
}

/** True if the proof leads from the leaf's hash at `index` to `root` of a tree of `size` leaves. RFC 9162, 2.1.3.2. */
export function verifyInclusion(
  leaf: Uint8Array,
  index: number,
  size: number,
  proof: readonly Uint8Array[],
  root: Uint8Array,
): boolean {
  if (!Number.isSafeInteger(index) || !Number.isSafeInteger(size) || index < 0 || index >= size) return false;
  let node = index;
  let last = size - 1;
  let hash: Uint8Array = leaf;
  for (const sibling of proof) {
    if (last === 0) return false;
    if (node % 2 === 1 || node === last) {
      hash = nodeHash(sibling, hash);
      while (node % 2 === 0 && node !== 0) [node, last] = [half(node), half(last)];
    } else {
      hash = nodeHash(hash, sibling);
    }
    [node, last] = [half(node), half(last)];
  }
  return last === 0 && Buffer.compare(hash, root) === 0;
}

/** Hashes which show that the tree over the first `oldSize` leaves is the beginning of the tree over all. RFC 9162, 2.1.4.1. */
export function consistencyProof(leaves: readonly Uint8Array[], oldSize: number): Buffer[] {
  invariant(
    Number.isInteger(oldSize) && oldSize >= 0 && oldSize <= leaves.length,
    `no size ${oldSize} of ${leaves.length}`,
  );
  if (oldSize === 0 || oldSize === leaves.length) return [];
  const proof: Buffer[] = [];
  let from = 0;
  let to = leaves.length;
  // The old root itself is known to the verifier, unless the old tree's end was reached from the left side.
  let isOldTree = true;
  while (oldSize !== to) {
    const middle = from + largestPowerBelow(to - from);
    if (oldSize <= middle) {
      proof.unshift(rootOf(leaves, middle, to));
      to = middle;
    } else {
      proof.unshift(rootOf(leaves, from, middle));
      from = middle;
      isOldTree = false;
    }
  }
  if (!isOldTree) proof.unshift(rootOf(leaves, from, to));
  return proof;
}

/** True if the proof shows that a tree of `newSize` leaves begins with the tree of `oldSize` leaves. RFC 9162, 2.1.4.2. */
export function verifyConsistency(
  oldSize: number,
  oldRoot: Uint8Array,
  newSize: number,
  newRoot: Uint8Array,
  proof: readonly Uint8Array[],
): boolean {
  if (!Number.isSafeInteger(oldSize) || !Number.isSafeInteger(newSize) || oldSize < 0 || oldSize > newSize)
    return false;
  if (oldSize === newSize) return proof.length === 0 && Buffer.compare(oldRoot, newRoot) === 0;
  if (oldSize === 0) return proof.length === 0 && Buffer.compare(oldRoot, EMPTY_ROOT) === 0;
  let node = oldSize - 1;
  let last = newSize - 1;
  while (node % 2 === 1) [node, last] = [half(node), half(last)];
  const [first, ...rest] = ones(oldSize) === 1 ? [oldRoot, ...proof] : proof;
  if (first === undefined || proof.length === 0) return false;
  let oldHash: Uint8Array = first;
  let newHash: Uint8Array = first;
  for (const sibling of rest) {
    if (last === 0) return false;
    if (node % 2 === 1 || node === last) {
      oldHash = nodeHash(sibling, oldHash);
      newHash = nodeHash(sibling, newHash);
      while (node % 2 === 0 && node !== 0) [node, last] = [half(node), half(last)];
    } else {
      newHash = nodeHash(newHash, sibling);
    }
    [node, last] = [half(node), half(last)];
  }
  return last === 0 && Buffer.compare(oldHash, oldRoot) === 0 && Buffer.compare(newHash, newRoot) === 0;
}

function rootOf(leaves: readonly Uint8Array[], from: number, to: number): Buffer {
  return merkleRoot(leaves.slice(from, to));
}

/** Largest power of two below `size`, for sizes from 2 on: where RFC 9162 splits a tree. */
function largestPowerBelow(size: number): number {
  let power = 1;
  while (power * 2 < size) power *= 2;
  return power;
}

/** Not by shifting, which is limited to 32 bits. */
const half = (value: number): number => Math.floor(value / 2);

function ones(size: number): number {
  let count = 0;
  for (let rest = size; rest > 0; rest = half(rest)) count += rest % 2;
  return count;
}
