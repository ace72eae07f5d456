import { z } from 'zod';

type Write = (value: unknown) => unknown;

const writers = new WeakMap<z.core.$ZodType, Write | undefined>();

/**
 * How an answer is written: every time that its schema has as text, all the rest as it is. undefined: it has no times.
 * Only what has times in it is looked at: an answer is not checked against its schema on its way out.
 */
export function writerOf(schema: z.core.$ZodType): Write | undefined {
  if (!writers.has(schema)) writers.set(schema, madeFor(schema));
  return writers.get(schema);
}

function madeFor(schema: z.core.$ZodType): Write | undefined {
  const { def } = (schema as z.core.$ZodTypes)._zod;
  switch (def.type) {
    case 'pipe':
      return (value) => z.encode(schema, value);
    case 'optional':
    case 'nullable':
    case 'default': {
      const write = writerOf(def.innerType);
      return write && ((value) => (value === undefined || value === null ? value : write(value)));
    }
    case 'array': {
      const write = writerOf(def.element);
      return write && ((value) => (value as readonly unknown[]).map(write));
    }
    case 'record': {
      const write = writerOf(def.valueType);
      return (
        write &&
        ((value) => Object.fromEntries(Object.entries(value as object).map(([key, each]) => [key, write(each)])))
      );
    }
    case 'object': {
      const written = Object.entries(def.shape).flatMap(([name, field]) => {
        const write = writerOf(field);
        return write === undefined ? [] : [[name, write] as const];
      });
      if (written.length === 0) return undefined;
      return (value) => {
        const answer: Record<string, unknown> = { ...(value as object) };
        for (const [name, write] of written) if (answer[name] !== undefined) answer[name] = write(answer[name]);
        return answer;
      };
    }
    case 'union':
    case 'tuple': {
      const parts = def.type === 'union' ? def.options : def.items;
      if (parts.some((part) => writerOf(part) !== undefined)) throw new Error(`a time in a ${def.type} is not written`);
      return undefined;
    }
    default:
      return undefined;
  }
}

/** Writes the times of an answer as its schema has them. */
export const written = (schema: z.ZodType): Write => writerOf(schema) ?? ((value) => value);
