import { z } from 'zod';
import { asset, identifier, nonNegativeDecimal } from './fields.js';

/**
 * Terms of a contract. Pricing judges them (`InstrumentAdmitted`, `InstrumentRefused`), so the schema asks for the shape
 * only: a tick of zero is refused with a code, not with a broken partition.
 */
export const contractSpecification = z.strictObject({
  id: identifier.describe('Contract id, docs/spec/instruments.md.'),
  contractSize: nonNegativeDecimal.describe('Linear: base units per contract. Inverse: quote units per contract.'),
  quoteAsset: asset,
  settlementAsset: asset.describe('What profit and premium are paid in.'),
  tick: nonNegativeDecimal.describe('Smallest price step, as the contract is quoted.'),
  lot: nonNegativeDecimal.describe('Smallest quantity step, contracts.'),
  cashStyle: z.enum(['marked-to-market', 'variation-margin', 'premium']),
  deliveryFee: z
    .strictObject({
      rate: nonNegativeDecimal.describe("Fraction of the underlying's value."),
      capOfValue: nonNegativeDecimal.describe('Options: at most this fraction of the payoff.'),
    })
    .optional()
    .describe('Absent for a perpetual.'),
  listedAt: z.string().max(40).describe('ISO 8601, UTC.'),
});
