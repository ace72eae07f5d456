import { GLOBAL, type SealedEvent } from '@ballast/event-sourcing';
import type { FundEvents } from '@ballast/facts';
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
/** Account a has nothing any more, and its trades can be taken back. */
function woundUp(instrument = 'BTC-PERP'): ReturnType<typeof traded> {
  const { house, a, b } = traded(instrument);
  house.trade({ buyer: b, seller: a, instrument, price: '50000', quantity: '3' }, 'back');
  house.withdraw(a, 'USD', standing(house, a).collateral?.['USD'] ?? '0');
  for (const held of house.heldWithdrawals()) house.answer(held, true, 0);
  return { house, a, b };
}

const withdraw = (house: ClearingHouse, actor = 'ben', correctionId = 'c-1') =>
  house.command('WithdrawTradeCorrection', { correctionId, reason: 'the exchange lets it stand' }, actor);

const closeIn = (house: ClearingHouse, accountId: string): readonly SealedEvent[] => {
  const change = { accountId, standing: 'closed', reason: 'wound up' };
  return house.deskOf(accountId).takeAny('ChangeAccountStanding', change, undefined, 'accounts.commands', 'ann');
};

const close = (house: ClearingHouse, accountId: string) => {
  house.relay(closeIn(house, accountId));
  return house.deskOf(accountId).result;
};

const settlementOf = (price: string) =>
  ({ underlying: 'BTC', expiry: EXPIRY, price, samples: 450, carried: 0, missing: 0 }) as const;

/** How many fills each partition keeps in reach. */
const heldBack = ({ desks }: ClearingHouse) => desks.map(({ state }) => state.correcting.size);

const endedOf = ({ fund }: ClearingHouse) =>
  fund.events
    .filter(({ type }) => type === 'TradeCorrectionEnded')
    .map(({ payload }) => payload as FundEvents['TradeCorrectionEnded'])
    .map(({ correctionId, code }) => `${correctionId} ${code}`);

