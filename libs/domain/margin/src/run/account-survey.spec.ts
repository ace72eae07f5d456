import { dec, text } from '@ballast/kernel';
import { listing, OptionHouse, type ContractPricesAt } from '../assess/option-house.fixtures.js';
import { MarginHouse, MINUTE, NOON, offering } from '../margin.fixtures.js';
import { surveyAccounts } from './account-survey.js';

const long = (quantity: string) => ({ instrument: 'BTC-PERP', quantity, cost: text(dec(quantity).times(60_000)) });

/** Accounts in every state at 60,000 dollars: one bitcoin asks 936.96 of maintenance. */
function house(): MarginHouse {
  const open = new MarginHouse();
  open.prices({ at: NOON, BTC: '60000', ETH: '3000' });
  open.account('ann.main', { USD: '5000', position: long('1') });
  open.account('ben.main', { USD: '2000', position: long('1') });
  open.account('cat.main', { USD: '1800', position: long('1') });
  open.account('dan.main', { USD: '1000', position: long('1') });
  open.account('eve.main', { USD: '900', position: long('1') });
  return open;
}

describe('the survey of the accounts of a partition', () => {
  it('is empty before the first price set', () => {
    const open = new MarginHouse();
    open.account('ann.main', { USD: '5000' });
    expect(surveyAccounts(open.machine.state)).toEqual({ schedule: null, underlyings: [], accounts: [] });
  });

  it('has every account in the order of ids, with its state and whether it is called', () => {
    const { accounts, schedule } = surveyAccounts(house().machine.state);
    expect(schedule).toBeGreaterThan(0);
    expect(accounts.map(({ accountId, state, isCalled }) => [accountId, state, isCalled])).toEqual([
      ['ann.main', 'HEALTHY', false],
      ['ben.main', 'WARN', false],
      ['cat.main', 'MARGIN_CALL', true],
      ['dan.main', 'RESTRICTED', true],
      ['eve.main', 'LIQUIDATING', false],
    ]);
  });

  it('shows figures that are those of the assessment, within the bound of the screen', () => {
    const open = house();
    const assessor = open.assessor();
    for (const { accountId, equity, initial, call, liquidation } of surveyAccounts(open.machine.state).accounts) {
      const { figures } = assessor.assess(open.machine.state.book.at(accountId));
      for (const [shown, exact] of [
        [equity, figures.equity],
        [initial, figures.initial],
        [call, figures.call],
        [liquidation, figures.liquidation],
      ] as const) {
        expect(Math.abs(shown - exact.toNumber())).toBeLessThanOrEqual(0.04);
      }
    }
  });

  it('says what each account holds of an underlying, positions and coins apart, at its mark', () => {
    const open = house();
    open.account('fay.main', { USD: '9000', BTC: '0.5', position: long('-2') });
    const { underlyings, accounts } = surveyAccounts(open.machine.state);
    const btc = underlyings.findIndex(({ underlying }) => underlying === 'BTC');
    expect(underlyings[btc]?.mark).toBe(60_000);
    const fay = accounts.find(({ accountId }) => accountId === 'fay.main');
    expect([fay?.values[btc], fay?.coins[btc]]).toEqual([-120_000, 30_000]);
  });

  it('assesses in decimals whom rows and screen leave to them, and names the model that he chose', () => {
    const at = (minutes: number): ContractPricesAt => ({
      at: NOON + minutes * MINUTE,
      BTC: '60000',
      ETH: '3000',
      volatility: 0.6,
    });
    const open = new OptionHouse(offering({ model: 'scenario@1' }));
    open.list(listing('BTC-7NOV25-60000-C'));
    open.reprice(at(0));
    const position = { instrument: 'BTC-7NOV25-60000-C', quantity: '-2', cost: '0' };
    open.accept(open.opened('ann.main'), open.changed('ann.main', { USD: '5000000', position }));
    open.accept(open.modelChosen('ann.main', 'scenario@1'));
    open.reprice(at(1));
    const [ann] = surveyAccounts(open.machine.state).accounts;
    expect(ann).toMatchObject({ accountId: 'ann.main', model: 'scenario@1', state: 'HEALTHY' });
    expect(ann?.call).toBe(open.assessed('ann.main').figures.call.toNumber());
  });
});
