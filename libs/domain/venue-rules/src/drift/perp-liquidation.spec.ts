import { describe, expect, it } from '@jest/globals';
import { dec, ONE, text, ZERO } from '@ballast/kernel';
import fc from 'fast-check';
import {
  type LiquidatedAccount,
  liquidatePerp,
  liquidationMargin,
  type LiquidationMarket,
  type LiquidationRule,
  marginRatioAfter,
  type PerpPosition,
} from './perp-liquidation.js';

const MARKET: LiquidationMarket = {
  oraclePrice: dec('100'),
  quotePrice: ONE,
  ratios: {
    initial: dec('0.1'),
    maintenance: dec('0.05'),
    imfFactor: ZERO,
    highLeverageInitial: ZERO,
    highLeverageMaintenance: ZERO,
  },
  highLeverage: false,
  liquidatorFee: dec('0.01'),
  maxInsuranceFee: ZERO,
  stepSize: dec('0.01'),
};
const RULE: LiquidationRule = {
  bufferRatio: dec('0.02'),
  openOrderMargin: dec('0.01'),
  pace: { initialShare: dec('0.1'), durationSlots: dec('150') },
  paced: true,
};
const MUCH = dec('1000');

const holder = (
  quoteBalance: string,
  size: string,
  quoteAmount: string,
  rest: Partial<PerpPosition> = {},
): LiquidatedAccount => ({
  quoteBalance: dec(quoteBalance),
  position: {
    size: dec(size),
    quoteAmount: dec(quoteAmount),
    entryQuoteAmount: dec(quoteAmount),
    openBids: ZERO,
    openAsks: ZERO,
    openOrders: ZERO,
    ...rest,
  },
  liquidation: null,
});
const WITH_BID = { openBids: ONE, openOrders: ONE };

const step = (account: LiquidatedAccount, rule = RULE, slot = '0', most = MUCH, market = MARKET) =>
  liquidatePerp(account, market, rule, dec(slot), most);
const atOnce: LiquidationRule = { ...RULE, paced: false };
const shortageOf = (account: LiquidatedAccount, rule = RULE) => {
  const { requirementWithBuffer, collateralWithBuffer } = liquidationMargin(account, MARKET, rule);
  return requirementWithBuffer.minus(collateralWithBuffer);
};

describe('entering and leaving a liquidation', () => {
  it('an account at exactly its maintenance requirement is left alone', () => {
    const account = holder('10', '2', '-200');
    expect(step(account)).toEqual({
      outcome: 'sufficient-collateral',
      account,
      transfer: { liquidatorSize: ZERO, liquidatorQuote: ZERO, insuranceFundDelta: ZERO },
    });
    expect(step(holder('9.99', '2', '-200')).outcome).toBe('covered');
  });

  it('orders are cancelled first, and may be all that was wrong', () => {
    const { outcome, account, transfer } = step(holder('14', '2', '-200', WITH_BID));
    expect(outcome).toBe('left-after-cancelling');
    expect(text(account.position.openBids)).toBe('0');
    expect(account.liquidation).toBeNull();
    expect(transfer.liquidatorSize.isZero()).toBe(true);
    // A cent less and the buffered requirement of 2 x 100 x 7 % does not hold.
    expect(step(holder('13.99', '2', '-200', WITH_BID)).outcome).toBe('covered');
  });

  it('orders that are resting but not counted are cancelled like all others', () => {
    const uncounted = { ...WITH_BID, openOrders: ZERO };
    const { outcome, account } = step(holder('14', '2', '-200', uncounted));
    expect(outcome).toBe('left-after-cancelling');
    expect(account.liquidation).toBeNull();
  });

  it('an account under liquidation that holds the buffered requirement again leaves untouched', () => {
    const liquidation = { enteredAtSlot: ZERO, marginFreed: dec('3') };
    const recovered = { ...holder('14', '2', '-200', WITH_BID), liquidation };
    expect(step(recovered).outcome).toBe('left-after-cancelling');
    const withoutOrders = { ...holder('14', '2', '-200'), liquidation };
    const { outcome, account } = step(withoutOrders);
    expect(outcome).toBe('left');
    expect(account).toEqual({ ...withoutOrders, liquidation: null });
  });

  it('an account under liquidation stays in it between maintenance and the buffered requirement', () => {
    const between = { ...holder('12', '2', '-200'), liquidation: { enteredAtSlot: ZERO, marginFreed: ZERO } };
    expect(step(between).outcome).toBe('covered');
  });

  it('an account without a position keeps its deficit', () => {
    const { outcome, account } = step(holder('-5', '0', '0'));
    expect(outcome).toBe('nothing-to-transfer');
    expect(account.liquidation).not.toBeNull();
  });
});

