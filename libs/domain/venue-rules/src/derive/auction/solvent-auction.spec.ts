import { describe, expect, it } from '@jest/globals';
import { dec, text } from '@ballast/kernel';
import fc from 'fast-check';
import { terms } from './auction.fixtures.js';
import { bufferMargin, liquidationFee, maxProportion, solventBid, solventQuote } from './solvent-auction.js';

const account = (markToMarket: string, maintenanceMargin: string, reservedCash = '0') => ({
  markToMarket: dec(markToMarket),
  maintenanceMargin: dec(maintenanceMargin),
  reservedCash: dec(reservedCash),
});

describe('how much of an account may be taken [CLR-LQM-002]', () => {
  it('the buffer margin lies beyond maintenance: -21.75 + (-21.75 - 30) * .05', () => {
    expect(text(bufferMargin(dec('-21.75'), dec('30'), terms({ bufferShare: '0.05' })))).toBe('-24.3375');
  });

  it.each([
    ['-10000 / (-10000 - 6000 * .8)', account('6000', '-10000'), '0.8', {}, '0.6756'],
    ['reserved cash counts at 1 - d', account('5640', '-5560', '1440'), '0.8', {}, '0.5366'],
    ['at no discount reserved cash does not count', account('5640', '-5560', '1440'), '1', {}, '0.4964'],
    ['nothing is paid any more: all', account('6000', '-10000'), '0', {}, '1'],
    ['above the buffer margin: nothing', account('6000', '10'), '0.8', {}, '0'],
    ['exactly at it: nothing', account('6000', '0'), '0.8', {}, '0'],
    ['worth less than the cutoff: all', account('99', '-10'), '0.8', { wholeBelowWorth: '100' }, '1'],
    ['worth the cutoff: a share', account('100', '-10'), '0.8', { wholeBelowWorth: '100' }, '0.1111'],
    ['worth nothing: all', account('0', '-10'), '0.8', {}, '1'],
    ['worth less than nothing: all', account('-5', '-10'), '0.8', {}, '1'],
  ])('%s', (_why, given, multiplier, more, expected) => {
    const share = maxProportion(given, dec(multiplier), terms({ bufferShare: '0', ...more }));
    expect(share.toDecimalPlaces(4, 'down').toString()).toBe(expected);
  });

  it('the fee is that share of the worth at the start, times the rate', () => {
    const given = terms({ bufferShare: '0', liquidatorFeeRate: '0.02' });
    expect(text(liquidationFee(account('100', '-25'), given))).toBe('0.4');
  });
});

describe('a bid in a solvent auction', () => {
  it.each([
    ['pays the quote times the share: 300 * .9 * .1', account('300', '-100'), '0.1', '300', '0.1', '27', false],
    ['at the start the full worth', account('8000', '-10000'), '0.2', '0', '0.2', '1600', false],
    [
      'reserved cash is not for sale: (5640 - 1440) * .8 * .5',
      account('5640', '-5560', '1440'),
      '0.5',
      '600',
      '0.5',
      '1680',
      false,
    ],
    [
      'wanting more gets the most there is: 120 / (120 + 100 * .4)',
      account('100', '-100'),
      '1',
      '4200',
      '0.75',
      '30',
      true,
    ],
    ['after the end nothing is sold', account('300', '-100'), '0.1', '7800', '0', '0', false],
    ['nor when all that is left is reserved', account('300', '-100', '300'), '0.1', '0', '0', '0', false],
  ])('%s', (_why, given, wanted, elapsed, portion, cash, completes) => {
    const bid = solventBid(given, dec(wanted), dec(elapsed), terms());
    expect([text(bid.portion), text(bid.cashFromBidder), bid.completes]).toEqual([portion, cash, completes]);
  });

  it('is quoted at the worth less the reserved cash, times the discount', () => {
    expect(text(solventQuote(account('6000', '-10000'), dec('600'), terms()))).toBe('4800');
    expect(text(solventQuote(account('6000', '-10000', '1000'), dec('600'), terms()))).toBe('4000');
  });

  it('taking the most there is brings a linear account just to its buffer margin', () => {
    const positive = fc.integer({ min: 1, max: 1_000_000 });
    fc.assert(
      fc.property(positive, positive, fc.integer({ min: 0, max: 7_799 }), (worth, lacking, elapsed) => {
        const given = terms();
        const before = account(`${worth}`, `${-lacking}`);
        const { portion, cashFromBidder } = solventBid(before, dec(1), dec(elapsed), given);
        // Maintenance less worth scales with the positions; worth changes by what was sold and what was paid for it.
        const kept = dec(1).minus(portion);
        const worthAfter = before.markToMarket.times(kept).plus(cashFromBidder);
        const requirementAfter = before.maintenanceMargin.minus(before.markToMarket).times(kept);
        const after = bufferMargin(worthAfter.plus(requirementAfter), worthAfter, given);
        expect(after.abs().lt('1e-25')).toBe(true);
      }),
    );
  });
});
