import { describe, expect, it } from '@jest/globals';
import { dec, text } from '@ballast/kernel';
import fc from 'fast-check';
import { terms } from './auction.fixtures.js';
import { insolventBid, insolventQuote, withdrawalsBlocked } from './insolvent-auction.js';

const quote = (worth: string, maintenance: string, elapsed: string) =>
  text(insolventQuote(dec(worth), dec(maintenance), dec(elapsed), terms()));

describe('an insolvent auction pays whoever takes the account [CLR-LQM-004]', () => {
  it.each([
    ['from what it is worth', '-100', '-300', '0', '-100'],
    ['linearly', '-100', '-300', '12', '-104'],
    ['to its maintenance margin', '-100', '-300', '600', '-300'],
    ['and stays there', '-100', '-300', '6000', '-300'],
    ['from 0 when it is still worth something', '50', '-300', '0', '0'],
    ['half way from 0', '50', '-300', '300', '-150'],
    ['nothing for an account above maintenance', '-100', '0', '300', '0'],
  ])('%s', (_why, worth, maintenance, elapsed, expected) => {
    expect(quote(worth, maintenance, elapsed)).toBe(expected);
  });

  it('never pays less later', () => {
    const amount = fc.integer({ min: 1, max: 1_000_000 });
    const second = fc.nat({ max: 1_000 });
    fc.assert(
      fc.property(amount, amount, second, second, (worth, requirement, elapsed, more) => {
        const at = (seconds: number) => insolventQuote(dec(-worth), dec(-worth - requirement), dec(seconds), terms());
        expect(at(elapsed + more).lte(at(elapsed))).toBe(true);
      }),
    );
  });

  it.each([
    ['the security module pays all', '-104', '0.5', undefined, '52', '52', '0'],
    ['it holds just enough', '-104', '0.5', '52', '52', '52', '0'],
    ['the rest is socialised', '-104', '0.5', '50', '52', '50', '2'],
    ['it is empty', '-104', '1', '0', '104', '0', '104'],
  ])('%s', (_why, price, portion, held, cash, fromModule, socialised) => {
    const bid = insolventBid(dec(price), dec(portion), held === undefined ? undefined : dec(held));
    expect([bid.cashToBidder, bid.fromSecurityModule, bid.socialised].map(text)).toEqual([
      cash,
      fromModule,
      socialised,
    ]);
    expect(bid.isSocialised).toBe(socialised !== '0');
  });
});

describe('withdrawals of cash [CLR-LQM-005]', () => {
  it.each([
    ['more is lacking than the module holds', ['300', '300'], true, '599', true],
    ['exactly as much', ['300', '300'], true, '600', false],
    ['an empty module', ['300'], true, '0', true],
    ['no module is set up', ['300'], false, '0', false],
    ['nobody is insolvent', [], true, '0', false],
    ['nobody is insolvent and the module owes', [], true, '-5', false],
  ])('%s', (_why, deficits, configured, balance, blocked) => {
    const module = { configured, balance: dec(balance) };
    expect(
      withdrawalsBlocked(
        deficits.map((deficit) => dec(deficit)),
        module,
      ),
    ).toBe(blocked);
  });
});
