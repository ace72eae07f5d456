import type { LogEntry } from '@ballast/event-sourcing';
import { dec, sum, text } from '@ballast/kernel';
import { caseWaterfall } from './loss-waterfall.js';

const CASE = { caseId: 'a.main#1', accountId: 'a.main' };

const entry = (type: string, payload: object, position = 1): LogEntry => ({
  ...{
    log: 'any',
    partition: 0,
    position,
    id: `${type}-${position}`,
    stream: 'any',
    version: 1,
    type,
    schemaVersion: 1,
  },
  ...{
    time: { clearing: 0, hop: 0 },
    cause: { kind: 'command', id: 'test' },
    basis: [],
    correlation: 'test',
    actor: null,
  },
  payload: { ...CASE, ...payload },
});

const request = { partition: 0, position: 9 };
const called = { partition: 0, position: 7 };
const asked = { partition: 0, position: 8 };

describe('who bore the loss of a case [CLR-ACC-043] [CLR-ACC-071] [CLR-ACC-072]', () => {
  const liquidation = [
    entry('LiquidationCostAssessed', { slippage: '80', penalty: '50' }),
    entry('LiquidationCostAssessed', { slippage: '-3', penalty: '0' }),
    entry(
      'ProvidersAsked',
      { side: 'long', mark: '1000', settlement: { style: 'linear', contractSize: '1', assetPrice: '1' } },
      8,
    ),
    entry(
      'ProvidersAsked',
      {
        ...{ side: 'long', mark: '1000', auction: 'BTC-PERP-0-6' },
        settlement: { style: 'linear', contractSize: '1', assetPrice: '1' },
      },
      7,
    ),
    entry('AdlRequested', { quantity: '4', deficit: '400', mark: '1000', bankruptcyPrice: '1100' }, 9),
  ];
  const bookings = [
    entry('CollateralTakenOver', { taken: [{ dollars: '70' }, { dollars: '5' }] }),
    entry('SetOffReceived', { received: '7.5' }),
    entry('ProviderTradeBooked', { role: 'provider', request: asked, quantity: '3', price: '996' }),
    entry('ProviderTradeBooked', { role: 'debtor', request: asked, quantity: '2', price: '996' }),
    entry('ProviderTradeBooked', { role: 'debtor', request: asked, quantity: '1', price: '995.5' }),
    entry('ProviderTradeBooked', { role: 'debtor', request: called, quantity: '2', price: '990' }),
    entry('AdlBooked', { role: 'candidate', request, quantity: '3', price: '1100' }),
    entry('AdlBooked', { role: 'bankrupt', request, quantity: '3', price: '1100' }),
    entry('AdlBooked', { role: 'bankrupt', request, quantity: '1', price: '1040' }),
    entry('UncoveredLossBooked', { amount: '60', bearer: 'operator' }),
    entry('UncoveredLossBooked', { caseId: 'a.main#2', amount: '999', bearer: 'operator' }),
  ];
  const losses = [
    entry('LossStepTaken', { step: 'house-tranche', amount: '10' }),
    entry('LossStepTaken', { step: 'global-fund', amount: '20' }),
    entry('LossStepTaken', { caseId: 'b.main#1', step: 'global-fund', amount: '777' }),
    entry('LossRecovered', { step: 'global-fund', amount: '15' }),
    entry('LossRecovered', { step: 'variation-gains', amount: '5' }),
  ];

  it('is told step by step, and the steps sum to the loss', () => {
    const { loss, steps } = caseWaterfall(CASE.caseId, liquidation, bookings, losses);
    expect(steps.map(({ step, amount }) => [step, amount])).toEqual([
      ['position', '50'],
      // 2 of the market's 1,000 at 996 and one at 995.5.
      ['providers', '12.5'],
      // Two at 990.
      ['auction', '20'],
      ['account', '75'],
      ['other-accounts', '7.5'],
      ['house-tranche', '10'],
      ['global-fund', '35'],
      // 3 of 4 at the bankruptcy price: 300; one at 40 % of the way: 40.
      ['deleveraging', '340'],
      ['variation-gains', '5'],
      ['residual', '40'],
    ]);
    expect(loss).toBe(text(sum(steps.map(({ amount }) => dec(amount)))));
    expect(steps.at(-1)?.detail).toContain('operator');
  });

  it('is less what the debtor has paid back to a step, and says so [CLR-ACC-073]', () => {
    const repaid = [
      entry('RepaymentBooked', { step: 'house-tranche', amount: '10' }),
      entry('RepaymentBooked', { step: 'global-fund', amount: '12' }),
    ];
    const { loss, steps } = caseWaterfall(CASE.caseId, liquidation, bookings, [...losses, ...repaid]);
    expect(steps.filter(({ step }) => step === 'house-tranche')).toEqual([]);
    expect(steps.find(({ step }) => step === 'global-fund')).toMatchObject({ amount: '23' });
    expect(steps.find(({ step }) => step === 'global-fund')?.detail).toContain('paid back');
    expect(loss).toBe(text(sum(steps.map(({ amount }) => dec(amount)))));
  });

  it('is nothing where nothing was lost', () => {
    expect(caseWaterfall(CASE.caseId, [], [], [])).toEqual({ caseId: CASE.caseId, loss: '0', steps: [] });
  });

  it('has no part of a counterparty who was closed at the mark', () => {
    const atMark = [entry('AdlRequested', { quantity: '4', deficit: '0', mark: '10', bankruptcyPrice: '10' }, 9)];
    expect(caseWaterfall(CASE.caseId, atMark, bookings.slice(3, 4), []).steps).toEqual([]);
  });
});
