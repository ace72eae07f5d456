import { readContractSpecification, type Instrument } from '@ballast/instruments';
import type { ContractSpecificationDocument, InstrumentId, Underlying } from '@ballast/facts';
import { dec, invariant, type Asset, type Decimal } from '@ballast/kernel';

/** What a close-out needs of a contract's terms. */
export interface CloseableContract {
  readonly instrument: Instrument;
  readonly settlementAsset: Asset;
  /** Smallest quantity step, contracts. */
  readonly lot: Decimal;
}

export type CloseableContracts = ReadonlyMap<InstrumentId, CloseableContract>;

const linearPerpetual = (underlying: Underlying, lot: string): readonly [InstrumentId, CloseableContract] => {
  const id: InstrumentId = `${underlying}-PERP`;
  const instrument = { id, underlying, kind: 'perpetual', settlement: 'linear', contractSize: dec(1) } as const;
  return [id, { instrument, settlementAsset: 'USD', lot: dec(lot) }];
};

/** The linear perpetuals, which need no listing; lots as the exchange trades them. */
export const LINEAR_PERPETUALS: CloseableContracts = new Map([
  linearPerpetual('BTC', '0.0001'),
  linearPerpetual('ETH', '0.001'),
]);

export const isLinearPerpetual = (instrument: InstrumentId): boolean => LINEAR_PERPETUALS.has(instrument);

/** The contract of an admitted listing. */
export function closeableContract(document: ContractSpecificationDocument): CloseableContract {
  const { instrument, settlementAsset, lot } = readContractSpecification(document);
  return { instrument, settlementAsset, lot };
}

/** Terms of a contract that somebody holds. */
export function contractOf(contracts: CloseableContracts, instrument: InstrumentId): CloseableContract {
  const contract = contracts.get(instrument);
  invariant(contract, `${instrument} was never admitted`);
  return contract;
}
