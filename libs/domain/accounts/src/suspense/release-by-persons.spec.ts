import { GLOBAL } from '@ballast/event-sourcing';
import type { FillEvents } from '@ballast/facts';
import { dec, instantOf, text } from '@ballast/kernel';
import { aFill, aSpecification, assetsWith, deskWith, payloadOf } from '../accounts.fixtures.js';
import { accountsInvariants } from '../accounts.invariants.js';
import { accountStatement, openReleases, suspendedLines } from '../accounts.queries.js';
import { ClearingHouse } from '../clearing-house.fixtures.js';
import { balanceOf } from '../ledger/ledger.js';

const OPTION = 'BTC-27MAR26-60000-C';
const FUTURE = 'BTC-27MAR26';
const accountId = 'late.main';
const deposit = { depositId: 'd1', accountId, asset: 'USD', amount: '5000' };

type Desk = ReturnType<typeof deskWith>;

const command = (desk: Desk, type: string, payload: unknown, actor: string | null) => {
  const events = desk.takeAny(type, payload, undefined, 'accounts.commands', actor);
  const { result } = desk;
  return { events, code: result?.outcome === 'rejected' ? result.code : 'accepted' };
};
const propose = (desk: Desk, suspense: number, outcome: string, changes: object = {}, actor: string | null = 'ann') =>
  command(
    desk,
    'ProposeSuspenseRelease',
    { releaseId: 'r-1', suspense, outcome, reason: 'looked into', ...changes },
    actor,
  );
const approve = (desk: Desk, actor: string | null = 'ben', releaseId = 'r-1') =>
  command(desk, 'ApproveSuspenseRelease', { releaseId }, actor);

/** Position at which suspense took the last thing. */
const keptAt = (desk: Desk): number => {
  const kept = desk.events.filter(({ type }) => type === 'SuspenseBooked').at(-1);
  if (kept === undefined) throw new Error('nothing is in suspense');
  return kept.position;
};
const inSuspense = (desk: Desk, asset = 'USD') => text(balanceOf(desk.state.ledger, 'suspense', asset));

function expectSound(desk: Desk): void {
  expect(accountsInvariants.ofPartition(desk.state)).toEqual([]);
  expect(desk.rebuilt().state).toEqual(desk.state);
  expect(desk.replayed().events).toEqual(desk.events);
}

