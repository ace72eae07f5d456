import { Decimal, InvariantViolation, dec } from '@ballast/kernel';

/** A class of the domain that a state may hold: what it is made of, and how it is made again from that. */
export interface StateClass<Instance extends object = object, Parts = unknown> {
  /** What it is called in a snapshot; another word makes older ones unreadable. */
  readonly name: string;
  readonly type: abstract new (...given: never[]) => Instance;
  /** What it can't be made again without; what follows from that is left out. */
  parts(instance: Instance): Parts;
  restore(parts: Parts): Instance;
}

/** Declares how a class is written; checked here, because a list of them no longer knows what each is made of. */
export const stateClass = <Instance extends object, Parts>(form: StateClass<Instance, Parts>): StateClass => form;

/** How the state of a process is written into snapshots. */
export interface StateForm<Field extends string = string> {
  /** Raised whenever the state holds other things than before, or means other things by them: older snapshots are not read then. */
  readonly version: number;
  /** Classes that the state holds. */
  readonly classes?: readonly StateClass[];
  /** Fields that follow from the others: null in a snapshot, made again by whoever asks for them. */
  readonly derived?: readonly Field[];
}

/** First character of a text that stands for something that JSON has no word for, and of a key that names what a record stands for. */
const MARK = '#';
const MARK_CODE = MARK.charCodeAt(0);
const ABSENT = '#u';
/** A decimal that is none. The same word as a text is an id or a reason of people: a text of a figure is taken from no event that holds none. */
const NO_FIGURE = /"#d(NaN|-?Infinity)"/;
/** Deeper than any honest state: a structure that contains itself never ends. */
const DEEPEST = 100;

type TypedArray = Uint8Array | Uint32Array | Float64Array;
const TYPED_ARRAYS: ReadonlyMap<object, string> = new Map<object, string>([
  [Uint8Array.prototype, '#Uint8Array'],
  [Uint32Array.prototype, '#Uint32Array'],
  [Float64Array.prototype, '#Float64Array'],
  [Buffer.prototype, '#Buffer'],
]);

type Json = string | number | boolean | null | Json[] | { [key: string]: Json };
type Fields = Readonly<Record<string, unknown>>;

/**
 * The one way in which a state is written: a canonical text for whatever is built of plain records, lists, maps, sets, decimals,
 * bigints, typed arrays and the classes that the process names. Equal states have equal texts, however they came about: keys of
 * records are sorted, maps and sets keep their order, a record that stands in two places is written twice (payloads are
 * shared by whoever decided them and are not by whoever read them back). A map, a set or an instance in two places would fall
 * apart, so it is refused, as is everything that it doesn't know.
 */
export class StateCodec {
  readonly #byPrototype = new Map<object, StateClass>();
  readonly #byName = new Map<string, StateClass>();

  constructor(classes: readonly StateClass[] = []) {
    for (const each of classes) {
      this.#byPrototype.set(each.type.prototype as object, each);
      this.#byName.set(each.name, each);
    }
  }

