import { NestFactory } from '@nestjs/core';
import fs from 'node:fs/promises';
import { BOUNDED_BY } from '@ballast/contracts';
import { BOUNDS } from '@ballast/contracts/testing';
import type { ClearingGateway } from './clearing.gateway.js';
import { openApiDocument } from './open-api.js';
import { RestModule } from './rest.module.js';

interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly items?: Schema;
  readonly maxItems?: number;
  readonly [BOUNDED_BY]?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: Schema | boolean;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly allOf?: readonly Schema[];
}

interface Operation {
  readonly parameters?: readonly { readonly in: string; readonly name: string }[];
  readonly responses: Readonly<Record<string, { readonly content?: Readonly<Record<string, { schema?: Schema }>> }>>;
}

/** Arrays of a schema that say neither how many items they have at most nor what bounds them. */
function boundless(schema: Schema, schemas: Readonly<Record<string, Schema>>): readonly string[] {
  const seen = new Set<string>();
  const look = (node: Schema, path: string): string[] => {
    if (node.$ref !== undefined) {
      const id = node.$ref.replace('#/components/schemas/', '');
      if (seen.has(id)) return [];
      seen.add(id);
      return look(schemas[id] ?? {}, id);
    }
    const isArray = [node.type].flat().includes('array');
    const isBounded = node.maxItems !== undefined || BOUNDS.some((bound) => bound === node[BOUNDED_BY]);
    const { additionalProperties: others } = node;
    return [
      ...(isArray && !isBounded ? [path] : []),
      ...(node.items === undefined ? [] : look(node.items, `${path}[]`)),
      ...Object.entries(node.properties ?? {}).flatMap(([name, each]) => look(each, `${path}.${name}`)),
      ...(typeof others === 'object' ? look(others, `${path}{}`) : []),
      ...[node.anyOf, node.oneOf, node.allOf].flatMap((each) => each ?? []).flatMap((each) => look(each, path)),
    ];
  };
  return look(schema, '');
}

let operations: readonly {
  readonly name: string;
  readonly operation: Operation;
  readonly answers: readonly Schema[];
}[];
let schemas: Readonly<Record<string, Schema>>;

beforeAll(async () => {
  // The document is made of what the routes say of themselves: none is asked anything.
  const parts = {
    clearing: {} as ClearingGateway,
    metrics: {},
    readiness: {},
    closing: { onClosing: () => undefined },
  };
  const app = await NestFactory.create(RestModule.over(parts as never), { logger: false, abortOnError: false });
  const document = openApiDocument(app, false);
  schemas = document.components?.schemas ?? {};
  operations = Object.entries(document.paths).flatMap(([path, item]) =>
    Object.entries(item as unknown as Readonly<Record<string, Operation>>).map(([method, operation]) => ({
      name: `${method} ${path}`,
      operation,
      answers: Object.entries(operation.responses)
        .filter(([status]) => status.startsWith('2'))
        .flatMap(([, { content }]) => Object.values(content ?? {}).flatMap(({ schema }) => schema ?? [])),
    })),
  );
  await app.close();
});

it('no array of any answer is without a bound [CLR-LST-002]', () => {
  const found = operations.flatMap(({ name, answers }) =>
    answers.flatMap((schema) => boundless(schema, schemas).map((path) => `${name}: ${path}`)),
  );
  expect(found).toEqual([]);
  expect(operations.length).toBeGreaterThan(80);
});

it('finds an array without a bound wherever it stands', () => {
  const list: Schema = { type: 'array', items: { type: 'string' } };
  const known = { Known: { type: 'object', properties: { deep: { anyOf: [{ type: 'null' }, list] } } } };
  expect(boundless({ $ref: '#/components/schemas/Known' }, known)).toEqual(['Known.deep']);
  expect(boundless({ additionalProperties: list }, {})).toEqual(['{}']);
  expect(boundless({ ...list, maxItems: 3 }, {})).toEqual([]);
  expect(boundless({ ...list, [BOUNDED_BY]: 'account' }, {})).toEqual([]);
  expect(boundless({ ...list, [BOUNDED_BY]: 'luck' }, {})).toEqual(['']);
});

it('every list takes limit and after, and says as of what it speaks [CLR-LST-001]', () => {
  const lists = operations.filter(({ answers }) =>
    answers.some(({ $ref = '' }) => schemas[$ref.replace('#/components/schemas/', '')]?.properties?.['items']),
  );
  expect(lists.length).toBeGreaterThan(25);
  for (const { name, operation, answers } of lists) {
    const asked = (operation.parameters ?? []).filter((each) => each.in === 'query').map((each) => each.name);
    expect({ name, asked }).toEqual({ name, asked: expect.arrayContaining(['after', 'limit']) as unknown });
    const properties = schemas[(answers[0]?.$ref ?? '').replace('#/components/schemas/', '')]?.properties;
    expect({ name, has: Object.keys(properties ?? {}) }).toEqual({
      name,
      has: expect.arrayContaining(['items', 'next', 'asOf']) as unknown,
    });
  }
});

it('what bounds arrays is told in the specification, word by word [CLR-LST-002]', async () => {
  const text = await fs.readFile(new URL('../../../../docs/spec/lists.md', import.meta.url), 'utf8');
  const told = [...text.matchAll(/^\| `(\w+)` \|/gm)].map(([, bound]) => bound);
  expect(told).toEqual([...BOUNDS].sort());
});
