import { GLOBAL } from '@ballast/event-sourcing';
import type { MarginFigures, ProviderEvents, Side } from '@ballast/facts';
import { dec, text, type Decimal } from '@ballast/kernel';
import { listing, OptionHouse } from '../assess/option-house.fixtures.js';
import { MarginHouse, MINUTE, NOON, payloadsOf, type Holding } from '../margin.fixtures.js';

const at = (minutes: number, more = {}) => ({ at: NOON + minutes * MINUTE, BTC: '60000', ETH: '3000', ...more });
const withBtc = (USD: string, quantity: string): Holding => ({
  USD,
  position: { instrument: 'BTC-PERP', quantity, cost: `${Number(quantity) * 60_000}` },
});

/** A debtor who is long, and providers with what they have. */
function house(providers: Readonly<Record<string, Holding>>): MarginHouse {
  const open = new MarginHouse();
  open.prices(at(0));
  open.account('debtor.main', withBtc('5000', '1'));
  for (const [accountId, holding] of Object.entries(providers)) open.account(accountId, holding);
  return open;
}

const judgedAt = (open: MarginHouse, price: string) => judged(open, ['p.main'], '1', 'long', price);

function judged(
  open: MarginHouse,
  names: readonly string[],
  quantity: string,
  side: Side = 'long',
  price = side === 'long' ? '59760' : '60240',
) {
  const payload: ProviderEvents['ProviderRoundOpened'] = {
    ...{ roundId: 'r1', request: { partition: 0, position: 1 }, caseId: 'debtor.main#1', accountId: 'debtor.main' },
    ...{ instrument: 'BTC-PERP', side, quantity, unitNotional: '60000', limit: '59000', mark: '60000' },
    ...{ schedule: 1, accountVersion: 2, lot: '0.001', agreements: 'providers@1', windowMs: 1 },
    providers: names.map((accountId) => ({
      ...{ accountId, discount: '0.004', price },
      ...{ capacity: '1000000', used: '0', quantity },
    })),
  };
  const fact = open.fact('liquidation', 'providers-BTC-PERP', 'ProviderRoundOpened', payload, GLOBAL);
  return payloadsOf(open.accept(fact), 'ProvidersJudged')[0];
}

describe('what a provider can take over [CLR-MRG-073]', () => {
  it('is as much as his own initial requirement allows, with the version of the debtor', () => {
    const open = house({ 'rich.main': { USD: '1000000' }, 'poor.main': { USD: '5000' }, 'none.main': { USD: '1' } });
    const answer = judged(open, ['rich.main', 'poor.main', 'none.main', 'elsewhere.main'], '10');
    expect(answer).toMatchObject({ roundId: 'r1', debtorVersion: 2 });
    expect(answer?.providers).toMatchObject([
      { accountId: 'rich.main', accountVersion: 2, quantity: '10', refusal: null },
      { accountId: 'poor.main', refusal: 'below-initial-requirement' },
      { accountId: 'none.main', quantity: '0', refusal: 'below-initial-requirement' },
    ]);
    // 2,342.40 of initial requirement and 30 of taker fee a bitcoin: 5,000 are enough for two and something, to the lot.
    const most = dec(answer?.providers[1]?.quantity ?? 0);
    expect(most.gt('2') && most.lt('2.2')).toBe(true);
    const again = judged(open, ['poor.main'], most.toString());
    expect(again?.providers).toMatchObject([{ quantity: most.toString(), refusal: null }]);
    expect(judged(open, ['poor.main'], most.plus('0.001').toString())?.providers).toMatchObject([
      { quantity: most.toString(), refusal: 'below-initial-requirement' },
    ]);
  });

  it('counts no discount: before he has it, it is no margin', () => {
    // At 59,760 he would gain 240 a bitcoin at once; with 2,342.39 he lacks a cent for one.
    const open = house({ 'p.main': { USD: '2342.39' } });
    const [said] = judged(open, ['p.main'], '1')?.providers ?? [];
    expect(said).toMatchObject({ refusal: 'below-initial-requirement' });
    expect(dec(said?.quantity ?? 1).lt(1)).toBe(true);
  });

  it('is what closes an own position whatever he has, unless he is liquidated himself', () => {
    const open = house({ 'short.main': withBtc('2000', '-1'), 'gone.main': withBtc('100', '-1') });
    expect(judged(open, ['short.main', 'gone.main'], '1')?.providers).toMatchObject([
      { accountId: 'short.main', quantity: '1', refusal: null },
      { accountId: 'gone.main', quantity: '0', refusal: 'account-liquidated' },
    ]);
    expect(judged(open, ['short.main'], '1', 'short')?.providers).toMatchObject([{ quantity: '0' }]);
  });

  it('is nothing on halted prices', () => {
    const open = house({ 'rich.main': { USD: '1000000' } });
    open.prices(at(1, { status: 'HALT' }));
    expect(judged(open, ['rich.main'], '1')?.providers).toMatchObject([{ quantity: '0', refusal: 'prices-halted' }]);
  });

  it('is an answer, too, where neither a provider nor the debtor lives', () => {
    const blind = new MarginHouse();
    expect(judged(blind, ['rich.main'], '1')).toEqual({
      ...{ roundId: 'r1', schedule: 0, debtorVersion: null, providers: [] },
    });
  });
});

