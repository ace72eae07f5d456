import { jest } from '@jest/globals';
import { dec, text } from '@ballast/kernel';
import { listing, OptionHouse, type ContractPricesAt } from '../assess/option-house.fixtures.js';
import { MarginHouse, MINUTE, NOON, offering } from '../margin.fixtures.js';
import { assessorOf } from '../margin.state.js';
import { MARGIN_STATES } from '../call/margin-state.js';
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
    expect(surveyAccounts(open.machine.state)).toMatchObject({ schedule: null, underlyings: [], accountIds: [] });
  });

  it('has every account in the order of ids, with its state and whether it is called', () => {
    const { accountIds, states, called, schedule } = surveyAccounts(house().machine.state);
    expect(schedule).toBeGreaterThan(0);
    expect(accountIds.map((accountId, at) => [accountId, MARGIN_STATES[states[at] ?? -1], called[at]])).toEqual([
      ['ann.main', 'HEALTHY', 0],
      ['ben.main', 'WARN', 0],
      ['cat.main', 'MARGIN_CALL', 1],
      ['dan.main', 'RESTRICTED', 1],
      ['eve.main', 'LIQUIDATING', 0],
    ]);
  });

  it('shows figures that are those of the assessment, within the bound of the screen', () => {
    const open = house();
    const assessor = open.assessor();
    const survey = surveyAccounts(open.machine.state);
    expect(survey.accountIds).toHaveLength(5);
    survey.accountIds.forEach((accountId, at) => {
      const { figures } = assessor.assess(open.machine.state.book.at(accountId));
      for (const level of ['equity', 'call', 'liquidation'] as const) {
        expect(Math.abs((survey[level][at] ?? NaN) - figures[level].toNumber())).toBeLessThanOrEqual(0.04);
      }
    });
  });

  it('asks decimals for none of those whom rows can tell', () => {
    const { state } = house().machine;
    const assessor = assessorOf(state) as NonNullable<ReturnType<typeof assessorOf>>;
    const assess = jest.spyOn(assessor, 'assess');
    surveyAccounts(state);
    expect(assess).not.toHaveBeenCalled();
    // The state keeps the one that was watched.
    expect(assessorOf(state)).toBe(assessor);
  });

  it('says what each account holds of an underlying, positions and coins apart, at its mark', () => {
    const open = house();
    open.account('fay.main', { USD: '9000', BTC: '0.5', position: long('-2') });
    const { underlyings, accountIds, values, coins } = surveyAccounts(open.machine.state);
    const btc = underlyings.findIndex(({ underlying }) => underlying === 'BTC');
    expect(underlyings[btc]?.mark).toBe(60_000);
    const fay = accountIds.indexOf('fay.main') * underlyings.length + btc;
    expect([values[fay], coins[fay]]).toEqual([-120_000, 30_000]);
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
    const { accountIds, models, states, call } = surveyAccounts(open.machine.state);
    expect([accountIds[0], models.get('ann.main'), MARGIN_STATES[states[0] ?? -1]]).toEqual([
      'ann.main',
      'scenario@1',
      'HEALTHY',
    ]);
    expect(call[0]).toBe(open.assessed('ann.main').figures.call.toNumber());
  });
});
