import { applyDecorators, HttpCode, type INestApplication } from '@nestjs/common';
import {
  ApiBody,
  ApiHeader,
  ApiOkResponse,
  ApiParam,
  ApiQuery,
  ApiResponse,
  DocumentBuilder,
  SwaggerModule,
  type OpenAPIObject,
} from '@nestjs/swagger';
import { z } from 'zod';
import { actor, idempotencyKey } from '@ballast/contracts';
import { NEWEST, RECENT } from './event-stream.js';

/** What @nestjs/swagger takes for a schema; ours are made by zod. */
type SchemaObject = NonNullable<NonNullable<OpenAPIObject['components']>['schemas']>[string];

type Operation = NonNullable<OpenAPIObject['paths'][string]['get']>;

const WAYS_TO_REGISTRY = { target: 'draft-2020-12', io: 'input', unrepresentable: 'any' } as const;

/** JSON Schema of a field: a reference when the contract has a name for it. */
const schemaOf = (schema: z.ZodType): SchemaObject => {
  if (schema.meta()?.id !== undefined) return refTo(schema);
  const { $schema: _, ...written } = z.toJSONSchema(schema, WAYS_TO_REGISTRY) as Record<string, unknown>;
  return written;
};

/** Reference to a schema by the id it has in the contract. */
function refTo(schema: z.ZodType): { $ref: string } {
  const id = schema.meta()?.id;
  if (id === undefined) throw new Error('a schema of the interface needs an id');
  return { $ref: `#/components/schemas/${id}` };
}

const answerSchemas = new WeakMap<object, z.ZodType>();

/** Schema of what a handler answers. */
export const answerSchemaOf = (handler: object): z.ZodType | undefined => answerSchemas.get(handler);

/** Answer with a schema of the contract. */
export const Answers = (status: number, schema: z.ZodType, description: string): MethodDecorator =>
  applyDecorators(ApiResponse({ status, description, schema: refTo(schema) }), ((_target, _name, { value }) => {
    answerSchemas.set(value as object, schema);
  }) satisfies MethodDecorator);

/** Body with a schema of the contract. */
export const Takes = (schema: z.ZodType): MethodDecorator => ApiBody({ schema: refTo(schema), required: true });

/** How a request that changes something is answered. */
export interface Change {
  /** 201: it is done. 202: it is taken, and others decide what becomes of it. */
  readonly status: 201 | 202;
  readonly answers: z.ZodType;
  readonly says: string;
  /** Address at which what was made or changed can be read, with names of the path or of the answer's data. */
  readonly at: `/${string}`;
}

const addresses = new WeakMap<object, string>();

/** Address at which what a handler made or changed can be read; undefined when it changes nothing. */
export const addressAfter = (handler: object): string | undefined => addresses.get(handler);

const LOCATION = {
  Location: {
    description: 'Where what was made or changed can be read',
    schema: { type: 'string', format: 'uri-reference' },
  },
} as const;

const Changes = (takes: z.ZodType, { status, answers, says, at }: Change): MethodDecorator =>
  applyDecorators(
    HttpCode(status),
    Takes(takes),
    ApiResponse({ status, description: says, schema: refTo(answers), headers: LOCATION }),
    ((_target, _name, { value }) => {
      answerSchemas.set(value as object, answers);
      addresses.set(value as object, at);
    }) satisfies MethodDecorator,
  );

/** A write: repeated with the same Idempotency-Key it is answered again, not done again. */
export const Write = (takes: z.ZodType, change: Change): MethodDecorator =>
  applyDecorators(
    Changes(takes, change),
    ApiHeader({ name: 'Idempotency-Key', required: true, schema: schemaOf(idempotencyKey) }),
    ApiHeader({ name: 'X-Actor', required: false, schema: schemaOf(actor) }),
  );

/** A request that a named person answers for; sent again it is refused, because it was done. */
export const AskedByPerson = (takes: z.ZodType, change: Change): MethodDecorator =>
  applyDecorators(Changes(takes, change), ApiHeader({ name: 'X-Actor', required: true, schema: schemaOf(actor) }));

export const InPath = (name: string, schema: z.ZodType): MethodDecorator =>
  ApiParam({ name, schema: schemaOf(schema) as never });

/** Query parameters of a schema of the contract, one by one. */
export const InQuery = (schema: z.ZodObject): MethodDecorator =>
  applyDecorators(
    ...Object.entries(schema.shape).map(([name, field]) => {
      const written = schemaOf(field as z.ZodType) as { description?: string };
      return ApiQuery({ name, required: false, schema: written as never, description: written.description ?? '' });
    }),
  );

