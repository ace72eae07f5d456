import { createHash, hash } from 'node:crypto';
import { invariant } from './invariant.js';

/**
 * SHA-256 of bytes or of a UTF-8 text. By way of a text, because then the 32 bytes come from Node's pool: a buffer of its own for every
 * hash costs more in garbage collection than hashing.
 */
export function sha256(data: Uint8Array | string): Buffer {
  return Buffer.from(sha256Hex(data), 'hex');
}

/** SHA-256 of bytes or of a UTF-8 text, as 64 hex digits. */
export const sha256Hex = (data: Uint8Array | string): string => hash('sha256', data, 'hex');

/** SHA-256 over the concatenation of several parts. */
export function sha256Of(...parts: readonly (Uint8Array | string)[]): Buffer {
  const sum = createHash('sha256');
  for (const part of parts) sum.update(part);
  return sum.digest();
}

/** Two hashes side by side, used again and again. */
const PAIR = Buffer.allocUnsafeSlow(64);

/** SHA-256 over the concatenation of two hashes of 32 bytes: the step of every chain and tree. */
export function sha256OfPair(left: Uint8Array, right: Uint8Array): Buffer {
  invariant(left.length === 32 && right.length === 32, 'a chain is made of hashes of 32 bytes');
  PAIR.set(left, 0);
  PAIR.set(right, 32);
  return sha256(PAIR);
}

/** Namespace of all ids that Ballast derives (a random version 4 UUID, fixed for ever). */
const NAMESPACE = Buffer.from('5d1f0c1e6a4b4b0f9c53b6a1d2e47f10', 'hex');

/** The namespace and a name behind it, used again and again; longer names get a buffer of their own. */
const NAMED = Buffer.allocUnsafeSlow(1_024);
NAMED.set(NAMESPACE);

function named(name: string): Buffer {
  // A character of UTF-16 takes three bytes at most.
  if (NAMESPACE.length + 3 * name.length > NAMED.length) return Buffer.concat([NAMESPACE, Buffer.from(name)]);
  return NAMED.subarray(0, NAMESPACE.length + NAMED.write(name, NAMESPACE.length));
}

/** Name-based UUID, version 5 (RFC 9562): the same name makes the same id, on every machine and every retry. */
export function uuidV5(name: string): string {
  const hex = hash('sha1', named(name), 'hex');
  const variant = ((Number.parseInt(hex[16] as string, 16) & 0x3) | 0x8).toString(16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-5${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
