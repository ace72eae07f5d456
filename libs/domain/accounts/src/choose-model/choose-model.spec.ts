import { aClearance, deskWith, anAssessment, payloadOf, takeRules } from '../accounts.fixtures.js';
import { accountStatement } from '../accounts.queries.js';

const alice = 'alice.main';
const statement = (desk: ReturnType<typeof deskWith>) => accountStatement(desk.state, alice);
const liquidating = {
  accountId: alice,
  from: 'MARGIN_CALL',
  to: 'LIQUIDATING',
  reason: 'equity below the liquidation requirement',
  assessment: anAssessment(alice),
} as const;

describe('the choice of a margin model', () => {
  const model = 'adaptive-portfolio@1';

  it('is recorded with the account, and the same choice again brings nothing', () => {
    const desk = deskWith({ [alice]: '100' });
    const [event, ...more] = desk.take('ChooseMarginModel', { accountId: alice, model });
    expect(event).toMatchObject({ type: 'MarginModelChosen', stream: 'account-alice.main', payload: { model } });
    expect(more).toEqual([]);
    expect(desk.result).toEqual({ outcome: 'accepted', data: { accountId: alice, model } });
    expect(statement(desk)).toMatchObject({ model, version: 3 });
    expect(desk.take('ChooseMarginModel', { accountId: alice, model })).toEqual([]);
    expect(desk.result).toMatchObject({ outcome: 'accepted' });
  });

  it('is refused when the house does not offer the model, however well margin knows it [CLR-ACC-033]', () => {
    const desk = deskWith({ [alice]: '1000' });
    // An add-on alone: under it a position would need no margin at all.
    expect(desk.take('ChooseMarginModel', { accountId: alice, model: 'okx-depeg@1' })).toEqual([]);
    expect(desk.result).toMatchObject({ outcome: 'rejected', code: 'model-not-offered' });
    expect(statement(desk)).toMatchObject({ model: null, version: 2 });
  });

  it('follows the list that is in force: a model offered later can be chosen, one taken off it stays with who has it', () => {
    const desk = deskWith({ [alice]: '100', 'ben.main': '100' });
    desk.take('ChooseMarginModel', { accountId: alice, model });
    const body = { models: [{ model: 'scenario-scan@1', reason: 'asked for by market makers' }] };
    takeRules(desk, 'selectable-models', body);
    desk.take('ChooseMarginModel', { accountId: 'ben.main', model: 'scenario-scan@1' });
    expect(desk.result).toMatchObject({ outcome: 'accepted' });
    desk.take('ChooseMarginModel', { accountId: 'ben.main', model });
    expect(desk.result).toMatchObject({ outcome: 'rejected', code: 'model-not-offered' });
    expect(statement(desk)?.model).toBe(model);
  });

  it.each`
    accountId        | chosen                   | code
    ${'nobody.main'} | ${model}                 | ${'account-unknown'}
    ${'alice'}       | ${model}                 | ${'account-id-invalid'}
    ${alice}         | ${'derive-portfolio'}    | ${'model-invalid'}
    ${alice}         | ${'@1'}                  | ${'model-invalid'}
    ${alice}         | ${'a@b@c'}               | ${'model-invalid'}
    ${alice}         | ${7}                     | ${'model-invalid'}
    ${alice}         | ${`${'m'.repeat(80)}@1`} | ${'model-invalid'}
  `('of $chosen for $accountId is refused: $code', ({ accountId, chosen, code }: Record<string, string>) => {
    const desk = deskWith({ [alice]: '100' });
    expect(desk.takeAny('ChooseMarginModel', { accountId, model: chosen })).toEqual([]);
    expect(desk.result).toMatchObject({ outcome: 'rejected', code });
  });

  it('stays while the account is being liquidated', () => {
    const desk = deskWith({ [alice]: '100' });
    desk.take('AccountStateChanged', liquidating);
    expect(desk.take('ChooseMarginModel', { accountId: alice, model })).toEqual([]);
    expect(desk.result).toMatchObject({ outcome: 'rejected', code: 'model-while-liquidating' });
  });

  it('makes margin answer a withdrawal again that it judged by the model before', () => {
    const desk = deskWith({ [alice]: '100' });
    desk.take('RequestWithdrawal', { withdrawalId: 'w1', accountId: alice, asset: 'USD', amount: '60' });
    desk.take('ChooseMarginModel', { accountId: alice, model });
    payloadOf(desk.take('WithdrawalCleared', aClearance(alice, 'w1', 3)), 'WithdrawalResubmitted');
  });
});
