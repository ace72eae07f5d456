import fc from 'fast-check';
import { DAY_MS, dec, instantOf, ownerOf, partitionOfAccount, sum, text } from '@ballast/kernel';
import { accountIn, aFill, aPriceSet, aSpecification, bundled } from '../accounts.fixtures.js';
import { accountStatement } from '../accounts.queries.js';
import { tierOfOwner } from '../fees/fee-tiers.js';
import { ClearingHouse } from '../clearing-house.fixtures.js';
import { balanceOf } from '../ledger/ledger.js';
import { bookImportFigures } from './book-import.decider.js';
import { digestOfBook, ownersInParts, partsOf, MOST_PART_LINES, type Book, type ImportedAccount } from './book.js';

const PARTITIONS = 2;
const PERP = 'BTC-PERP';
const OPTION = 'BTC-27MAR26-60000-C';
const [ANN, BOB, CLEO, DAN] = ['ann', 'bob', 'cleo', 'dan'].map((owner, index) =>
  accountIn(index % PARTITIONS, PARTITIONS, owner),
) as [string, string, string, string];

const house = (): ClearingHouse => {
  const made = new ClearingHouse(PARTITIONS, 1, [aSpecification(OPTION)]);
  made.pricing('PriceSetPublished', aPriceSet('50000'));
  return made;
};

/**
 * W152: ann bought one bitcoin at 40,000 of bob, who bought it back of cleo at 46,000 and so lost 6,000; a tenth of an option is
 * between ann and cleo. The custodian keeps 16,000 + 4,000 + 10,000 - (40,000 - 46,000) + 500 of the house.
 */
const BOOK: Book = {
  importId: 'go-live',
  asOf: 1_584_000_000_000,
  custody: { USD: '36500', BTC: '0.5' },
  house: { USD: '500' },
  accounts: [
    {
      accountId: ANN,
      collateral: { USD: '16000', BTC: '0.5' },
      positions: [
        { instrument: PERP, quantity: '1', averagePrice: '40000' },
        { instrument: OPTION, quantity: '0.1', averagePrice: '900' },
      ],
    },
    { accountId: BOB, collateral: { USD: '4000' }, positions: [] },
    {
      accountId: CLEO,
      collateral: { USD: '10000' },
      positions: [
        { instrument: PERP, quantity: '-1', averagePrice: '46000' },
        { instrument: OPTION, quantity: '-0.1', averagePrice: '950' },
      ],
    },
    { accountId: DAN, collateral: {}, positions: [] },
  ],
};

const SIGNED = { signedBy: 'exchange+00000000+AAAA', signature: '— exchange AAAA' };

const codeOf = (result: ReturnType<ClearingHouse['command']>): string =>
  result?.outcome === 'rejected' ? result.code : 'accepted';
const detailOf = (result: ReturnType<ClearingHouse['command']>): string =>
  result?.outcome === 'rejected' ? result.detail : '';

/** Everything that brings a book, one account in a part; the last answer. */
function bring(at: ClearingHouse, book: Book, by = 'ann', digest = digestOfBook(book)): string {
  const { accounts, ...head } = book;
  let code = codeOf(at.command('BeginBookImport', { ...head, digest, ...SIGNED, parts: accounts.length }, by));
  for (const [index, account] of accounts.entries()) {
    if (code !== 'accepted') return code;
    code = codeOf(at.command('AddBookPart', { importId: book.importId, part: index + 1, accounts: [account] }, by));
  }
  return code;
}
const approve = (at: ClearingHouse, book: Book, by = 'ben') =>
  at.command('ApproveBookImport', { importId: book.importId, digest: digestOfBook(book) }, by);

const deskIn = (at: ClearingHouse, accountId: string) => {
  const desk = at.desks[partitionOfAccount(accountId, PARTITIONS)];
  if (desk === undefined) throw new Error(`no partition of ${accountId}`);
  return desk;
};
const statementOf = (at: ClearingHouse, accountId: string) => accountStatement(deskIn(at, accountId).state, accountId);
const custodyOf = (at: ClearingHouse, asset: string): string =>
  text(sum([...at.desks, at.fund].map(({ state }) => balanceOf(state.ledger, 'custody', asset))).neg());
const importedTypes = (at: ClearingHouse): readonly string[] =>
  at.desks.flatMap(({ events }) => events.map(({ type }) => type)).filter((type) => type === 'AccountImported');

