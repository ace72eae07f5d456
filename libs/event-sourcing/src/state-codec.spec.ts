import fc from 'fast-check';
import { dec, Decimal } from '@ballast/kernel';
import { StateCodec, stateClass } from './state-codec.js';

class Purse {
  readonly #coins = new Map<string, Decimal>();

  get coins(): ReadonlyMap<string, Decimal> {
    return this.#coins;
  }

  put(name: string, amount: Decimal): void {
    this.#coins.set(name, amount);
  }
}

const PURSE = stateClass<Purse, ReadonlyMap<string, Decimal>>({
  name: 'Purse',
  type: Purse,
  parts: ({ coins }) => coins,
  restore(coins) {
    const purse = new Purse();
    for (const [name, amount] of coins) purse.put(name, amount);
    return purse;
  },
});

const codec = new StateCodec([PURSE]);
const again = (value: unknown): unknown => codec.decode(codec.encode(value));

/** Everything that a state is made of, nested. */
const states = fc.letrec((tie) => ({
  leaf: fc.oneof(
    fc.string(),
    fc.string().map((text) => `#${text}`),
    fc.double(),
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
    fc.bigInt(),
    fc.tuple(fc.bigInt(), fc.integer({ min: 0, max: 30 })).map(([digits, scale]) => dec(`${digits}e-${scale}`)),
    fc.float64Array({ maxLength: 4 }),
    fc.uint8Array({ maxLength: 4 }),
    fc.uint32Array({ maxLength: 4 }),
  ),
  node: fc.oneof(
    { maxDepth: 4 },
    tie('leaf'),
    fc.array(tie('node'), { maxLength: 4 }),
    fc.dictionary(fc.oneof(fc.string(), fc.constantFrom('#map', '__proto__', '#')), tie('node'), {
      maxKeys: 4,
      noNullPrototype: true,
    }),
    fc.array(fc.tuple(fc.string(), tie('node')), { maxLength: 4 }).map((entries) => new Map(entries)),
    fc.array(fc.string(), { maxLength: 4 }).map((names) => new Set(names)),
  ),
})).node;

describe('the text of a state', () => {
  it('[CLR-LOG-040] gives back an equal state, and that one has the same text', () => {
    fc.assert(
      fc.property(states, (state) => {
        const text = codec.encode(state);
        const read = codec.decode(text);
        expect(read).toEqual(state);
        expect(codec.encode(read)).toBe(text);
      }),
      { numRuns: 500 },
    );
  });

  it('keeps what JSON has no word for, to the last digit', () => {
    const odd = [
      -0,
      NaN,
      -Infinity,
      5e-324,
      2n ** 70n,
      undefined,
      dec('-0'),
      dec('0.1234567890123456789012345678901234567890'),
    ];
    const read = again(odd) as unknown[];
    expect(read.slice(0, 6)).toEqual(odd.slice(0, 6));
    expect((read[6] as Decimal).isNegative()).toBe(false);
    expect((read[7] as Decimal).toFixed()).toBe('0.123456789012345678901234567890123456789');
    expect(read[7]).toBeInstanceOf(Decimal);
  });

  it.each([[{ mark: '#dNaN' }], [{ mark: '#dInfinity' }], [['#d-Infinity']], [{ '#map': ['a', '#d-Infinity'] }]])(
    'is not read from a snapshot when it holds a figure that is none: %j [CLR-LOG-082]',
    (written) => {
      expect(() => codec.decodeSnapshot(JSON.stringify(written))).toThrow('a state holds a figure that is none');
    },
  );

  it('is read on its way between processes whatever words people have taken for ids', () => {
    const asked = { name: 'orders', parameters: ['NaN', new Map([['-Infinity', { orderId: 'Infinity' }]])] };
    expect(again(asked)).toEqual(asked);
  });

  it('is read when a text or a number only looks like one: an id, a reason, a word that is written like a decimal [CLR-LOG-082]', () => {
    const near = {
      ...{ reason: 'NaN', orderId: 'Infinity', word: '#dNaN', to: Infinity, least: -Infinity, none: NaN },
      trades: new Map([['-Infinity', 'NaN']]),
      seen: new Set(['NaN']),
    };
    expect(codec.decodeSnapshot(codec.encode(near))).toEqual(near);
  });

  it('is the same however records came about, and differs with the order of a map', () => {
    const shared = { amount: '1' };
    expect(codec.encode({ b: shared, a: shared, c: undefined })).toBe(
      codec.encode({ a: { amount: '1' }, b: { amount: '1' } }),
    );
    const entries = [
      ['a', 1],
      ['b', 2],
    ] as const;
    expect(codec.encode(new Map(entries))).not.toBe(codec.encode(new Map([...entries].reverse())));
  });

  it('writes instances of the classes it was told of by their parts', () => {
    const purse = new Purse();
    purse.put('BTC', dec('0.5'));
    const read = again({ purse }) as { purse: Purse };
    expect(read.purse).toBeInstanceOf(Purse);
    expect(read.purse.coins.get('BTC')?.toFixed()).toBe('0.5');
  });

  it.each([
    ['an instance of a class that nobody named', { at: /x/ }, 'a state holds a RegExp that its form does not name'],
    ['a function', { then: () => 1 }, 'a state holds a function, which has no text'],
    ['a symbol', [Symbol('house')], 'a state holds a symbol, which has no text'],
  ])('refuses %s', (_, state, message) => {
    expect(() => codec.encode(state)).toThrow(message);
  });

  it('refuses a map that stands in two places: read back it would be two', () => {
    const map = new Map();
    expect(() => codec.encode({ one: map, other: map })).toThrow('a Map stands in two places');
  });

  it('refuses a state that contains itself', () => {
    const state: { self?: unknown } = {};
    state.self = state;
    expect(() => codec.encode(state)).toThrow('a state contains itself');
  });

  it.each(['"#x1"', '{"#class":["Wallet",{}]}', '{"#Int8Array":""}', '{"a":1'])('reads nothing into %s', (text) => {
    expect(() => codec.decode(text)).toThrow();
  });
});
