import type { LogEntry } from '@ballast/event-sourcing';
import { decisionOf } from './account-decision.js';

const FIGURES = { equity: '90', initial: '250', call: '100.5', liquidation: '95' };
const AGAINST = 'equity 90.00 USD, call requirement 100.50 USD, liquidation requirement 95.00 USD';
const ACCOUNT = 'alice.main';

const entry = (type: string, payload: object, log = 'margin'): LogEntry =>
  ({
    log,
    partition: 1,
    position: 7,
    type,
    time: { clearing: 5_000, hop: 2 },
    payload: { accountId: ACCOUNT, ...payload },
  }) as unknown as LogEntry;

describe('a fact about an account, told to people', () => {
  it.each<[string, object, string | null, string, string | null]>([
    [
      'AccountStateChanged',
      { from: 'WARN', to: 'RESTRICTED', reason: 'call-expired', assessment: { figures: FIGURES } },
      null,
      `WARN to RESTRICTED (call-expired): ${AGAINST}.`,
      'RESTRICTED',
    ],
    [
      'MarginCallIssued',
      { callId: 'c#1', figures: FIGURES, deficit: '10.5', dueAt: 1_584_009_900_000 },
      'c#1',
      'Margin call of 10.50 USD, due 2020-03-12T10:45:00Z: equity 90.00 USD is below the call requirement 100.50 USD.',
      null,
    ],
    [
      'MarginCallMet',
      { callId: 'c#1', figures: { ...FIGURES, equity: '101' } },
      'c#1',
      'Margin call met: equity 101.00 USD covers the call requirement 100.50 USD.',
      null,
    ],
    [
      'MarginCallExpired',
      { callId: 'c#1', figures: { ...FIGURES, equity: '-0.25' } },
      'c#1',
      'Margin call not met in time: 100.75 USD were still missing.',
      null,
    ],
    [
      'LiquidationTriggered',
      { assessment: { figures: FIGURES } },
      null,
      'Liquidation: equity 90.00 USD is below the liquidation requirement 95.00 USD.',
      'LIQUIDATING',
    ],
    [
      'LiquidatingAccountAssessed',
      { assessment: { figures: FIGURES } },
      null,
      `In liquidation: ${AGAINST}.`,
      'LIQUIDATING',
    ],
    [
      'ModelFailed',
      { model: 'm@1', code: 'no-surface', detail: 'BTC has none', figures: FIGURES },
      null,
      `m@1 could not assess the account (no-surface: BTC has none), the flat maximum rate decides: ${AGAINST}.`,
      null,
    ],
    [
      'WithdrawalCleared',
      { withdrawalId: 'w-1', figures: FIGURES },
      'w-1',
      'Withdrawal cleared: equity 90.00 USD without it covers the initial requirement 250.00 USD.',
      null,
    ],
    [
      'WithdrawalRefused',
      { withdrawalId: 'w-1', figures: FIGURES, code: 'below-initial-requirement' },
      'w-1',
      'Withdrawal refused (below-initial-requirement): equity 90.00 USD, initial requirement 250.00 USD.',
      null,
    ],
  ])('tells %s with the figures it was decided on', (type, payload, subject, summary, state) => {
    const told = payload as { figures?: object; assessment?: { figures: object } };
    expect(decisionOf(entry(type, payload))).toEqual({
      log: 'margin',
      partition: 1,
      position: 7,
      accountId: ACCOUNT,
      at: 5_000,
      type,
      subject,
      summary,
      state,
      figures: told.figures ?? told.assessment?.figures,
      movement: null,
    });
  });

  it.each<[string, object, string | null, string]>([
    ['ModelRestored', { model: 'm@1' }, null, 'm@1 decides the account again.'],
    ['MarginModelChosen', { model: 'm@1' }, null, 'Margin model chosen: m@1.'],
    ['SetOffAgreementChanged', { answers: true }, null, "Answers for debts of its owner's other accounts."],
    ['SetOffAgreementChanged', { answers: false }, null, "No longer answers for debts of its owner's other accounts."],
    ['CollateralCredited', { depositId: 'd', asset: 'USD', amount: '5' }, 'd', 'Deposit d: 5.00 USD booked.'],
    ['WithdrawalHeld', { withdrawalId: 'w', asset: 'USD', amount: '5' }, 'w', 'Withdrawal w: 5.00 USD held.'],
    ['WithdrawalHeld', { withdrawalId: 'w', asset: 'BTC', amount: '0.5' }, 'w', 'Withdrawal w: 0.5 BTC held.'],
    ['WithdrawalSettled', { withdrawalId: 'w', asset: 'USD', amount: '5.1' }, 'w', 'Withdrawal w: 5.10 USD paid out.'],
    [
      'WithdrawalResubmitted',
      { withdrawalId: 'w', attempt: 2 },
      'w',
      'Withdrawal w: asked again (attempt 2), because the account has changed.',
    ],
    [
      'WithdrawalReleased',
      { withdrawalId: 'w', code: 'prices-halted' },
      'w',
      'Withdrawal w: given back: prices-halted.',
    ],
    ['WithdrawalRejected', { withdrawalId: 'w', code: 'no-balance' }, 'w', 'Withdrawal w: refused: no-balance.'],
  ])('tells %s of %p, which no figures belong to', (type, payload, subject, summary) => {
    expect(decisionOf(entry(type, payload, 'accounts'))).toMatchObject({
      log: 'accounts',
      subject,
      summary,
      state: null,
      figures: null,
    });
  });

  it.each<[string, object, object]>([
    ['CollateralCredited', { depositId: 'd', asset: 'BTC', amount: '0.5' }, { asset: 'BTC', amount: '0.5' }],
    [
      'WithdrawalSettled',
      { withdrawalId: 'w', asset: 'USD', amount: '5', to: 'a.b' },
      { asset: 'USD', amount: '5', to: 'a.b' },
    ],
    [
      'WithdrawalRejected',
      { withdrawalId: 'w', code: 'no-balance' },
      { asset: null, amount: null, code: 'no-balance' },
    ],
  ])('says what moves by %s', (type, payload, movement) => {
    const nothing = { asset: null, amount: null, to: null, code: null };
    expect(decisionOf(entry(type, payload, 'accounts'))?.movement).toEqual({ ...nothing, ...movement });
  });

  // The last two are names every object has.
  it.each(['MarginRunCompleted', 'DepositBooked', 'constructor', 'toString'])('does not list %s', (type) => {
    expect(decisionOf(entry(type, {}))).toBeUndefined();
  });
});
