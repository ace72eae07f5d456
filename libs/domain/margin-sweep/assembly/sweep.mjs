// The sweep in WebAssembly SIMD, as a module builder: for every account the P&L of each scenario, sum over its positions of quantity x value.
// Same operations in the same order per scenario as src/sweep/sweep-reference.ts, hence the same bits; two columns to a register. Layout of
// the memory: src/sweep/sweep-layout.ts. No fused multiply-add, nothing relaxed.
//
// Every account is passed over once per group of up to nine registers, which hold the sums of as many pairs of columns: nine sums, two
// quantities and two values at a time are what fits into the sixteen registers of x64. It is built, not compiled, because V8 orders the loads of
// a loop by the numbers of its locals: with the sums numbered in the order of the loads nothing is spilled, and an optimiser numbers them
// otherwise.
import binaryen from 'assemblyscript/binaryen';

/** Registers of the widest pass, and of the narrowest row. */
const WIDEST = 9;
const NARROWEST = 4;
/** Bytes of a register, of a line of the cache, of a quantity, of an address. */
const REGISTER = 16;
const LINE = 64;
const QUANTITY = 8;
const ADDRESS = 4;

const PARAMETERS = ['offsets', 'rows', 'quantities', 'registers', 'worst', 'magnitudes', 'from', 'to'];
/** What the function of one width is given besides: how many passes are that wide, the others are one register less. */
const ACCOUNTS_PARAMETERS = [...PARAMETERS, 'wide'];
/** Of the two positions that are added at a time, and the rows of the two after them. */
const QUANTITIES = ['q0', 'q1'];
const ROWS = ['row0', 'row1'];
const NEXT_ROWS = ['nextRow0', 'nextRow1'];
const ENDS = ['offsetEnd', 'rowEnd', 'wideEnd', 'end'];
const PLACES = ['offset', 'firstRow', 'firstQuantity', 'row', 'quantity', 'within'];
const INTEGERS = [...ACCOUNTS_PARAMETERS, ...ENDS, ...PLACES, ...ROWS, ...NEXT_ROWS];
const SUMS = Array.from({ length: WIDEST }, (_, n) => `sum${n}`);
const VECTORS = [...SUMS, ...QUANTITIES, 'least'];
const LOCALS = [...INTEGERS, ...VECTORS];

/** (q, q) and this: (|q|, q). */
const SIGN_OF_LOWER = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f, ...Array.from({ length: 8 }, () => 0xff)];
const UPPER_LANE_TWICE = [8, 9, 10, 11, 12, 13, 14, 15, 8, 9, 10, 11, 12, 13, 14, 15];

/**
 * Adds to a module with one memory:
 *
 *   sweep(offsets, rows, quantities, registers, worst, magnitudes, from, to)   sweeps the accounts [from, to)
 *
 *   offsets     u32 per account and one more: first position of each account
 *   rows        u32 per position: address of its instrument's row; two more are read, and what they address is fetched
 *   quantities  f64 per position
 *   registers   width of a row in registers, at least 4: the reach, the scenarios, padding
 *   worst       out, f64 per account: least P&L of any scenario
 *   magnitudes  out, f64 per account: sum of |quantity| x reach
 */
