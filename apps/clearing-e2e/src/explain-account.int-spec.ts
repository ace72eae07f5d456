import { accountExplanation, written, type AccountExplanation } from '@ballast/contracts';
import { MemoryLogStore } from '@ballast/event-log';
import { createExchangeSimulator } from '@ballast/exchange-simulator-domain';
import type { MarginEvents } from '@ballast/facts';
import { dec, instantOf, sum } from '@ballast/kernel';
import { MARGIN_STATES, type MarginState } from '@ballast/margin-domain';
import { loadScenario } from '@ballast/scenarios';
import { ClearingHouse, Simulation } from '@ballast/services';
import { type HistoryEnd, readPlace, explainAccount, explanationText } from '@ballast/audit';
import { expectTablesToAddUp } from './printed-tables.fixtures.js';

const PARTITIONS = 2;
let house: ClearingHouse;
let accountIds: readonly string[];

/** The worst hour of the crash of March 2020, in which accounts are liquidated. */
beforeAll(async () => {
  const scenario = {
    ...(await loadScenario('crash-2020-03')),
    from: instantOf('2020-03-12T09:45:00Z'),
    to: instantOf('2020-03-12T10:35:00Z'),
  };
  house = await ClearingHouse.open({ store: new MemoryLogStore(), partitions: PARTITIONS, worker: 'test' });
  const simulator = createExchangeSimulator({ scenario, seed: '1', accounts: 100, partitions: PARTITIONS });
  const simulation = await Simulation.open({ house, simulator, steps: [...simulator.steps()] });
  while (!simulation.done) await simulation.step();
  accountIds = [0, 1].flatMap((p) => marginOf(p).book.accounts.map(({ accountId }) => accountId));
}, 240_000);

const marginOf = (partition: number): MarginState => house.workerOf<MarginState>('margin', partition).state;

async function explained(accountId: string, end?: HistoryEnd): Promise<AccountExplanation> {
  const explanation = await explainAccount(house.logs, accountId, { end });
  expect(accountExplanation.parse(written(accountExplanation)(explanation))).toEqual(explanation);
  return explanation as AccountExplanation;
}

async function changes(): Promise<readonly { at: number; payload: MarginEvents['AccountStateChanged'] }[]> {
  const log = house.logs.log('margin');
  const all = await Promise.all([0, 1].map((partition) => log.read(partition, 0, 100_000)));
  return all
    .flat()
    .filter(({ type }) => type === 'AccountStateChanged')
    .map(({ time, payload }) => ({ at: time.clearing, payload: payload as MarginEvents['AccountStateChanged'] }));
}

describe('an explanation from the logs alone', () => {
  it('ends in the state and the equity that margin itself holds', async () => {
    for (const accountId of accountIds) {
      const explanation = await explained(accountId);
      const { book } = marginOf(explanation.partition);
      expect(explanation.state).toBe(MARGIN_STATES[book.stateOf(book.at(accountId))]);
      expect(explanation.assessment?.accountVersion).toBe(book.at(accountId).version);
    }
  }, 120_000);

  it('bridges equity without a gap: what is left to rounding is below two cents', async () => {
    let bridges = 0;
    for (const accountId of accountIds) {
      const { bridge } = await explained(accountId);
      if (bridge === null) continue;
      bridges += 1;
      const total = dec(bridge.before).plus(sum(bridge.lines.map(({ amount }) => dec(amount))));
      expect(total.eq(bridge.after)).toBe(true);
      const rounding = bridge.lines.find(({ label }) => label === 'rounding');
      expect(Math.abs(Number(rounding?.amount ?? 0))).toBeLessThan(0.02);
    }
    expect(bridges).toBe(accountIds.length);
  }, 120_000);

  it('at the time of a change tells the state the account had at the end of that moment', async () => {
    const all = await changes();
    expect(all.length).toBeGreaterThan(10);
    for (const { at, payload } of all.slice(0, 25)) {
      const { accountId } = payload;
      const last = all.findLast((each) => each.payload.accountId === accountId && each.at === at);
      const explanation = await explained(accountId, { at });
      expect(explanation.state).toBe(last?.payload.to);
      expect(explanation.at).toBeLessThanOrEqual(at);
      expect(explanation.timeline.every((entry) => entry.at <= at)).toBe(true);
    }
  }, 120_000);

  it('of a liquidation names the deposit that was missing, to the cent, and every slice with its cost', async () => {
    const entry = (await changes()).findLast(({ payload }) => payload.to === 'LIQUIDATING');
    expect(entry).toBeDefined();
    const { accountId, assessment } = (entry as NonNullable<typeof entry>).payload;
    const explanation = await explained(accountId);
    const { equity, liquidation } = assessment.figures;
    expect(explanation.wouldHaveAvoided?.lines[0]?.amount).toBe(dec(liquidation).minus(equity).toFixed(2));
    expect(explanation.slices.length).toBeGreaterThan(0);
    for (const { lines } of explanation.slices) {
      expect(lines.map(({ label }) => label)).toEqual(expect.arrayContaining(['provisional rate', 'penalty']));
    }
    const text = explanationText(explanation);
    for (const part of ['What would have avoided LIQUIDATING', 'Equity since', 'Timeline', 'Slice 1 of case']) {
      expect(text).toContain(part);
    }
  }, 60_000);

  it('knows no account that was never opened', async () => {
    expect(await explainAccount(house.logs, 'nobody.main')).toBe('account-unknown');
    const end = { at: instantOf('2020-03-12T09:00:00Z') };
    expect(await explainAccount(house.logs, accountIds[0] as string, { end })).toBe('account-unknown');
  });
});

