/** Castagnoli's polynomial, bits reversed. */
const POLYNOMIAL = 0x82f63b78;
const BYTES_AT_ONCE = 8;

/** Table n holds what a byte means that is followed by n others of the eight that are taken at once. */
const TABLES: readonly Int32Array[] = (() => {
  const tables = [Int32Array.from({ length: 256 }, (_, byte) => remainder(byte))];
  for (let n = 1; n < BYTES_AT_ONCE; n++) {
    const [first, before] = [tables[0] as Int32Array, tables[n - 1] as Int32Array];
    tables.push(before.map((value) => (first[value & 0xff] as number) ^ (value >>> 8)));
  }
  return tables;
})();

function remainder(byte: number): number {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ POLYNOMIAL : value >>> 1;
  return value;
}

const [T0, T1, T2, T3, T4, T5, T6, T7] = TABLES as unknown as readonly [
  ...[Int32Array, Int32Array, Int32Array, Int32Array],
  ...[Int32Array, Int32Array, Int32Array, Int32Array],
];

/**
 * CRC-32C of a part of a buffer, by which Kafka checks a record batch. Eight bytes at once: a byte at a time takes four times as long.
 * @see https://www.rfc-editor.org/rfc/rfc3720#appendix-B.4
 */
export function crc32c(bytes: Uint8Array, start: number, end: number): number {
  let crc = -1;
  let at = start;
  for (const last = end - BYTES_AT_ONCE; at <= last; at += BYTES_AT_ONCE) {
    crc ^= bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
    crc =
      T7[crc & 0xff]! ^
      T6[(crc >>> 8) & 0xff]! ^
      T5[(crc >>> 16) & 0xff]! ^
      T4[crc >>> 24]! ^
      T3[bytes[at + 4]!]! ^
      T2[bytes[at + 5]!]! ^
      T1[bytes[at + 6]!]! ^
      T0[bytes[at + 7]!]!;
  }
  for (; at < end; at++) crc = T0[(crc ^ bytes[at]!) & 0xff]! ^ (crc >>> 8);
  return ~crc >>> 0;
}
