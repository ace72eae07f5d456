/**
 * The sweep in WebAssembly SIMD: for every account the P&L of each scenario, sum over its positions of quantity x value.
 * Same operations in the same order per scenario as `src/sweep/sweep-reference.ts`, hence the same bits; two scenarios to a
 * register, 12 to a block. Layout of the memory: `src/sweep/sweep-layout.ts`. No fused multiply-add, nothing relaxed.
 */

/** Bytes of a block: 12 columns of float64, six registers. */
const BLOCK: usize = 96;
/** Bytes of an account's sums of one block: the 12 columns, then the least of the six registers, lane by lane. */
const SUMS: usize = 112;
/** Accounts whose sums are kept at a time: 28 KiB a block, so that they stay in the cache until the worst is looked for. */
const RUN: i32 = 256;

/** All bits but the sign of the upper lane: turns (q, q) into (q, |q|). */
const SIGN_OF_UPPER = i64x2(-1, 0x7fff_ffff_ffff_ffff);

/** Type argument of `sumBlock` for the block whose last column is the reach, summed over |quantity|. Not a value. */
class WithReach {}
class WithoutReach {}

/**
 * Sums one block of 12 columns for the accounts [from, to). One instance per kind of block, so that the loop, which decides
 * the speed of all of it, holds no question.
 */
function sumBlock<Kind>(
  offsets: usize,
  rows: usize,
  quantities: usize,
  values: usize,
  sums: usize,
  from: i32,
  to: i32,
): void {
  let offset = offsets + ((<usize>from) << 2);
  const offsetEnd = offsets + ((<usize>to) << 2);
  let row = rows + ((<usize>load<u32>(offset)) << 2);
  let quantity = quantities + ((<usize>load<u32>(offset)) << 3);
  for (; offset < offsetEnd; offset += 4) {
    const end = quantities + ((<usize>load<u32>(offset, 4)) << 3);
    let a = f64x2.splat(0);
    let b = a;
    let c = a;
    let d = a;
    let e = a;
    let f = a;
    while (quantity < end) {
      const value = values + <usize>load<u32>(row);
      const q = v128.load_splat<f64>(quantity);
      a = f64x2.add(a, f64x2.mul(q, v128.load(value)));
      b = f64x2.add(b, f64x2.mul(q, v128.load(value, 16)));
      c = f64x2.add(c, f64x2.mul(q, v128.load(value, 32)));
      d = f64x2.add(d, f64x2.mul(q, v128.load(value, 48)));
      e = f64x2.add(e, f64x2.mul(q, v128.load(value, 64)));
      if (idof<Kind>() == idof<WithReach>()) {
        f = f64x2.add(f, f64x2.mul(v128.and(q, SIGN_OF_UPPER), v128.load(value, 80)));
      } else {
        f = f64x2.add(f, f64x2.mul(q, v128.load(value, 80)));
      }
      quantity += 8;
      row += 4;
    }
    v128.store(sums, a);
    v128.store(sums, b, 16);
    v128.store(sums, c, 32);
    v128.store(sums, d, 48);
    v128.store(sums, e, 64);
    v128.store(sums, f, 80);
    v128.store(sums, f64x2.pmin(f64x2.pmin(f64x2.pmin(a, b), f64x2.pmin(c, d)), f64x2.pmin(e, f)), 96);
    sums += SUMS;
  }
}

/** Four columns: two times 16 bits each, set where the sum is the wanted one. */
function equalColumns(sums: usize, wanted: v128): v128 {
  return i16x8.narrow_i32x4_s(f64x2.eq(v128.load(sums), wanted), f64x2.eq(v128.load(sums, 16), wanted));
}

/**
 * Sweeps the accounts [from, to).
 *
 * @param offsets    u32 per account and one more: first position of each account
 * @param rows       u32 per position: byte offset of its instrument's row within a block
 * @param quantities f64 per position
 * @param values     blocks of 12 columns, each block with one row of 96 bytes per instrument
 * @param blockBytes size of a block: 96 x instruments
 * @param blocks     number of blocks, at least 1
 * @param sums       scratch of this thread: blocks x 256 x 112 bytes
 * @param worst      out, f64 per account: least P&L of any scenario
 * @param scenarios  out, i32 per account: the lowest scenario that has it
 * @param magnitudes out, f64 per account: sum of |quantity| x reach
 */
export function sweep(
  offsets: usize,
  rows: usize,
  quantities: usize,
  values: usize,
  blockBytes: usize,
  blocks: i32,
  sums: usize,
  worst: usize,
  scenarios: usize,
  magnitudes: usize,
  from: i32,
  to: i32,
): void {
  const sumsOfBlock = <usize>RUN * SUMS;
  const last = sums + <usize>(blocks - 1) * sumsOfBlock;
  for (let first = from; first < to; first += RUN) {
    const end = min(first + RUN, to);
    let blockValues = values;
    for (let out = sums; out < last; out += sumsOfBlock) {
      sumBlock<WithoutReach>(offsets, rows, quantities, blockValues, out, first, end);
      blockValues += blockBytes;
    }
    sumBlock<WithReach>(offsets, rows, quantities, blockValues, last, first, end);

    let lastSums = last;
    for (let account = first; account < end; account++) {
      let least = v128.load(lastSums, 96);
      for (let b = blocks - 1, at = lastSums; b > 0; b--) {
        at -= sumsOfBlock;
        least = f64x2.pmin(v128.load(at, 96), least);
      }
      // The lesser of the two lanes in both of them.
      least = f64x2.pmin(v128.shuffle<f64>(least, least, 1, 0), least);

      // Back to the first block that has it, then the first column in there.
      let block = blocks - 1;
      let found = lastSums;
      for (let b = blocks - 2, at = lastSums; b >= 0; b--) {
        at -= sumsOfBlock;
        const has = i64x2.bitmask(f64x2.eq(v128.load(at, 96), least));
        block = select(b, block, has);
        found = select(at, found, has);
      }
      const lower = i8x16.narrow_i16x8_s(equalColumns(found, least), equalColumns(found + 32, least));
      const upper = equalColumns(found + 64, least);
      const columns = i8x16.bitmask(lower) | (i8x16.bitmask(i8x16.narrow_i16x8_s(upper, upper)) << 16);
      const magnitude = load<f64>(lastSums, 88);
      store<f64>(worst + ((<usize>account) << 3), f64x2.extract_lane(least, 0));
      store<i32>(scenarios + ((<usize>account) << 2), block * 12 + (ctz(columns) >> 1));
      store<f64>(magnitudes + ((<usize>account) << 3), magnitude);
      // Where the magnitude overflowed, the sums may be infinite or no numbers: one answer for all of these.
      if (magnitude == Infinity) {
        store<f64>(worst + ((<usize>account) << 3), -Infinity);
        store<i32>(scenarios + ((<usize>account) << 2), 0);
      }
      lastSums += SUMS;
    }
  }
}
