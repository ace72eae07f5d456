import { GLOBAL } from '@ballast/event-sourcing';
import { dec, instantOf, text } from '@ballast/kernel';
import { aPriceSet, aSpecification } from '../accounts.fixtures.js';
import { accountStatement } from '../accounts.queries.js';
import { REMEMBERED_TRADES } from '../accounts.state.js';
import { ClearingHouse } from '../clearing-house.fixtures.js';
import { balanceOf } from '../ledger/ledger.js';

const OPTION = 'BTC-27MAR26-60000-C';
const FUTURE = 'BTC-27MAR26';
const EXPIRY = instantOf('2026-03-27T08:00:00Z');

/** Two partitions; a buys two from b, of whom a has traded the contract before. */
function traded(instrument = 'BTC-PERP', price = '50000'): { house: ClearingHouse; a: string; b: string } {
  const house = new ClearingHouse(2, 1, [aSpecification(OPTION)]);
  const [a, b] = house.accounts as [string, string];
  for (const accountId of [a, b]) house.deposit(accountId, 'USD', '1000000');
  house.pricing('PriceSetPublished', aPriceSet('50000'));
  house.trade({ buyer: a, seller: b, instrument, quantity: '1', price }, 'before');
  house.trade({ buyer: a, seller: b, instrument, quantity: '2', price: text(dec(price).times('1.2')) }, 'wrong');
  return { house, a, b };
}

const PROPOSAL = { correctionId: 'c-1', tradeId: 'wrong', instrument: 'BTC-PERP', reason: 'the exchange cancelled it' };
const propose = (house: ClearingHouse, changes: object = {}, actor = 'ann') =>
  house.command('ProposeTradeCorrection', { ...PROPOSAL, ...changes }, actor);
const approve = (house: ClearingHouse, actor = 'ben') =>
  house.command('ApproveTradeCorrection', { correctionId: 'c-1' }, actor);

const standing = (house: ClearingHouse, accountId: string) => {
  const statement = accountStatement(house.deskOf(accountId).state, accountId);
  return { collateral: statement?.collateral, positions: statement?.positions };
};
const codeOf = (result: ReturnType<typeof propose>) => (result?.outcome === 'rejected' ? result.code : 'accepted');

