import { text, type Asset, type Decimal } from '@ballast/kernel';
import { keptAsset, MOST_MINOR_UNIT_DIGITS, type KeptAsset, type UnderRules } from '../ledger/assets.js';
import {
  fieldsOf,
  readAccountId,
  readAsset,
  readId,
  readPositive,
  readable,
  unreadable,
  type Reading,
} from '../reading/input-reading.js';

/** A deposit, a withdrawal or a transfer as it was asked for. */
export interface Movement {
  readonly id: string;
  readonly accountId: string;
  readonly asset: Asset;
  /** Undefined for an asset that the house does not keep. */
  readonly kept: KeptAsset | undefined;
  /** Whole minor units of its asset. */
  readonly amount: Decimal;
}

/** Reads a deposit, a withdrawal or a transfer of an untrusted message. */
export function readMovement(
  state: UnderRules,
  message: unknown,
  kind: 'deposit' | 'withdrawal' | 'transfer',
): Reading<Movement> {
  const fields = fieldsOf(message);
  if (fields === null) return unreadable('message-unreadable');
  const id = readId(fields[`${kind}Id`], `${kind}-id-invalid`);
  if (!id.readable) return id;
  const accountId = readAccountId(fields['accountId']);
  if (!accountId.readable) return accountId;
  const asset = readAsset(fields['asset']);
  if (!asset.readable) return asset;
  const kept = keptAsset(state, asset.value);
  const amount = readPositive(fields['amount'], kept?.minorUnitDigits ?? MOST_MINOR_UNIT_DIGITS);
  if (!amount.readable) return amount;
  return readable({ id: id.value, accountId: accountId.value, asset: asset.value, kept, amount: amount.value });
}

/** Content by which the second delivery of an id is told from its reuse. */
export const contentOf = (asset: Asset, amount: Decimal): string => `${text(amount)} ${asset}`;