describe('one transfer [CLR-LQM-032]', () => {
  it('of a long moves size, value and fees, and closes the entry in proportion', () => {
    const market = { ...MARKET, maxInsuranceFee: dec('0.01') };
    const { account, transfer } = step(holder('5', '2', '-200', WITH_BID), RULE, '0', dec('10'), market);
    const { size, quoteAmount, entryQuoteAmount } = account.position;
    expect([size, quoteAmount, entryQuoteAmount].map(text)).toEqual(['0.2', '-23.6', '-20']);
    expect([transfer.liquidatorSize, transfer.liquidatorQuote, transfer.insuranceFundDelta].map(text)).toEqual([
      '1.8',
      '-178.2',
      '1.8',
    ]);
    expect(text(marginRatioAfter(account, market, RULE)!)).toBe('0.07');
  });

  it('of a short is its mirror', () => {
    const market = { ...MARKET, maxInsuranceFee: dec('0.01') };
    const asks = { openAsks: ONE, openOrders: ONE };
    const { account, transfer } = step(holder('5', '-2', '200', asks), RULE, '0', dec('10'), market);
    const { size, quoteAmount, entryQuoteAmount } = account.position;
    // Bought back for 180, with 1.8 to the liquidator and 1.8 to the fund.
    expect([size, quoteAmount, entryQuoteAmount].map(text)).toEqual(['-0.2', '16.4', '20']);
    expect([transfer.liquidatorSize, transfer.liquidatorQuote, transfer.insuranceFundDelta].map(text)).toEqual([
      '-1.8',
      '181.8',
      '1.8',
    ]);
    expect(text(marginRatioAfter(account, market, RULE)!)).toBe('0.07');
  });

  it('is rounded up to the step', () => {
    // 14 - 9.5 = 4.5 short, 4.5 / 6 = 0.75.
    const account = holder('9.5', '2', '-200');
    expect(text(step(account).transfer.liquidatorSize)).toBe('0.75');
    expect(text(step(account, RULE, '0', MUCH, { ...MARKET, stepSize: dec('0.2') }).transfer.liquidatorSize)).toBe(
      '0.8',
    );
  });

  it('is limited by what the liquidator takes, rounded down to the step', () => {
    const { outcome, account, transfer } = step(holder('5', '2', '-200'), RULE, '0', dec('0.509'));
    expect(outcome).toBe('transferred');
    expect(text(transfer.liquidatorSize)).toBe('0.5');
    // 9 short before; 0.5 x 100 x 7 % freed, 0.5 paid in fees, and the buffer on that loss.
    expect(text(account.liquidation!.marginFreed)).toBe('2.99');
  });

  it('is refused below one step, and without one', () => {
    expect(() => step(holder('5', '2', '-200'), RULE, '0', dec('0.009'))).toThrow(
      expect.objectContaining({ code: 'liquidator-limit-below-step' }),
    );
    expect(() => step(holder('5', '2', '-200'), RULE, '0', MUCH, { ...MARKET, stepSize: ZERO })).toThrow(
      expect.objectContaining({ code: 'step-size-not-positive' }),
    );
  });

  it('takes the whole position when the fee eats what closing frees', () => {
    const { outcome, transfer } = step(holder('5', '2', '-200'), RULE, '0', MUCH, {
      ...MARKET,
      liquidatorFee: dec('0.07'),
    });
    expect(outcome).toBe('transferred');
    expect(text(transfer.liquidatorSize)).toBe('2');
  });

  it('leaves a deficit in liquidation when the position does not cover it', () => {
    const { outcome, account } = step(holder('0', '1', '-150'), atOnce);
    expect(outcome).toBe('transferred');
    expect(text(account.position.size)).toBe('0');
    expect(text(account.position.quoteAmount)).toBe('-51');
    expect(marginRatioAfter(account, MARKET, atOnce)).toBeUndefined();
  });

  it('charges the insurance fund its fee only where the shortage leaves headroom', () => {
    const market = { ...MARKET, maxInsuranceFee: dec('0.01') };
    expect(
      text(step(holder('0', '1', '-150', WITH_BID), atOnce, '0', dec('0.5'), market).transfer.insuranceFundDelta),
    ).toBe('0');
  });
});

