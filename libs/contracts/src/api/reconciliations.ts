import { z } from 'zod';
import { RECONCILED } from '@ballast/facts';
import { accountId, asset, count, decimal, identifier, instrument, ordinal, reason, sha256Hex } from '../fields.js';
import { pageOf } from './page.js';
import { askedInstant, instant } from './times.js';

const source = identifier.meta({ description: 'Who keeps the other books: a custodian, an exchange.' });
const of = z.enum(RECONCILED).meta({
  id: 'Reconciled',
  description: '`custody`: assets, all together. `positions`: contracts of each account.',
  example: 'positions',
});
const quantity = decimal.meta({ description: 'Contracts, or units of the asset; negative = sold.' });

/** As many lines as one file of somebody else may have. */
const MOST_LINES = 100_000;

const asked = {
  source,
  asOf: askedInstant.meta({ description: 'The ledger is taken up to and with this moment of clearing time.' }),
  file: sha256Hex.meta({ description: 'SHA-256 of what the other party sent, byte by byte.' }),
};

const file = 'f3'.repeat(32);

export const custodyLine = z
  .strictObject({ asset, quantity })
  .meta({ id: 'CustodyLine', description: 'What is held of an asset.', example: { asset: 'BTC', quantity: '12.5' } });

export const positionLine = z.strictObject({ accountId, instrument, quantity }).meta({
  id: 'PositionLine',
  description: 'What an account holds of a contract.',
  example: { accountId: 'carol.main', instrument: 'BTC-PERP', quantity: '-0.25' },
});

export const custodyReconciliation = z.strictObject({ ...asked, lines: z.array(custodyLine).max(MOST_LINES) }).meta({
  id: 'CustodyReconciliation',
  description: 'Everything that a custodian keeps; an asset that is absent is one of which it has nothing.',
  example: { source: 'bank-a', asOf: '2020-03-12T11:00:00Z', file, lines: [{ asset: 'USD', quantity: '1000000.00' }] },
});

export const positionReconciliation = z.strictObject({ ...asked, lines: z.array(positionLine).max(MOST_LINES) }).meta({
  id: 'PositionReconciliation',
  description: 'Every position that an exchange has; a line that is absent is none.',
  example: {
    ...{ source: 'exchange-a', asOf: '2020-03-12T11:00:00Z', file },
    lines: [{ accountId: 'carol.main', instrument: 'BTC-PERP', quantity: '-0.25' }],
  },
});

export const breakExplanation = z
  .strictObject({ explanation: reason.meta({ description: 'Why; the approver and the auditor read it.' }) })
  .meta({
    id: 'BreakExplanation',
    description: 'Says why two books differ. Another person must approve it.',
    example: { explanation: 'A withdrawal that the bank books tomorrow.' },
  });

export const breakExplanationApproval = z
  .strictObject({})
  .meta({ id: 'BreakExplanationApproval', description: 'Approves the explanation in the path.', example: {} });

export const breakIdForm = ordinal.meta({ description: 'Of a break.', example: 7 });

export const reconciliationsPage = pageOf(
  'ReconciliationsPage',
  'The last reconciliation of each source, in the order of sources and what they keep.',
  z.strictObject({
    ...asked,
    of,
    compared: count.meta({ description: 'Lines that at least one of the two had.' }),
    differing: count,
  }),
);

export const breaksPage = pageOf(
  'BreaksPage',
  'Lines in which books of others differ from the ledger, until they agree again, oldest first.',
  z.strictObject({
    breakId: breakIdForm,
    source,
    of,
    since: instant.meta({ description: 'asOf of the reconciliation that found it.' }),
    asOf: instant.meta({ description: 'asOf of the one that the figures are of.' }),
    accountId: accountId.nullable(),
    asset: asset.nullable(),
    instrument: instrument.nullable(),
    ledger: decimal,
    reported: decimal,
    explanation: z
      .strictObject({
        text: z.string(),
        proposer: z.string(),
        approver: z.string().nullable().meta({ description: 'null: it waits for a second person.' }),
      })
      .nullable(),
  }),
);
export type ReconciliationsPage = z.output<typeof reconciliationsPage>;
export type BreaksPage = z.output<typeof breaksPage>;
