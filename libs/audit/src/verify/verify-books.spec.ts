import { bookNote, digestOfBook, type Book } from '@ballast/accounts-domain';
import { CheckpointKey, type LogDirectory } from '@ballast/event-log';
import { GLOBAL } from '@ballast/event-sourcing';
import { breakJudge, verifyBooks } from './verify-books.js';

interface Told {
  readonly type: string;
  readonly payload: object;
  readonly actor: string | null;
  readonly cause?: { readonly kind: 'event' | 'command' };
}
const told = (type: string, payload: object, actor: string | null = null): Told => ({ type, payload, actor });

const SOURCE = { source: 'bank-a', of: 'custody' };
const line = { accountId: null, asset: 'USD', instrument: null };
const opened = (breakId: number, changes: object = {}): Told =>
  told('BreakOpened', { breakId, ...SOURCE, asOf: 1, ...line, ledger: '100', reported: '90', ...changes });
const changedTo = (breakId: number, reported: string, ledger = '100'): Told =>
  told('BreakChanged', { breakId, source: 'bank-a', asOf: 2, ledger, reported });
const matched = (breakId: number): Told => told('BreakMatched', { breakId, source: 'bank-a', asOf: 3 });
const explainedBy = (breakId: number, actor: string | null): Told =>
  told('BreakExplanationProposed', { breakId, source: 'bank-a', explanation: 'tomorrow' }, actor);
const agreedBy = (breakId: number, actor: string | null): Told =>
  told('BreakExplained', { breakId, source: 'bank-a' }, actor);
const recorded = (differing: number, asOf: number, compared = 5): Told =>
  told('ReconciliationRecorded', { ...SOURCE, asOf, file: 'f3'.repeat(32), compared, differing });

/** What the judge says of the last of some events; the others must be sound. */
function judged(...events: readonly Told[]): string | null {
  const judge = breakJudge();
  const verdicts = events.map((event) => judge(event));
  expect(verdicts.slice(0, -1)).toEqual(events.slice(1).map(() => null));
  return verdicts.at(-1) ?? null;
}

const SOUND = [
  opened(1),
  recorded(1, 1),
  explainedBy(1, 'ann'),
  agreedBy(1, 'ben'),
  changedTo(1, '95'),
  opened(2, { asset: 'BTC' }),
  recorded(2, 2),
  explainedBy(1, 'ben'),
  matched(1),
  recorded(1, 3),
  opened(3),
  recorded(2, 3),
];

describe('breaks with the books of others [CLR-ACC-080, CLR-ACC-081]', () => {
  it('are sound as the ledger writes them', () => {
    expect(judged(...SOUND)).toBeNull();
  });

  it.each<[string, readonly Told[], string]>([
    ['leaves out an id', [opened(2)], 'break 2 follows 0'],
    ['opens a line twice', [opened(1), opened(2)], 'USD of bank-a custody is open already'],
    ['opens where both agree', [opened(1, { reported: '100.00' })], 'break 1: the two agree'],
    ['changes what is not open', [changedTo(1, '95')], 'break 1 is not open'],
    ['changes to what it was', [opened(1), changedTo(1, '90')], 'break 1 has not changed'],
    ['changes until both agree', [opened(1), changedTo(1, '100')], 'break 1: the two agree'],
    ['matches twice', [opened(1), matched(1), matched(1)], 'break 1 is not open'],
    ['is of another source', [opened(1, { source: 'bank-b' }), matched(1)], 'break 1 is not of bank-a'],
    ['is explained by nobody', [opened(1), explainedBy(1, null)], 'nobody explains break 1'],
    ['is approved without a proposal', [opened(1), agreedBy(1, 'ben')], 'break 1 waits for no approval'],
    [
      'is approved for figures that it has no more',
      [opened(1), explainedBy(1, 'ann'), changedTo(1, '95'), agreedBy(1, 'ben')],
      'break 1 waits for no approval',
    ],
    [
      'is explained by one',
      [opened(1), explainedBy(1, 'ann'), agreedBy(1, ' Ann ')],
      'break 1 is explained by one person',
    ],
    ['hides a difference', [opened(1), recorded(0, 1)], '0 lines of bank-a custody differ, and 1 are open'],
    ['invents one', [recorded(1, 1)], '1 lines of bank-a custody differ, and 0 are open'],
    ['differs in more than there is', [opened(1), recorded(1, 1, 0)], '1 of 0 lines differ'],
    ['goes back', [recorded(0, 2), recorded(0, 1)], 'bank-a custody goes back to 1'],
  ])('are a fault when one %s', (_what, events, fault) => {
    expect(judged(...events)).toBe(fault);
  });
});