  /** @throws InvariantViolation on what has no canonical text, with the way to it */
  encode(value: unknown): string {
    return JSON.stringify(new Encoder(this.#byPrototype).written(value, 0));
  }

  /**
   * Reads what was written down of a state.
   * @throws as `decode`, and InvariantViolation where it rests on a figure that is none
   */
  decodeSnapshot(text: string): unknown {
    if (NO_FIGURE.test(text)) {
      throw new InvariantViolation('a state holds a figure that is none');
    }
    return this.decode(text);
  }

  /** @throws InvariantViolation or SyntaxError on a text that `encode` never wrote */
  decode(text: string): unknown {
    return this.#read(JSON.parse(text) as Json);
  }

  #read(json: Json): unknown {
    if (typeof json === 'string') return json.charCodeAt(0) === MARK_CODE ? readText(json) : json;
    if (typeof json !== 'object' || json === null) return json;
    if (Array.isArray(json)) {
      for (let i = 0; i < json.length; i++) json[i] = this.#read(json[i] as Json) as Json;
      return json;
    }
    for (const key in json) {
      if (key.charCodeAt(0) === MARK_CODE) return this.#readMarked(key, json[key] as Json);
      const value = json[key] as Json;
      if (typeof value === 'object' || typeof value === 'string') json[key] = this.#read(value) as Json;
    }
    return json;
  }

  #readMarked(key: string, json: Json): unknown {
    switch (key) {
      case '#map': {
        const flat = this.#read(json) as unknown[];
        const map = new Map<unknown, unknown>();
        for (let i = 0; i < flat.length; i += 2) map.set(flat[i], flat[i + 1]);
        return map;
      }
      case '#set':
        return new Set(this.#read(json) as unknown[]);
      case '#record': {
        const flat = this.#read(json) as unknown[];
        const record = {};
        for (let i = 0; i < flat.length; i += 2) {
          const field = { value: flat[i + 1], enumerable: true, writable: true, configurable: true };
          Object.defineProperty(record, flat[i] as string, field);
        }
        return record;
      }
      case '#class': {
        const [name, parts] = json as [string, Json];
        const known = this.#byName.get(name);
        if (known === undefined) throw new InvariantViolation(`a state holds a ${name}, which nobody can make here`);
        return known.restore(this.#read(parts));
      }
      default:
        return readTypedArray(key, json as string);
    }
  }
}

class Encoder {
  /** What must not stand in two places. */
  readonly #met = new Set<object>();

  constructor(private readonly classes: ReadonlyMap<object, StateClass>) {}

  written(value: unknown, depth: number): Json {
    switch (typeof value) {
      case 'string':
        return value.charCodeAt(0) === MARK_CODE ? MARK + value : value;
      case 'number':
        return Number.isFinite(value) && !Object.is(value, -0) ? value : `#f${Object.is(value, -0) ? '-0' : value}`;
      case 'boolean':
        return value;
      case 'undefined':
        return ABSENT;
      case 'bigint':
        return `#n${value}`;
      case 'object':
        return value === null ? null : this.#object(value, depth + 1);
      default:
        throw new InvariantViolation(`a state holds a ${typeof value}, which has no text`);
    }
  }

  #object(value: object, depth: number): Json {
    if (depth > DEEPEST) throw new InvariantViolation('a state contains itself');
    if (Array.isArray(value)) {
      const list = new Array<Json>(value.length);
      for (let i = 0; i < value.length; i++) list[i] = this.written(value[i], depth);
      return list;
    }
    const prototype = Object.getPrototypeOf(value) as object | null;
    if (prototype === Object.prototype) return this.#record(value as Fields, depth);
    if (prototype === Decimal.prototype) return `#d${(value as Decimal).toString()}`;
    this.#meet(value);
    if (prototype === Map.prototype) {
      const flat: Json[] = [];
      for (const [key, held] of value as Map<unknown, unknown>) {
        flat.push(this.written(key, depth), this.written(held, depth));
      }
      return { '#map': flat };
    }
    if (prototype === Set.prototype) {
      return { '#set': [...(value as Set<unknown>)].map((each) => this.written(each, depth)) };
    }
    const typed = prototype === null ? undefined : TYPED_ARRAYS.get(prototype);
    if (typed !== undefined) {
      const { buffer, byteOffset, byteLength } = value as TypedArray;
      return { [typed]: Buffer.from(buffer, byteOffset, byteLength).toString('base64') };
    }
    const known = prototype === null ? undefined : this.classes.get(prototype);
    if (known !== undefined) return { '#class': [known.name, this.written(known.parts(value), depth)] };
    throw new InvariantViolation(`a state holds a ${value.constructor?.name ?? 'thing'} that its form does not name`);
  }

  /** Fields that are undefined are left out, as in an event. */
  #record(record: Fields, depth: number): Json {
    const keys = Object.keys(record);
    let sorted = true;
    let plain = true;
    for (let i = 0; i < keys.length; i++) {
      const key = keys[i] as string;
      if (i > 0 && (keys[i - 1] as string) > key) sorted = false;
      if (key.charCodeAt(0) === MARK_CODE || key === '__proto__') plain = false;
    }
    if (!sorted) keys.sort();
    if (!plain) {
      const flat: Json[] = [];
      for (const key of keys) {
        if (record[key] !== undefined) flat.push(this.written(key, depth), this.written(record[key], depth));
      }
      return { '#record': flat };
    }
    const out: { [key: string]: Json } = {};
    for (const key of keys) {
      const value = record[key];
      if (value !== undefined) out[key] = this.written(value, depth);
    }
    return out;
  }

  #meet(value: object): void {
    if (this.#met.has(value)) {
      throw new InvariantViolation(
        `a ${value.constructor.name} stands in two places of a state; read back it would be two`,
      );
    }
    this.#met.add(value);
  }
}

function readText(marked: string): unknown {
  const rest = marked.slice(2);
  switch (marked[1]) {
    case MARK:
      return marked.slice(1);
    case 'd':
      return dec(rest);
    case 'n':
      return BigInt(rest);
    case 'f':
      return Number(rest);
    case 'u':
      return undefined;
    default:
      throw new InvariantViolation(`${marked.slice(0, 40)} stands for nothing in a state`);
  }
}

function readTypedArray(key: string, text: string): TypedArray {
  const bytes = Buffer.from(text, 'base64');
  if (key === '#Buffer') return bytes;
  // A copy, because words must begin where words may begin.
  const { buffer } = new Uint8Array(bytes);
  switch (key) {
    case '#Uint8Array':
      return new Uint8Array(buffer);
    case '#Uint32Array':
      return new Uint32Array(buffer);
    case '#Float64Array':
      return new Float64Array(buffer);
    default:
      throw new InvariantViolation(`${key.slice(0, 40)} stands for nothing in a state`);
  }
}