describe('pace', () => {
  const big = holder('900', '200', '-20000');

  it('frees a tenth at once, and the elapsed share of the total since entry later', () => {
    // 1,400 - 900 = 500 short; covering size 500 / 6 rounded up to 83.34, a tenth of it in steps.
    const first = step(big);
    expect(first.outcome).toBe('transferred');
    expect(text(first.transfer.liquidatorSize)).toBe('8.34');
    const freed = first.account.liquidation!.marginFreed;
    expect(text(freed)).toBe(text(dec('500').minus(shortageOf(first.account))));

    const soon = step(first.account, RULE, '0');
    // What is free already counts: the tenth of the total is used up but for the cut of its share to 4 decimals.
    expect(soon.transfer.liquidatorSize.lt('0.5')).toBe(true);

    const later = step(first.account, RULE, '75');
    expect(later.transfer.liquidatorSize.gt('40') && later.transfer.liquidatorSize.lt('43')).toBe(true);
    const end = step(later.account, RULE, '150');
    expect(end.outcome).toBe('covered');
    expect(end.account.liquidation).toBeNull();
  });

  it('does not hold for an isolated position, nor for a small shortage or position', () => {
    expect(text(step(big, atOnce).transfer.liquidatorSize)).toBe('83.34');
    expect(step(holder('5', '2', '-200')).outcome).toBe('covered');
    // Worth 50, short by more than 50: in one piece.
    const small = step(holder('-60', '0.5', '-50'));
    expect(text(small.transfer.liquidatorSize)).toBe('0.5');
    const larger = step(holder('-60', '0.51', '-51'));
    expect(text(larger.transfer.liquidatorSize)).toBe('0.51');
  });

  it('counts the margin that cancelled orders free', () => {
    const orders = { openBids: dec('10'), openOrders: ONE };
    const { outcome, account } = step(holder('900', '200', '-20000', orders));
    // 10 x 100 x 7 % and a cent come free with the order: more than a tenth of 570.01, so nothing else goes yet.
    expect(outcome).toBe('nothing-to-transfer');
    expect(text(account.liquidation!.marginFreed)).toBe('70.01');
    expect(step(account, RULE, '15').outcome).toBe('transferred');
  });
});

describe('any liquidation', () => {
  const account = fc
    .tuple(
      fc.integer({ min: -200, max: 2_000 }),
      fc.integer({ min: -500, max: 500 }),
      fc.integer({ min: 80, max: 120 }),
    )
    .map(([quote, size, entry]) => holder(String(quote), String(size), String(-size * entry)));

  it('loses no quote and no base between user, liquidator and fund', () => {
    fc.assert(
      fc.property(account, fc.boolean(), (before, paced) => {
        const market = { ...MARKET, maxInsuranceFee: dec('0.01') };
        const { account: after, transfer } = step(before, { ...RULE, paced }, '0', MUCH, market);
        expect(text(after.position.size.plus(transfer.liquidatorSize))).toBe(text(before.position.size));
        const quote = after.position.quoteAmount.plus(transfer.liquidatorQuote).plus(transfer.insuranceFundDelta);
        expect(text(quote)).toBe(text(before.position.quoteAmount));
      }),
    );
  });

  it('never makes the shortage larger, and when it covers, leaves next to none', () => {
    fc.assert(
      fc.property(account, (before) => {
        const { outcome, account: after } = step(before);
        if (outcome !== 'transferred' && outcome !== 'covered') return;
        expect(shortageOf(after).lte(shortageOf(before))).toBe(true);
        // The formula leaves out that fees are a loss which the buffer is charged on: 2 % of 1 % of what was closed.
        const closed = before.position.size.minus(after.position.size).abs().times(100);
        if (outcome === 'covered') expect(shortageOf(after).lte(closed.times('0.0002'))).toBe(true);
      }),
    );
  });
});