const key = CheckpointKey.generate('exchange');
const position = { instrument: 'BTC-PERP', quantity: '1', averagePrice: '40000' };
const BOOK: Book = {
  ...{ importId: 'go-live', asOf: 1, custody: { USD: '-39990' }, house: {} },
  accounts: [
    { accountId: 'ann.main', collateral: { USD: '10' }, positions: [position] },
    { accountId: 'bob.main', collateral: {}, positions: [] },
  ],
};
const digest = digestOfBook(BOOK);
const signature = key.signNote(bookNote('go-live', digest)).trimEnd().split('\n').at(-1) ?? '';
const { accounts, ...HEAD } = BOOK;
const begun = (changes: object = {}): Told =>
  told('BookImportBegun', { ...HEAD, digest, signedBy: key.verifierKey, signature, parts: 1, ...changes }, 'ann');
const part = (of: readonly object[] = accounts): Told =>
  told('BookPartAdded', { importId: 'go-live', part: 1, parts: 1, accounts: of }, 'ann');
const approved = (actor = 'ben'): Told =>
  told('BookImportApproved', { postings: [], importId: 'go-live', digest, accounts: 2 }, actor);
const imported = (accountId: string, changes: object = {}): Told =>
  told('AccountImported', {
    ...{ accountId, importId: 'go-live', collateral: {}, positions: [], orders: [], volumes: [], postings: [] },
    ...changes,
  });
/** What ann has, changed, and bob, who has nothing. */
const came = (ann: object = {}, bob: object = {}): readonly Told[] => [
  imported('ann.main', { collateral: { USD: '10' }, positions: [{ ...position, cost: '40000' }], ...ann }),
  imported('bob.main', bob),
];

/** What is found where the global partition and the only other one say this. */
const found = async (global: readonly Told[], numbered: readonly Told[] = came()): Promise<string | undefined> => {
  const log = {
    read: (partition: number, after: number) =>
      Promise.resolve(
        (partition === GLOBAL ? global : numbered)
          .slice(after)
          .map((each, index) => ({ ...each, position: after + index + 1 })),
      ),
  };
  const logs = { partitions: 1, log: () => log } as unknown as LogDirectory;
  return (await verifyBooks(logs, () => undefined))?.what;
};

