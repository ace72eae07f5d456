import type { ContractSpecification } from '@ballast/instruments';
import type { AccountsEvents, InstrumentId, Underlying } from '@ballast/facts';
import { dec, invariant, text, type Decimal } from '@ballast/kernel';

/** A linear perpetual of the start: one base unit per contract, any step that the ledger multiplies exactly. */
const linearPerpetual = (underlying: Underlying): readonly [InstrumentId, ContractSpecification] => {
  const id: InstrumentId = `${underlying}-PERP`;
  const step = dec('0.00000001');
  return [
    id,
    {
      instrument: { id, underlying, kind: 'perpetual', settlement: 'linear', contractSize: dec(1) },
      quoteAsset: 'USD',
      settlementAsset: 'USD',
      tick: step,
      lot: step,
      cashStyle: 'marked-to-market',
      listedAt: 0,
    },
  ];
};

/** The linear perpetuals, which need no listing. */
export const LINEAR_PERPETUALS: ReadonlyMap<InstrumentId, ContractSpecification> = new Map([
  linearPerpetual('BTC'),
  linearPerpetual('ETH'),
]);

/** Terms of a contract that something was booked in. */
export function contractOf(
  { contracts }: { readonly contracts: ReadonlyMap<InstrumentId, ContractSpecification> },
  instrument: InstrumentId,
): ContractSpecification {
  const contract = contracts.get(instrument);
  invariant(contract, `${instrument} was never admitted`);
  return contract;
}

/** The part of an event that says what a client was paid; the linear perpetuals' events go without, as they always did. */
export function settlementOf(
  { instrument, settlementAsset }: ContractSpecification,
  cash: Decimal,
): Pick<AccountsEvents['PositionChanged'], 'settlement'> {
  return LINEAR_PERPETUALS.has(instrument.id) ? {} : { settlement: { asset: settlementAsset, cash: text(cash) } };
}
