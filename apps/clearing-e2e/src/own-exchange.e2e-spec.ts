import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { BallastClient } from '@ballast/exchange-client';
import { BallastProcess, REPOSITORY } from './ballast-process.js';
import { OwnExchange } from './own-exchange.js';

const BEGIN = Date.parse('2020-03-12T10:00:00Z');
const MINUTES = 60;
/** In the quiet part, and while an account is closed out. */
const KILLED_BEHIND = [7, 43];

interface Seen {
  readonly collateral: { readonly USD?: string };
  readonly positions: readonly { readonly instrument: string; readonly quantity: string; readonly cost: string }[];
}

/** Blocks of commands under a heading of the README. */
function commandsUnder(heading: string, readme: string): readonly string[] {
  const begin = readme.indexOf(`## ${heading}\n`);
  const section = readme.slice(begin, readme.indexOf('\n## ', begin));
  return [...section.matchAll(/```sh\n(.*?)```/gs)].map(([, block]) => block as string);
}

describe('README: put your exchange on it', () => {
  it('runs as it stands there, but for port and directory', async () => {
    const directory = await fs.mkdtemp(path.join(os.tmpdir(), 'ballast-readme-'));
    const readme = await fs.readFile(path.join(REPOSITORY, 'README.md'), 'utf8');
    const [start = '', send = '', clear = ''] = commandsUnder('Put your exchange on it', readme);
    const [, ...serve] = start.trim().replace('/tmp/own-exchange', directory).split(/ +/);
    const run = new BallastProcess([...serve.slice(1), '--port', '0']);
    try {
      const [, base = ''] = await run.seen(/Ballast serves (http:\S+)/);
      const shell = async (commands: string): Promise<string> => {
        const here = commands.replaceAll('http://127.0.0.1:8787', base).replaceAll('/tmp/own-exchange', directory);
        const ran = spawn('bash', ['-ec', here], { cwd: REPOSITORY, stdio: ['ignore', 'pipe', 'ignore'] });
        let stdout = '';
        ran.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
        expect((await once(ran, 'close'))[0]).toBe(0);
        return stdout;
      };
      const [connect = '', verify = ''] = clear.trim().split('\n');
      const answers = await shell(send);
      expect(answers.match(/"outcome":"kept"/g)).toHaveLength(2);
      expect(answers).toContain('"producer":"first-steps"');
      expect(JSON.parse(await shell(connect))).toMatchObject({ differences: [] });
      run.kill('SIGTERM');
      await run.finished();
      expect(await shell(verify)).toContain('nothing was altered, all invariants hold');
    } finally {
      run.kill();
      await run.finished();
      await fs.rm(directory, { recursive: true, force: true });
    }
  });
});

describe.each(['TypeScript', 'Python'])('an exchange that nobody simulates, with a connector in %s', (language) => {
  let directory: string;
  let data: string;
  let run: BallastProcess;
  let base: string;

  async function serve(port: string): Promise<void> {
    run = new BallastProcess(['serve', '--exchange', 'none', '--data-dir', data, '--port', port, '--partitions', '4']);
    [, base] = (await run.seen(/Ballast serves (http:\S+)/)) as unknown as [string, string];
  }

  async function killAndStart(): Promise<void> {
    run.kill();
    await run.finished();
    await serve(new URL(base).port);
  }

  beforeAll(async () => {
    directory = await fs.mkdtemp(path.join(os.tmpdir(), 'ballast-own-exchange-'));
    data = path.join(directory, 'data');
    await serve('0');
  });

  afterAll(async () => {
    run.kill();
    await run.finished();
    await fs.rm(directory, { recursive: true, force: true });
  });

  const played = {
    async TypeScript(): Promise<void> {
      const ballast = new BallastClient({ url: base });
      const exchange = await OwnExchange.over(ballast);
      const kills: Promise<void>[] = [];
      await exchange.play(BEGIN, MINUTES, async (minute) => {
        // The exchange goes on meanwhile.
        if (KILLED_BEHIND.includes(minute)) kills.push(killAndStart());
      });
      await Promise.all(kills);
      const seen = await Promise.all(
        [...exchange.books.holdings.keys()].map(async (accountId) => {
          const { collateral, positions } = await ballast.get<Seen>(`/accounts/${accountId}`);
          const held = positions.map(({ instrument, quantity, cost }) => `${instrument} ${quantity} ${cost}`);
          return [accountId, { cash: collateral.USD, positions: held.sort() }] as const;
        }),
      );
      expect(Object.fromEntries(seen)).toEqual(exchange.statement());
      expect(Object.fromEntries(exchange.outcomes)).toEqual({ 'w-1': 'paid', 'w-2': 'below-initial-requirement' });
      expect(exchange.closeOuts).toBeGreaterThan(0);
    },
    async Python(): Promise<void> {
      const connector = path.join(REPOSITORY, 'tools/connector/clear_an_hour.py');
      const python = spawn('python3', [connector, '--url', base], { stdio: ['ignore', 'pipe', 'pipe'] });
      let stdout = '';
      let stderr = '';
      python.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
      python.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
      const ended = once(python, 'close');
      for (const minute of KILLED_BEHIND) {
        while (!stderr.includes(`minute ${minute}\n`) && python.exitCode === null) {
          await new Promise((resolve) => setTimeout(resolve, 5));
        }
        await killAndStart();
      }
      expect({ code: (await ended)[0] as unknown, stderr: stderr.replaceAll(/^minute \d+\n/gm, '') }).toEqual({
        code: 0,
        stderr: '',
      });
      expect(JSON.parse(stdout)).toMatchObject({
        withdrawals: { 'w-1': 'paid', 'w-2': 'refused: below-initial-requirement' },
        differences: [],
      });
      expect((JSON.parse(stdout) as { closeOutOrders: number }).closeOutOrders).toBeGreaterThan(0);
    },
  };

  it('is cleared for an hour of the crash over two kills: the books of both agree to the unit', async () => {
    await played[language as keyof typeof played]();
  });

  it('leaves a database that verify and replay find sound, with the log of the exchange in it', async () => {
    run.kill('SIGTERM');
    expect(await run.finished()).toMatchObject({ code: 0 });
    const verified = await new BallastProcess(['verify', '--snapshots', '--data-dir', data, '--json']).finished();
    const report = JSON.parse(verified.stdout) as Record<string, unknown>;
    expect(report).toMatchObject({ ok: true, faults: [], leftOut: [] });
    expect(report['exchangeEvents']).toBeGreaterThan(300);
    expect(report['snapshots']).toBeGreaterThan(0);
    const replayed = await new BallastProcess(['replay', '--data-dir', data]).finished();
    expect({ code: replayed.code, said: replayed.stdout }).toMatchObject({
      code: 0,
      said: expect.stringContaining('all identical') as unknown,
    });
  });

  it('and in which explain finds why the account was closed out', async () => {
    const { code, stdout } = await new BallastProcess(['explain', 'bold.main', '--data-dir', data]).finished();
    expect({ code, stdout }).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('CloseOutOrderPlaced') as unknown,
    });
  });
});
