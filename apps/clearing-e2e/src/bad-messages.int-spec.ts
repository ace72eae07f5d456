import { replay, verify } from '@ballast/audit';
import { MemoryLogStore } from '@ballast/event-log';
import { GLOBAL, type DecisionContext, type LogEntry, type NewEvent, type SealedEvent } from '@ballast/event-sourcing';
import { EXCHANGE_LOGS, type AccountsEvents, type PricingEvents } from '@ballast/facts';
import { canonicalText } from '@ballast/kernel';
import { SERVICES, Simulation, type ClearingHouse } from '@ballast/services';
import { SHORT_WINDOW } from './ci-window.js';
import { openRun, runToEnd } from './clearing-run.js';
import { entriesOf } from './rewrite-history.js';

/** An exchange that, beside its honest messages, sends at every step what no exchange should. */
async function runWithBadMessages(): Promise<{ house: ClearingHouse; sent: number }> {
  const run = await openRun(new MemoryLogStore(), SHORT_WINDOW);
  const { simulator, house } = run;
  const bad = new Set<unknown>();
  const honest: NewEvent[] = [];
  const { process } = simulator;
  const simulation = await Simulation.open({
    ...run,
    simulator: {
      runName: simulator.runName,
      steps: () => simulator.steps(),
      process: {
        ...process,
        fire(state, timer, context) {
          const emit: DecisionContext['emit'] = (event, cause) => {
            honest.push(event);
            return context.emit(event, cause);
          };
          process.fire(state, timer, { ...context, time: context.time, emit });
          for (const message of badMessages(honest, timer.due)) {
            bad.add(message.payload);
            context.emit(message);
          }
        },
        // The exchange itself does not believe them.
        evolve: (state, entry) => (bad.has(entry.payload) ? undefined : process.evolve(state, entry)),
      },
    },
  });
  // Every delivery comes twice.
  house.onAppended((entries) => house.delivery.deliver(entries));
  while (!simulation.done) await simulation.step();
  return { house, sent: bad.size };
}

/** Malformed, repeated, late and early messages, and those for accounts and venues that do not exist. */
function badMessages(honest: readonly NewEvent[], at: number): NewEvent[] {
  const last = (type: string): NewEvent[] => honest.filter((message) => message.type === type).slice(-1);
  const again = (message: NewEvent, change: object = {}): NewEvent => ({
    ...message,
    payload: { ...(message.payload as object), ...change },
  });
  return [
    ...last('TradeFilled').flatMap((fill) => [
      again(fill),
      again(fill, { tradeId: `bad-${at}`, quantity: 'NaN' }),
      again(fill, { tradeId: `worse-${at}`, price: '-1' }),
      again(fill, { tradeId: `odd-${at}`, side: 'long' }),
      // Both sides of a trade between two that nobody knows: verify holds the sum of all positions against zero.
      again(fill, { tradeId: `nobody-${at}`, accountId: 'nobody.main', side: 'buy' }),
      again(fill, { tradeId: `nobody-${at}`, accountId: 'noone.main', side: 'sell' }),
    ]),
    ...last('DepositReceived').flatMap((deposit) => [
      again(deposit),
      again(deposit, { depositId: `bad-${at}`, amount: '1e9' }),
      again(deposit, { depositId: `none-${at}`, amount: null }),
      again(deposit, { depositId: `coin-${at}`, asset: 'DOGE' }),
      again(deposit, { depositId: `nobody-${at}`, accountId: 'nobody.main', asset: 'USD', amount: '5.00' }),
    ]),
    ...last('AccountOpeningRequested').map((opening) => again(opening)),
    ...last('MarketOpened').map((market) => again(market)),
    ...last('PriceHistorySupplied').map((history) => again(history)),
    ...last('VenueQuotesReceived').flatMap((quotes) => [
      again(quotes, { underlying: STRANGER }),
      // From ten minutes ago, and from tomorrow.
      again(quotes, { quotes: moved(quotes, at - 600_000) }),
      again(quotes, { quotes: moved(quotes, at + 86_400_000) }),
    ]),
  ];
}

function moved({ payload }: NewEvent, at: number): object[] {
  const { quotes } = payload as { quotes: readonly object[] };
  return quotes.map((quote) => ({ ...quote, bid: '1', ask: '2', at }));
}

