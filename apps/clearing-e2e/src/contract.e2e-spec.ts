import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { BallastClient, Producer } from '@ballast/exchange-client';
import { BallastProcess, REPOSITORY } from './ballast-process.js';
import { OwnExchange } from './own-exchange.js';

/** Hooks and setting of the fuzzer. */
const FUZZ = path.join(REPOSITORY, 'tools/contract-fuzz');
const SCHEMATHESIS = path.join(REPOSITORY, '.data/contract-fuzz/bin/schemathesis');
/** For each operation and phase; 60 make some 11,000 requests. */
const EXAMPLES = process.env['BALLAST_FUZZ_EXAMPLES'] ?? '4';
const SEED = process.env['BALLAST_FUZZ_SEED'] ?? '1';
const BEGIN = Date.parse('2020-03-12T10:00:00Z');
const MINUTES = 50;

/** They do not end. */
const STREAMS = '^/(live|margin-events|deleveraging/announcements|accounts/\\{accountId\\}/headroom)$';
/** A halted house takes nothing, and nothing trades in what is halted: both are changed behind everything else. */
const HALTS = '^/(house-mode|instrument-halts)';

/** Nobody but the ledger of this test pays into it. */
const PAID = 'ledger.main';

const NAMES = {
  accountId: ['calm.main', 'swing.main', 'bold.main', 'maker.main'],
  log: ['accounts', 'margin', 'pricing', 'liquidation', 'exchange.fills', 'exchange.quotes'],
  partition: ['0', '1', '2', '3', '-1'],
  position: ['1', '2', '3', '7', '12'],
  withdrawalId: ['w-1', 'w-2'],
  underlying: ['BTC', 'ETH'],
  instrument: ['BTC-PERP', 'ETH-PERP'],
  producer: ['market-data', 'matching-engine'],
};

interface Acknowledged {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly answer: string;
}

const installed = existsSync(SCHEMATHESIS);
if (!installed)
  process.stderr.write(`*** the contract is NOT fuzzed: run tools/contract-fuzz/install.sh, which needs Python\n`);