type EventPlace = NonNullable<ReturnType<typeof readPlace>>;

interface Located extends EventPlace {
  readonly log: 'margin' | 'liquidation' | 'accounts';
  readonly accountId: string;
  readonly at: number;
  readonly type: string;
  readonly payload: unknown;
}

/** Every event of a log that is about one account. */
async function eventsOf(log: Located['log']): Promise<readonly Located[]> {
  const all = await Promise.all([0, 1].map((partition) => house.logs.log(log).read(partition, 0, 100_000)));
  return all.flat().flatMap(({ partition, position, time, type, payload }) => {
    const { accountId } = payload as { readonly accountId?: string };
    return accountId === undefined ? [] : [{ log, partition, position, accountId, at: time.clearing, type, payload }];
  });
}

const at = ({ accountId, log, partition, position }: Located): Promise<AccountExplanation> =>
  explained(accountId, { event: { log, partition, position } });

describe('an event, explained', () => {
  it('of margin tells the figures that stand in it, and the state before and after, inside one clearing time too', async () => {
    const decided = (await eventsOf('margin')).filter(({ type }) =>
      ['AccountStateChanged', 'LiquidationTriggered', 'LiquidatingAccountAssessed'].includes(type),
    );
    const sharesItsTime = decided.filter(
      (event) => decided.filter(({ accountId, at }) => accountId === event.accountId && at === event.at).length > 2,
    );
    expect(sharesItsTime.length).toBeGreaterThan(10);
    for (const located of sharesItsTime.slice(0, 30)) {
      const { assessment, from, to } = located.payload as MarginEvents['AccountStateChanged'];
      const explanation = await at(located);
      expect(explanation.assessment).toEqual(assessment);
      expect(explanation.event?.decided?.figures).toEqual(assessment.figures);
      expect(explanation.marginPosition).toBe(located.position);
      expect(explanation.at).toBe(located.at);
      if (located.type !== 'AccountStateChanged') expect(explanation.state).toBe('LIQUIDATING');
      else {
        expect(explanation.state).toBe(to);
        expect(explanation.event?.before?.state).toBe(from);
      }
    }
  }, 120_000);

  it('of margin differs from the end of its moment, where a liquidation begins and ends in one clearing time', async () => {
    const events = await eventsOf('margin');
    const triggered = events.find(
      ({ type, accountId, at }) =>
        type === 'LiquidationTriggered' &&
        events.some(
          (other) =>
            other.type === 'AccountStateChanged' &&
            other.accountId === accountId &&
            other.at === at &&
            (other.payload as MarginEvents['AccountStateChanged']).from === 'LIQUIDATING',
        ),
    ) as Located;
    expect(triggered).toBeDefined();
    const [atEvent, atTime] = [await at(triggered), await explained(triggered.accountId, { at: triggered.at })];
    expect(atEvent.state).toBe('LIQUIDATING');
    expect(atTime.state).not.toBe('LIQUIDATING');
    const { equity, liquidation } = (triggered.payload as MarginEvents['LiquidationTriggered']).assessment.figures;
    expect(dec(equity).lt(liquidation)).toBe(true);
    expect(atEvent.assessment?.figures.equity).toBe(equity);
    expect(atTime.assessment?.figures.equity).not.toBe(equity);
  });

  it('of liquidation tells the figures it decided on, as far as it had read margin', async () => {
    const orders = (await eventsOf('liquidation')).filter(({ type }) => type === 'CloseOutOrderPlaced');
    expect(orders.length).toBeGreaterThan(5);
    const assessed = (await eventsOf('margin')).filter(({ type }) => type === 'LiquidatingAccountAssessed');
    for (const order of orders.slice(0, 15)) {
      const explanation = await at(order);
      const read = assessed.findLast(
        ({ accountId, position, partition }) =>
          accountId === order.accountId && partition === order.partition && position <= explanation.marginPosition,
      );
      const { assessment } = read?.payload as MarginEvents['LiquidatingAccountAssessed'];
      expect(explanation.state).toBe('LIQUIDATING');
      expect(explanation.assessment?.figures).toEqual(assessment.figures);
      expect(explanation.slices.at(-1)).toMatchObject({ position: order.position });
    }
  }, 60_000);

  it('of accounts tells what that one booking changed', async () => {
    const bookings = (await eventsOf('accounts')).filter(({ type }) => type === 'PositionChanged');
    for (const booking of bookings.slice(-15)) {
      const { position } = booking.payload as { readonly position: { instrument: string; quantity: string } };
      const explanation = await at(booking);
      const held = explanation.assessment?.positions.find(({ instrument }) => instrument === position.instrument);
      expect(held?.quantity ?? '0').toBe(position.quantity);
      expect(explanation.event?.before?.marginPosition).toBe(explanation.event?.decided?.marginPosition);
      expect(explanation.event?.before?.figures).not.toEqual(explanation.event?.decided?.figures);
    }
  }, 60_000);

  it('is named by the timeline in the form that is asked for', async () => {
    const closed = (await eventsOf('margin')).find(
      ({ type, payload }) =>
        type === 'AccountStateChanged' && (payload as MarginEvents['AccountStateChanged']).from === 'LIQUIDATING',
    ) as Located;
    const text = explanationText(await at(closed));
    const places = [...text.matchAll(/ ((?:margin|liquidation|accounts)\/\d+#\d+) {2,}\w+ /g)].map(
      ([, place]) => place,
    );
    expect(new Set(places.map((place) => place?.split('/')[0]))).toEqual(
      new Set(['margin', 'liquidation', 'accounts']),
    );
    for (const place of places) {
      const event = readPlace(place as string) as EventPlace;
      const explanation = await explained(closed.accountId, { event });
      expect(explanation.event).toMatchObject(event);
    }
    expect(text).toContain('as decided');
  });

  it('is refused when there is none, or when it is about another account', async () => {
    const [first, ...others] = await eventsOf('margin');
    const { accountId, ...event } = first as Located;
    const other = others.find((each) => each.accountId !== accountId && each.partition === event.partition) as Located;
    expect(await explainAccount(house.logs, accountId, { end: { event: other } })).toBe('event-of-another');
    const beyond = { ...event, position: 1_000_000 };
    expect(await explainAccount(house.logs, accountId, { end: { event: beyond } })).toBe('event-unknown');
  });
});

describe('the text of an explanation', () => {
  it('gives every amount of dollars two digits and its unit', async () => {
    for (const accountId of accountIds.slice(0, 20)) {
      const text = explanationText(await explained(accountId));
      // A formula may show what was computed with; labels, amounts and sentences have whole cents.
      for (const line of text.split('\n')) expect(line).not.toMatch(/^.{0,70}\d\.\d(\d{2,})? USD/);
    }
  });

  it('has tables of equity that add up as they are printed, with at most a cent a line left to rounding', async () => {
    let tables = 0;
    for (const accountId of accountIds) {
      const text = explanationText(await explained(accountId));
      tables += expectTablesToAddUp(text);
    }
    expect(tables).toBeGreaterThan(50);
  });
});
