import { isOpenAccount, type AccountsState } from '@ballast/accounts-domain';
import { GLOBAL, type LogEntry } from '@ballast/event-sourcing';
import { HOUR_MS, MINUTE_MS, partitionOfAccount, SECOND_MS, type Instant } from '@ballast/kernel';
import { quoteLifetimeMs } from '@ballast/pricing-domain';
import { Simulation } from '@ballast/services';
import { openSimulatedExchange, type SimulatedExchange } from './open-simulation.js';

/** The worst hour of the crash: accounts are called, and some are being closed out when the feed goes silent. */
const CRASH = { from: '2020-03-12T09:50:00Z', to: '2020-03-12T10:50:00Z', openingFund: '100000' } as const;

let opened: SimulatedExchange;
let simulation: Simulation;
let end: Instant;
const said: LogEntry[] = [];

const since = (at: Instant, ...types: readonly string[]): readonly LogEntry[] =>
  said.filter(({ type, time }) => types.includes(type) && time.clearing >= at);

const lifetimeMs = (): number =>
  quoteLifetimeMs(opened.house.workerOf<Parameters<typeof quoteLifetimeMs>[0]>('pricing', GLOBAL).state);

beforeAll(async () => {
  const options = { scenario: 'crash-2020-03', accounts: 100, seed: '6', log: 'memory', dataDir: '', partitions: 2 };
  opened = await openSimulatedExchange({ ...options, ...CRASH, log: 'memory' }, () => undefined);
  end = opened.steps.at(-1) as Instant;
  opened.house.onAppended((entries) => void said.push(...entries));
  const clock = [
    ...Array.from({ length: 5 * 60 }, (_, second) => end + (second + 1) * SECOND_MS),
    ...Array.from({ length: 48 }, (_, hour) => end + (hour + 1) * HOUR_MS),
  ];
  simulation = await Simulation.open({ ...opened, steps: [...opened.steps, ...clock] });
  while (!simulation.done) await simulation.step();
}, 240_000);

afterAll(() => opened.close());

describe('a feed that goes silent and stays so over a weekend [CLR-PRC-013]', () => {
  it('had accounts in trouble when it did', () => {
    expect(said.filter(({ type }) => type === 'MarginCallIssued').length).toBeGreaterThan(0);
  });

  it('halts prices within the lifetime of a quote and one price set', () => {
    const statuses = since(end + 1, 'PriceSetPublished').map(
      ({ time, payload }) => [time.clearing - end, (payload as { status: string }).status] as const,
    );
    const halted = statuses.findIndex(([, status]) => status === 'HALT');
    expect(statuses[halted]?.[0]).toBeLessThanOrEqual(lifetimeMs() + MINUTE_MS);
    expect(new Set(statuses.slice(halted).map(([, status]) => status))).toEqual(new Set(['HALT']));
    expect(since(end + 1, 'SourceStateChanged').map(({ payload }) => (payload as { to: string }).to)).toContain(
      'STALE',
    );
    expect(opened.picture().priceStatus).toBe('HALT');
  });

  it('closes nobody', () => {
    const silent = end + lifetimeMs() + MINUTE_MS;
    expect(since(silent, 'LiquidationTriggered', 'CloseOutOrderPlaced', 'AdlExecuted', 'AdlBooked')).toEqual([]);
    expect(
      since(silent, 'AccountStateChanged').filter(({ payload }) => (payload as { to: string }).to === 'LIQUIDATING'),
    ).toEqual([]);
  });

  it('lets no money go: a withdrawal is released because prices are halted', async () => {
    const { house } = opened;
    const accountId = 'waiting.main';
    const partition = partitionOfAccount(accountId, house.partitions);
    const command = async (id: string, type: string, body: object): Promise<void> => {
      const asked = { log: 'accounts', partition, command: { id, type, body, actor: null } } as const;
      expect(await simulation.execute([asked])).toMatchObject([{ outcome: 'accepted' }]);
    };
    await command('open-key-1', 'OpenAccount', { accountId });
    await command('deposit-key-1', 'Deposit', { depositId: 'd', accountId, asset: 'USD', amount: '100' });
    await command('withdraw-key-1', 'RequestWithdrawal', { withdrawalId: 'w', accountId, asset: 'USD', amount: '1' });
    const { state } = house.workerOf<AccountsState>('accounts', partition);
    expect(isOpenAccount(state, accountId)).toBe(true);
    expect(since(end, 'WithdrawalReleased').at(-1)?.payload).toMatchObject({ accountId, withdrawalId: 'w' });
    expect(since(end, 'WithdrawalRefused').at(-1)?.payload).toMatchObject({ code: 'prices-halted' });
  });
});
