import type { z } from 'zod';

// In paths and queries everything comes as text.

/** The one notation of a whole number: no sign but a minus, no zeros in front, no hexadecimal, no exponent, no blank. */
const WHOLE_NUMBER = /^(0|-?[1-9]\d{0,15})$/;

const isNumber = (schema: z.core.$ZodType): boolean => {
  const { def } = schema._zod as { readonly def: { readonly type: string; readonly innerType?: z.core.$ZodType } };
  if (def.type === 'optional' || def.type === 'default') return def.innerType !== undefined && isNumber(def.innerType);
  return def.type === 'number';
};

const numberIn = (value: unknown): unknown =>
  typeof value === 'string' && WHOLE_NUMBER.test(value) ? Number(value) : value;

/** What a text from a path or a query stands for, as its schema wants it; what it doesn't stand for is left to be refused. */
export function fromText(schema: z.core.$ZodType, value: unknown): unknown {
  if (isNumber(schema)) return numberIn(value);
  const { def } = schema._zod as {
    readonly def: { readonly type: string; readonly shape?: Readonly<Record<string, z.core.$ZodType>> };
  };
  if (def.type !== 'object' || def.shape === undefined || typeof value !== 'object' || value === null) return value;
  const { shape } = def;
  return Object.fromEntries(
    Object.entries(value).map(([name, text]) => {
      const field = Object.hasOwn(shape, name) ? shape[name] : undefined;
      return [name, field !== undefined && isNumber(field) ? numberIn(text) : (text as unknown)];
    }),
  );
}
