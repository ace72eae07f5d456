import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { BallastClient } from '@ballast/exchange-client';
import { BallastProcess, REPOSITORY } from './ballast-process.js';
import { expectCleared, expectSound } from './cleared-hour.js';
import { OwnExchange } from './own-exchange.js';

const BEGIN = Date.parse('2020-03-12T10:00:00Z');
const MINUTES = 60;
/** In the quiet part, and while an account is closed out. */
const KILLED_BEHIND = [7, 43];

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

describe('an exchange that nobody simulates, in front of serve', () => {
  let directory: string;
  let data: string;
  let run: BallastProcess;
  let base: string;
  let positions: ReturnType<OwnExchange['positions']>;

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

  it('is cleared for an hour of the crash over two kills: the books of both agree to the unit', async () => {
    const exchange = await OwnExchange.over(new BallastClient({ url: base }));
    const kills: Promise<void>[] = [];
    await exchange.play(BEGIN, MINUTES, async (minute) => {
      // The exchange goes on meanwhile.
      if (KILLED_BEHIND.includes(minute)) kills.push(killAndStart());
    });
    await Promise.all(kills);
    expectCleared(await exchange.report());
    positions = exchange.positions();
  });

  it('has the positions that the exchange has, and says so by reconcile, which exits 1 when it has not [CLR-ACC-080]', async () => {
    const { clearing } = await new BallastClient({ url: base }).get<{ readonly clearing: string }>('/status');
    const reconciled = async (file: string, text: string): ReturnType<BallastProcess['finished']> => {
      const name = path.join(directory, file);
      await fs.writeFile(name, text);
      const asked = ['--of', 'positions', '--source', 'matching-engine', '--as-of', clearing];
      return new BallastProcess(['reconcile', name, ...asked, '--url', base]).finished();
    };
    const row = ({ accountId, instrument, quantity }: (typeof positions)[number], more = 0): string =>
      `${accountId},${instrument},${Number(quantity) + more}`;
    const csv = (more: number): string =>
      ['accountId,instrument,quantity', ...positions.map((each, index) => row(each, index === 0 ? more : 0))].join(
        '\n',
      );
    expect(await reconciled('agreed.json', JSON.stringify(positions))).toMatchObject({
      ...{ code: 0, stdout: expect.stringContaining(' 0 differ') as unknown },
    });
    expect(await reconciled('wrong.csv', csv(1))).toMatchObject({
      ...{ code: 1, stdout: expect.stringMatching(/1 differ: 1 new[^]*│ 1 +│/) as unknown },
    });
    expect(await reconciled('agreed.csv', csv(0))).toMatchObject({
      ...{ code: 0, stdout: expect.stringContaining('1 agree again') as unknown },
    });
    expect(await reconciled('malformed.csv', `${csv(0)}\ncalm.main,BTC-PERP,1e5`)).toMatchObject({
      ...{ code: 2, stderr: expect.stringMatching(/malformed\.csv:\d+: quantity is "1e5"/) as unknown },
    });
  });

  it('leaves a database that verify and replay find sound, with the log of the exchange in it', async () => {
    run.kill('SIGTERM');
    expect(await run.finished()).toMatchObject({ code: 0 });
    await expectSound(['--data-dir', data]);
  });
});
