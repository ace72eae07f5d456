import net from 'node:net';
import { Command } from 'commander';
import { ProgressPrinter } from './progress-printer.js';
import { assertMayListen, tokenOf } from './access-options.js';
import { firstLines, withServeOptions, type ServeCliOptions } from './serve-options.js';

const SECRET = 'a-secret-of-16-characters';

describe('where serve listens', () => {
  it.each(['127.0.0.1', 'localhost', '::1'])('%s needs no token: only this machine reaches it', (host) => {
    expect(() => assertMayListen(host, undefined)).not.toThrow();
  });

  it.each(['0.0.0.0', '::', '192.168.1.5', 'example.org', ''])('%s needs a token', (host) => {
    expect(() => assertMayListen(host, undefined)).toThrow(/BALLAST_TOKEN/);
    expect(() => assertMayListen(host, SECRET)).not.toThrow();
  });

  it('a token that is easily guessed is refused, and none is none', () => {
    expect(tokenOf({})).toBeUndefined();
    expect(tokenOf({ BALLAST_TOKEN: '' })).toBeUndefined();
    expect(tokenOf({ BALLAST_TOKEN: SECRET })).toBe(SECRET);
    for (const token of ['fifteen-letters', ' '.repeat(20), `${SECRET}\n`, `${SECRET} and more`, `${SECRET}\u00e9`]) {
      expect(() => tokenOf({ BALLAST_TOKEN: token })).toThrow(/must have 16 characters or more, printable ASCII/);
    }
  });

  it('is 127.0.0.1:8787 unless somebody says otherwise, and the token is no option', () => {
    const command = withServeOptions(new Command('serve'));
    command.parse([], { from: 'user' });
    expect(command.opts<ServeCliOptions>()).toMatchObject({ host: '127.0.0.1', port: 8787, log: 'postgres' });
    expect(command.options.map(({ long }) => long)).not.toContain('--token');
  });
});

describe('the address of the console before anything is loaded', () => {
  const firstLinesOf = (...given: readonly string[]): Promise<string> => {
    const command = withServeOptions(new Command('serve'));
    command.parse([...given], { from: 'user' });
    return firstLines(command.opts<ServeCliOptions>());
  };
  const taken = net.createServer();
  let port: string;

  beforeAll(async () => {
    await new Promise<void>((listening) => taken.listen(0, '127.0.0.1', listening));
    port = String((taken.address() as net.AddressInfo).port);
  });
  afterAll(() => new Promise((closed) => taken.close(closed)));

  it('is told where it can be served', async () => {
    await expect(firstLinesOf('--port', '0')).resolves.not.toContain('The console');
    const free = net.createServer();
    await new Promise<void>((listening) => free.listen(0, '127.0.0.1', listening));
    const { port: open } = free.address() as net.AddressInfo;
    await new Promise((closed) => free.close(closed));
    await expect(firstLinesOf('--port', String(open))).resolves.toContain(`127.0.0.1:${open}/console/`);
  });

  it.each<[string, () => readonly string[], RegExp]>([
    ['others reach it without a token', () => ['--host', '0.0.0.0'], /BALLAST_TOKEN/],
    ['the port is taken', () => ['--port', port], /is in use/],
  ])('is not told when %s', async (_why, given, refusal) => {
    await expect(firstLinesOf(...given())).rejects.toThrow(refusal);
  });
});

describe('progress', () => {
  const printer = (isTTY: boolean): { printer: ProgressPrinter; written: string[]; pass: (ms: number) => void } => {
    const written: string[] = [];
    let now = 0;
    const out = { isTTY, columns: 30, write: (text: string) => written.push(text) > 0 };
    return { printer: new ProgressPrinter(out, () => now), written, pass: (ms) => (now += ms) };
  };

  it('is told once a second, and made only when it is told', () => {
    const { printer: progress, written, pass } = printer(false);
    let made = 0;
    const text = (): string => `state ${++made}`;
    progress.update(text);
    pass(999);
    progress.update(text);
    pass(1);
    progress.update(text);
    expect(written).toEqual(['state 1\n', 'state 2\n']);
  });

  it('takes 80 columns where nobody knows the width, so that a redirected line does not wrap either', () => {
    const written: string[] = [];
    const progress = new ProgressPrinter({ write: (text: string) => written.push(text) > 0 });
    progress.update((columns) => 'x'.repeat(columns + 50));
    expect(written).toEqual([`${'x'.repeat(79)}\n`]);
  });

  it('writes over one line of a terminal, never wider than it, and ends it before another line', () => {
    const { printer: progress, written } = printer(true);
    progress.update(() => 'x'.repeat(100));
    progress.line('done');
    expect(written[0]).toBe(`\r\u001b[2K${'x'.repeat(29)}`);
    expect(written.slice(1)).toEqual(['\n', 'done\n']);
  });
});
