import { GLOBAL } from '@ballast/event-sourcing';
import { dec, text } from '@ballast/kernel';
import fc from 'fast-check';
import { MarginHouse, MINUTE, NOON, parametersBody, parametersWith, payloadsOf, typesOf } from '../margin.fixtures.js';
import { explainAssessment } from './explain-assessment.js';
import { preTradeCheck } from '../pre-trade/pre-trade-check.js';
import { whatIf } from '../what-if/what-if.js';

const ANN = 'ann.main';
const { collateral } = parametersBody();
const bitcoin = collateral.assets['BTC'];
if (bitcoin === undefined) throw new Error('bitcoin counts as collateral');

/** Ann holds a contract against one coin; all clients may hold 60 million USD of them. */
function house(quantity = '1'): MarginHouse {
  const BTC = { ...bitcoin!, platformCap: '60000000' };
  const open = new MarginHouse(
    parametersWith({ collateral: { ...collateral, assets: { ...collateral.assets, BTC } } }),
  );
  open.prices({ at: NOON, BTC: '60000', ETH: '3000' });
  const cost = text(dec(quantity).times(60_000));
  open.account(ANN, { USD: '0', BTC: '1', position: { instrument: 'BTC-PERP', quantity, cost } });
  return open;
}

const hold = (open: MarginHouse, amount: string) =>
  open.accept(
    open.entry('accounts', GLOBAL, 'collateral-held-BTC', 'CollateralHeldMeasured', { asset: 'BTC', amount }),
  );

const figures = (open: MarginHouse) => open.assessed(ANN).figures;
const lines = (open: MarginHouse) => open.assessed(ANN).result().lines;
const later = (open: MarginHouse, minutes: number) =>
  open.prices({ at: NOON + minutes * MINUTE, BTC: '60000', ETH: '3000' });

describe('what all clients hold beyond the platform cap [CLR-COL-008]', () => {
  it('leaves new risk a share of a coin, and touches neither equity nor call nor liquidation', () => {
    const open = house();
    const before = figures(open);
    expect(hold(open, '1000')).toEqual([]);
    expect(figures(open)).toEqual(before);
    expect(lines(open).map(({ code }) => code)).not.toContain('platform-cap');

    hold(open, '4000');
    const { equity, initial, call, maintenance, liquidation } = figures(open);
    expect({ ...before, initial }).toEqual({ equity, initial, call, maintenance, liquidation });
    // Three quarters of what the coin counts for, up to the cent.
    const coin = lines(open).find(({ code, subject }) => code === 'collateral' && subject === 'BTC');
    expect(text(coin?.figures?.['platformShare'] ?? dec(1))).toBe('0.25');
    const withheld = dec(coin?.amount ?? 0).times('0.75');
    expect(text(lines(open).find(({ code }) => code === 'platform-cap')?.amount ?? dec(0))).toBe(text(withheld));
    expect(initial.minus(before.initial).minus(withheld).abs().lte('0.01')).toBe(true);
    const explained = explainAssessment(open.detailOf(ANN), open.explainedOn());
    expect(explained.find(({ label }) => label === 'beyond platform caps')).toMatchObject({ amount: '44993.63' });
  });

  it('refuses an order at once that it would have taken, says so in a what-if, and warns on the next schedule', () => {
    const open = house();
    const check = () => preTradeCheck(open.machine.state, { accountId: ANN, instrument: 'BTC-PERP', quantity: '1' });
    expect(check()).toMatchObject({ accepted: true });
    expect(hold(open, '100000')).toEqual([]);
    expect(check()).toMatchObject({ accepted: false, code: 'below-initial-requirement' });
    const imagined = whatIf(open.machine.state, { accountId: ANN });
    if (typeof imagined === 'string') throw new Error(imagined);
    expect(imagined.before).toMatchObject({ initial: text(figures(open).initial) });
    const [changed] = payloadsOf(later(open, 1), 'AccountStateChanged');
    expect(changed).toMatchObject({ accountId: ANN, from: 'HEALTHY', to: 'WARN' });
    expect(changed?.assessment.portfolio.lines.map(({ code }) => code)).toContain('platform-cap');
    hold(open, '1000');
    expect(check()).toMatchObject({ accepted: true });
    expect(payloadsOf(later(open, 2), 'AccountStateChanged')).toMatchObject([{ from: 'WARN', to: 'HEALTHY' }]);
  });

  it('keeps coins in the house that the initial requirement now needs', () => {
    const withdraw = (open: MarginHouse) =>
      typesOf(
        open.accept(
          open.fact('accounts', `account-${ANN}`, 'WithdrawalHeld', {
            ...{ accountId: ANN, withdrawalId: 'w', attempt: 1, asset: 'BTC', amount: '0.5' },
            collateral: { USD: '0', BTC: '1' },
          }),
        ),
      );
    expect(withdraw(house())).toContain('WithdrawalCleared');
    const crowded = house();
    hold(crowded, '100000');
    expect(withdraw(crowded)).toContain('WithdrawalRefused');
  });

  it('asks nothing of who has nothing open', () => {
    const open = house('0');
    hold(open, '100000');
    expect(text(figures(open).initial)).toBe('0');
  });

  it('whatever is held and told in whatever order, nobody is called or closed out for it, and the newest figure counts', () => {
    const told = fc.array(fc.integer({ min: 0, max: 1_000_000 }), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(told, fc.integer({ min: 1, max: 80 }), (amounts, tenths) => {
        const open = house(text(dec(tenths).div(10)));
        const before = open.events.length;
        const { equity, call, liquidation } = figures(open);
        amounts.forEach((amount, n) => {
          hold(open, String(amount));
          later(open, n + 1);
        });
        expect(figures(open)).toMatchObject({ equity, call, liquidation });
        const said = typesOf(open.events.slice(before));
        expect(said).not.toContain('MarginCallIssued');
        expect(said).not.toContain('LiquidationTriggered');
        const alone = house(text(dec(tenths).div(10)));
        hold(alone, String(amounts.at(-1)));
        expect(figures(open)).toEqual(figures(alone));
      }),
      { numRuns: 15 },
    );
  });
});