describe('books that were imported [CLR-ACC-090, CLR-ACC-091]', () => {
  it('are sound as the ledger writes them', async () => {
    expect(await found([begun(), part(), approved()])).toBeUndefined();
    const given = told('BookImportWithdrawn', { importId: 'go-live', reason: 'wrong' }, 'ann');
    expect(await found([begun(), part(), given, begun(), part(), approved()])).toBeUndefined();
  });

  it('are a fault when one of the accounts of a partition did not come', async () => {
    const both = accounts.map((account) =>
      account.accountId === 'bob.main' ? { ...account, collateral: { USD: '5' } } : account,
    );
    const of = { ...BOOK, accounts: both };
    const note = key.signNote(bookNote('go-live', digestOfBook(of)));
    const signed = { digest: digestOfBook(of), signature: note.trimEnd().split('\n').at(-1) };
    const agreed = told('BookImportApproved', { ...signed, postings: [], importId: 'go-live', accounts: 2 }, 'ben');
    const global = [begun(signed), part(both), agreed];
    expect(await found(global, came().slice(0, 1))).toContain('bob.main came with something else');
    expect(await found(global)).toContain('bob.main came with something else');
    expect(await found(global, came({}, { collateral: { USD: '5' } }))).toBeUndefined();
  });

  it('are a fault when an account came by another margin model than its book says', async () => {
    const model = 'adaptive-portfolio@1';
    const chosen = accounts.map((account) => ({ ...account, marginModel: model }));
    const of = { ...BOOK, accounts: chosen };
    const note = key.signNote(bookNote('go-live', digestOfBook(of)));
    const signed = { digest: digestOfBook(of), signature: note.trimEnd().split('\n').at(-1) };
    const agreed = told('BookImportApproved', { ...signed, postings: [], importId: 'go-live', accounts: 2 }, 'ben');
    const choice = (accountId: string, as = model, kind: 'event' | 'command' = 'event'): Told => ({
      ...told('MarginModelChosen', { accountId, model: as }),
      cause: { kind },
    });
    const global = [begun(signed), part(chosen), agreed];
    expect(await found(global)).toContain('ann.main came with something else');
    expect(await found(global, [...came(), choice('ann.main')])).toContain('ann.main came with something else');
    expect(await found(global, [choice('ann.main'), ...came()])).toContain('bob.main came with something else');
    const both = [choice('ann.main'), choice('bob.main'), ...came()];
    const later = choice('ann.main', 'another@1', 'command');
    expect(await found(global, [...both, later])).toBeUndefined();
  });

  it('are a fault when orders or volumes of an account are not those of its book, whatever else it brings', async () => {
    const order = { orderId: 'o', instrument: 'BTC-PERP', side: 'buy', quantity: '1', filledQuantity: '0', price: '1' };
    const orders = [order, { ...order, orderId: 'p' }];
    const volumes = [{ day: 0, volume: '5' }];
    const [ann, bob] = accounts;
    const ordered = [
      { ...ann, orders },
      { ...bob, volumes },
    ] as Book['accounts'];
    const of = { ...BOOK, accounts: ordered };
    const note = key.signNote(bookNote('go-live', digestOfBook(of)));
    const signed = { digest: digestOfBook(of), signature: note.trimEnd().split('\n').at(-1) };
    const agreed = told('BookImportApproved', { ...signed, postings: [], importId: 'go-live', accounts: 2 }, 'ben');
    const global = [begun(signed), part(ordered), agreed];
    expect(await found(global, came({ orders }, { volumes }))).toBeUndefined();
    expect(await found(global, came({}, { volumes }))).toContain('ann.main came with something else');
    expect(await found(global, came({ orders: orders.toReversed() }, { volumes }))).toContain('ann.main');
    expect(await found(global, came({ orders }))).toContain('bob.main came with something else');
    expect(await found(global, came({ orders }, { volumes: [{ day: 0, volume: '6' }] }))).toContain('bob.main');
  });

  it.each<[string, readonly Told[], readonly Told[], string]>([
    [
      'it was signed by another key',
      [begun({ signedBy: CheckpointKey.generate('exchange').verifierKey })],
      [],
      'did not sign',
    ],
    ['its key is none', [begun({ signedBy: 'nobody' })], [], 'not a verifier key'],
    [
      'an account is another one',
      [begun(), part([accounts[1] as object]), approved()],
      [],
      'another book than was signed',
    ],
    [
      'its custody is another one',
      [begun({ custody: { USD: '1' } }), part(), approved()],
      [],
      'another book than was signed',
    ],
    ['one person did it', [begun(), part(), approved(' Ann ')], [], 'imported by one person'],
    ['it was never begun', [approved()], [], 'approved and not open'],
    ['a second one came meanwhile', [begun(), begun()], [], 'while go-live is open'],
    [
      'somebody got more',
      [begun(), part(), approved()],
      came({ collateral: { USD: '11' } }),
      'ann.main came with something else',
    ],
    [
      'a position cost less',
      [begun(), part(), approved()],
      came({ positions: [{ ...position, cost: '40000', averagePrice: '39999' }] }),
      'ann.main came with something else',
    ],
    ['somebody came without a book', [], came(), 'ann.main came with something else'],
    [
      'a position is missing',
      [begun(), part(), approved()],
      came({ positions: [] }),
      'ann.main came with something else',
    ],
  ])('are a fault when %s', async (_what, global, numbered, fault) => {
    expect(await found(global, numbered)).toContain(fault);
  });
});
