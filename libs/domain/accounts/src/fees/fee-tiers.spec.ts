import { GLOBAL, type SealedEvent } from '@ballast/event-sourcing';
import type { AccountsEvents, TradeSide } from '@ballast/facts';
import { FEE_DOCUMENTS } from '@ballast/instruments';
import { DAY_MS, dec, sum, text } from '@ballast/kernel';
import fc from 'fast-check';
import { aFill, approve, aPriceSet, bundled, deskWith, fundDesk, payloadOf } from '../accounts.fixtures.js';
import { trialBalance } from '../ledger/ledger.js';

/** Noon of a day. */
const NOON = 1_584_014_400_000;
const ANN = 'ann.main';
const OTHER = 'ann.spare';
const fees = bundled('fee-schedule') as Record<string, object>;
const rates = (taker: string, maker: string) => ({ taker, maker });
const tier = (fromVolume: string, taker: string, maker: string) => ({
  fromVolume,
  ...{ perpetual: rates(taker, maker), future: rates(taker, maker), option: rates('0.0002', '0.0001') },
});
/** Everybody 0.05 and 0.02 %; from 100,000 USD 0.04 and 0.01 %; from a million 0.03 % and a rebate of 0.005 %. */
const TIERED = { ...fees, tiers: [tier('100000', '0.0004', '0.0001'), tier('1000000', '0.0003', '-0.00005')] };

type Desk = ReturnType<typeof deskWith>;

function inForce(desk: Desk, body: object, id = 'tiered@1'): SealedEvent[] {
  return approve(fundDesk(), 'fee-schedule', id, body).flatMap(({ type, payload, actor }) =>
    type.startsWith('Document') ? desk.takeAny(type, payload, GLOBAL, 'accounts', actor) : [],
  );
}

function trader(body: object | null = TIERED): Desk {
  const desk = deskWith({ [ANN]: '10000000', [OTHER]: '10000000', 'bob.main': '10000000' });
  if (body !== null) inForce(desk, body);
  day(desk, 0);
  return desk;
}

let trades = 0;
const trade = (desk: Desk, quantity: string, terms: object = {}): AccountsEvents['PositionChanged'] =>
  payloadOf(
    desk.take(
      'TradeFilled',
      aFill({ tradeId: `t-${(trades += 1)}`, accountId: ANN, quantity, price: '50000', ...terms }),
    ),
    'PositionChanged',
  );
/** Prices of a day, the first of it; the days before are done. */
const day = (desk: Desk, number: number): SealedEvent[] => {
  desk.clearing = NOON + number * DAY_MS;
  return desk.take('PriceSetPublished', { ...aPriceSet('50000'), asOf: NOON + number * DAY_MS });
};
const changed = (events: readonly SealedEvent[]) =>
  events.filter(({ type }) => type === 'FeeTierChanged').map(({ payload }) => payload);

