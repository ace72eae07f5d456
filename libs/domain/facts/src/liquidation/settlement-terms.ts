import { nonNegativeDecimal, positiveDecimal } from '../schema/forms.js';
import { oneOf, record } from '../schema/schema.js';

/** What a request carries of its contract, so that a price can be weighed where the contract is not known. */
export const settlementTerms = record(
  {
    style: oneOf(['linear', 'inverse']),
    contractSize: positiveDecimal('Units of the underlying per contract; of an inverse contract USD per contract.'),
    assetPrice: nonNegativeDecimal('USD per unit of the settlement asset.'),
  },
  'What a price is worth in USD per contract.',
);