describe('a live book that is imported [CLR-ACC-090] [CLR-ACC-091]', () => {
  it('W152: opens every account with what it had, and custody is what the custodian keeps', () => {
    const at = house();
    expect(bring(at, BOOK)).toBe('accepted');
    expect(importedTypes(at)).toEqual([]);
    expect(codeOf(approve(at, BOOK))).toBe('accepted');
    expect(statementOf(at, ANN)).toMatchObject({
      collateral: { USD: '16000', BTC: '0.5' },
      positions: [
        { instrument: OPTION, quantity: '0.1', cost: '0' },
        { instrument: PERP, quantity: '1', cost: '40000' },
      ],
    });
    expect(statementOf(at, CLEO)?.positions).toContainEqual({ instrument: PERP, quantity: '-1', cost: '-46000' });
    expect(statementOf(at, DAN)).toMatchObject({ collateral: {}, positions: [] });
    expect([custodyOf(at, 'USD'), custodyOf(at, 'BTC')]).toEqual(['36500', '0.5']);
    // Both sides closed at any price: the clients' money and the house's own is all there is.
    const trade = { tradeId: 'last', instrument: PERP, quantity: '1', price: '43000' } as const;
    at.relay(deskIn(at, ANN).take('TradeFilled', aFill({ ...trade, accountId: ANN, side: 'sell' })));
    at.relay(deskIn(at, CLEO).take('TradeFilled', aFill({ ...trade, accountId: CLEO, side: 'buy' })));
    expect(text(sum(at.desks.map(({ state }) => balanceOf(state.ledger, 'house/pnl', 'USD'))))).toBe('0');
    expect(at.violations).toEqual([]);
    expect(at.atRest()).toEqual([]);
    for (const desk of [...at.desks, at.fund]) expect(desk.rebuilt().state).toEqual(desk.state);
    expect(bookImportFigures(at.fund.state.bookImports, PARTITIONS)).toEqual({
      open: null,
      ended: [{ importId: 'go-live', how: 'approved' }],
    });
  });

  it('is delivered like any other position, and all cash of the contract sums to zero', () => {
    const at = house();
    bring(at, BOOK);
    approve(at, BOOK);
    at.expire(instantOf('2026-03-27T08:00:00Z'), '61000');
    expect(statementOf(at, ANN)?.positions.map(({ instrument }) => instrument)).toEqual([PERP]);
    expect(at.violations).toEqual([]);
    expect(at.atRest()).toEqual([]);
  });

  it('needs two persons who have read the same book', () => {
    const at = house();
    const begin = (actor: string) => {
      const { accounts, ...head } = BOOK;
      const asked = { ...head, digest: digestOfBook(BOOK), ...SIGNED, parts: accounts.length };
      return codeOf(at.command('BeginBookImport', asked, actor));
    };
    expect(codeOf(approve(at, BOOK))).toBe('import-unknown');
    expect(begin('')).toBe('actor-missing');
    expect(begin('ann')).toBe('accepted');
    expect(begin('ann')).toBe('import-open');
    expect(codeOf(approve(at, BOOK))).toBe('import-incomplete');
    const part = (number: number, actor = 'ann') =>
      codeOf(
        at.command('AddBookPart', { importId: 'go-live', part: number, accounts: [BOOK.accounts[number - 1]] }, actor),
      );
    expect(part(2)).toBe('import-part-unexpected');
    expect(part(1, 'ben')).toBe('import-of-another');
    expect([1, 2, 3].map((number) => part(number))).toEqual(['accepted', 'accepted', 'accepted']);
    expect(part(3)).toBe('import-part-unexpected');
    expect(part(4)).toBe('accepted');
    expect(part(5)).toBe('import-invalid');
    expect(codeOf(approve(at, BOOK, ' Ann '))).toBe('proposer-may-not-approve');
    expect(codeOf(approve(at, BOOK, ''))).toBe('actor-missing');
    const other = { importId: 'go-live', digest: '0'.repeat(64) };
    expect(codeOf(at.command('ApproveBookImport', other, 'ben'))).toBe('import-digest-differs');
    expect(codeOf(approve(at, BOOK))).toBe('accepted');
    expect(codeOf(approve(at, BOOK, 'cleo'))).toBe('import-unknown');
    expect(begin('ann')).toBe('import-exists');
  });

  it('is not taken when its accounts are others than were signed', () => {
    const at = house();
    expect(bring(at, BOOK, 'ann', '0'.repeat(64))).toBe('import-digest-differs');
    expect(codeOf(approve(at, BOOK))).toBe('import-incomplete');
  });

  it('keeps its ids until it is given up, and afterwards leaves nothing', () => {
    const at = house();
    bring(at, BOOK);
    const open = () => deskIn(at, ANN).takeAny('OpenAccount', { accountId: ANN });
    open();
    expect(deskIn(at, ANN).result).toMatchObject({ code: 'account-awaits-import' });
    const given = { importId: 'go-live', reason: 'the exchange found an error' };
    expect(codeOf(at.command('WithdrawBookImport', given, 'ann'))).toBe('accepted');
    expect(codeOf(at.command('WithdrawBookImport', given, 'ann'))).toBe('import-unknown');
    at.relay(open());
    expect(deskIn(at, ANN).result).toMatchObject({ outcome: 'accepted' });
    expect(custodyOf(at, 'USD')).toBe('0');
    // The book comes again under another id; one of its accounts exists now.
    const again = { ...BOOK, importId: 'go-live-2' };
    expect(bring(at, again)).toBe('accepted');
    expect(detailOf(approve(at, again))).toContain(`${ANN}: id: The account is open already.`);
    expect(importedTypes(at)).toEqual([]);
  });

  it('books what waited in suspense for its accounts', () => {
    const at = house();
    at.relay(
      deskIn(at, BOB).take('DepositReceived', { depositId: 'early', accountId: BOB, asset: 'USD', amount: '7' }),
    );
    bring(at, BOOK);
    approve(at, BOOK);
    expect(statementOf(at, BOB)?.collateral).toEqual({ USD: '4007' });
    expect(at.violations).toEqual([]);
  });

  const changed = (index: number, changes: Partial<ImportedAccount>): Book => ({
    ...BOOK,
    accounts: BOOK.accounts.map((account, each) => (each === index ? { ...account, ...changes } : account)),
  });
  const held = (position: object): Partial<ImportedAccount> => ({
    positions: [{ instrument: PERP, quantity: '1', averagePrice: '40000', ...position }],
  });

  it('brings the margin model of an account before anything that it holds', () => {
    const at = house();
    const model = 'adaptive-portfolio@1';
    bring(at, changed(0, { marginModel: model }));
    expect(codeOf(approve(at, changed(0, { marginModel: model })))).toBe('accepted');
    expect(deskIn(at, ANN).state.accounts.get(ANN)?.model).toBe(model);
    expect(deskIn(at, BOB).state.accounts.get(BOB)?.model ?? null).toBeNull();
    const ofAnn = deskIn(at, ANN).events.filter(({ payload }) => (payload as { accountId?: string }).accountId === ANN);
    expect(ofAnn.map(({ type }) => type).slice(0, 3)).toEqual([
      'AccountOpened',
      'MarginModelChosen',
      'AccountImported',
    ]);
    expect(at.violations).toEqual([]);
    for (const desk of at.desks) expect(desk.rebuilt().state).toEqual(desk.state);
  });

  it('brings a margin model that was offered when the book was judged, and is off the list when it is approved', () => {
    const at = house();
    const model = 'adaptive-portfolio@1';
    const book = changed(0, { marginModel: model });
    bring(at, book);
    at.approve('selectable-models', { models: [{ model: 'scenario-scan@1', reason: 'asked for by market makers' }] });
    expect(codeOf(approve(at, book))).toBe('accepted');
    expect(deskIn(at, ANN).state.accounts.get(ANN)?.model).toBe(model);
    const next = { ...book, importId: 'go-live-2', accounts: [{ ...book.accounts[0]!, accountId: `${ANN}2` }] };
    expect(bring(at, next)).toBe('accepted');
    expect(detailOf(approve(at, next))).toContain('does not offer');
    expect(at.violations).toEqual([]);
  });

  it('brings what an account owes, which the custodian does not have', () => {
    const at = house();
    const owing = { ...changed(1, { collateral: { USD: '-1500' } }), custody: { USD: '31000', BTC: '0.5' } };
    bring(at, owing);
    expect(detailOf(approve(at, owing))).toBe('');
    expect(statementOf(at, BOB)?.collateral).toEqual({ USD: '-1500' });
    expect(custodyOf(at, 'USD')).toBe('31000');
    at.relay(
      deskIn(at, BOB).take('DepositReceived', { depositId: 'paid', accountId: BOB, asset: 'USD', amount: '2000' }),
    );
    expect(statementOf(at, BOB)?.collateral).toEqual({ USD: '500' });
    expect([...at.violations, ...at.atRest()]).toEqual([]);
  });

  const resting: NonNullable<ImportedAccount['orders']>[number] = {
    ...{ orderId: 'o-1', instrument: PERP, quantity: '3', filledQuantity: '1', price: '39000' },
    side: 'buy',
  };
  const ordered = (order: object): Partial<ImportedAccount> => ({ orders: [{ ...resting, ...order }] });

  it('brings the open orders of an account behind all that it holds, and before what waited for it', () => {
    const at = house();
    const fill = aFill({
      ...{ accountId: BOB, tradeId: 'early', instrument: PERP, side: 'buy', quantity: '1', price: '39000' },
      orderId: 'o-1',
    });
    at.relay(deskIn(at, BOB).take('TradeFilled', fill));
    const book = changed(1, { orders: [resting, { ...resting, orderId: 'o-2', filledQuantity: '0' }] });
    bring(at, book);
    expect(codeOf(approve(at, book))).toBe('accepted');
    const ofBob = deskIn(at, BOB).events.filter(({ stream }) => stream === `account-${BOB}`);
    expect(ofBob.map(({ type }) => type)).toEqual(['AccountOpened', 'AccountImported', 'PositionChanged']);
    expect(ofBob[1]?.payload).toMatchObject({ accountId: BOB, importId: 'go-live', orders: book.accounts[1]?.orders });
    expect(ofBob[2]?.payload).toMatchObject({ orderId: 'o-1' });
    expect(at.violations).toEqual([]);
    for (const desk of at.desks) expect(desk.rebuilt().state).toEqual(desk.state);
  });

  /** Begin of the day that the book speaks of. */
  const day = Math.floor(BOOK.asOf / DAY_MS) * DAY_MS;
  const traded = (daysBefore: number, volume: string) => ({ day: day - daysBefore * DAY_MS, volume });

  it('brings what its owners traded, so that they keep their tier from the first fill on [CLR-ACC-046]', () => {
    const at = house();
    const rates = { taker: '0.0003', maker: '0.0001' };
    at.approve('fee-schedule', {
      ...(bundled('fee-schedule') as object),
      tiers: [{ fromVolume: '1000000', perpetual: rates, future: rates, option: rates }],
    });
    const accounts = changed(0, { volumes: [traded(29, '600000'), traded(1, '400000')] }).accounts.map((each) =>
      each.accountId === CLEO ? { ...each, volumes: [traded(0, '5000000'), traded(30, '999999.99')] } : each,
    );
    bring(at, { ...BOOK, accounts });
    expect(detailOf(approve(at, { ...BOOK, accounts }))).toBe('');
    const tierOf = (accountId: string) => text(tierOfOwner(deskIn(at, accountId).state, ownerOf(accountId)));
    // That of the day itself counts from the next one on.
    expect([ANN, BOB, CLEO].map(tierOf)).toEqual(['1000000', '0', '0']);
    const fill = aFill({ accountId: ANN, tradeId: 't', instrument: PERP, side: 'sell', quantity: '1', price: '50000' });
    const [booked] = deskIn(at, ANN).take('TradeFilled', fill);
    expect(booked?.payload).toMatchObject({ fee: '15', feeTier: '1000000' });
    for (const desk of at.desks) expect(desk.rebuilt().state).toEqual(desk.state);
  });

  it('tells what is wrong in the order of the book, then of the whole', () => {
    const at = house();
    const faulty = {
      ...BOOK,
      accounts: BOOK.accounts.map((account) => ({ ...account, marginModel: 'okx-depeg@1' })),
    };
    bring(at, faulty);
    const told = detailOf(approve(at, { ...faulty })).split('; ');
    expect(told.map((line) => line.split(':')[0])).toEqual([ANN, BOB, CLEO, DAN]);
    const twice = { ...changed(0, held({ quantity: '0' })), importId: 'go-live-2' };
    expect(codeOf(at.command('WithdrawBookImport', { importId: 'go-live', reason: 'wrong' }, 'ann'))).toBe('accepted');
    bring(at, twice);
    expect(
      detailOf(approve(at, twice))
        .split('; ')
        .map((line) => line.split(' ')[0]),
    ).toEqual([`${ANN}:`, 'the', 'the']);
  });

  it.each<[string, Book, RegExp]>([
    ['a margin model that nobody may choose', changed(1, { marginModel: 'okx-depeg@1' }), /does not offer/],
    ['a debt of a part of a cent', changed(1, { collateral: { USD: '-0.001' } }), /more digits/],
    ['collateral of nothing', changed(1, { collateral: { USD: '0' } }), /0 USD: Leave the asset out/],
    ['a contract that is not cleared', changed(1, held({ instrument: 'DOGE-PERP' })), /does not clear/],
    ['no whole lot', changed(1, held({ instrument: OPTION, quantity: '0.00000001' })), /no whole number of lots/],
    ['a position of nothing', changed(1, held({ quantity: '0' })), /must be above zero/],
    ['a price finer than prices are', changed(1, held({ averagePrice: '1.0000000000001' })), /more digits/],
    ['an asset that is not kept', changed(1, { collateral: { DOGE: '1' } }), /does not keep this asset/],
    ['a part of a cent', changed(1, { collateral: { USD: '4000.001' } }), /more digits/],
    [
      'an order in what is not cleared',
      changed(1, ordered({ instrument: 'DOGE-PERP' })),
      /order o-1: .*does not clear/,
    ],
    [
      'an order of no whole lot',
      changed(1, ordered({ instrument: OPTION, quantity: '3.00000001' })),
      /o-1: .*no whole number of lots/,
    ],
    [
      'an order filled by no whole lot',
      changed(1, ordered({ instrument: OPTION, filledQuantity: '0.00000001' })),
      /no whole number of lots/,
    ],
    ['an order that has filled', changed(1, ordered({ filledQuantity: '3' })), /o-1: .*filled wholly/],
    ['a limit finer than prices are', changed(1, ordered({ price: '1.000000001' })), /o-1: .*more digits/],
    ['one order twice', changed(1, { orders: [resting, resting] }), /o-1 stands there twice/],
    ['a volume beyond all wealth', changed(1, { volumes: [traded(1, '1000000000000001')] }), /beyond 1e15/],
    ['a day twice', changed(1, { volumes: [traded(1, '1'), traded(1, '1')] }), /write the sum/],
    ['a day of long ago', changed(1, { volumes: [traded(31, '1')] }), /leave it out/],
    ['a day to come', changed(1, { volumes: [traded(-1, '1')] }), /leave it out/],
    ['a part of a day', changed(1, { volumes: [{ day: day - 1, volume: '1' }] }), /no begin of a day/],
    ['one account twice', changed(3, { accountId: ANN }), /stands in the book twice/],
    ['positions that do not cancel', changed(1, held({})), /sum to 1/],
    ['a cent too much in custody', { ...BOOK, custody: { ...BOOK.custody, USD: '36500.01' } }, /36500.01 USD.*= 36500/],
    ['an asset that nobody has', { ...BOOK, custody: { ...BOOK.custody, ETH: '1' } }, /keeps 1 ETH/],
    ['house money that is not there', { ...BOOK, house: {} }, /= 36000/],
  ])('books nothing at all with %s', (_what, book, why) => {
    const at = house();
    expect(bring(at, book)).toBe('accepted');
    const answer = approve(at, book);
    expect(codeOf(answer)).toBe('import-faulty');
    expect(detailOf(answer)).toMatch(why);
    expect(importedTypes(at)).toEqual([]);
    expect(custodyOf(at, 'USD')).toBe('0');
  });

  it.each([
    ['BeginBookImport', { digest: 'x' }],
    ['BeginBookImport', { house: { USD: '-1' } }],
    ['BeginBookImport', { parts: 0 }],
  ])('is refused when %s is damaged: %j', (type, changes) => {
    const { accounts, ...head } = BOOK;
    const sound = { ...head, digest: digestOfBook(BOOK), ...SIGNED, parts: accounts.length };
    expect(codeOf(house().command(type, { ...sound, ...changes }, 'ann'))).toBe('import-invalid');
    expect(codeOf(house().command(type, null, 'ann'))).toBe('import-invalid');
  });

  it('holds every law of the ledger whatever the positions are and whoever has them', () => {
    const cents = fc.integer({ min: 1, max: 100_000_000 }).map((each) => text(dec(each).div(100)));
    const price = fc.integer({ min: 1, max: 9_000_000 }).map((each) => text(dec(each).div(97).toDecimalPlaces(12)));
    const lots = fc.integer({ min: 1, max: 5_000 }).map((each) => text(dec(each).div(1_000)));
    fc.assert(
      fc.property(cents, cents, price, price, lots, (first, second, bought, sold, quantity) => {
        const accounts: readonly ImportedAccount[] = [
          {
            accountId: ANN,
            collateral: { USD: first },
            positions: [{ instrument: PERP, quantity, averagePrice: bought }],
          },
          {
            accountId: BOB,
            collateral: { USD: second },
            positions: [{ instrument: PERP, quantity: `-${quantity}`, averagePrice: sold }],
          },
        ];
        const up = (cost: string) => dec(cost).toDecimalPlaces(2, 'ceil');
        const costs = up(text(dec(quantity).times(bought))).plus(up(text(dec(quantity).times(sold).neg())));
        // The house brings what is missing, so that custody is not below nothing.
        const own = costs.isNegative() ? dec('0') : costs;
        const custody = text(dec(first).plus(second).minus(costs).plus(own));
        const book: Book = { ...BOOK, accounts, custody: { USD: custody }, house: { USD: text(own) } };
        const at = house();
        expect(bring(at, book)).toBe('accepted');
        expect(detailOf(approve(at, book))).toBe('');
        expect(custodyOf(at, 'USD')).toBe(custody);
        expect([...at.violations, ...at.atRest()]).toEqual([]);
      }),
      { numRuns: 25 },
    );
  });
});

