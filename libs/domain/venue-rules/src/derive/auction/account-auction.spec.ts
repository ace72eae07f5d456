import { describe, expect, it } from '@jest/globals';
import type { Instrument } from '@ballast/instruments';
import { dec, type Decimal, text } from '@ballast/kernel';
import type { Portfolio } from '@ballast/margin-models';
import fc from 'fast-check';
import {
  type AccountAuction,
  auctionFigures,
  type AuctionMark,
  bidOnAuction,
  startAuction,
} from './account-auction.js';
import { terms } from './auction.fixtures.js';

const perpetual: Instrument = {
  kind: 'perpetual',
  id: 'BTC-PERP',
  underlying: 'BTC',
  settlement: 'linear',
  contractSize: dec(1),
};
const portfolio = (cash: string, quantity: string): Portfolio => ({
  collateral: [{ asset: 'USD', amount: dec(cash) }],
  positions: [{ instrument: perpetual, quantity: dec(quantity) }],
  orders: [],
});
const cashOf = ({ portfolio: { collateral } }: AccountAuction): Decimal => collateral[0]!.amount;
const sizeOf = ({ portfolio: { positions } }: AccountAuction): Decimal => positions[0]!.quantity;

/** Every contract is worth -10 and needs 50 above that. */
function mark({ collateral, positions }: Portfolio): AuctionMark {
  const quantity = positions[0]!.quantity;
  const markToMarket = collateral[0]!.amount.minus(quantity.times(10));
  return { markToMarket, maintenanceMargin: markToMarket.minus(quantity.times(50)) };
}

const given = terms({ liquidatorFeeRate: '0.02' });
const started = (cash: string, quantity: string) => {
  const account = portfolio(cash, quantity);
  return startAuction(account, mark(account), dec(0), given, 'USD');
};
const bid = (auction: AccountAuction, wanted: string, seconds: string, held?: string) =>
  bidOnAuction(
    auction,
    mark(auction.portfolio),
    {
      wanted: dec(wanted),
      nowSeconds: dec(seconds),
      ...(held === undefined ? {} : { securityModuleBalance: dec(held) }),
    },
    given,
    'USD',
  );

describe('the auction of an account [CLR-LQM-003]', () => {
  it('starts solvent while the account is worth something, and the account pays the fee', () => {
    const { auction, fee } = started('140', '10');
    // Worth 40, maintenance -460, buffer -510: 510/550 * 40 * .02
    expect(auction.kind).toBe('solvent');
    expect(fee.toDecimalPlaces(6).toString()).toBe('0.741818');
    expect(text(cashOf(auction).plus(fee))).toBe('140');
  });

  it('starts insolvent and free of charge when it is not', () => {
    expect(started('100', '10')).toMatchObject({ auction: { kind: 'insolvent' }, fee: dec(0) });
    expect(started('60', '10').auction.kind).toBe('insolvent');
  });

  it('is refused above maintenance', () => {
    expect(() => started('600', '10')).toThrow(expect.objectContaining({ code: 'account-above-maintenance' }));
  });

  it('a bid takes its share of positions and unreserved cash and leaves its price as reserved cash', () => {
    const first = bid(started('140', '10').auction, '0.1', '0');
    const { auction } = first;
    expect(text(sizeOf(auction))).toBe('9');
    expect(text(auction.reservedCash)).toBe(text(first.cashFromBidder));
    const second = bid(auction, '0.5', '0');
    expect(text(sizeOf(second.auction))).toBe('4.5');
    // Half of the unreserved cash went, none of the reserved.
    const unreserved = (seen: AccountAuction) => text(cashOf(seen).minus(seen.reservedCash));
    expect(unreserved(second.auction)).toBe(text(dec(unreserved(auction)).div(2)));
  });

  it('an insolvent bid takes everything alike, paid by the security module and then by all', () => {
    const outcome = bid(started('60', '10').auction, '0.5', '600', '100');
    // Worth -40, maintenance -540, at the end of the auction
    expect([outcome.cashToBidder, outcome.fromSecurityModule, outcome.socialised].map(text)).toEqual([
      '270',
      '100',
      '170',
    ]);
    expect([sizeOf(outcome.auction), cashOf(outcome.auction)].map(text)).toEqual(['5', '30']);
    expect(text(outcome.cashFromBidder)).toBe('0');
  });

  it('turns insolvent from this moment when the account came to be worth less than nothing', () => {
    const { auction } = started('140', '10');
    const fallen = { ...auction, portfolio: portfolio('60', '10') };
    const outcome = bid(fallen, '0.5', '300');
    expect(outcome.auction).toMatchObject({ kind: 'insolvent', startedAtSeconds: dec(300) });
    // At its start an insolvent auction pays what is lacking: half of 40.
    expect(text(outcome.cashToBidder)).toBe('20');
  });

  it('shows worth, margins and the greatest share', () => {
    const { auction } = started('140', '10');
    const seen = auctionFigures(auction, mark(auction.portfolio), dec(600), given);
    expect(seen.bufferMargin.lt(seen.maintenanceMargin)).toBe(true);
    expect(seen.maxProportion.gt(0) && seen.maxProportion.lt(1)).toBe(true);
    const insolvent = started('60', '10').auction;
    expect(text(auctionFigures(insolvent, mark(insolvent.portfolio), dec(0), given).maxProportion)).toBe('1');
  });

  it.each(['0', '-0.1', '1.01', 'NaN'])('a bid for a share of %s is refused', (wanted) => {
    expect(() => bid(started('140', '10').auction, wanted, '0')).toThrow(
      expect.objectContaining({ code: 'bid-out-of-range', field: 'wanted' }),
    );
  });

  it('bids in turn conserve positions and cash, and never sell reserved cash', () => {
    const share = fc.integer({ min: 1, max: 30 });
    fc.assert(
      fc.property(fc.array(share, { minLength: 1, maxLength: 6 }), (shares) => {
        let { auction } = started('140', '10');
        let sold = dec(0);
        for (const [i, percent] of shares.entries()) {
          const before = auction;
          const outcome = bid(before, `${percent / 100}`, `${i * 10}`);
          auction = outcome.auction;
          sold = sold.plus(sizeOf(before).minus(sizeOf(auction)));
          const soldCash = cashOf(before).minus(before.reservedCash).times(outcome.portion);
          const expected = cashOf(before).minus(soldCash).plus(outcome.cashFromBidder);
          expect(cashOf(auction).minus(expected).abs().lt('1e-30')).toBe(true);
          expect(auction.reservedCash.gte(before.reservedCash)).toBe(true);
        }
        expect(sizeOf(auction).plus(sold).minus(10).abs().lt('1e-30')).toBe(true);
      }),
    );
  });
});