(installed ? describe : describe.skip)('the contract of the interface', () => {
  let directory: string;
  let run: BallastProcess;
  let base: string;
  let ballast: BallastClient;
  let paid = 0;
  let treasuryNext = 1;
  let fuzzer: ChildProcess | undefined;
  let paying: Promise<number> = Promise.resolve(0);

  async function serve(port: string): Promise<void> {
    const data = path.join(directory, 'data');
    run = new BallastProcess(['serve', '--exchange', 'none', '--data-dir', data, '--port', port, '--partitions', '4']);
    [, base = ''] = await run.seen(/Ballast serves (http:\S+)/);
    ballast = new BallastClient({ url: base });
  }

  beforeAll(async () => {
    directory = await fs.mkdtemp(path.join(os.tmpdir(), 'ballast-contract-'));
    await serve('0');
    const exchange = await OwnExchange.over(ballast);
    await exchange.play(BEGIN, MINUTES, () => Promise.resolve());
    await again({
      path: '/accounts',
      headers: { 'idempotency-key': 'opening-of-paid' },
      body: `{"accountId":"${PAID}"}`,
      answer: '',
    });
    await fs.writeFile(path.join(directory, 'names.json'), JSON.stringify(NAMES));
  });

  afterAll(async () => {
    run.kill();
    await run.finished();
    await fs.rm(directory, { recursive: true, force: true });
  });

  // What outlives its test would pay beside the next one.
  afterEach(async () => {
    fuzzer?.kill();
    await paying.catch(() => 0);
  });

  async function fuzz(...which: readonly string[]): Promise<{ readonly code: number; readonly said: string }> {
    const checks = ['--exclude-checks', 'not_a_server_error,unsupported_method,positive_data_acceptance'];
    const child = spawn(
      SCHEMATHESIS,
      [
        ...['--config-file', path.join(FUZZ, 'schemathesis.toml')],
        ...['run', `${base}/openapi.json`, '--phases', 'examples,coverage,fuzzing,stateful', '--seed', SEED],
        ...['--max-examples', EXAMPLES, '--generation-database', 'none', '--continue-on-failure', '--no-color'],
        ...['--request-timeout', '60', ...checks, ...which],
        ...['--suppress-health-check', 'filter_too_much'],
      ],
      {
        cwd: directory,
        env: {
          ...process.env,
          SCHEMATHESIS_HOOKS: 'hooks',
          PYTHONPATH: FUZZ,
          BALLAST_NAMES: path.join(directory, 'names.json'),
          BALLAST_ACKNOWLEDGED: path.join(directory, 'acknowledged.ndjson'),
        },
      },
    );
    fuzzer = child;
    let said = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => (said += text));
    }
    const [code] = (await once(child, 'close')) as [number];
    return { code, said };
  }

  /** Asks a write again as it was asked. */
  async function again({ path: where, headers, body }: Acknowledged): Promise<{ status: number; text: string }> {
    const response = await fetch(base + where, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body,
    });
    return { status: response.status, text: await response.text() };
  }

  /** One dollar by command and one by message of the exchange, again and again. @returns how many were acknowledged */
  async function pay(until: Promise<unknown>): Promise<number> {
    let ended = false;
    void until.finally(() => (ended = true));
    const treasury = new Producer(ballast, 'treasury', 'one');
    treasury.goOnAt(treasuryNext);
    const first = paid;
    while (!ended) {
      const depositId = `deposit-${paid}`;
      const money = { depositId, asset: 'USD', amount: '1' } as const;
      if (paid % 2 === 0) {
        const body = JSON.stringify(money);
        const headers = { 'idempotency-key': `key-of-${depositId}` };
        const { status } = await again({ path: `/accounts/${PAID}/deposits`, headers, body, answer: '' });
        if (status === 503 || status === 429) continue;
        expect(status).toBe(201);
      } else {
        treasury.say('DepositReceived', BEGIN, { ...money, accountId: PAID });
        await treasury.flush();
        treasuryNext = treasury.next;
      }
      paid += 1;
      await wait(20);
    }
    return paid - first;
  }

  async function balance(): Promise<string> {
    const { collateral } = await ballast.get<{ collateral: { USD: string } }>(`/accounts/${PAID}`);
    return collateral.USD;
  }

  it.each([
    ['everything but halts', ['--exclude-path-regex', `${STREAMS}|${HALTS}`], 500],
    ['the mode of the house and halts of instruments', ['--include-path-regex', HALTS], 20],
  ])('holds for whatever is asked about %s', async (_, which, fewest) => {
    const fuzzing = fuzz(...which);
    paying = pay(fuzzing);
    const deposits = await paying;
    const { code, said } = await fuzzing;
    const asked = Number(/(\d+) generated/.exec(said)?.[1]);
    process.stderr.write(`the contract: ${asked} requests beside ${deposits} deposits\n`);
    expect({ code, said: code === 0 ? '' : said }).toEqual({ code: 0, said: '' });
    expect(asked).toBeGreaterThan(fewest);
    expect(deposits).toBeGreaterThan(0);
  });

  it('has lost nothing of what was acknowledged after a kill -9', async () => {
    run.kill();
    await run.finished();
    await serve(new URL(base).port);
    const lines = (await fs.readFile(path.join(directory, 'acknowledged.ndjson'), 'utf8')).trim().split('\n');
    const writes = lines.map((line) => JSON.parse(line) as Acknowledged);
    const commands = writes.filter(({ headers }) => headers['idempotency-key'] !== undefined);
    for (const command of commands) {
      expect({ ...command, again: (await again(command)).text }).toMatchObject({ again: command.answer });
    }
    expect(commands.length).toBeGreaterThan(0);
    const deadline = Date.now() + 60_000;
    for (let held = ''; held !== String(paid); held = await balance()) {
      if (Date.now() > deadline) throw new Error(`${held} of ${paid} deposits stand`);
    }
  });

  it('leaves logs in which verify finds no fault', async () => {
    run.kill('SIGTERM');
    await run.finished();
    const { code, stdout } = await new BallastProcess([
      'verify',
      '--data-dir',
      path.join(directory, 'data'),
    ]).finished();
    expect({ code, stdout }).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('nothing was altered') as unknown,
    });
  });
});
