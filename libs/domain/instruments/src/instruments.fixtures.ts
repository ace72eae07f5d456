import type { ContractSpecificationDocument } from '@ballast/facts';
import { dec } from '@ballast/kernel';
import { readContractSpecification, type ContractSpecification } from './contract-specification.js';
import { parseInstrumentId } from './instrument-id.js';

/** A specification of an id with the usual figures; name only what matters to the case. */
export function specificationOf(
  id: string,
  changes: Partial<ContractSpecificationDocument> = {},
): ContractSpecification {
  const terms = parseInstrumentId(id);
  const dated = terms.kind !== 'perpetual';
  return readContractSpecification({
    id,
    contractSize: '1',
    quoteAsset: 'USD',
    settlementAsset: terms.settlement === 'linear' ? 'USD' : terms.underlying,
    tick: '0.0001',
    lot: '0.0001',
    cashStyle: terms.kind === 'option' ? 'premium' : 'marked-to-market',
    ...(dated ? { deliveryFee: { rate: '0.00015', capOfValue: '0.125' } } : {}),
    listedAt: '2020-01-01T00:00:00Z',
    ...changes,
  });
}

/** A holding at average cost. */
export const holding = (holder: string, quantity: string | number, cost: string | number = 0) => ({
  holder,
  position: { quantity: dec(quantity), cost: dec(cost) },
});