describe('fee tiers [CLR-ACC-046]', () => {
  it('follow what the owner traded in the days before, from the first price set of a day on', () => {
    const desk = trader();
    expect(trade(desk, '2')).toMatchObject({ fee: '50', feeSchedule: 'tiered@1', feeTier: '0' });
    // The same day nothing changes, not even with the next price set.
    expect(changed(day(desk, 0.1))).toEqual([]);
    expect(changed(day(desk, 1))).toEqual([
      { ownerId: 'ann', feeSchedule: 'tiered@1', volume: '100000', from: '0', to: '100000' },
    ]);
    expect(trade(desk, '1')).toMatchObject({ fee: '20', feeTier: '100000' });
    expect(trade(desk, '1', { liquidity: 'maker' })).toMatchObject({ fee: '5', feeTier: '100000' });
    expect(trade(desk, '1', { accountId: OTHER })).toMatchObject({ fee: '20', feeTier: '100000' });
    expect(trade(desk, '1', { accountId: 'bob.main' })).toMatchObject({ fee: '25', feeTier: '0' });
    // 100,000 and 150,000 of both accounts.
    expect(changed(day(desk, 2))).toEqual([]);
  });

  it.each`
    quantity      | to
    ${'1.999999'} | ${undefined}
    ${'2'}        | ${'100000'}
    ${'20'}       | ${'1000000'}
  `('begin at their volume: $quantity at 50,000', ({ quantity, to }: { quantity: string; to?: string }) => {
    const desk = trader();
    trade(desk, quantity);
    expect(changed(day(desk, 1))).toMatchObject(to === undefined ? [] : [{ to }]);
  });

  it('pay a maker his rebate, and the house books it', () => {
    const desk = trader();
    trade(desk, '20');
    day(desk, 1);
    const { fee, postings, feeTier } = trade(desk, '1', { liquidity: 'maker' });
    expect({ fee, feeTier }).toEqual({ fee: '-2.5', feeTier: '1000000' });
    expect(postings).toContainEqual({ ledgerAccount: 'house/fees', asset: 'USD', amount: '-2.5' });
    expect(postings).toContainEqual({ ledgerAccount: `client/${ANN}`, asset: 'USD', amount: '2.5' });
    // A rebate of 0.0199995 is rounded down, in favour of the house.
    expect(trade(desk, '0.007999', { liquidity: 'maker' }).fee).toBe('-0.01');
  });

  it('count a day for thirty days after it', () => {
    const desk = trader();
    trade(desk, '2');
    day(desk, 1);
    expect(changed(day(desk, 30))).toEqual([]);
    expect(changed(day(desk, 31))).toMatchObject([{ volume: '0', from: '100000', to: '0' }]);
  });

  it('count before there are any, and change with the schedule at once', () => {
    const desk = trader(null);
    expect(trade(desk, '20')).not.toHaveProperty('feeTier');
    expect(changed(day(desk, 1))).toEqual([]);
    expect(changed(inForce(desk, TIERED))).toMatchObject([{ ownerId: 'ann', to: '1000000', feeSchedule: 'tiered@1' }]);
    const dearer = { ...fees, tiers: [tier('2000000', '0.0004', '0.0001')] };
    expect(changed(inForce(desk, dearer, 'tiered@2'))).toMatchObject([{ from: '1000000', to: '0' }]);
    expect(trade(desk, '1')).toMatchObject({ fee: '25', feeTier: '0' });
    expect(trade(trader({ ...fees, tiers: [] }), '1')).not.toHaveProperty('feeTier');
  });

  it.each`
    body                                                                                          | defect
    ${{ ...TIERED, tiers: [tier('5', '0', '0'), tier('5', '0', '0')] }}                           | ${'tiers[1].fromVolume: is not above 5'}
    ${{ ...TIERED, tiers: [tier('0', '0', '0')] }}                                                | ${'tiers[0].fromVolume: write a decimal above 0'}
    ${{ ...TIERED, tiers: [tier('5', '0.0003', '-0.0001'), tier('6', '0.00005', '-0.0000500')] }} | ${'tiers[0].perpetual.maker: pays more than the lowest taker fee brings'}
    ${{ ...TIERED, tiers: [{ fromVolume: '5' }] }}                                                | ${'tiers[0].perpetual: write a record'}
  `('are refused where they say: $defect', ({ body, defect }: { body: object; defect: string }) => {
    expect(FEE_DOCUMENTS.defects('tiered@1', body).join('; ')).toContain(defect);
  });

  it('lose no cent, and let nobody earn by trading with himself', () => {
    const traded = fc.record({
      cents: fc.integer({ min: 1, max: 9_000_000 }),
      millionths: fc.integer({ min: 1, max: 30_000_000 }),
      later: fc.nat(9),
    });
    fc.assert(
      fc.property(fc.array(traded, { minLength: 1, maxLength: 8 }), (all) => {
        const desk = trader();
        let now = 0;
        for (const { cents, millionths, later } of all) {
          day(desk, (now += later));
          const terms = { quantity: text(dec(millionths).div(1e6)), price: text(dec(cents).div(100)) };
          const side = (of: TradeSide, accountId: string, liquidity: string) =>
            dec(
              trade(desk, terms.quantity, { ...terms, side: of, accountId, liquidity, tradeId: `p-${(trades += 1)}` })
                .fee,
            );
          expect(
            side('buy', ANN, 'taker')
              .plus(side('sell', OTHER, 'maker'))
              .gte(0),
          ).toBe(true);
        }
        const booked = desk.events.filter(({ type }) => type === 'PositionChanged');
        const charged = sum(booked.map(({ payload }) => dec((payload as AccountsEvents['PositionChanged']).fee)));
        expect(text(desk.state.ledger.get('house/fees')?.['USD'] ?? dec(0))).toBe(text(charged));
        expect(desk.replayed().state.feeTiers).toEqual(desk.state.feeTiers);
        expect(desk.rebuilt().state.volumes).toEqual(desk.state.volumes);
        expect(text(trialBalance(desk.state).totals['USD'] ?? dec(1))).toBe('0');
      }),
      { numRuns: 20 },
    );
  });
});
