import { createHash, hash } from 'node:crypto';

/** SHA-256 of bytes or of a UTF-8 text. */
export function sha256(data: Uint8Array | string): Buffer {
  return hash('sha256', data, 'buffer');
}

/** SHA-256 over the concatenation of several parts. */
export function sha256Of(...parts: readonly (Uint8Array | string)[]): Buffer {
  const sum = createHash('sha256');
  for (const part of parts) sum.update(part);
  return sum.digest();
}

/** SHA-256 over the concatenation of two hashes: the step of every chain and tree. One call is half of `sha256Of`. */
export function sha256OfPair(left: Uint8Array, right: Uint8Array): Buffer {
  return hash('sha256', Buffer.concat([left, right]), 'buffer');
}

/** Namespace of all ids that Ballast derives (a random version 4 UUID, fixed for ever). */
const NAMESPACE = Buffer.from('5d1f0c1e6a4b4b0f9c53b6a1d2e47f10', 'hex');

/** Name-based UUID, version 5 (RFC 9562): the same name makes the same id, on every machine and every retry. */
export function uuidV5(name: string): string {
  const digest = hash('sha1', Buffer.concat([NAMESPACE, Buffer.from(name)]), 'buffer');
  digest[6] = ((digest[6] as number) & 0x0f) | 0x50;
  digest[8] = ((digest[8] as number) & 0x3f) | 0x80;
  const hex = digest.toString('hex', 0, 16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
