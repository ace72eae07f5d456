import type { ContractSpecification } from '@ballast/instruments';
import type { AccountsEvents, InstrumentId } from '@ballast/facts';
import { invariant, text, type Decimal } from '@ballast/kernel';

/** Terms of a contract that something was booked in. */
export function contractOf(
  { contracts }: { readonly contracts: ReadonlyMap<InstrumentId, ContractSpecification> },
  instrument: InstrumentId,
): ContractSpecification {
  const contract = contracts.get(instrument);
  invariant(contract, `${instrument} was never admitted`);
  return contract;
}

/** The part of an event that says what the client was paid before the fee, rounded, and in which asset. */
export const settlementOf = (
  { settlementAsset }: ContractSpecification,
  cash: Decimal,
): AccountsEvents['PositionChanged']['settlement'] => ({ asset: settlementAsset, cash: text(cash) });
