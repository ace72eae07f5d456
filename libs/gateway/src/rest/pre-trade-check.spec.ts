import { marginProcess } from '@ballast/margin-domain';
import { answerOf, type Question } from '@ballast/services';
import type { ClearingGateway } from './clearing.gateway.js';
import { SCENARIO_TIME } from './market-watch.js';
import { checkBeforeTrade } from './pre-trade-check.js';

describe('a check of an account that margin has not read of yet', () => {
  it('is of an unknown account, and no failure of ours', async () => {
    const clearing = {
      market: SCENARIO_TIME,
      partitionOf: () => 0,
      ask: async (question: Question<readonly unknown[], unknown>, _: number, ...parameters: readonly unknown[]) =>
        answerOf(question, marginProcess.initialState(0, 1), parameters),
    } as unknown as ClearingGateway;
    await expect(
      checkBeforeTrade(clearing, 'fresh.main', { instrument: 'BTC-PERP', side: 'buy', quantity: '1' }),
    ).rejects.toThrow('no account fresh.main is open');
  });
});
