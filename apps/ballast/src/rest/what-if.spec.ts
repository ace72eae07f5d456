import { marginProcess, whatIfInSteps } from '@ballast/margin-domain';
import { checkBeforeTrade } from './pre-trade-check.js';
import { WhatIfDesk, type AskMargin } from './what-if.js';

const empty = () => marginProcess.initialState(0, 1);
const ask: AskMargin = (question) => whatIfInSteps(empty(), question);

describe('questions of what would be if', () => {
  it('wait for each other up to a bound; beyond it the next is asked to come again', async () => {
    const desk = new WhatIfDesk(2);
    const asked = Array.from({ length: 5 }, () => desk.answer(ask, 'nobody.main', {}));
    const codes = (await Promise.allSettled(asked)).map((each) =>
      each.status === 'rejected' ? (each.reason as { body: { code: string } }).body.code : 'answered',
    );
    expect(codes).toEqual([
      ...['account-unknown', 'account-unknown', 'account-unknown'],
      ...['too-many-requests', 'too-many-requests'],
    ]);
    await expect(desk.answer(ask, 'nobody.main', {})).rejects.toMatchObject({ body: { code: 'account-unknown' } });
  });

  it('leave others their turn between two pieces', async () => {
    const desk = new WhatIfDesk();
    let turns = 0;
    const tick = setInterval(() => (turns += 1), 0);
    for (let each = 0; each < 50; each++) await desk.answer(ask, 'nobody.main', {}).catch(() => undefined);
    clearInterval(tick);
    expect(turns).toBeGreaterThan(0);
  });
});

describe('a check of an account that margin has not read of yet', () => {
  it('is of an unknown account, and no failure of ours', () => {
    expect(() =>
      checkBeforeTrade(empty(), 'fresh.main', { instrument: 'BTC-PERP', side: 'buy', quantity: '1' }),
    ).toThrow('no account fresh.main is open');
  });
});