/** Quoted, and neither listed nor kept. */
const STRANGER = 'DOGE';

function withoutStranger({ underlyings, ...set }: PricingEvents['PriceSetPublished']): object {
  const others = Object.entries(underlyings).filter(([asset]) => asset !== STRANGER);
  return { ...set, underlyings: Object.fromEntries(others) };
}

describe('messages that no exchange should send', () => {
  let house: ClearingHouse;
  let clean: ClearingHouse;
  let sent: number;

  beforeAll(async () => {
    clean = await runToEnd(new MemoryLogStore(), SHORT_WINDOW);
    ({ house, sent } = await runWithBadMessages());
  }, 120_000);

  it('are stored like all others', async () => {
    const count = async (of: ClearingHouse): Promise<number> => {
      let total = 0;
      for (const name of EXCHANGE_LOGS) for (const { size } of await of.logs.log(name).heads()) total += size;
      return total;
    };
    expect(sent).toBeGreaterThan(300);
    expect(await count(house)).toBe((await count(clean)) + sent);
  });

  it('change no price and no account; an asset that nobody listed has a price of its own', async () => {
    const prices = async (of: ClearingHouse): Promise<string[]> =>
      (await entriesOf(of.logs.log('pricing'), GLOBAL))
        .filter(({ type }) => type === 'PriceSetPublished')
        .map(({ payload }) => canonicalText(withoutStranger(payload as PricingEvents['PriceSetPublished']) as never));
    expect(await prices(house)).toEqual(await prices(clean));
    for (let partition = 0; partition < house.partitions; partition++) {
      const [with_, without] = [await accountEvents(house, partition), await accountEvents(clean, partition)];
      expect(with_.map(({ payload }) => payload)).toEqual(without.map(({ payload }) => payload));
    }
  });

  it('are each kept or alarmed in suspense, money for an unknown account with its amount', async () => {
    const booked: AccountsEvents['SuspenseBooked'][] = [];
    for (let partition = 0; partition < house.partitions; partition++) {
      const entries = await entriesOf(house.logs.log('accounts'), partition);
      booked.push(
        ...entries
          .filter(({ type }) => type === 'SuspenseBooked')
          .map(({ payload }) => payload as AccountsEvents['SuspenseBooked']),
      );
    }
    const reasons = new Map<string, number>();
    for (const { reason, detail } of booked) {
      reasons.set(`${reason} ${detail}`, (reasons.get(`${reason} ${detail}`) ?? 0) + 1);
    }
    expect([...reasons.keys()].sort()).toEqual([
      'asset-not-kept asset-not-kept',
      'fill-repeated fill-repeated',
      'malformed amount-invalid',
      'malformed amount-not-positive',
      'malformed side-unknown',
      'unknown-account account-unknown',
    ]);
    const kept = booked.filter(({ reference }) => reference?.startsWith('deposit nobody-'));
    expect(kept.length).toBeGreaterThan(0);
    for (const { postings } of kept) {
      expect(postings).toContainEqual({ ledgerAccount: 'suspense', asset: 'USD', amount: '5' });
    }
  });

  it('leave a history that verifies and replays', async () => {
    expect((await verify(house.logs)).faults).toEqual([]);
    expect((await replay(house.logs, SERVICES, () => performance.now())).divergence).toBeUndefined();
  }, 60_000);

  it('are asked for again when they come out of order', async () => {
    const fresh = (await openRun(new MemoryLogStore(), SHORT_WINDOW)).house;
    const worker = fresh.workerOf('accounts', 0);
    const fills: readonly LogEntry[] = await entriesOf(clean.logs.log('exchange.fills'), 0);
    const [first, second, third] = fills as [LogEntry, LogEntry, LogEntry];
    expect(worker.offer([second])).toBe(0);
    expect(worker.offer([first, third])).toBe(1);
    expect(worker.offer([second, third, first])).toBeUndefined();
    expect(worker.arrived('exchange.fills', 0)).toBe(3);
  });
});

/** What happened to accounts, in order, without suspense. */
async function accountEvents(of: ClearingHouse, partition: number): Promise<readonly SealedEvent[]> {
  const entries = await entriesOf(of.logs.log('accounts'), partition);
  return entries.filter(({ stream }) => stream.startsWith('account-'));
}
