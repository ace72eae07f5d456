import { accountAfter, booked, positionFields } from '../common.js';
import { event } from '../schema/event.js';
import {
  accountId,
  asset,
  code,
  count,
  decimal,
  identifier,
  instant,
  instrument,
  label,
  nonNegativeDecimal,
  ordinal,
  positiveDecimal,
  prose,
  quotation,
  reason,
  sha256Hex,
  tradeSide,
  versionedName,
} from '../schema/forms.js';
import { list, map, optional, record } from '../schema/schema.js';

const stream = 'import-<importId>';
const importId = identifier('Of the book.');

/** An order that rests at the exchange as a book comes; with what exchange.orders says of it later. */
const importedOrders = list(
  record({
    orderId: identifier(),
    instrument: instrument(),
    side: tradeSide(),
    quantity: positiveDecimal('Contracts of the whole order, what is filled already included.'),
    filledQuantity: nonNegativeDecimal('Contracts that it filled before the book, which its position has already.'),
    price: positiveDecimal('Limit; of a market order the worst price at which it may fill.'),
  }),
  'In the order in which the exchange accepted them.',
);

const importedVolumes = list(
  record({
    day: instant('Begin of a day (UTC).'),
    volume: positiveDecimal('USD of notional that the account traded on it, as maker and as taker.'),
  }),
  'Of days that may count for the fee tier of the owner.',
);

/** An account of a book, with what it has when it comes. */
export const importedAccount = record({
  accountId: accountId('Opened with the import.'),
  collateral: map(
    asset,
    decimal(),
    'What the account has of each asset, in its units, below zero what it owes; never zero, an absent one is none.',
  ),
  positions: list(
    record({
      instrument: instrument(),
      quantity: decimal('Contracts; negative = short. Never zero.'),
      averagePrice: positiveDecimal(
        'At which it was opened on average, as the contract is quoted; of one that settles variation daily the last settlement.',
      ),
    }),
  ),
  marginModel: optional(versionedName('Which the owner chose, `<name>@<version>`; absent: that of everybody.')),
  orders: optional(importedOrders),
  volumes: optional(importedVolumes),
});

/** Accounts of one book, a technical limit: a partition books all of its own in one item. */
export const MOST_BOOK_ACCOUNTS = 20_000;

/** What a book says beside its accounts. */
export const bookHead = record({
  importId,
  asOf: instant('The moment that the book speaks of.'),
  custody: map(asset, nonNegativeDecimal(), 'All that the custodian keeps, by asset.'),
  house: map(asset, nonNegativeDecimal(), "Part of it that is the house's own."),
});

const part = {
  importId,
  part: ordinal('1, 2, 3, ... in the order of the book.'),
  accounts: list(importedAccount, 'As the book has them.'),
};

const begun = {
  ...bookHead.fields,
  digest: sha256Hex('SHA-256 of the canonical text of the whole book.'),
  signedBy: label('Verifier key that signed it.'),
  signature: quotation('Last line of the signed note over the digest.'),
  parts: ordinal('In how many parts the accounts follow.'),
};

/** accounts, global: an exchange brings its book. */
export const BOOK_IMPORT_COMMANDS = {
  BeginBookImport: event({
    description: 'Begin to import a live book: its accounts follow in parts. Another person must approve it.',
    stream: 'commands',
    payload: begun,
  }),
  AddBookPart: event({
    description: 'The next accounts of a book that is being imported.',
    stream: 'commands',
    payload: part,
  }),
  ApproveBookImport: event({
    description: 'Approve a book; the actor is another person than the one who began, and names what he has read.',
    stream: 'commands',
    payload: { importId, digest: sha256Hex('Of the book that the approver has read.') },
  }),
  WithdrawBookImport: event({
    description: 'Give up a book that is not approved; nothing of it is booked.',
    stream: 'commands',
    payload: { importId, reason: reason('Why; the auditor reads it.') },
  }),
};

/** accounts, global. */
export const BOOK_IMPORT_EVENTS = {
  BookImportBegun: event({
    description: 'A person brings a live book. Nothing is booked before another one has approved it.',
    stream,
    payload: begun,
  }),
  BookPartAdded: event({
    description: 'Accounts of a book. With the last part every partition judges those that are its own.',
    stream,
    payload: { ...part, parts: ordinal('Of the whole book.') },
  }),
  BookImportApproved: event({
    description:
      "Another person approved the book: every partition books its accounts, and the house's own money is booked here.",
    stream,
    payload: { ...booked, importId, digest: sha256Hex(), accounts: count('Of the book.') },
  }),
  BookImportWithdrawn: event({
    description: 'A book was given up; its account ids are free again.',
    stream,
    payload: { importId, reason: reason('Why.') },
  }),
};

/** accounts p. */
export const IMPORTED_ACCOUNT_EVENTS = {
  BookPartitionJudged: event({
    description: 'What the partition says of the accounts of a book that would be its own, also when there are none.',
    stream,
    payload: {
      importId,
      accounts: count('That would be opened here.'),
      costs: map(
        asset,
        decimal(),
        'Costs of the positions, each rounded up to the minor unit of its settlement asset.',
      ),
      faults: list(
        record({ accountId: accountId(), code: code(), detail: prose('For people.') }),
        'Why they cannot be booked; the first ones.',
      ),
    },
  }),
  AccountImported: event({
    description:
      'An account came with a book that was imported: all that it has, in one event, so that nobody ever sees half of it. Its positions move no money of it.',
    stream: 'account-<accountId>',
    payload: {
      ...accountAfter,
      ...booked,
      importId,
      positions: list(
        record({ ...positionFields, averagePrice: positiveDecimal('As the contract is quoted.') }),
        'All of them, as they are after the event.',
      ),
      orders: importedOrders,
      volumes: importedVolumes,
    },
  }),
};
