import type { MarginEvents } from '@ballast/facts';
import { accountsInvariants, lossTally } from '../accounts.invariants.js';
import { accountStatement } from '../accounts.queries.js';
import { aFill, anAssessment, aPriceSet, bundled, deskWith, payloadOf, takeRules } from '../accounts.fixtures.js';

const debtor = 'bull.main';
const STEPS = ['position', 'account', 'other-accounts', 'global-fund', 'deleveraging', 'residual'];
const REQUEST = { partition: 0, position: 9 };

type Desk = ReturnType<typeof deskWith>;

/** A house that asks other accounts, a debtor with 100 dollars less than nothing, and what others have. */
function deskOf(others: Readonly<Record<string, string>>, answering: readonly string[]): Desk {
  const desk = deskWith({ [debtor]: '0', 'maker.main': '1000000', ...others });
  takeRules(desk, 'loss-waterfall', { ...(bundled('loss-waterfall') as object), steps: STEPS });
  for (const accountId of answering) agree(desk, accountId, true);
  const trade = { accountId: debtor, liquidity: 'maker', quantity: '1' } as const;
  desk.take('TradeFilled', aFill({ ...trade, price: '50000' }));
  desk.take('TradeFilled', aFill({ ...trade, side: 'sell', price: '49919.99' }));
  return desk;
}

const agree = (desk: Desk, accountId: string, answers: boolean) =>
  desk.take('ChangeSetOffAgreement', { accountId, answers });

const usd = (desk: Desk, accountId: string) => accountStatement(desk.state, accountId)?.collateral['USD'] ?? '0';

/** Margin's answer: what each can spare, judged at the version it has now less so many. */
function cleared(
  desk: Desk,
  spare: Readonly<Record<string, string>>,
  requested = '100',
  behind = 0,
): MarginEvents['SetOffCleared'] {
  const accounts = Object.entries(spare).map(([accountId, available]) => ({
    accountId,
    accountVersion: (accountStatement(desk.state, accountId)?.version ?? 1) - behind,
    available,
  }));
  return { caseId: `${debtor}#1`, accountId: debtor, request: REQUEST, requested, schedule: 1, accounts };
}

describe('an agreement to answer for the owner’s other accounts [CLR-ACC-071]', () => {
  it('is recorded with its author, and the same again brings nothing', () => {
    const desk = deskOf({ 'bull.other': '500' }, []);
    const [event, ...more] = desk.takeAny(
      'ChangeSetOffAgreement',
      { accountId: 'bull.other', answers: true },
      0,
      'accounts.commands',
      'bull-key',
    );
    expect(event).toMatchObject({
      type: 'SetOffAgreementChanged',
      stream: 'account-bull.other',
      actor: 'bull-key',
      payload: { accountId: 'bull.other', answers: true },
    });
    expect(more).toEqual([]);
    expect(accountStatement(desk.state, 'bull.other')?.answers).toBe(true);
    expect(agree(desk, 'bull.other', true)).toEqual([]);
    expect(desk.result).toMatchObject({ outcome: 'accepted' });
  });

  it('is offered only by a house whose waterfall asks other accounts', () => {
    const desk = deskWith({ 'bull.other': '500' });
    expect(agree(desk, 'bull.other', true)).toEqual([]);
    expect(desk.result).toMatchObject({ outcome: 'rejected', code: 'set-off-not-offered' });
  });

  it('is not ended while another account of the owner is liquidated, and is ended after it', () => {
    const desk = deskOf({ 'bull.other': '500' }, ['bull.other']);
    const state = { accountId: debtor, reason: 'test', assessment: anAssessment(debtor) };
    desk.take('AccountStateChanged', { ...state, from: 'MARGIN_CALL', to: 'LIQUIDATING' });
    expect(agree(desk, 'bull.other', false)).toEqual([]);
    expect(desk.result).toMatchObject({ outcome: 'rejected', code: 'set-off-while-liquidating' });
    desk.take('AccountStateChanged', { ...state, from: 'LIQUIDATING', to: 'HEALTHY' });
    expect(agree(desk, 'bull.other', false)).toHaveLength(1);
    expect(accountStatement(desk.state, 'bull.other')?.answers).toBe(false);
  });

  it.each`
    accountId       | answers  | code
    ${'bull'}       | ${true}  | ${'account-id-invalid'}
    ${'bull.third'} | ${true}  | ${'account-unknown'}
    ${'bull.other'} | ${'yes'} | ${'answers-invalid'}
    ${'bull.other'} | ${null}  | ${'answers-invalid'}
  `('of $accountId that says $answers is refused: $code', ({ accountId, answers, code }: Record<string, string>) => {
    const desk = deskOf({ 'bull.other': '500' }, []);
    expect(desk.takeAny('ChangeSetOffAgreement', { accountId, answers })).toEqual([]);
    expect(desk.result).toMatchObject({ outcome: 'rejected', code });
  });
});

