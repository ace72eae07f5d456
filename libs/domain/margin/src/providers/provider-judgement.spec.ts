import { GLOBAL, type HouseDocument } from '@ballast/event-sourcing';
import type { MarginFigures, ProviderEvents, Side } from '@ballast/facts';
import { dec, text, type Decimal } from '@ballast/kernel';
import { jest } from '@jest/globals';
import fc from 'fast-check';
import { listing, OptionHouse } from '../assess/option-house.fixtures.js';
import { ValuedAccount } from '../assess/valued-account.js';
import { MarginHouse, MINUTE, NOON, offering, payloadsOf, type Holding } from '../margin.fixtures.js';
import { filledAccount } from '../pre-trade/filled-account.js';

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

  it('is judged once where he bears all of it', () => {
    const open = house({ 'rich.main': { USD: '1000000' } });
    const assessments = jest.spyOn(ValuedAccount.prototype, 'changedTo');
    judged(open, ['rich.main'], '1');
    // One of the debtor at the price, and one of him.
    expect(assessments).toHaveBeenCalledTimes(2);
    assessments.mockRestore();
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

  it('is searched from the best price on, below what went there, and not at all once nothing goes', () => {
    const { house } = strangle();
    const everyBasisPoint = Array.from({ length: 201 }, (_, step) => text(dec('0.011').plus(dec(step).div(10_000))));
    const alone = everyBasisPoint.map((discount) => givenUpAt(house, [discount])[0]);
    const assessments = jest.spyOn(ValuedAccount.prototype, 'changedTo');
    const together = givenUpAt(house, everyBasisPoint);
    const made = assessments.mock.calls.length;
    assessments.mockRestore();
    expect(together).toEqual(alone);
    const lots = together.map((quantity) => dec(quantity).div('0.01').toNumber());
    // One where as much goes as before; where less does, as many halvings besides as that has digits in base two.
    const most = lots.map((found, i) => {
      const before = i === 0 ? 1_000 : (lots[i - 1] ?? 0);
      return before === 0 ? 0 : found === before ? 1 : 1 + Math.ceil(Math.log2(before));
    });
    expect(made).toBeLessThanOrEqual(most.reduce((sum, each) => sum + each));
    expect(lots.filter((found) => found === 1_000).length).toBeGreaterThan(1);
    expect(lots.filter((found) => found === 0).length).toBeGreaterThan(10);
    expect(givenUpAt(house, [...everyBasisPoint].reverse())).toEqual(together);
  });

  const BOOK = [CALL, PUT, 'BTC-7NOV25-66000-C', 'BTC-7NOV25-54000-P', 'BTC-PERP'] as const;
  const ofTheBook = (documents?: readonly HouseDocument[]): OptionHouse => {
    const house = new OptionHouse(documents);
    house.list(...BOOK.slice(0, -1).map((id) => listing(id)));
    house.reprice({ ...at(0), volatility: 0.6 });
    return house;
  };
  interface Giver {
    readonly name: string;
    /** Of each contract of the book. */
    readonly quantities: readonly string[];
    readonly health: string;
    readonly model?: string;
  }
  function opened(house: OptionHouse, { name, quantities, health, model }: Giver): void {
    house.account(name, { USD: '0' });
    if (model !== undefined) house.accept(house.modelChosen(name, model));
    BOOK.forEach((instrument, i) => {
      const quantity = quantities[i] ?? '0';
      const cost = instrument === 'BTC-PERP' ? text(UNIT.times(quantity)) : '0';
      house.accept(house.changed(name, { USD: '0', position: { instrument, quantity, cost } }));
    });
    const { equity, maintenance } = house.detailOf(name).figures;
    const wanted = dec(maintenance).times(health).toDecimalPlaces(2);
    house.accept(house.changed(name, { USD: text(wanted.minus(equity)) }));
  }
  /** What he can be rid of at a discount, of what he has of a contract, and whether so much of it leaves him no worse, to the cent of either. */
  function partsOf(house: OptionHouse, { name, quantities }: Giver, place: number, discount: string) {
    const [instrument, held] = [BOOK[place] ?? CALL, dec(quantities[place] ?? '0')];
    const contract = house.assessor().market.open(instrument);
    const valued = house.assessor().valuedAccount(house.machine.state.book.at(name));
    const { equity, maintenance } = valued.figures;
    if (contract === null || held.isZero() || !equity.gt(0)) return undefined;
    const [side, sign] = held.isNegative() ? (['short', 1] as const) : (['long', -1] as const);
    const price = contract.price.plus(UNIT.times(discount).times(sign));
    const quantity = text(held.abs());
    const payload: ProviderEvents['ProviderRoundOpened'] = {
      ...{ roundId: `of-${name}`, request: { partition: 0, position: 1 }, caseId: `${name}#1`, accountId: name },
      ...{ instrument, side, quantity, unitNotional: text(UNIT), limit: text(price), mark: text(contract.price) },
      ...{ schedule: 1, accountVersion: 2, lot: '0.01', agreements: 'providers@1', windowMs: 1 },
      providers: [{ accountId: 'elsewhere.main', discount, price: text(price), capacity: '1', used: '0', quantity }],
    };
    const fact = house.fact('liquidation', `providers-${instrument}`, 'ProviderRoundOpened', payload, GLOBAL);
    const [answer] = payloadsOf(house.accept(fact), 'ProvidersJudged');
    const healthWithout = (part: Decimal): boolean => {
      const { figures } = valued.changedTo(filledAccount(valued.account, contract, part.times(sign), price));
      // A cent that is no worse health, and one that either amount is rounded by.
      const [most, least] = [figures.equity.plus('0.02'), figures.maintenance.minus('0.02')];
      return most.times(maintenance).gte(equity.times(least));
    };
    return { givenUp: dec(answer?.givenUp?.[0]?.quantity ?? '0'), isNoWorseWithout: healthWithout };
  }

  it('leaves him no worse with any part of it either, by the model of the house', () => {
    const house = ofTheBook();
    let found = 0;
    const quantities = fc.array(fc.integer({ min: -1_000, max: 1_000 }), { minLength: 5, maxLength: 5 });
    const scale = fc.constantFrom('0.01', '1');
    const [percent, basisPoints, place] = [fc.integer({ min: 1, max: 99 }), fc.nat(200), fc.nat(4)];
    fc.assert(
      fc.property(quantities, scale, percent, basisPoints, place, (hundredths, times, health, discount, chosen) => {
        const giver = {
          name: `debtor-${(found += 1)}.main`,
          quantities: hundredths.map((each) => text(dec(each).times(times))),
          health: text(dec(health).div(100)),
        };
        opened(house, giver);
        const parts = partsOf(house, giver, chosen, text(dec(discount).div(10_000)));
        for (let sixteenth = 1; parts !== undefined && sixteenth <= 16; sixteenth += 1) {
          const part = parts.givenUp.times(sixteenth).div('0.16').floor().times('0.01');
          expect(parts.isNoWorseWithout(part)).toBe(true);
        }
      }),
      { numRuns: 40, examples: [[[-1_000, -1_000, 0, 0, 0], '0.01', 76, 136, 0]] },
    );
    const giver = { name: 'w105.main', quantities: ['-10', '-10', '0', '0', '0'], health: '0.76' };
    opened(house, giver);
    const { givenUp } = partsOf(house, giver, 0, '0.0136') ?? {};
    expect(givenUp?.gt(1) === true && givenUp.lt(10)).toBe(true);
  });

  it('is judged as a whole by a model that asks for the less of two sums: a part of it may leave him worse', () => {
    const model = 'derive-standard@1';
    const house = ofTheBook(offering({ model }));
    const giver = {
      ...{ name: 'derived.main', model, health: '0.07' },
      quantities: ['-741', '-879', '892', '521', '6'],
    };
    opened(house, giver);
    expect(house.assessed(giver.name).model).toBe(model);
    const parts = partsOf(house, giver, 1, '0.0099');
    expect(parts?.givenUp).toEqual(dec('861.2'));
    expect(['861.2', '161.47'].map((part) => parts?.isNoWorseWithout(dec(part)))).toEqual([true, false]);
  });

  it('is, without an equity, what raises no requirement and takes nothing: a larger requirement would make a better health', () => {
    const { house } = strangle('-10', '79000');
    const { equity, maintenance } = house.detailOf(NAME).figures;
    expect([equity, maintenance]).toEqual(['-228.6', '26179.68']);
    // Without the calls 16,541.39 are required: better, though -228.60 over that is a lower quotient.
    expect(givenUpAt(house, ['0', '0.0001'])).toEqual(['10', '0']);
    // Of ten calls bought against the puts, none can go without raising what the puts are required.
    const hedged = strangle('-10', '1000').house;
    hedged.accept(
      hedged.changed(NAME, { USD: '0', position: { instrument: 'BTC-PERP', quantity: '3', cost: '180000' } }),
    );
    hedged.accept(hedged.changed(NAME, { USD: '1000', position: { instrument: PUT, quantity: '0', cost: '0' } }));
    expect(dec(hedged.detailOf(NAME).figures.equity).lt(0)).toBe(true);
    expect(givenUpAt(hedged, ['0'])).toEqual(['10']);
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
