import { spawn } from 'node:child_process';
import fs from 'node:fs';
import { dec } from '@ballast/kernel';
import type { Simulation } from '@ballast/services';
import type { Scene } from './scripted-exchange.js';
import { serveScript, whileDeciding } from './scripted-house.js';

const MAIN = 'carol.main';
const LONG = 'carol.btc-long';
const MAKER = 'maker.main';

/** The commands of the page, by the heading they stand under. */
const page = fs.readFileSync(new URL('../../../docs/how-to/isolate-positions.md', import.meta.url), 'utf8');
const commandsUnder = (heading: string): string => {
  const section = page.split(`## ${heading}\n`)[1]?.split('\n## ')[0] ?? '';
  const block = /```sh\n([\s\S]*?)```/.exec(section)?.[1];
  if (block === undefined) throw new Error(`the page has no commands under "${heading}"`);
  return block;
};

/** A minute each; carol trades in both accounts, then the market falls. */
const STORY: readonly Omit<Scene, 'at'>[] = [
  { btc: '10000', fund: '100000', opened: [{ accountId: MAKER, dollars: '10000000' }] },
  { btc: '10000' },
  {
    btc: '10000',
    trades: [
      { buyer: LONG, seller: MAKER, quantity: '2' },
      { buyer: MAIN, seller: MAKER, quantity: '0.5' },
    ],
  },
  { btc: '10000' },
  { btc: '9700' },
  { btc: '9600' },
  { btc: '9550' },
];

interface Account {
  readonly state: string;
  readonly collateral: Readonly<Record<string, string>>;
  readonly positions: readonly { readonly instrument: string; readonly quantity: string }[];
}

describe('the page on isolated positions, as it is written', () => {
  let simulation: Simulation;
  let served: Awaited<ReturnType<typeof serveScript>>;
  let url: string;

  /** Runs the commands of a section; what they print, answer by answer. */
  async function run(heading: string): Promise<readonly Record<string, unknown>[]> {
    const script = commandsUnder(heading).replaceAll(/^(curl .*)$/gm, '$1; echo');
    return whileDeciding(simulation, async () => {
      const shell = spawn('bash', ['-ec', script], { env: { ...process.env, B: url } });
      let out = '';
      shell.stdout.on('data', (chunk: Buffer) => (out += chunk.toString('utf8')));
      await new Promise((resolve) => shell.on('close', resolve));
      return out
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as Record<string, unknown>);
    });
  }

  const get = async <Answer>(path: string): Promise<Answer> => (await fetch(url + path)).json() as Promise<Answer>;
  const account = (accountId: string): Promise<Account> => get(`/accounts/${accountId}`);
  const status = async (accountId: string, id: string): Promise<string> =>
    (await get<{ readonly status: string }>(`/accounts/${accountId}/withdrawals/${id}`)).status;

  beforeAll(async () => {
    served = await serveScript(STORY, MAKER);
    ({ simulation, url } = served);
    await simulation.step();
  }, 60_000);

  afterAll(() => served.close());

  it('opens both accounts and moves margin into the isolated one', async () => {
    expect(await run('Open an account for what is isolated')).toMatchObject([
      { data: { accountId: MAIN } },
      { data: { depositId: 'd-1' } },
      { data: { accountId: LONG } },
    ]);
    expect(await run('Give it its margin')).toMatchObject([{ data: { transferId: 't-1' } }]);
    await simulation.step();
    expect(await status(MAIN, 't-1')).toBe('settled');
    expect([(await account(MAIN)).collateral, (await account(LONG)).collateral]).toEqual([
      { USD: '9000' },
      { USD: '1000' },
    ]);
  });

  it('bears in the isolated account only what its own margin bears', async () => {
    expect(await run('Trade in it')).toMatchObject([
      { allowed: true },
      { allowed: false, code: 'below-initial-requirement' },
    ]);
    await simulation.step();
    expect((await account(LONG)).positions).toMatchObject([{ instrument: 'BTC-PERP', quantity: '2' }]);
  });

  it('takes margin in at once, lets out what is not needed and gives back what is', async () => {
    expect(await run('Add margin, and take some out')).toHaveLength(3);
    await simulation.step();
    expect([await status(MAIN, 't-2'), await status(LONG, 't-3'), await status(LONG, 't-4')]).toEqual([
      'settled',
      'settled',
      'released',
    ]);
    // 1,000 + 50 - 40, less the taker fee of 0.05 % of 20,000.
    expect((await account(LONG)).collateral).toEqual({ USD: '1000' });
  });

  it('closes out the isolated account alone when the market falls', async () => {
    const before = await account(MAIN);
    for (let minute = 0; minute < 3; minute++) await simulation.step();
    const [long, main] = (await run('When the market falls')) as unknown as readonly [Account, Account];
    expect(dec(long.positions[0]?.quantity ?? '0').lt(2)).toBe(true);
    expect(main).toMatchObject({ state: 'HEALTHY', collateral: before.collateral, positions: [{ quantity: '0.5' }] });
    const cases = await get<{ readonly items: readonly { readonly accountId: string }[] }>('/liquidations');
    expect(cases.items.map(({ accountId }) => accountId)).toEqual([LONG]);
  });

  it('lets the owner choose the model of an account', async () => {
    expect(await run('Choose what offsets what')).toMatchObject([{ data: { model: 'adaptive-portfolio@1' } }]);
  });
});
