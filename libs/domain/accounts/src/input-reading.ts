import type { ContractSpecification } from '@ballast/instruments';
import type { Asset, InstrumentId } from '@ballast/facts';
import {
  ACCOUNT_ID,
  ASSETS,
  dec,
  DECIMAL,
  IDENTIFIER,
  legibleText,
  matches,
  MINOR_UNIT_DIGITS,
  QUOTATION,
  VERSIONED_NAME,
  type Decimal,
} from '@ballast/kernel';
import type { AccountsRejectionCode } from './accounts.rejections.js';

/** A value read from an untrusted message, or the code that says what is wrong with it. */
export type Reading<Value> =
  | { readonly readable: true; readonly value: Value }
  | { readonly readable: false; readonly code: AccountsRejectionCode };

export const readable = <Value>(value: Value): Reading<Value> => ({ readable: true, value });
export const unreadable = (
  code: AccountsRejectionCode,
): { readonly readable: false; readonly code: AccountsRejectionCode } => ({
  readable: false,
  code,
});

/** Digits after the point of a quantity or price that the ledger still multiplies exactly (40 digits in all). */
export const ORDER_BOOK_DIGITS = 8;

/** Largest value of one fill in coin; with 26 digits after the point it is exact in 40 digits. */
export const LARGEST_COIN_AMOUNT: Decimal = dec('1e12');

/** Largest amount, quantity, price or notional of one message. Beyond it the message is damaged, not rich. */
export const LARGEST_AMOUNT: Decimal = dec('1e15');

/** The fields of a message whatever it is; a message that is no record has none. */
export function fieldsOf(message: unknown): Readonly<Record<string, unknown>> | null {
  return typeof message === 'object' && message !== null && !Array.isArray(message)
    ? (message as Record<string, unknown>)
    : null;
}

/** A text of a damaged message for the record, legible and shortened; anything else is left out. */
export const quoted = (value: unknown): string =>
  typeof value === 'string' ? legibleText(value, QUOTATION.longest) : '';

/** @param code the refusal that names the kind of id */
export function readId(value: unknown, code: AccountsRejectionCode): Reading<string> {
  return matches(IDENTIFIER, value) ? readable(value) : unreadable(code);
}

export function readAccountId(value: unknown): Reading<string> {
  return matches(ACCOUNT_ID, value) ? readable(value) : unreadable('account-id-invalid');
}

/** Name and version of a margin model; which models exist is margin's to know. */
export function readModel(value: unknown): Reading<string> {
  return matches(VERSIONED_NAME, value) ? readable(value) : unreadable('model-invalid');
}

export function readAsset(value: unknown): Reading<Asset> {
  return (ASSETS as readonly unknown[]).includes(value) ? readable(value as Asset) : unreadable('asset-unknown');
}

/** A contract that is cleared. An unknown one goes to suspense, never into a position. */
export function readContract(
  value: unknown,
  contracts: ReadonlyMap<InstrumentId, ContractSpecification>,
): Reading<ContractSpecification> {
  const contract = typeof value === 'string' ? contracts.get(value) : undefined;
  return contract === undefined ? unreadable('instrument-unknown') : readable(contract);
}

/**
 * Reads a positive decimal of plain notation, at most 1e15.
 * @param digits most digits after the point
 */
export function readPositive(value: unknown, digits: number): Reading<Decimal> {
  if (!matches(DECIMAL, value)) return unreadable('amount-invalid');
  const amount = dec(value);
  if (!amount.gt(0)) return unreadable('amount-not-positive');
  if (amount.gt(LARGEST_AMOUNT)) return unreadable('amount-too-large');
  return amount.decimalPlaces() > digits ? unreadable('amount-too-fine') : readable(amount);
}

/** Reads a positive amount in whole minor units of its asset. */
export function readAmount(value: unknown, asset: Asset): Reading<Decimal> {
  return readPositive(value, MINOR_UNIT_DIGITS[asset] ?? 0);
}