describe('what waits in suspense for a person [CLR-ACC-019]', () => {
  it('goes back to where it came from: custody and suspense are as before, and its id is used', () => {
    const desk = deskWith({});
    desk.take('DepositReceived', deposit);
    const suspense = keptAt(desk);
    expect(inSuspense(desk)).toBe('5000');
    expect(propose(desk, suspense, 'send-back').code).toBe('accepted');
    expect([...suspendedLines(desk.state)]).toEqual([
      {
        ...{ position: suspense, reason: 'unknown-account', accountId, reference: 'deposit d1' },
        ...{ money: { asset: 'USD', amount: '5000' }, fill: null },
      },
    ]);
    expect(openReleases(desk.state)).toEqual([
      { releaseId: 'r-1', position: suspense, outcome: 'send-back', reason: 'looked into', proposer: 'ann' },
    ]);
    const { events, code } = approve(desk);
    expect([code, events.map(({ type }) => type)]).toEqual(['accepted', ['SuspenseReleased']]);
    expect(payloadOf(events, 'SuspenseReleased')).toMatchObject({
      suspense,
      decision: { outcome: 'sent-back', id: 'r-1' },
    });
    expect(events[0]?.actor).toBe('ben');
    expect([inSuspense(desk), text(balanceOf(desk.state.ledger, 'custody', 'USD'))]).toEqual(['0', '0']);
    expect([...suspendedLines(desk.state), ...openReleases(desk.state)]).toEqual([]);
    // The same message again brings nothing, neither before nor after the account is there.
    expect(desk.take('DepositReceived', deposit)).toEqual([]);
    desk.take('AccountOpeningRequested', { accountId });
    expect(desk.take('DepositReceived', deposit)).toEqual([]);
    expect(accountStatement(desk.state, accountId)?.collateral).toEqual({});
    expectSound(desk);
  });

  it('is booked where it says, once that is possible', () => {
    const { desk, openDeposits } = closedForDeposits();
    desk.take('DepositReceived', { ...deposit, accountId: 'here.main', asset: 'USDC' });
    const suspense = keptAt(desk);
    expect(propose(desk, suspense, 'book').code).toBe('suspense-not-bookable');
    openDeposits();
    expect(propose(desk, suspense, 'book').code).toBe('accepted');
    const { events } = approve(desk);
    expect(events.map(({ type }) => type)).toEqual(['SuspenseReleased', 'CollateralCredited']);
    expect(accountStatement(desk.state, 'here.main')?.collateral).toMatchObject({ USDC: '5000' });
    expect(inSuspense(desk, 'USDC')).toBe('0');
    expect(desk.take('DepositReceived', { ...deposit, accountId: 'here.main', asset: 'USDC' })).toEqual([]);
    expect(accountsInvariants.ofPartition(desk.state)).toEqual([]);
  });

  it('is booked against premium, which its account owes from then on', () => {
    const desk = deskWith({});
    desk.take('InstrumentAdmitted', { specification: aSpecification(OPTION) });
    const fill = aFill({ accountId, instrument: OPTION, price: '100', quantity: '2' });
    desk.take('TradeFilled', fill);
    desk.take('AccountOpeningRequested', { accountId });
    expect(propose(desk, keptAt(desk), 'book').code).toBe('accepted');
    expect(approve(desk).events.map(({ type }) => type)).toEqual(['SuspenseReleased', 'PositionChanged']);
    const inTime = deskWith({});
    inTime.take('InstrumentAdmitted', { specification: aSpecification(OPTION) });
    inTime.take('AccountOpeningRequested', { accountId });
    inTime.take('TradeFilled', fill);
    const { version: _, ...booked } = accountStatement(desk.state, accountId) ?? { version: 0 };
    expect(booked).toEqual({ ...accountStatement(inTime.state, accountId), version: undefined });
    expect(desk.state.instruments).toEqual(inTime.state.instruments);
    expect(payloadOf(desk.take('TradeFilled', fill), 'SuspenseBooked')).toMatchObject({ detail: 'fill-repeated' });
    expectSound(desk);
  });

  it('needs two persons, however they write their names, and a proposal', () => {
    const desk = deskWith({});
    desk.take('DepositReceived', deposit);
    const suspense = keptAt(desk);
    expect(approve(desk).code).toBe('release-unknown');
    expect(propose(desk, suspense, 'send-back', {}, null).code).toBe('actor-missing');
    expect(propose(desk, suspense, 'send-back').code).toBe('accepted');
    expect(propose(desk, suspense, 'send-back').code).toBe('release-exists');
    expect(propose(desk, suspense, 'send-back', { releaseId: 'r-2' }, 'cleo').code).toBe('accepted');
    expect(approve(desk, null).code).toBe('actor-missing');
    expect(approve(desk, ' Ann ').code).toBe('proposer-may-not-approve');
    expect(approve(desk).code).toBe('accepted');
    expect(approve(desk, 'cleo').code).toBe('release-approved');
    // Another proposal of what has left.
    expect(approve(desk, 'ben', 'r-2').code).toBe('suspense-unknown');
    expectSound(desk);
  });

  it('is judged again when it is approved: an account that opened meanwhile has it', () => {
    const desk = deskWith({});
    desk.take('DepositReceived', deposit);
    propose(desk, keptAt(desk), 'send-back');
    desk.take('AccountOpeningRequested', { accountId });
    expect(approve(desk).code).toBe('suspense-unknown');
    expect(accountStatement(desk.state, accountId)?.collateral).toMatchObject({ USD: '5000' });
  });

  it.each([
    ['a fill is not sent back', 'SOL-PERP', '0.05', 'send-back', 'suspense-not-money'],
    ['a part of a lot', 'SOL-PERP', '0.05', 'book', 'suspense-not-bookable'],
    ['variation moves what suspense holds', FUTURE, '1', 'book', 'suspense-not-bookable'],
  ])('is refused: %s', (_, instrument, quantity, outcome, code) => {
    const desk = deskWith({});
    desk.take('InstrumentAdmitted', { specification: aSpecification('SOL-PERP', { lot: '0.1' }) });
    desk.take('InstrumentAdmitted', { specification: aSpecification(FUTURE, { cashStyle: 'variation-margin' }) });
    desk.take('TradeFilled', aFill({ accountId, instrument, quantity }));
    desk.take('AccountOpeningRequested', { accountId });
    const suspense = keptAt(desk);
    expect(propose(desk, suspense, outcome).code).toBe(code);
    expect(propose(desk, suspense + 1_000, outcome).code).toBe('suspense-unknown');
  });

  describe('of a contract that is delivered meanwhile', () => {
    const EXPIRY = instantOf('2026-03-27T08:00:00Z');
    const settled = { underlying: 'BTC', expiry: EXPIRY, price: '61234.56789', samples: 450, carried: 0, missing: 0 };
    type Changes = NonNullable<Parameters<typeof aSpecification>[1]>;
    type FillChanges = Partial<Pick<FillEvents['TradeFilled'], 'tradeId' | 'price' | 'quantity' | 'side'>>;
    const deliveredDesk = (instrument: string, changes: Changes, fill: FillChanges): Desk => {
      const desk = deskWith({});
      desk.take('InstrumentAdmitted', { specification: aSpecification(instrument, changes) });
      desk.take('TradeFilled', aFill({ accountId, instrument, ...fill }));
      if ('cashStyle' in changes) {
        desk.take('VariationPriceFixed', { instrument, dueAt: EXPIRY - 86_400_000, price: '60500.123' });
      }
      desk.take('SettlementPriceFixed', settled);
      return desk;
    };

    it.each<[string, string, Changes, FillChanges]>([
      ['a long option', OPTION, {}, { price: '100.3', quantity: '3' }],
      ['a short option', OPTION, {}, { price: '100.3', quantity: '3', side: 'sell' }],
      ['a future that gained', FUTURE, {}, { price: '50000.3', quantity: '1.7' }],
      ['a future that lost', FUTURE, {}, { price: '50000.3', quantity: '1.7', side: 'sell' }],
      ['a future with variation', FUTURE, { cashStyle: 'variation-margin' }, { price: '50000.3', quantity: '1.7' }],
      ['a part of a lot', FUTURE, { lot: '1' }, { price: '50000.3', quantity: '1.7' }],
    ])('%s is booked, and delivered at once, as if it had been there in time', (_, instrument, changes, fill) => {
      const desk = deliveredDesk(instrument, changes, fill);
      const suspense = keptAt(desk);
      expect(propose(desk, suspense, 'book').code).toBe('suspense-not-bookable');
      // Nothing is booked by the opening alone: a person says that the account owes it.
      expect(desk.take('AccountOpeningRequested', { accountId }).map(({ type }) => type)).toEqual(['AccountOpened']);
      expect(propose(desk, suspense, 'book').code).toBe('accepted');
      expect(approve(desk).events.map(({ type }) => type)).toEqual([
        ...['SuspenseReleased', 'PositionChanged', 'ContractDelivered'],
      ]);
      const inTime = deskWith({});
      inTime.take('InstrumentAdmitted', { specification: aSpecification(instrument, { ...changes, lot: '0.1' }) });
      inTime.take('AccountOpeningRequested', { accountId });
      inTime.take('TradeFilled', aFill({ accountId, instrument, ...fill }));
      inTime.take('SettlementPriceFixed', settled);
      const usdOf = ({ state }: Desk) => accountStatement(state, accountId)?.collateral['USD'] ?? '0';
      expect(usdOf(desk)).toBe(usdOf(inTime));
      expect(accountStatement(desk.state, accountId)?.positions).toEqual([]);
      // Each settlement of suspense was in whole cents.
      expect(dec(inSuspense(desk)).abs().lte('0.02')).toBe(true);
      expect([...suspendedLines(desk.state)]).toEqual([]);
      expectSound(desk);
    });

    it('goes back as the money that the delivery paid, and its fill stays known', () => {
      const fill = { tradeId: 'odd', price: '50000', quantity: '2' };
      const desk = deliveredDesk(FUTURE, {}, fill);
      expect(inSuspense(desk)).toBe('22469.13');
      expect(propose(desk, keptAt(desk), 'send-back').code).toBe('accepted');
      expect(payloadOf(approve(desk).events, 'SuspenseReleased').postings).toEqual([
        { ledgerAccount: 'custody', asset: 'USD', amount: '22469.13' },
        { ledgerAccount: 'suspense', asset: 'USD', amount: '-22469.13' },
      ]);
      expect(inSuspense(desk)).toBe('0');
      const again = aFill({ accountId, instrument: FUTURE, ...fill });
      expect(payloadOf(desk.take('TradeFilled', again), 'SuspenseBooked').detail).toBe('fill-repeated');
      expect(desk.take('AccountOpeningRequested', { accountId }).map(({ type }) => type)).toEqual(['AccountOpened']);
      expectSound(desk);
    });

    it('is not sent back while a correction may take its fill back, which would be paid twice [CLR-ACC-017]', () => {
      const desk = deskWith({});
      desk.take('InstrumentAdmitted', { specification: aSpecification(FUTURE, { lot: '0.1' }) });
      desk.take('TradeFilled', aFill({ accountId, instrument: FUTURE, tradeId: 'odd', price: '50000', quantity: '2' }));
      const correction = { correctionId: 'c-1', tradeId: 'odd', instrument: FUTURE };
      const ofFund = (type: string, more: object) =>
        desk.takeAny(type, { ...correction, ...more }, GLOBAL, 'accounts', 'ann');
      ofFund('TradeCorrectionProposed', { reason: 'mistyped' });
      // It was approved before the delivery here was heard of there, and is heard of here behind it.
      desk.take('SettlementPriceFixed', settled);
      expect(propose(desk, keptAt(desk), 'send-back').code).toBe('account-correcting');
      const sides = [{ partition: desk.state.partition, accountId, side: 'buy', quantity: '2' }];
      ofFund('TradeCorrectionApproved', { sides });
      expect(inSuspense(desk)).toBe('0');
      expect([...suspendedLines(desk.state)]).toEqual([]);
      expectSound(desk);
    });

    it('is sent back once the correction of its fill has ended', () => {
      const desk = deliveredDesk(FUTURE, {}, { tradeId: 'odd', price: '50000', quantity: '2' });
      const correction = { correctionId: 'c-1', tradeId: 'odd', instrument: FUTURE };
      desk.takeAny('TradeCorrectionProposed', { ...correction, reason: 'mistyped' }, GLOBAL, 'accounts', 'ann');
      const ended = { ...correction, code: 'correction-withdrawn', reason: 'it stands' };
      desk.takeAny('TradeCorrectionEnded', ended, GLOBAL, 'accounts', 'ben');
      expect(propose(desk, keptAt(desk), 'send-back').code).toBe('accepted');
    });

    it('is not sent back when it lost: nobody has that money', () => {
      const desk = deliveredDesk(FUTURE, {}, { price: '70000', quantity: '2' });
      expect(propose(desk, keptAt(desk), 'send-back').code).toBe('suspense-not-money');
    });
  });

  it.each([[null], [{}], [{ outcome: 'keep' }], [{ suspense: 0 }], [{ reason: '' }], [{ releaseId: 'a b' }]])(
    'is refused when the command is damaged: %j',
    (changes) => {
      const desk = deskWith({});
      const whole = { releaseId: 'r-1', suspense: 1, outcome: 'book', reason: 'looked into' };
      const body = changes !== null && Object.keys(changes).length > 0 ? { ...whole, ...changes } : changes;
      expect(command(desk, 'ProposeSuspenseRelease', body, 'ann').code).toBe('release-invalid');
    },
  );
});

