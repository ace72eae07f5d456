import { z } from 'zod';
import { MOST_BOOK_ACCOUNTS, bookHead, importedAccount } from '@ballast/facts';
import {
  accountId,
  accountMarginState,
  code,
  count,
  decimal,
  identifier,
  marginFigures,
  ordinal,
  reason,
  sha256Hex,
} from '../fields.js';
import { zodOf, zodShapeOf } from '../schema-to-zod.js';
import { instant } from './times.js';
import { pageOf } from './page.js';

const account = zodOf(importedAccount).meta({ id: 'ImportedAccount', description: 'An account of a book.' });

const digest = sha256Hex.meta({ description: 'SHA-256 of the canonical text (RFC 8785) of the book.' });

/** The file that an exchange brings. */
export const book = z
  .strictObject({
    ...zodShapeOf(bookHead),
    accounts: z.array(account).min(1).max(MOST_BOOK_ACCOUNTS),
  })
  .meta({
    id: 'Book',
    description: 'A live book: every account with what it has, and what the custodian keeps for all of them.',
    example: {
      ...{ importId: 'go-live-1', asOf: 1584010800000, custody: { USD: '15000' }, house: {} },
      accounts: [
        {
          ...{ accountId: 'carol.main', collateral: { USD: '10000' } },
          positions: [{ instrument: 'BTC-PERP', quantity: '0.5', averagePrice: '50000' }],
        },
        {
          ...{ accountId: 'dave.main', collateral: { USD: '5000' } },
          positions: [{ instrument: 'BTC-PERP', quantity: '-0.5', averagePrice: '50000' }],
        },
      ],
    },
  });

export const bookCheckRequest = z
  .strictObject({ book })
  .meta({ id: 'BookCheckRequest', description: 'A book that is looked at, and not kept.' });

export const bookImportRequest = z
  .strictObject({
    book,
    signedBy: z
      .string()
      .max(120)
      .meta({ description: 'Verifier key that signed the book, as Go’s `note` package takes it.', example: 'key' }),
    signature: z
      .string()
      .max(300)
      .meta({ description: 'Last line of the signed note over the digest.', example: '— name base64' }),
  })
  .meta({ id: 'BookImportRequest', description: 'Brings a signed book. Another person must approve it.' });

export const bookImportApproval = z.strictObject({ digest }).meta({
  id: 'BookImportApproval',
  description: 'Approves the book of this digest.',
  example: { digest: 'f3'.repeat(32) },
});

export const bookImportWithdrawal = z.strictObject({ reason }).meta({
  id: 'BookImportWithdrawal',
  description: 'Gives up a book that is not approved.',
  example: { reason: 'The exchange found an error.' },
});

/** Faults, and accounts in a worse state. */
const MOST_TOLD = 100;

const bookOutlook = z
  .strictObject({
    states: z.record(accountMarginState, count).meta({ description: 'Accounts by the state they would enter.' }),
    unpriced: count.meta({ description: 'Accounts with a contract that has no price now.' }),
    overordered: count.meta({
      description:
        'HEALTHY accounts whose open orders ask more than they have: nothing more that adds risk is admitted.',
    }),
    accounts: z
      .array(
        z.strictObject({
          ...{ accountId, state: accountMarginState, figures: marginFigures },
          orders: count.meta({ description: 'Open orders that it brings.' }),
          headroom: decimal.nullable().meta({
            description: 'What it could still lose to orders, USD; null: it brings none, or one without a price.',
          }),
        }),
      )
      .max(MOST_TOLD)
      .meta({
        description:
          'Those that would not be HEALTHY, then those whose orders ask more than they have; the first 100, worst state first.',
      }),
  })
  .meta({ id: 'BookOutlook', description: 'How margin would decide the accounts of a book, were they opened now.' });
export type BookOutlook = z.output<typeof bookOutlook>;

export const bookReport = z
  .strictObject({
    digest,
    accounts: count,
    positions: count,
    faults: z
      .array(
        z.strictObject({
          accountId: identifier.nullable().meta({ description: 'null: the book as a whole.' }),
          code,
          detail: z.string(),
        }),
      )
      .max(MOST_TOLD)
      .meta({ description: 'Why it cannot be imported as things stand, the first 100; none: it can.' }),
    outlook: bookOutlook.nullable().meta({ description: 'null while anything is wrong with it.' }),
  })
  .meta({ id: 'BookReport', description: 'What the partitions say of a book.' });
export type BookReport = z.output<typeof bookReport>;

export const bookImportsPage = pageOf(
  'BookImportsPage',
  'How books that were brought ended, in the order of their ids, and the one that waits for a second person.',
  z.strictObject({ importId: identifier, how: z.enum(['approved', 'withdrawn']) }),
  {
    open: z
      .strictObject({
        importId: identifier,
        asOf: instant,
        digest,
        signedBy: z.string(),
        by: z.string().meta({ description: 'Who brought it.' }),
        accounts: count.meta({ description: 'That have come so far.' }),
        parts: z.strictObject({ come: count, of: ordinal }),
        judged: z.strictObject({ partitions: count, of: ordinal }),
      })
      .nullable()
      .meta({ description: 'The book that waits for a second person; null: none.' }),
  },
);
