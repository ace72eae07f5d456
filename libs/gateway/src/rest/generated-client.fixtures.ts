import { execFile } from 'node:child_process';
import fs from 'node:fs/promises';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { throughOperations, type AskOperation, type OpenApi } from './operations.fixtures.js';
import { readAnswer, type RestClient } from './rest-client.fixtures.js';

const run = promisify(execFile);

/** What the tests call of a generated function. */
type Operation = (asked: {
  readonly client: unknown;
  readonly path: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly bodySerializer: (body: unknown) => string;
  readonly fetch: typeof fetch;
}) => Promise<{ readonly data?: unknown; readonly error?: unknown }>;

/** What `stories.ts` exports. */
interface Stories {
  readonly tell: (url: string, accountId: string) => Promise<object>;
}

export interface GeneratedClient {
  /** Asks through the generated function of each operation; what is no operation is asked as it stands. */
  readonly client: RestClient;
  readonly stories: Stories;
  /** How many of the operations of the document were asked, by name. */
  readonly asked: ReadonlySet<string>;
}

/**
 * Generates a client for TypeScript from the document of a house, compiles it strictly together with stories, and asks through it.
 * @param house asked for its document, and for what is no operation of it
 * @param stories a file that is compiled beside the client
 */
async function generatedClient(house: RestClient, stories: string): Promise<GeneratedClient> {
  // The generator is large, and whoever imports this file may not need it.
  const { createClient } = await import('@hey-api/openapi-ts');
  const directory = await fs.mkdtemp(path.join(os.tmpdir(), 'ballast-generated-'));
  const { text } = await house.get('/openapi.json');
  const input = JSON.parse(text) as OpenApi;
  await createClient({
    input: input as never,
    output: { path: path.join(directory, 'client'), module: { extension: '.js' } },
    plugins: ['@hey-api/typescript', '@hey-api/sdk', '@hey-api/client-fetch'],
    logs: { level: 'silent' },
  });
  await fs.copyFile(stories, path.join(directory, 'stories.ts'));
  await fs.writeFile(path.join(directory, 'package.json'), '{"type":"module"}');
  await fs.writeFile(path.join(directory, 'tsconfig.json'), JSON.stringify(STRICTLY));
  const compiler = path.join(createRequire(import.meta.url).resolve('typescript7/package.json'), '../bin/tsc');
  await run(process.execPath, [compiler, '-p', directory]).catch((error: { readonly stdout: string }) => {
    throw new Error(`the generated client is not sound:\n${error.stdout}`);
  });
  const load = (file: string): Promise<unknown> => import(pathToFileURL(path.join(directory, 'dist', file)).href);
  const operations = (await load('client/index.js')) as Readonly<Record<string, Operation>>;
  const { createClient: connect } = (await load('client/client/index.js')) as {
    readonly createClient: (options: object) => unknown;
  };
  const loaded = (await load('stories.js')) as Stories;
  await fs.rm(directory, { recursive: true });
  return {
    ...throughOperations(house, input, askingWith(operations, connect({ baseUrl: house.url }))),
    stories: loaded,
  };
}

/** What a generated function read is what was answered. */
const askingWith =
  (operations: Readonly<Record<string, Operation>>, client: unknown): AskOperation =>
  async (name, { path: parts, query, headers, body }) => {
    const operation = operations[name];
    if (operation === undefined) throw new Error(`the generated client has no ${name}`);
    let sent: Promise<Response> | undefined;
    const { data, error } = await operation({
      ...{ client, path: parts, query, headers },
      ...(body === undefined ? {} : { body }),
      bodySerializer: (value) => (typeof value === 'string' ? value : JSON.stringify(value)),
      fetch: (request) => (sent = fetch(request)).then((response) => response.clone()),
    });
    if (sent === undefined) throw new Error(`${name} asked nothing: ${String(error)}`);
    const answer = await readAnswer(await sent);
    if (answer.type.endsWith('json')) expect(data ?? error).toEqual(answer.body);
    return answer;
  };

/** A house that is asked through the client generated from its document; it is closed when there is none to be had. */
export async function throughGeneratedClient<House extends RestClient & { close(): Promise<void> }>(
  house: House,
  stories: string,
): Promise<{ readonly house: House; readonly generated: GeneratedClient }> {
  try {
    const generated = await generatedClient(house, stories);
    return { house: { ...house, ...generated.client }, generated };
  } catch (error) {
    await house.close();
    throw error;
  }
}

const STRICTLY = {
  compilerOptions: {
    ...{ target: 'es2022', lib: ['es2023', 'dom', 'dom.iterable', 'dom.asynciterable'], module: 'nodenext' },
    ...{ strict: true, skipLibCheck: false },
    ...{ types: [], rootDir: '.', outDir: 'dist' },
  },
  include: ['client', 'stories.ts'],
};
