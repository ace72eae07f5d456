import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { throughOperations, type AskOperation, type OpenApi } from './operations.fixtures.js';
import { readAnswer, type Answer, type RestClient } from './rest-client.fixtures.js';

export interface PythonTools {
  /** Directory of openapi-python-client and the Python that has what its clients need. */
  readonly bin: string;
  /** A program that asks through the client: questions and answers are JSON, a line each. */
  readonly program: string;
}

/** @returns what a program printed */
export async function printed(bin: string, program: string, args: readonly string[], cwd: string): Promise<string> {
  const env = { ...process.env, PATH: `${bin}:${process.env['PATH']}` };
  const child = spawn(path.join(bin, program), args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
  const [stdout, stderr, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close') as Promise<[number]>,
  ]);
  if (code !== 0) throw new Error(`${program} ended with ${code}:\n${stdout}\n${stderr}`);
  return stdout;
}

/** Generates a client for Python from the document of a house into `ballast_client` of a directory, and compiles it. */
export async function generatePythonClient(bin: string, house: RestClient, directory: string): Promise<void> {
  await fs.writeFile(path.join(directory, 'openapi.json'), (await house.get('/openapi.json')).text);
  const generate = ['generate', '--path', 'openapi.json', '--meta', 'none', '--output-path', 'ballast_client'];
  const said = await printed(bin, 'openapi-python-client', [...generate, '--fail-on-warning'], directory);
  if (/warning/i.test(said)) throw new Error(said);
  await printed(bin, 'python', ['-m', 'compileall', '-q', '.'], directory);
}

/** A house that is asked through the client generated for Python from its document; closed with it. */
export async function throughPythonClient<House extends RestClient & { close(): Promise<void> }>(
  house: House,
  { bin, program }: PythonTools,
): Promise<{ readonly house: House; readonly asked: ReadonlySet<string> }> {
  const directory = await fs.mkdtemp(path.join(os.tmpdir(), 'ballast-python-'));
  await generatePythonClient(bin, house, directory);
  await fs.copyFile(program, path.join(directory, 'ask.py'));
  const python = spawn(path.join(bin, 'python'), ['ask.py', house.url], {
    cwd: directory,
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const waiting = new Map<number, (answer: Answer | undefined | Error) => void>();
  createInterface({ input: python.stdout }).on('line', (line) => {
    const { id, unsaid, status, headers, text: body } = JSON.parse(line) as Line;
    const answer =
      unsaid === undefined ? readAnswer(new Response(withBody(status, body), { status, headers })) : undefined;
    void Promise.resolve(answer).then(waiting.get(id));
    waiting.delete(id);
  });
  let gone: Error | undefined;
  const ended = text(python.stderr).then((trace) => {
    gone = new Error(`the client generated for Python ended: ${trace}`);
    for (const tell of waiting.values()) tell(gone);
  });
  let questions = 0;
  const ask: AskOperation = async (operation, request) => {
    if (gone !== undefined) throw gone;
    const id = ++questions;
    const answer = await new Promise<Answer | undefined | Error>((resolve) => {
      waiting.set(id, resolve);
      python.stdin.write(`${JSON.stringify({ id, operation, ...request })}\n`);
    });
    if (answer instanceof Error) throw answer;
    return answer;
  };
  const document = JSON.parse(await fs.readFile(path.join(directory, 'openapi.json'), 'utf8')) as OpenApi;
  const { client, asked } = throughOperations(house, document, ask);
  const close = async (): Promise<void> => {
    python.stdin.end();
    await ended;
    await house.close();
    await fs.rm(directory, { recursive: true });
  };
  return { house: { ...house, ...client, close }, asked };
}

interface Line {
  readonly id: number;
  readonly unsaid?: string;
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly text: string;
}

/** A response of these has no body, not even an empty one. */
const withBody = (status: number, body: string): string | null => ([204, 304].includes(status) ? null : body);