describe('what a debtor can be rid of without being worse off [CLR-MRG-073] [CLR-LIQ-055]', () => {
  const [CALL, PUT, NAME] = ['BTC-7NOV25-60000-C', 'BTC-7NOV25-60000-P', 'debtor.main'] as const;
  const written = (house: OptionHouse, calls: string, dollars: string): MarginFigures => {
    const option = (instrument: string, quantity: string): Holding => ({
      USD: dollars,
      position: { instrument, quantity, cost: '0' },
    });
    house.account(NAME, option(CALL, calls));
    house.accept(house.changed(NAME, option(PUT, '-10')));
    return house.detailOf(NAME).figures;
  };
  /** Ten calls and ten puts at the money, a week to go, 60 %: an option is 3,961.43. */
  const strangle = (calls = '-10', dollars = '99228.6') => {
    const house = new OptionHouse();
    house.list(listing(CALL), listing(PUT));
    house.reprice({ ...at(0), volatility: 0.6 });
    return { house, figures: written(house, calls, dollars) };
  };
  const MARK = dec('3961.43');
  const UNIT = dec('60000');
  /** Most calls at each discount. */
  function givenUpAt(house: OptionHouse, discounts: readonly string[]): readonly string[] {
    const quantity = '10';
    const payload: ProviderEvents['ProviderRoundOpened'] = {
      ...{ roundId: 'r1', request: { partition: 0, position: 1 }, caseId: `${NAME}#1`, accountId: NAME },
      ...{ instrument: CALL, side: 'short', quantity, unitNotional: text(UNIT), limit: '9000', mark: text(MARK) },
      ...{ schedule: 1, accountVersion: 2, lot: '0.01', agreements: 'providers@1', windowMs: 1 },
      providers: discounts.map((discount, index) => ({
        ...{ accountId: `p-${index}.main`, discount, price: text(MARK.plus(UNIT.times(discount))) },
        ...{ capacity: '1000000', used: '0', quantity },
      })),
    };
    const fact = house.fact('liquidation', `providers-${CALL}`, 'ProviderRoundOpened', payload, GLOBAL);
    const [answer] = payloadsOf(house.accept(fact), 'ProvidersJudged');
    return answer?.givenUp?.map((each) => each.quantity) ?? [];
  }
  const healthOf = ({ equity, maintenance }: MarginFigures): Decimal => dec(equity).div(maintenance);

  it('is judged on the account as it would be, not by a share in the requirement (W105)', () => {
    const { house, figures } = strangle();
    expect(figures).toMatchObject({ equity: '20000', maintenance: '26179.68' });
    const [calls] = house.detailOf(NAME).positions;
    expect(calls?.maintenance.slice(0, 8)).toBe('17933.08');
    // What equity bears of them by their share is 2.2833 % of 600,000; without them 16,541.39 are required, not 8,246.60.
    const bearable = dec(20_000).times(17_933.0853).div('26179.68').div(600_000);
    const most = givenUpAt(house, ['0', '0.0114', '0.0136', text(bearable.toDecimalPlaces(8, 'floor'))]);
    expect(most).toEqual(['10', '10', '5.81', '0']);
    const handedOver = (quantity: string, discount: string): Decimal => {
      const cost = UNIT.times(discount).times(quantity);
      const closed = MARK.times(quantity);
      const left = strangle(text(dec(quantity).minus(10)), text(dec('99228.6').minus(closed).minus(cost)));
      return healthOf(left.figures);
    };
    const before = healthOf(figures);
    expect(handedOver('10', '0.0114').gte(before)).toBe(true);
    expect(handedOver(most[2] ?? '0', '0.0136').gte(before)).toBe(true);
    expect(handedOver(text(dec(most[2] ?? 0).plus('0.01')), '0.0136').lt(before)).toBe(true);
    // All of them at what their share bears: from 0.76 to 0.38.
    expect([before, handedOver('10', '0.0228')].map((health) => health.toFixed(2))).toEqual(['0.76', '0.38']);
  });

  it('is all of a position that stands alone, down to what equity bears of it', () => {
    const open = new MarginHouse();
    open.prices(at(0));
    open.account('debtor.main', withBtc('800', '1'));
    const { equity, maintenance } = open.detailOf('debtor.main').figures;
    expect([equity, maintenance]).toEqual(['800', '936.96']);
    const givenUp = (price: string) => judgedAt(open, price)?.givenUp;
    expect(givenUp('59200')).toEqual([{ price: '59200', quantity: '1' }]);
    // A dollar a coin too much is a cent of a hundredth, and a cent is what equity is rounded by.
    expect(givenUp('59199')).toEqual([{ price: '59199', quantity: '0.01' }]);
  });
});
