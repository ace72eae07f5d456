import { z } from 'zod';
import { accountId, asset, decimal, instrument, nonNegativeDecimal, ordinal, partitionNumber } from './fields.js';

/** A place in a numbered partition of a log, as one event names another. */
export const place = z
  .strictObject({ partition: partitionNumber, position: ordinal })
  .describe('Place of another event: its partition and position.');

/** Amounts per asset; an absent asset is zero. */
export const amountByAsset = z.record(asset, decimal);

export const posting = z.strictObject({
  ledgerAccount: z
    .string()
    .max(120)
    .regex(/^[a-z-]+(\/[a-zA-Z0-9_.#-]+)?$/, { error: 'write a ledger account such as "client/alice.main"' }),
  asset,
  amount: decimal.describe('Positive = credit in favour of the named party.'),
});

/** Every event that moves money carries its whole journal entry. */
export const booked = {
  postings: z.array(posting).describe('The balanced journal entry: sums to zero per asset.'),
};

/** State of a client account after the event, as other services need it. */
export const accountAfter = {
  accountId,
  collateral: amountByAsset.describe('All collateral credited to the client after the event, held money included.'),
};

export const positionFigures = z
  .strictObject({
    instrument,
    quantity: decimal.describe('Contracts (of a linear perpetual: base units); negative = short.'),
    cost: decimal.describe(
      'Signed, in the settlement asset, exact. Unrealised P&L at a mark = quantity * value of a contract - cost, of a linear perpetual quantity * mark - cost. Against premium it is zero.',
    ),
  })
  .describe('The position after the event.');

export const marginFigures = z
  .strictObject({
    equity: decimal.describe('USD, rounded down to the cent; may be negative.'),
    initial: nonNegativeDecimal.describe('Initial requirement, USD, rounded up to the cent.'),
    call: nonNegativeDecimal.describe('Call requirement, USD, rounded up to the cent.'),
    liquidation: nonNegativeDecimal.describe('Liquidation requirement, USD, rounded up to the cent.'),
  })
  .describe('The figures of the assessment, as decided exactly.');