/**
 * Server-sent events.
 * @param data what stands in their data: one of these
 */
export const Streams = (description: string, ...data: readonly z.ZodType[]): MethodDecorator => {
  const schema = data.length === 1 ? refTo(data[0] as z.ZodType) : { anyOf: data.map(refTo) };
  return ApiOkResponse({ description, content: { 'text/event-stream': { schema } } });
};

/**
 * Server-sent events of a log, from a place that the reader names.
 * @param beginning where it begins for a reader who names none
 */
export const StreamsLog = (description: string, beginning: string, ...data: readonly z.ZodType[]): MethodDecorator =>
  applyDecorators(
    ApiHeader({ name: 'Last-Event-ID', required: false, description: 'id of the last event that was received' }),
    ApiQuery({
      name: 'after',
      required: false,
      description: `The same for clients that cannot set headers; \`${NEWEST}\` for what comes from now on, \`${RECENT}\` for that and before it what the last entries of each partition tell, without ids. Default: ${beginning}`,
    }),
    Streams(description, ...data),
  );

const PROBLEM = { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } };

/** Every answer of every route that is no success is a problem. By ranges: to a generated client a default could be a success, too. */
const PROBLEMS = {
  '4XX': { description: 'The request is refused, with a stable code', content: PROBLEM },
  '5XX': { description: 'It can be sent again, with the same key', content: PROBLEM },
};

function withProblems(paths: OpenAPIObject['paths']): OpenAPIObject['paths'] {
  const told = (operation: Operation) => ({ ...operation, responses: { ...operation.responses, ...PROBLEMS } });
  return Object.fromEntries(
    Object.entries(paths).map(([address, item]) => [
      address,
      Object.fromEntries(Object.entries(item).map(([method, operation]) => [method, told(operation as Operation)])),
    ]),
  );
}

/** The document of a running application; its schemas are those that requests are checked against. */
export function openApiDocument(app: INestApplication, withToken: boolean): OpenAPIObject {
  const builder = new DocumentBuilder()
    .setTitle('Ballast')
    .setDescription(
      'Clearing for crypto derivatives. Amounts are decimals as text; times are RFC 3339, UTC, to the ' +
        'millisecond, of clearing time. What is hashed as it stands, entries of logs, messages of an exchange and a signed book, counts ' +
        'milliseconds since 1970-01-01 UTC. Every write carries an Idempotency-Key; every refusal is application/problem+json with a stable code.',
    )
    .setVersion('1')
    .setOpenAPIVersion('3.1.0')
    .addServer('/', 'The server that this document comes from')
    .addBearerAuth({
      type: 'http',
      scheme: 'bearer',
      description: 'BALLAST_TOKEN, where the server was started with one',
    });
  if (withToken) builder.addSecurityRequirements('bearer');
  const document = SwaggerModule.createDocument(app, builder.build(), {
    // What a generated client calls it.
    operationIdFactory: (_, method) => method,
  });
  const paths = withProblems(document.paths);
  return { ...document, paths, components: { ...document.components, schemas: usedSchemas(paths) } };
}

/** Schemas that something refers to, straight or through another. */
function usedSchemas(paths: object): Record<string, SchemaObject> {
  const all = componentSchemas();
  const used = new Set<string>();
  const follow = (node: object): void => {
    for (const [, id = ''] of JSON.stringify(node).matchAll(/"#\/components\/schemas\/([^"]+)"/g)) {
      if (used.has(id)) continue;
      used.add(id);
      follow(all[id] ?? {});
    }
  };
  follow(paths);
  return Object.fromEntries(Object.entries(all).filter(([id]) => used.has(id)));
}

/** A list of so many things of several kinds, in a form that generators of clients know: most do not know tuples. */
function withoutTuples(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(withoutTuples);
  if (typeof schema !== 'object' || schema === null) return schema;
  const written = Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, withoutTuples(value)]));
  const { prefixItems, items: _, ...rest } = written;
  if (!Array.isArray(prefixItems)) return written;
  return { ...rest, items: { anyOf: prefixItems }, minItems: prefixItems.length, maxItems: prefixItems.length };
}

/** All schemas with an id, as JSON Schema with references between them. */
function componentSchemas(): Record<string, SchemaObject> {
  const { schemas } = z.toJSONSchema(z.globalRegistry, {
    ...WAYS_TO_REGISTRY,
    uri: (id) => `#/components/schemas/${id}`,
  });
  return Object.fromEntries(
    Object.entries(schemas).map(([id, schema]) => {
      const { $schema: _, $id: __, id: ___, ...written } = schema as Record<string, unknown>;
      return [id, withoutTuples(written) as SchemaObject];
    }),
  );
}