const byId = (a: ImportedAccount, b: ImportedAccount): number => (a.accountId < b.accountId ? -1 : 1);

describe('a book in parts [CLR-ACC-090]', () => {
  const account = (n: number, positions: number): ImportedAccount => ({
    accountId: `owner${n}.main`,
    collateral: { USD: '1' },
    positions: Array.from({ length: positions }, () => ({ instrument: PERP, quantity: '1', averagePrice: '1' })),
  });

  it('goes in commands of a size that travels, no account divided, all in order', () => {
    const accounts = Array.from({ length: 700 }, (_, n) => account(n, n % 3));
    const parts = partsOf(accounts);
    expect(parts.flat()).toEqual(accounts);
    expect(parts.length).toBe(3);
    const lines = parts.map((part) => part.reduce((all, each) => all + 2 + each.positions.length, 0));
    expect(Math.max(...lines)).toBeLessThanOrEqual(MOST_PART_LINES);
  });

  it('has the accounts of an owner in one part where they are looked at side by side', () => {
    const accounts = Array.from({ length: 900 }, (_, n) => ({
      ...account(n % 450, 1),
      accountId: `owner${n % 450}.${n}`,
    }));
    const parts = ownersInParts(accounts);
    expect(parts.length).toBeGreaterThan(1);
    const partsByOwner = parts.map((part) => new Set(part.map(({ accountId }) => accountId.split('.')[0])));
    expect(partsByOwner.reduce((all, owners) => all + owners.size, 0)).toBe(450);
    expect(parts.flat().toSorted(byId)).toEqual(accounts.toSorted(byId));
  });

  it('has the largest account in a part of its own', () => {
    expect(partsOf([account(0, 1), account(1, MOST_PART_LINES), account(2, 1)]).map(({ length }) => length)).toEqual([
      1, 1, 1,
    ]);
  });

  it.each([
    [{ USD: '500.001' }, 'house.USD: The amount has more digits'],
    [{ USD: '1000000000000001' }, 'house.USD: The amount is beyond 1e15'],
    [{ USD: '500', DOGE: '5' }, 'house.DOGE: The house does not keep this asset'],
    [{ USD: '500', BTC: '0' }, ''],
  ])('is begun only with house money that can be booked: %j', (own, detail) => {
    const { accounts: _, ...head } = BOOK;
    const begun = { ...head, house: own };
    const answer = house().command(
      'BeginBookImport',
      { ...begun, digest: digestOfBook(BOOK), ...SIGNED, parts: 4 },
      'ann',
    );
    expect([codeOf(answer), detailOf(answer).slice(0, detail.length)]).toEqual([
      detail === '' ? 'accepted' : 'import-invalid',
      detail,
    ]);
  });
});
