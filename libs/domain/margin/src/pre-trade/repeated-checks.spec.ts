import type { MarginFigures } from '@ballast/facts';
import { dec, instantOf, text } from '@ballast/kernel';
import fc from 'fast-check';
import { NOON, offering } from '../margin.fixtures.js';
import { listing, OptionHouse } from '../assess/option-house.fixtures.js';
import { whatIf } from '../what-if/what-if.js';
import { preTradeCheck } from './pre-trade-check.js';

const CALL = 'BTC-7NOV25-60000-C';
const PUT = 'BTC-7NOV25-55000-P';
const FUTURE = 'BTC-7NOV25';
const COIN_FUTURE = 'BTC-7NOV25-INVERSE';
const CONTRACTS = [CALL, PUT, FUTURE, COIN_FUTURE, 'BTC-PERP'] as const;
type Contract = (typeof CONTRACTS)[number];

/** Ann has sold a put, in one of her two accounts. */
function house(): OptionHouse {
  const open = new OptionHouse(offering({ model: 'span-like@1' }));
  open.list(
    listing(CALL),
    listing(PUT),
    listing(FUTURE),
    listing(COIN_FUTURE, { settlementAsset: 'BTC', contractSize: '100', lot: '1' }),
  );
  open.reprice({ at: NOON, BTC: '60000', ETH: '3000', volatility: 0.6 });
  open.account('ann.main', held('40000.5', PUT, '-1'));
  open.account('ann.hedge', held('10000', CALL, '1'));
  return open;
}

const held = (USD: string, instrument: Contract, quantity: string) => ({
  USD,
  BTC: '0.25',
  position: { instrument, quantity, cost: text(dec(quantity).times(COSTS[instrument])) },
});
/** Signed cost of a contract; a premium is paid and costs nothing. */
const COSTS: Readonly<Record<Contract, string>> = {
  [CALL]: '0',
  [PUT]: '0',
  [FUTURE]: '59000.5',
  [COIN_FUTURE]: '-0.0016',
  'BTC-PERP': '60500',
};

const check = (open: OptionHouse, instrument: Contract, quantity: string) =>
  preTradeCheck(open.machine.state, { accountId: 'ann.main', instrument, quantity });
const figures = (open: OptionHouse): MarginFigures => open.detailOf('ann.main').figures;

/** The same fill asked of the whole assessment, nothing remembered. */
function imagined(open: OptionHouse, instrument: Contract, quantity: string): MarginFigures {
  const positions = [{ instrument, quantity, mode: 'add' as const }];
  const answer = whatIf(open.machine.state, { accountId: 'ann.main', positions });
  if (typeof answer === 'string') throw new Error(answer);
  return answer.after;
}

describe('checks of one account after another', () => {
  it('say what the whole assessment says, whatever has changed between them', () => {
    const quantity = fc
      .integer({ min: -300, max: 300 })
      .filter((n) => n !== 0)
      .map((n) => text(dec(n).div(100)));
    const change = fc.record({
      account: fc.constantFrom('ann.main', 'ann.hedge'),
      USD: fc.integer({ min: 0, max: 90_000_00 }).map((cents) => text(dec(cents).div(100))),
      held: fc.constantFrom(...CONTRACTS),
      quantity,
      ordered: fc.constantFrom(...CONTRACTS),
      orderQuantity: quantity,
    });
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 4 }), (changes) => {
        const open = house();
        for (const { account, USD, held: instrument, quantity: size, ordered, orderQuantity } of changes) {
          open.accept(open.changed(account, held(USD, instrument, size)));
          const { before, after } = check(open, ordered, orderQuantity);
          expect(before).toEqual(figures(open));
          expect(after).toEqual(imagined(open, ordered, orderQuantity));
        }
      }),
      { numRuns: 25 },
    );
  });

  it.each(['3400000', '-3400000', '999999999999'])(
    'of %s perpetuals beside an option, more than anybody has, say what is missing and fail nobody',
    (quantity) => {
      const open = house();
      const { accepted, code, after } = check(open, 'BTC-PERP', quantity);
      expect([accepted, code]).toEqual([false, 'below-initial-requirement']);
      expect(after).toEqual(imagined(open, 'BTC-PERP', quantity));
    },
  );

  it('see money that came without a position', () => {
    const open = house();
    const first = check(open, CALL, '1').before;
    open.accept(open.changed('ann.main', { USD: '50000.5', BTC: '0.25' }));
    const second = check(open, CALL, '1').before;
    expect(text(dec(second?.equity ?? 0).minus(first?.equity ?? 0))).toBe('10000');
    expect(second).toEqual(figures(open));
  });

  it('see a delivery price that came after the price set', () => {
    const open = house();
    const expiry = instantOf('2025-11-07T08:00:00Z');
    open.accept(open.changed('ann.main', held('40000.5', CALL, '2')));
    open.unlist(CALL, PUT, FUTURE, COIN_FUTURE);
    open.reprice({ at: expiry + 60_000, BTC: '61000', ETH: '3000', volatility: 0.6 });
    const waiting = check(open, 'BTC-PERP', '1').before;
    expect(waiting).toEqual(figures(open));
    open.accept(open.delivered('BTC', expiry, '61000'));
    const delivered = check(open, 'BTC-PERP', '1').before;
    expect(dec(delivered?.equity ?? 0).gt(waiting?.equity ?? 0)).toBe(true);
    expect(delivered).toEqual(figures(open));
  });

  it('read a new price set and a newly chosen model', () => {
    const open = house();
    const first = check(open, CALL, '1').before;
    open.reprice({ at: NOON + 60_000, BTC: '58000', ETH: '3000', volatility: 0.7 });
    const second = check(open, CALL, '1').before;
    expect(second).not.toEqual(first);
    expect(second).toEqual(figures(open));
    open.accept(open.modelChosen('ann.main', 'span-like@1'));
    const third = check(open, CALL, '1').before;
    expect(third).not.toEqual(second);
    expect(third).toEqual(figures(open));
  });
});
