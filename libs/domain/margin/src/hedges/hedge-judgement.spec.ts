import type { LiquidationEvents, MarginEvents } from '@ballast/facts';
import { dec, text } from '@ballast/kernel';
import { listing, OptionHouse, type ContractPricesAt } from '../assess/option-house.fixtures.js';
import { MINUTE, NOON, payloadsOf, type Holding } from '../margin.fixtures.js';

const CALL = 'BTC-7NOV25-60000-C';
const FUTURE = 'BTC-7NOV25';

const at = (minutes: number): ContractPricesAt => ({
  ...{ at: NOON + minutes * MINUTE, BTC: '60000', ETH: '3000', volatility: 0.6 },
});

/** Ten calls written, and whatever else. */
function writer(USD: string, more: Pick<Holding, 'BTC'> = {}): OptionHouse {
  const house = new OptionHouse();
  house.list(listing(CALL), listing(FUTURE));
  house.reprice(at(0));
  house.account('ann.main', { USD, ...more, position: { instrument: CALL, quantity: '-10', cost: '0' } });
  return house;
}

const contract = (instrument: string, largest: string) => ({ instrument, lot: '0.01', largest });

function judged(house: OptionHouse, asked: Partial<LiquidationEvents['HedgeAsked']> = {}): MarginEvents['HedgeJudged'] {
  const payload: LiquidationEvents['HedgeAsked'] = {
    ...{ caseId: 'ann.main#1', accountId: 'ann.main', parts: 4, least: '2000', schedule: 1, accountVersion: 2 },
    books: [{ underlying: 'BTC', contracts: [contract('BTC-PERP', '1000000')] }],
    ...asked,
  };
  const events = house.accept(house.fact('liquidation', 'liquidation-ann.main#1', 'HedgeAsked', payload));
  const [answer] = payloadsOf(events, 'HedgeJudged');
  if (answer === undefined) throw new Error('margin says nothing');
  return answer;
}

describe('what hedges of an option book would be required [CLR-MRG-074]', () => {
  it('is judged in equal parts of the delta, each as the account would be assessed with it (W104)', () => {
    const house = writer('20000');
    const { maintenance, hedges, accountVersion } = judged(house);
    expect(maintenance).toBe(house.detailOf('ann.main').figures.maintenance);
    expect(accountVersion).toBe(2);
    const [hedge] = hedges;
    // Ten calls at the money move like 5.33 bitcoins; what is bought of the perpetual takes that away.
    expect(hedge).toMatchObject({ underlying: 'BTC', instrument: 'BTC-PERP', side: 'buy', unitNotional: '60000' });
    expect([hedge?.delta, hedge?.ownerNotional, maintenance]).toEqual(['-319771.198', '319200', '17346.41']);
    expect(hedge?.sizes).toEqual([
      { quantity: '1.33', delta: '-239971.198', maintenance: '16598.72' },
      { quantity: '2.66', delta: '-160171.198', maintenance: '15851.02' },
      { quantity: '3.99', delta: '-80371.198', maintenance: '15103.33' },
      { quantity: '5.32', delta: '-571.198', maintenance: '14355.64' },
    ]);
  });

  it('is what the account is required once it has bought it', () => {
    const house = writer('20000');
    const sizes = judged(house).hedges[0]?.sizes ?? [];
    const [, size] = sizes;
    const cost = text(dec(size?.quantity ?? 0).times(60_000));
    house.accept(
      house.changed('ann.main', {
        USD: '20000',
        position: { instrument: 'BTC-PERP', quantity: size?.quantity ?? '0', cost },
      }),
    );
    expect(house.detailOf('ann.main').figures.maintenance).toBe(size?.maintenance);
  });

  it('goes no further than one order may be for, and leaves out what is too small for one', () => {
    const sizes = judged(writer('20000'), {
      books: [{ underlying: 'BTC', contracts: [contract('BTC-PERP', '6000')] }],
      least: '3000',
    }).hedges[0]?.sizes;
    expect(sizes?.map(({ quantity }) => quantity)).toEqual(['0.05', '0.07', '0.1']);
  });

  it('passes over a contract that does not trade, and takes the next', () => {
    const house = writer('20000');
    const books = [{ underlying: 'BTC', contracts: [contract('BTC-PERP', '60000'), contract(FUTURE, '60000')] }];
    house.halt('BTC-PERP');
    expect(judged(house, { books }).hedges.map(({ instrument }) => instrument)).toEqual([FUTURE]);
    expect(judged(house).hedges).toEqual([]);
  });

  it('counts coins of the underlying: who holds more of them than his calls move like sells', () => {
    const [hedge] = judged(writer('1000', { BTC: '9' })).hedges;
    expect(hedge?.side).toBe('sell');
    expect(dec(hedge?.delta ?? 0).gt(0)).toBe(true);
  });

  it('is nothing where every contract of an underlying is unknown', () => {
    const books = [{ underlying: 'BTC', contracts: [contract('BTC-28NOV25', '60000')] }];
    expect(judged(writer('20000'), { books }).hedges).toEqual([]);
  });
});