describe('a deficit that other accounts of the owner pay [CLR-ACC-071]', () => {
  const other = { 'bull.a': '60', 'bull.b': '500' };

  it('is taken in the order of the request, each at most what it can spare, to the unit', () => {
    const desk = deskOf(other, ['bull.a', 'bull.b']);
    expect(usd(desk, debtor)).toBe('-100');
    const events = desk.take('SetOffCleared', cleared(desk, { 'bull.a': '40.5', 'bull.b': '400' }));
    expect(events.map(({ type, stream }) => [type, stream])).toEqual([
      ['OtherAccountCharged', 'account-bull.a'],
      ['OtherAccountCharged', 'account-bull.b'],
      ['SetOffReceived', `account-${debtor}`],
    ]);
    expect(payloadOf(events, 'SetOffReceived')).toMatchObject({
      requested: '100',
      received: '100',
      remaining: '0',
      from: [
        { accountId: 'bull.a', available: '40.5', amount: '40.5', changed: false },
        { accountId: 'bull.b', available: '400', amount: '59.5', changed: false },
      ],
    });
    expect([usd(desk, debtor), usd(desk, 'bull.a'), usd(desk, 'bull.b')]).toEqual(['0', '19.5', '440.5']);
    expect(accountsInvariants.ofPartition(desk.state)).toEqual([]);
  });

  it.each`
    spare                                   | answering               | behind | received   | why
    ${{ 'bull.a': '0', 'bull.b': '30.01' }} | ${['bull.a', 'bull.b']} | ${0}   | ${'30.01'} | ${'the rest goes on to the fund'}
    ${{ 'bull.a': '90' }}                   | ${['bull.a']}           | ${0}   | ${'60'}    | ${'margin counts profit that is no money yet'}
    ${{ 'bull.b': '400' }}                  | ${['bull.b']}           | ${2}   | ${'0'}     | ${'it has changed since margin judged it'}
    ${{ 'bull.b': '400' }}                  | ${['bull.a']}           | ${0}   | ${'0'}     | ${'it does not answer'}
    ${{ 'maker.main': '400' }}              | ${['maker.main']}       | ${0}   | ${'0'}     | ${'it answers for its own owner only'}
    ${{ [debtor]: '400' }}                  | ${[debtor]}             | ${0}   | ${'0'}     | ${'nobody pays his own debt twice'}
    ${{}}                                   | ${[]}                   | ${0}   | ${'0'}     | ${'nobody was asked, and the case has its answer'}
  `('of which $received is received: $why', ({ spare, answering, behind, received }) => {
    const desk = deskOf(other, answering as readonly string[]);
    const events = desk.take('SetOffCleared', cleared(desk, spare as Record<string, string>, '100', behind as number));
    const { from, ...setOff } = payloadOf(events, 'SetOffReceived');
    expect(setOff.received).toBe(received);
    expect(Number(setOff.received) + Number(setOff.remaining)).toBe(100);
    // Asked again only where something changed meanwhile.
    expect(from.some(({ changed }) => changed)).toBe(behind === 2);
    const tally = lossTally();
    for (const event of desk.events) tally.take(event);
    expect(tally.violations(desk.state)).toEqual([]);
  });

  it('takes nothing where the waterfall of the house no longer asks', () => {
    const desk = deskOf(other, ['bull.b']);
    takeRules(desk, 'loss-waterfall', bundled('loss-waterfall'), 'loss-waterfall-default@3');
    const events = desk.take('SetOffCleared', cleared(desk, { 'bull.b': '400' }));
    expect(payloadOf(events, 'SetOffReceived')).toMatchObject({ received: '0', remaining: '100' });
  });

  it('pays dollars that are owed first, then coin at the index, as the fund does', () => {
    const desk = deskOf(other, ['bull.b']);
    desk.take('PriceSetPublished', aPriceSet('50000'));
    desk.state.ledger.set(`client/${debtor}`, {
      ...desk.state.ledger.get(`client/${debtor}`),
      BTC: desk.state.ledger.get(`client/${debtor}`)!['USD']!.div(50_000),
    });
    const events = desk.take('SetOffCleared', cleared(desk, { 'bull.b': '400' }, '200'));
    expect(payloadOf(events, 'SetOffReceived')).toMatchObject({ received: '200', remaining: '0', collateral: {} });
  });

  it('is judged by verify: parts, charges and what is left must come to the deficit', () => {
    const desk = deskOf(other, ['bull.a', 'bull.b']);
    desk.take('SetOffCleared', cleared(desk, { 'bull.a': '40.5', 'bull.b': '400' }));
    const told = (change: object, without = '') => {
      const tally = lossTally();
      for (const event of desk.events) {
        if (event.type === 'SetOffReceived') {
          tally.take({ ...event, payload: { ...(event.payload as object), ...change } });
        } else if (event.stream !== without || event.type !== 'OtherAccountCharged') tally.take(event);
      }
      return tally.violations(desk.state).map(({ name, detail }) => `${name}: ${detail}`);
    };
    expect(told({})).toEqual([]);
    expect(told({ remaining: '1' })).toEqual(['set-off-adds-up: bull.main#1: the deficit is off by 1']);
    expect(told({}, 'account-bull.a')).toEqual([
      'set-off-adds-up: bull.main#1: what others were charged is off by -40.5',
    ]);
    const from = [
      { accountId: 'bull.a', available: '40', amount: '40.5', changed: false },
      { accountId: 'bull.b', available: '400', amount: '59.5', changed: false },
    ];
    expect(told({ from })).toEqual(['set-off-adds-up: bull.a paid 40.5 for bull.main#1 and could spare 40']);
  });

  it('is decided the same after a rebuild', () => {
    const desk = deskOf(other, ['bull.a', 'bull.b']);
    desk.take('SetOffCleared', cleared(desk, { 'bull.a': '40.5', 'bull.b': '400' }));
    expect(desk.replayed().events.map(({ payload }) => payload)).toEqual(desk.events.map(({ payload }) => payload));
    expect(accountStatement(desk.rebuilt().state, 'bull.b')).toEqual(accountStatement(desk.state, 'bull.b'));
  });
});
