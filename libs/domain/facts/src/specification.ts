import { asset, identifier, label, nonNegativeDecimal } from './schema/forms.js';
import { oneOf, optional, record, type ValueOf } from './schema/schema.js';

/**
 * All terms of a contract as they were listed; they never change. Pricing judges them (`InstrumentAdmitted`, `InstrumentRefused`), so the schema asks for the shape
 * only: a tick of zero is refused with a code, not with a broken partition.
 */
export const contractSpecification = record({
  id: identifier('Contract id, docs/spec/instruments.md.'),
  contractSize: nonNegativeDecimal('Linear: base units per contract. Inverse: quote units per contract.'),
  quoteAsset: asset(),
  settlementAsset: asset('What profit and premium are paid in.'),
  tick: nonNegativeDecimal('Smallest price step, as the contract is quoted.'),
  lot: nonNegativeDecimal('Smallest quantity step, contracts.'),
  cashStyle: oneOf(['marked-to-market', 'variation-margin', 'premium']),
  deliveryFee: optional(
    record(
      {
        rate: nonNegativeDecimal("Fraction of the underlying's value."),
        capOfValue: nonNegativeDecimal('Options: at most this fraction of the payoff.'),
      },
      'Absent for a perpetual.',
    ),
  ),
  listedAt: label('ISO 8601, UTC.'),
});
export type ContractSpecificationDocument = ValueOf<typeof contractSpecification>;