describe('a booked trade that has to be cancelled [CLR-ACC-017]', () => {
  it.each([
    ['BTC-PERP', '50000'],
    [OPTION, '1000'],
  ])('is taken back on both sides with its fees, as if it had never been: %s', (instrument, price) => {
    const { house, a, b } = traded(instrument, price);
    const never = new ClearingHouse(2, 1, [aSpecification(OPTION)]);
    for (const accountId of [a, b]) never.deposit(accountId, 'USD', '1000000');
    never.pricing('PriceSetPublished', aPriceSet('50000'));
    never.trade({ buyer: a, seller: b, instrument, quantity: '1', price }, 'before');
    expect(codeOf(propose(house, { instrument }))).toBe('accepted');
    expect(codeOf(approve(house))).toBe('accepted');
    for (const accountId of [a, b]) {
      const { collateral, positions } = standing(house, accountId);
      const expected = standing(never, accountId);
      const worthOf = (each: typeof expected) =>
        dec(each.collateral?.['USD'] ?? '0')
          .plus(dec(each.positions?.[0]?.quantity ?? '0').times(instrument === OPTION ? '0' : '50000'))
          .minus(each.positions?.[0]?.cost ?? '0');
      expect(positions?.map(({ quantity }) => quantity)).toEqual(expected.positions?.map(({ quantity }) => quantity));
      // Who had a position keeps an average that the trade had moved; what that realised is the other way in the cost.
      const off = worthOf({ collateral, positions }).minus(worthOf(expected));
      // What was realised is credited in whole cents, rounded down.
      expect(off.lte(0) && off.gt('-0.01')).toBe(true);
    }
    const feesOf = ({ desks }: ClearingHouse) =>
      desks.map(({ state }) => text(balanceOf(state.ledger, 'house/fees', 'USD')));
    expect(feesOf(house)).toEqual(feesOf(never));
    expect(house.violations).toEqual([]);
    expect(house.atRest()).toEqual([]);
    for (const desk of [...house.desks, house.fund]) expect(desk.rebuilt().state).toEqual(desk.state);
  });

  it('is taken back on both sides that are of one account', () => {
    const { house, a } = traded();
    const before = standing(house, a);
    house.trade({ buyer: a, seller: a, instrument: 'BTC-PERP', quantity: '3', price: '50000' }, 'self');
    expect(codeOf(propose(house, { tradeId: 'self' }))).toBe('accepted');
    expect(codeOf(approve(house))).toBe('accepted');
    const reversed = house.desks.flatMap(({ events }) => events).filter(({ type }) => type === 'TradeReversed');
    expect(reversed.map(({ payload }) => (payload as { side: string }).side).sort()).toEqual(['buy', 'sell']);
    const quantitiesOf = ({ positions }: typeof before) => positions?.map(({ quantity }) => quantity);
    expect(quantitiesOf(standing(house, a))).toEqual(quantitiesOf(before));
    expect([house.violations, house.atRest()]).toEqual([[], []]);
  });

  it('needs two persons, however they write their names, and a proposal', () => {
    const { house } = traded();
    expect(codeOf(approve(house))).toBe('correction-unknown');
    expect(codeOf(propose(house, {}, ''))).toBe('actor-missing');
    expect(codeOf(propose(house))).toBe('accepted');
    expect(codeOf(propose(house))).toBe('correction-exists');
    expect(codeOf(approve(house, ' Ann '))).toBe('proposer-may-not-approve');
    expect(codeOf(approve(house))).toBe('accepted');
    expect(codeOf(approve(house, 'cleo'))).toBe('correction-approved');
  });

  it('is not cancelled twice under another id', () => {
    const { house } = traded();
    propose(house);
    approve(house);
    propose(house, { correctionId: 'c-2' });
    expect(codeOf(house.command('ApproveTradeCorrection', { correctionId: 'c-2' }, 'ben'))).toBe('trade-reversed');
  });

  it('is taken back once when two persons proposed it and both proposals are approved', () => {
    const { house, a } = traded();
    propose(house);
    propose(house, { correctionId: 'c-2' });
    approve(house);
    const after = standing(house, a);
    expect(codeOf(house.command('ApproveTradeCorrection', { correctionId: 'c-2' }, 'ben'))).toBe('trade-reversed');
    expect(standing(house, a)).toEqual(after);
    expect(house.violations).toEqual([]);
  });

  it('stays in reach from the proposal to the approval, however much is traded between', () => {
    const { house, a, b } = traded();
    propose(house);
    for (const { state } of house.desks) {
      const [any] = state.trades.values();
      for (let number = state.trades.size; any !== undefined && number < REMEMBERED_TRADES; number++) {
        state.trades.set(`other ${number}`, { ...any, tradeId: 'other' });
      }
    }
    for (const tradeId of ['later-1', 'later-2', 'later-3']) {
      house.trade({ buyer: a, seller: b, instrument: 'BTC-PERP', quantity: '1', price: '50000' }, tradeId);
    }
    expect(codeOf(propose(house, { correctionId: 'c-2', tradeId: 'before' }))).toBe('accepted');
    expect(codeOf(house.command('ApproveTradeCorrection', { correctionId: 'c-2' }, 'ben'))).toBe('trade-unknown');
    expect(codeOf(approve(house))).toBe('accepted');
    expect(house.atRest()).toEqual([]);
    expect(house.desks.map(({ state }) => [state.trades.size, state.correcting.size])).toEqual(
      house.desks.map(() => [REMEMBERED_TRADES, 0]),
    );
  });

  it.each`
    why                      | act                | code
    ${'nobody remembers it'} | ${() => undefined} | ${'trade-unknown'}
    ${'a stranger’s side is settled with what suspense holds'} | ${(house: ClearingHouse, a: string) => {
      house.pricing('InstrumentAdmitted', { specification: aSpecification(FUTURE, { cashStyle: 'variation-margin' }) });
      house.trade({ buyer: a, seller: 'stranger.main', instrument: FUTURE, quantity: '1', price: '50000' }, 'odd');
    }} | ${'trade-in-suspense'}
    ${'the contract is delivered since'} | ${(house: ClearingHouse, a: string, b: string) => {
      house.trade({ buyer: a, seller: b, instrument: OPTION, quantity: '1', price: '9' }, 'odd');
      house.expire(EXPIRY, '50000');
    }} | ${'instrument-expired'}
  `('is refused, and nothing is booked, when $why', ({ act, code }) => {
    const { house, a, b } = traded();
    (act as (...of: unknown[]) => void)(house, a, b);
    const instrument = code === 'trade-in-suspense' ? FUTURE : OPTION;
    expect(codeOf(propose(house, { tradeId: 'odd', instrument }))).toBe('accepted');
    expect(codeOf(approve(house))).toBe(code);
    expect(house.desks.flatMap(({ events }) => events).filter(({ type }) => type === 'TradeReversed')).toEqual([]);
  });

  it.each([
    [FUTURE, '49999.999'],
    [OPTION, '9'],
  ])(
    'leaves suspense with what the delivery paid where that comes before the approval is heard of: %s',
    (instrument, price) => {
      const { house, a } = traded();
      house.pricing('InstrumentAdmitted', { specification: aSpecification(FUTURE) });
      house.trade({ buyer: a, seller: 'stranger.main', instrument, quantity: '1', price }, 'odd');
      expect(codeOf(propose(house, { tradeId: 'odd', instrument }))).toBe('accepted');
      // The partitions have delivered; the global one, which approves, has not read of it.
      const settled = { underlying: 'BTC', expiry: EXPIRY, price: '61234.56789', samples: 450, carried: 0, missing: 0 };
      const unread = house.desks.map((desk) => desk.take('SettlementPriceFixed', settled));
      const approved = house.fund.takeAny(
        'ApproveTradeCorrection',
        { correctionId: 'c-1' },
        GLOBAL,
        'accounts.commands',
        'ben',
      );
      const reversed = house.desks.map((desk) => approved.flatMap((event) => desk.deliver(event)));
      for (const [index, events] of unread.entries()) house.relay([...events, ...(reversed[index] ?? [])]);
      expect(standing(house, a).positions?.map((position) => position.instrument)).toEqual(['BTC-PERP']);
      expect(balanceOf(house.desks[0]!.state.ledger, 'suspense', 'USD').abs().lte('0.01')).toBe(true);
      expect([house.violations, house.atRest()]).toEqual([[], []]);
      for (const desk of house.desks) expect(desk.rebuilt().state).toEqual(desk.state);
    },
  );

  it('is refused, and nothing is booked, when the contract is delivered between proposal and approval', () => {
    const { house, a, b } = traded();
    house.trade({ buyer: a, seller: b, instrument: OPTION, quantity: '1', price: '9' }, 'odd');
    expect(codeOf(propose(house, { tradeId: 'odd', instrument: OPTION }))).toBe('accepted');
    house.expire(EXPIRY, '61000');
    const before = [a, b].map((accountId) => standing(house, accountId));
    expect(codeOf(approve(house))).toBe('instrument-expired');
    expect([a, b].map((accountId) => standing(house, accountId))).toEqual(before);
  });

  it.each(['before', 'after'])('is refused when an account that traded is closed %s the proposal', (when) => {
    const { house, a, b } = traded();
    const trade = { instrument: 'BTC-PERP', price: '50000' };
    house.trade({ buyer: b, seller: a, ...trade, quantity: '3' }, 'back');
    house.withdraw(a, 'USD', standing(house, a).collateral?.['USD'] ?? '0');
    for (const held of house.heldWithdrawals()) house.answer(held, true, 0);
    const close = () => {
      const change = { accountId: a, standing: 'closed', reason: 'wound up' };
      house.relay(house.deskOf(a).takeAny('ChangeAccountStanding', change, undefined, 'accounts.commands', 'ann'));
    };
    if (when === 'before') close();
    expect(codeOf(propose(house))).toBe('accepted');
    if (when === 'after') close();
    expect(codeOf(approve(house))).toBe('account-closed');
    expect(standing(house, a)).toEqual({ collateral: {}, positions: [] });
    expect(house.violations).toEqual([]);
  });

  it('of a close-out stays: the case stands on it', () => {
    const { house, a, b } = traded();
    const slice = { accountId: a, maker: b, instrument: 'BTC-PERP', mark: '50000', returnedPercent: 0 } as const;
    house.slice({ ...slice, provisionalRate: '0', fills: [{ quantity: '1', price: '50000' }] });
    const [closing] = house
      .deskOf(a)
      .events.filter(({ payload }) => (payload as { reason?: string }).reason === 'close-out')
      .map(({ payload }) => payload as { readonly tradeId: string });
    propose(house, { tradeId: closing?.tradeId });
    expect(codeOf(approve(house))).toBe('trade-of-close-out');
  });

  it.each([[{}], [{ correctionId: 'a b' }], [{ reason: '' }]])(
    'is refused when the command is damaged: %j',
    (changes) => {
      const { house } = traded();
      const damaged = Object.keys(changes).length === 0 ? null : { ...PROPOSAL, ...changes };
      expect(codeOf(house.command('ProposeTradeCorrection', damaged, 'ann'))).toBe('correction-invalid');
    },
  );
});
