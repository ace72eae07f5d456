import { explainAccount, replay, verify } from '@ballast/audit';
import { GLOBAL, type SealedEvent } from '@ballast/event-sourcing';
import type { AccountsEvents, LiquidationEvents, LiquidationGlobalEvents, MarginEvents } from '@ballast/facts';
import { dec, sum, text } from '@ballast/kernel';
import { SERVICES, type ClearingHouse } from '@ballast/services';
import { changedService, readingAnother, withFigure } from './changed-rules.js';
import { entriesOf } from './rewrite-history.js';
import { DEBTOR, PARTITIONS, openThinBook } from './thin-book.js';

/** The first has capacity for less than is offered; the second has not the margin for the rest; the third is dearer. */
const [SMALL, POOR, DEAR] = ['small.book', 'poor.book', 'dear.book'] as const;

const agreement = (account: string, capacity: string, discount: string) => ({
  ...{ account, underlying: 'BTC', capacity, discount },
});
const AGREEMENTS = {
  windowMs: 600_000,
  agreements: [
    agreement(SMALL, '20000', '0.001'),
    agreement(POOR, '1000000', '0.001'),
    agreement(DEAR, '1000000', '0.004'),
  ],
};
const DOCUMENT = { kind: 'liquidity-providers', id: 'liquidity-providers@1' };

async function thinBook(): Promise<ClearingHouse> {
  const takers = { [SMALL]: '50000', [POOR]: '2000', [DEAR]: '1000000' };
  const { house, simulation } = await openThinBook({ document: { ...DOCUMENT, body: AGREEMENTS }, takers, minutes: 3 });
  while (!simulation.done) await simulation.step();
  return house;
}

type Facts = LiquidationEvents & LiquidationGlobalEvents & MarginEvents & AccountsEvents;

describe('a book that takes nothing, and liquidity providers [CLR-LIQ-053] [CLR-LIQ-054] [CLR-LIQ-055]', () => {
  let house: ClearingHouse;
  let events: readonly SealedEvent[];
  const of = <T extends keyof Facts>(type: T): readonly Facts[T][] =>
    events.filter((event) => event.type === type).map(({ payload }) => payload as Facts[T]);

  beforeAll(async () => {
    house = await thinBook();
    const partitions = [GLOBAL, ...Array.from({ length: PARTITIONS }, (_, partition) => partition)];
    const logs = ['liquidation', 'margin', 'accounts'] as const;
    const all = logs.flatMap((log) => partitions.map((partition) => entriesOf(house.logs.log(log), partition)));
    events = (await Promise.all(all)).flat();
  }, 60_000);

  it('asks them once the book has not taken it, for what brings the account to its target', () => {
    const [asked] = of('ProvidersAsked');
    expect(asked).toMatchObject({ accountId: DEBTOR, instrument: 'BTC-PERP', side: 'long', mark: '9000' });
    expect(dec(asked?.limit ?? 0).lt('9000')).toBe(true);
    expect(of('CloseOutOrderPlaced')[0]?.limit).toBe(asked?.limit);
  });

  it('takes no more of each than his capacity and his own margin allow, the lowest discount first', () => {
    const booked = of('ProviderTradeBooked').filter(({ role }) => role === 'provider');
    const quantityOf = (account: string) =>
      sum(booked.filter(({ accountId }) => accountId === account).map(({ quantity }) => dec(quantity)));
    // 20,000 at 9,000 are 2.222 bitcoins, whole lots.
    expect(text(quantityOf(SMALL))).toBe('2.222');
    const poor = of('ProvidersJudged').flatMap(({ providers }) => providers.filter((one) => one.accountId === POOR));
    expect(poor[0]?.refusal).toBe('below-initial-requirement');
    expect(quantityOf(POOR).gt(0) && quantityOf(POOR).lt('2')).toBe(true);
    const [first] = of('ProviderRoundExecuted');
    expect(first?.takes.map(({ price }) => price)).toEqual(['8991', '8991', '8964']);
    expect(of('ProviderRoundClosed')[0]).toMatchObject({ outcome: 'taken-over', remainder: '0' });
  });

  it('ends restored: nobody is deleveraged, no fund pays', () => {
    expect(of('LiquidationClosed')).toMatchObject([{ accountId: DEBTOR, outcome: 'restored', uncoveredLoss: '0' }]);
    expect([...of('AdlRequested'), ...of('FundDrawRequested')]).toEqual([]);
  });

  it('is told in the waterfall as what the position left them', async () => {
    const explained = await explainAccount(house.logs, DEBTOR);
    const [waterfall] = typeof explained === 'object' ? explained.waterfalls : [];
    const left = of('ProviderTradeBooked')
      .filter(({ role }) => role === 'debtor')
      .map(({ quantity, price }) => dec('9000').minus(price).times(quantity));
    expect(waterfall?.steps).toMatchObject([{ step: 'providers', amount: text(sum(left).toDecimalPlaces(2)) }]);
    expect(waterfall?.loss).toBe(waterfall?.steps[0]?.amount);
  });

  it('leaves a log that verifies and replays', async () => {
    expect((await verify(house.logs)).faults).toEqual([]);
    expect((await replay(house.logs, SERVICES, () => 0)).divergence).toBeUndefined();
  }, 60_000);

  it.each([
    ['agreements.0.discount', '0.002', 'ProviderRoundOpened payload.providers'],
    ['agreements.0.capacity', '20001000', 'ProviderRoundOpened payload.providers'],
    ['windowMs', 600_001, 'ProviderRoundOpened payload.windowMs'],
  ])(
    'is decided otherwise by another %s: first %s',
    async (figure, other, first) => {
      const { kind, id } = DOCUMENT;
      const changed = readingAnother(kind, id, withFigure(AGREEMENTS, figure.split('.'), other));
      const { divergence } = await replay(house.logs, [changedService('liquidation', changed)], () => 0);
      expect(`${divergence?.type} ${divergence?.field}`).toContain(first);
    },
    60_000,
  );
});