/** Every order of the steps of several, each of whom takes his own in turn. */
function ordersOf(own: readonly (readonly string[])[]): readonly (readonly string[])[] {
  if (own.every((steps) => steps.length === 0)) return [[]];
  return own.flatMap(([next, ...rest], of) =>
    next === undefined
      ? []
      : ordersOf(own.map((steps, index) => (index === of ? rest : steps))).map((order) => [next, ...order]),
  );
}

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

  it('is refused when an account that traded is closed', () => {
    const { house, a } = woundUp();
    expect(codeOf(close(house, a))).toBe('accepted');
    expect(codeOf(propose(house))).toBe('accepted');
    expect(codeOf(approve(house))).toBe('account-closed');
    expect(standing(house, a)).toEqual({ collateral: {}, positions: [] });
    expect(heldBack(house)).toEqual([0, 0]);
    expect(house.violations).toEqual([]);
  });

  it('keeps an account open that traded, until it is withdrawn', () => {
    const { house, a } = woundUp();
    expect(codeOf(propose(house))).toBe('accepted');
    expect(codeOf(close(house, a))).toBe('account-correcting');
    expect(codeOf(withdraw(house, ''))).toBe('actor-missing');
    expect(codeOf(withdraw(house))).toBe('accepted');
    expect([codeOf(withdraw(house)), codeOf(approve(house))]).toEqual(['correction-withdrawn', 'correction-withdrawn']);
    expect(codeOf(close(house, a))).toBe('accepted');
    expect([house.violations, house.atRest()]).toEqual([[], []]);
  });

  it.each(['approved', 'withdrawn', 'delivered'] as const)(
    'and %s, leaves no closed account with a position, in whatever order both partitions hear of it and the account closes',
    (end) => {
      for (const order of ordersOf([
        ['hears a', 'reports a'],
        ['hears b', 'reports b'],
      ])) {
        for (const endings of ordersOf([['ends a'], ['ends b']])) {
          const steps = [...order, 'ends', ...endings];
          for (const closes of steps.keys()) {
            const { house, a, b } = woundUp(OPTION);
            // Whoever takes back its side later would have a position in an account that has been closed.
            const desks = { a: house.deskOf(a), b: house.deskOf(b) };
            const said: Record<string, readonly SealedEvent[]> = {};
            const atFund = (type: string, payload: object, actor: string) =>
              house.fund.takeAny(type, payload, GLOBAL, 'accounts.commands', actor);
            const proposed = atFund('ProposeTradeCorrection', { ...PROPOSAL, instrument: OPTION }, 'ann');
            const told: SealedEvent[] = [];
            const toFund = (events: readonly SealedEvent[]) => {
              for (const event of events) told.push(...house.fund.deliver(event));
            };
            for (const [index, step] of steps.entries()) {
              if (index === closes) toFund(closeIn(house, a));
              const [act, name] = step.split(' ') as [string, 'a' | 'b'];
              if (act === 'hears') said[name] = proposed.flatMap((event) => desks[name].deliver(event));
              if (act === 'reports') toFund(said[name] ?? []);
              if (step === 'ends' && end === 'approved') {
                told.push(...atFund('ApproveTradeCorrection', { correctionId: 'c-1' }, 'ben'));
              }
              if (step === 'ends' && end === 'withdrawn') {
                told.push(...atFund('WithdrawTradeCorrection', { correctionId: 'c-1', reason: 'it stands' }, 'ben'));
              }
              if (step === 'ends' && end === 'delivered') {
                toFund(desks.b.take('SettlementPriceFixed', settlementOf('50000')));
                toFund(desks.a.take('SettlementPriceFixed', settlementOf('50000')));
              }
              if (act === 'ends' && name !== undefined) toFund(told.flatMap((event) => desks[name].deliver(event)));
            }
            const { positions } = standing(house, a);
            if (desks.a.state.standings.get(a)?.standing === 'closed') expect(positions).toEqual([]);
            expect(heldBack(house)).toEqual([0, 0]);
            expect(house.violations).toEqual([]);
            for (const desk of [...house.desks, house.fund]) expect(desk.rebuilt().state).toEqual(desk.state);
          }
        }
      }
    },
  );

  it('ends where its sides are delivered, and not where another partition delivers', () => {
    const { house, a } = traded(OPTION, '9');
    house.trade({ buyer: a, seller: a, instrument: OPTION, quantity: '1', price: '9' }, 'self');
    expect(codeOf(propose(house, { tradeId: 'self', instrument: OPTION }))).toBe('accepted');
    const [own, other] = house.desks as [(typeof house.desks)[0], (typeof house.desks)[0]];
    house.relay(other.take('SettlementPriceFixed', settlementOf('61000')));
    expect(endedOf(house)).toEqual([]);
    house.relay(own.take('SettlementPriceFixed', settlementOf('61000')));
    expect(endedOf(house)).toEqual(['c-1 instrument-expired']);
    expect(heldBack(house)).toEqual([0, 0]);
  });

  it('that is refused lets go of what the partitions kept in reach for it, and of nothing that another one needs', () => {
    const { house, a } = traded();
    house.pricing('InstrumentAdmitted', { specification: aSpecification(FUTURE, { cashStyle: 'variation-margin' }) });
    house.trade(
      { buyer: 'stranger.main', seller: house.accounts[1]!, instrument: FUTURE, quantity: '1', price: '5' },
      'odd',
    );
    propose(house, { tradeId: 'odd', instrument: FUTURE });
    expect(endedOf(house)).toEqual(['c-1 trade-in-suspense']);
    expect(heldBack(house)).toEqual([0, 0]);
    propose(house, { correctionId: 'c-2' });
    propose(house, { correctionId: 'c-3' });
    withdraw(house, 'ben', 'c-2');
    expect(heldBack(house)).toEqual([1, 1]);
    house.command('ApproveTradeCorrection', { correctionId: 'c-3' }, 'ben');
    expect(heldBack(house)).toEqual([0, 0]);
    propose(house, { correctionId: 'c-4', tradeId: 'before' });
    propose(house, { correctionId: 'c-5', tradeId: 'before' });
    house.command('ApproveTradeCorrection', { correctionId: 'c-5' }, 'ben');
    expect(endedOf(house).slice(1)).toEqual(['c-2 correction-withdrawn', 'c-4 trade-reversed']);
    expect([heldBack(house), standing(house, a).positions]).toEqual([[0, 0], []]);
    expect([house.violations, house.atRest()]).toEqual([[], []]);
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