describe('a trade with a side in suspense [CLR-ACC-017, CLR-ACC-019]', () => {
  it.each(['BTC-PERP', OPTION])(
    'is cancelled on both sides, and the fill that comes again stays out: %s',
    (instrument) => {
      const house = new ClearingHouse(2, 1, [aSpecification(OPTION)]);
      const [buyer = ''] = house.accounts;
      house.deposit(buyer, 'USD', '1000000');
      house.trade({ buyer, seller: 'stranger.main', instrument, quantity: '1', price: '500' }, 'odd');
      const correction = { correctionId: 'c-1', tradeId: 'odd', instrument, reason: 'no client of ours' };
      expect(house.command('ProposeTradeCorrection', correction, 'ann')?.outcome).toBe('accepted');
      expect(house.command('ApproveTradeCorrection', { correctionId: 'c-1' }, 'ben')?.outcome).toBe('accepted');
      const events = house.desks.flatMap((desk) => desk.events);
      expect(payloadOf(events, 'SuspenseReleased')).toMatchObject({ decision: { outcome: 'cancelled', id: 'c-1' } });
      expect(accountStatement(house.deskOf(buyer).state, buyer)).toMatchObject({
        ...{ positions: [], collateral: { USD: '1000000' } },
      });
      expect(house.violations).toEqual([]);
      expect(house.atRest()).toEqual([]);
      const desk = house.deskOf('stranger.main');
      const again = aFill({
        accountId: 'stranger.main',
        side: 'sell',
        tradeId: 'odd',
        liquidity: 'maker',
        instrument,
        price: '500',
      });
      expect(payloadOf(desk.take('TradeFilled', again), 'SuspenseBooked')).toMatchObject({
        ...{ detail: 'fill-repeated', position: null },
      });
      // Nothing is left that its opening would book.
      expect(desk.take('AccountOpeningRequested', { accountId: 'stranger.main' }).map(({ type }) => type)).toEqual([
        'AccountOpened',
      ]);
      for (const each of [...house.desks, house.fund]) expect(each.rebuilt().state).toEqual(each.state);
    },
  );
});

/** A desk whose house takes no USDC for now. */
function closedForDeposits(): { readonly desk: Desk; readonly openDeposits: () => void } {
  const house = new ClearingHouse(1, 1);
  house.approve('assets', assetsWith('USDC', { depositsOpen: false }));
  const [desk] = house.desks;
  if (desk === undefined) throw new Error('a clearing house has partitions');
  desk.take('AccountOpeningRequested', { accountId: 'here.main' });
  return { desk, openDeposits: () => house.approve('assets', assetsWith('USDC', { depositsOpen: true })) };
}
