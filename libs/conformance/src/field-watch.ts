/**
 * Remembers what a runner reads of a case, so that a field that is missing, or is no figure, is named when the runner stumbles over it.
 * Runners read cases in the shape of their kind and check nothing themselves.
 */
export class FieldWatch {
  private last: { readonly place: string; readonly value: unknown } | undefined;
  /** Read and not there; a kind may do without some of them. */
  private readonly missing = new Set<string>();

  /** The value, with every field in it watched. @param place what it stands in: `inputs` */
  watched(value: unknown, place: string): unknown {
    if (typeof value !== 'object' || value === null) return value;
    const inner = Array.isArray(value) ? (name: string) => `${place}[${name}]` : (name: string) => `${place}.${name}`;
    return new Proxy(value, {
      get: (fields, name) => {
        const field = Reflect.get(fields, name) as unknown;
        if (typeof name !== 'string' || name === 'length') return field;
        if (field !== undefined && !Object.hasOwn(fields, name)) return field;
        if (typeof field !== 'object' || field === null) this.last = { place: inner(name), value: field };
        if (field === undefined) this.missing.add(inner(name));
        return this.watched(field, inner(name));
      },
    });
  }

  /** What to say of an error: of one of the language or of decimals, the field it was about. */
  messageOf(error: unknown): string {
    const message = error instanceof Error ? error.message : String(error);
    const stumbled = error instanceof TypeError || message.startsWith('[DecimalError]');
    if (!stumbled || this.last === undefined) return message;
    const { place, value } = this.last;
    if (value !== undefined) return `${place}: ${JSON.stringify(value)} is not what the kind reads there`;
    const [first = place, ...others] = this.missing;
    const which = others.length === 0 ? first : `one of ${[first, ...others].join(', ')}`;
    return `${which}: missing; give what the kind reads there`;
  }
}