export function addSweep(m) {
  const { i32, f64, v128 } = binaryen;
  const at = (name) => LOCALS.indexOf(name);
  const int = (name) => m.local.get(at(name), i32);
  const vector = (name) => m.local.get(at(name), v128);
  const set = (name, value) => m.local.set(at(name), value);
  const whole = (n) => m.i32.const(n);
  const plus = (left, right) => m.i32.add(left, right);
  const advance = (name, bytes) => set(name, plus(int(name), whole(bytes)));
  const address = (from, offset = 0) => m.i32.load(offset, ADDRESS, from);
  const pmin = (left, right) => m.f64x2.pmin(left, right);

  /**
   * The sums of one or two more positions: sum + quantity x value, rounded after each of them, position after position. The n-th sum belongs
   * to register n; in the first pass the last sum belongs to register 0, whose lower lane is the reach and is summed over |quantity|. It comes
   * last because the plain quantity must be needed no more by then.
   */
  function plusPositions(count, width, begin) {
    const isFirst = begin === 0;
    const positions = Array.from({ length: count }, (_, n) => n);
    const sumOf = (n) => {
      const isReach = isFirst && n === width - 1;
      const register = isFirst ? (n + 1) % width : n;
      const product = (position) => {
        const quantity = vector(QUANTITIES[position]);
        const value = m.v128.load((begin ?? 0) + register * REGISTER, 16, int(ROWS[position]));
        return m.f64x2.mul(isReach ? m.v128.and(quantity, m.v128.const(SIGN_OF_LOWER)) : quantity, value);
      };
      return positions.reduce((sum, position) => m.f64x2.add(sum, product(position)), vector(SUMS[n]));
    };
    return [
      ...positions.map((n) => set(QUANTITIES[n], m.v128.load64_splat(n * QUANTITY, 8, int('quantity')))),
      ...SUMS.slice(0, width).map((sum, n) => set(sum, sumOf(n))),
      advance('quantity', count * QUANTITY),
      advance('row', count * ADDRESS),
    ];
  }

  /**
   * Fetches what the pass will read of a later position's row into the nearest cache, while there is arithmetic to do: rows are read in no
   * order, so nothing else can. A row may begin anywhere in a line. A load may trap, so no engine leaves one out whose value nobody uses.
   */
  function fetch(width, begin, row) {
    const lines = [];
    for (let byte = 0; byte < width * REGISTER; byte += LINE) lines.push(byte);
    const last = (width - 1) * REGISTER;
    if (!lines.includes(last)) lines.push(last);
    return lines.map((byte) => m.drop(address(int(row), (begin ?? 0) + byte)));
  }

  /**
   * One pass over the account's positions, two at a time; the least of its registers, lane by lane, goes into `least`. It begins at a byte of
   * the row that is known, or else at `within`.
   */
  function pass(label, width, begin) {
    const isFirst = begin === 0;
    const isAt = begin === undefined ? (row) => plus(row, int('within')) : (row) => row;
    const sums = SUMS.slice(0, width);
    const rowAt = (n) => isAt(address(int('row'), n * ADDRESS));
    const two = [
      ...NEXT_ROWS.flatMap((next, n) => [set(next, rowAt(ROWS.length + n)), ...fetch(width, begin, next)]),
      ...plusPositions(2, width, begin),
      ...ROWS.map((row, n) => set(row, int(NEXT_ROWS[n]))),
      m.br(label),
    ];
    const last = plusPositions(1, width, begin);
    const beforeLast = m.i32.sub(int('end'), whole(QUANTITY));
    const least = leastOf(sums.map(vector));
    return [
      set('row', int('firstRow')),
      set('quantity', int('firstQuantity')),
      ...ROWS.map((row, n) => set(row, rowAt(n))),
      ...sums.map((sum) => set(sum, m.v128.const(Array.from({ length: 16 }, () => 0)))),
      m.loop(label, m.if(m.i32.lt_u(int('quantity'), beforeLast), m.block(null, two))),
      m.if(m.i32.lt_u(int('quantity'), int('end')), m.block(null, last)),
      ...(isFirst ? [m.f64.store(0, 8, int('magnitudes'), m.f64x2.extract_lane(vector(sums.at(-1)), 0))] : []),
      set('least', isFirst ? least : pmin(least, vector('least'))),
    ];
  }

  function leastOf(vectors) {
    if (vectors.length === 1) return vectors[0];
    const half = Math.ceil(vectors.length / 2);
    return pmin(leastOf(vectors.slice(0, half)), leastOf(vectors.slice(half)));
  }

  /** Passes of one width, none or more, as far as a byte of the row. */
  function passesUntil(end, width) {
    const isLeft = () => m.i32.lt_u(int('within'), int(end));
    const label = `until ${end}`;
    const next = [...pass(`${label}, positions`, width), advance('within', width * REGISTER), m.br_if(label, isLeft())];
    return m.if(isLeft(), m.loop(label, m.block(null, next)));
  }

  /** The passes of a row in as many of `width` registers as make up the row together with others of one less. */
  function anyPasses(width) {
    return [
      ...pass('first', width, 0),
      set('within', whole(width * REGISTER)),
      passesUntil('wideEnd', width),
      ...(width > NARROWEST ? [passesUntil('rowEnd', width - 1)] : []),
    ];
  }

  /** The passes of a row of 10 to 18 registers: without the questions of `anyPasses`, which take a twenty-fifth of the time. */
  function twoPasses(width, otherWidth) {
    return [...pass('first', width, 0), ...pass('second', otherWidth, width * REGISTER)];
  }

  /** All accounts, each by these passes. */
  function sweepAccounts(passesOfAccount) {
    const account = [
      set('end', plus(int('quantities'), m.i32.shl(address(int('offset'), ADDRESS), whole(3)))),
      ...passesOfAccount,
      set('firstRow', int('row')),
      set('firstQuantity', int('quantity')),
      set('least', pmin(vector('least'), m.i8x16.shuffle(vector('least'), vector('least'), UPPER_LANE_TWICE))),
      m.f64.store(0, 8, int('worst'), m.f64x2.extract_lane(vector('least'), 0)),
      // Where the magnitude overflowed, the sums may be infinite or no numbers: one answer for all of these.
      m.if(
        m.f64.eq(m.f64.load(0, 8, int('magnitudes')), m.f64.const(Infinity)),
        m.f64.store(0, 8, int('worst'), m.f64.const(-Infinity)),
      ),
      advance('worst', 8),
      advance('magnitudes', 8),
      advance('offset', ADDRESS),
      m.br('accounts'),
    ];
    const isLeft = m.i32.lt_u(int('offset'), int('offsetEnd'));
    return m.loop('accounts', m.if(isLeft, m.block(null, account)));
  }

  const widths = Array.from({ length: WIDEST - NARROWEST + 1 }, (_, n) => NARROWEST + n);
  const integers = (count) => binaryen.createType(Array.from({ length: count }, () => i32));
  const first = (table, shift) => plus(int(table), m.i32.shl(address(int('offset')), whole(shift)));
  function addFunction(name, width, passesOfAccount) {
    const body = [
      set('offset', plus(int('offsets'), m.i32.shl(int('from'), whole(2)))),
      set('offsetEnd', plus(int('offsets'), m.i32.shl(int('to'), whole(2)))),
      set('firstRow', first('rows', 2)),
      set('firstQuantity', first('quantities', 3)),
      set('worst', plus(int('worst'), m.i32.shl(int('from'), whole(3)))),
      set('magnitudes', plus(int('magnitudes'), m.i32.shl(int('from'), whole(3)))),
      set('rowEnd', m.i32.mul(int('registers'), whole(REGISTER))),
      set('wideEnd', m.i32.mul(int('wide'), whole(width * REGISTER))),
      sweepAccounts(passesOfAccount),
    ];
    const types = [...INTEGERS.slice(ACCOUNTS_PARAMETERS.length).map(() => i32), ...VECTORS.map(() => v128)];
    m.addFunction(name, integers(ACCOUNTS_PARAMETERS.length), binaryen.none, types, m.block(null, body));
  }
  for (const width of widths) addFunction(`sweep${width}`, width, anyPasses(width));
  const inTwoPasses = Array.from({ length: WIDEST }, (_, n) => WIDEST + 1 + n);
  for (const registers of inTwoPasses) {
    const width = Math.ceil(registers / 2);
    addFunction(`sweepRow${registers}`, width, twoPasses(width, registers - width));
  }

  // As few passes as there can be, of widths as equal as can be.
  const [passes, width] = [PARAMETERS.length, PARAMETERS.length + 1];
  const local = (n) => m.local.get(n, i32);
  const ratioUp = (count, divisor) => m.i32.div_u(m.i32.sub(plus(count, divisor), whole(1)), divisor);
  const wide = m.i32.sub(int('registers'), m.i32.mul(local(passes), m.i32.sub(local(width), whole(1))));
  const call = (name) => m.call(name, [...PARAMETERS.map(int), m.local.get(width + 1, i32)], binaryen.none);
  const choices = [
    ...inTwoPasses.map((each) =>
      m.if(m.i32.eq(int('registers'), whole(each)), m.block(null, [call(`sweepRow${each}`), m.return()])),
    ),
    ...widths.map((each) => m.if(m.i32.eq(local(width), whole(each)), call(`sweep${each}`))),
  ];
  const choose = m.block(null, [
    m.local.set(passes, ratioUp(int('registers'), whole(WIDEST))),
    m.local.set(width, ratioUp(int('registers'), local(passes))),
    m.local.set(width + 1, wide),
    ...choices,
  ]);
  m.addFunction('sweep', integers(PARAMETERS.length), binaryen.none, [i32, i32, i32], choose);
  m.addFunctionExport('sweep', 'sweep');
}
