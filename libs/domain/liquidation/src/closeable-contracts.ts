import { readContractSpecification, type Instrument } from '@ballast/instruments';
import type { ContractSpecificationDocument, InstrumentId } from '@ballast/facts';
import { invariant, type Asset, type Decimal } from '@ballast/kernel';

/** What a close-out needs of a contract's terms. */
export interface CloseableContract {
  readonly instrument: Instrument;
  readonly settlementAsset: Asset;
  /** Smallest quantity step, contracts, > 0. */
  readonly lot: Decimal;
  /** Smallest price step, as the contract is quoted, > 0. */
  readonly tick: Decimal;
  /** A person lets nothing trade in it. @see docs/spec/instrument-halts.md CLR-HLT-002 */
  readonly halted: boolean;
}

/** Every contract that was admitted so far. */
export type CloseableContracts = ReadonlyMap<InstrumentId, CloseableContract>;

/** The contract of an admitted listing. */
export function closeableContract(document: ContractSpecificationDocument): CloseableContract {
  const { instrument, settlementAsset, lot, tick } = readContractSpecification(document);
  return { instrument, settlementAsset, lot, tick, halted: false };
}

/** Terms of a contract that somebody holds. */
export function contractOf(contracts: CloseableContracts, instrument: InstrumentId): CloseableContract {
  const contract = contracts.get(instrument);
  invariant(contract, `${instrument} was never admitted`);
  return contract;
}
