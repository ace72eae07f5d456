import { GLOBAL } from '@ballast/event-sourcing';
import type { ProviderEvents, Side } from '@ballast/facts';
import { dec } from '@ballast/kernel';
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

function judged(open: MarginHouse, names: readonly string[], quantity: string, side: Side = 'long') {
  const payload: ProviderEvents['ProviderRoundOpened'] = {
    ...{ roundId: 'r1', request: { partition: 0, position: 1 }, caseId: 'debtor.main#1', accountId: 'debtor.main' },
    ...{ instrument: 'BTC-PERP', side, quantity, unitNotional: '60000', limit: '59000', mark: '60000' },
    ...{ schedule: 1, accountVersion: 2, lot: '0.001', agreements: 'providers@1', windowMs: 1 },
    providers: names.map((accountId) => ({
      ...{ accountId, discount: '0.004', price: side === 'long' ? '59760' : '60240' },
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
