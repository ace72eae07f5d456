import type { ContractSpecification } from '@ballast/instruments';
import type { Asset, InstrumentId } from '@ballast/facts';
import {
  ACCOUNT_ID,
  ASSET,
  dec,
  DECIMAL,
  IDENTIFIER,
  legibleText,
  matches,
  QUOTATION,
  type Decimal,
} from '@ballast/kernel';
import type { AccountsRejectionCode } from '../accounts.rejections.js';

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

// Technical limits, no rules: they keep every product and sum within the 40 digits that the kernel computes exactly. A
// figure beyond them is damage, not wealth.

/** Digits after the point of a quantity or price. */
export const ORDER_BOOK_DIGITS = 8;
/** Largest amount, quantity or price of one message. */
export const LARGEST_AMOUNT: Decimal = dec('1e15');
/** Largest value of one fill: with its digits after the point (12 or 18, and 8 of the quantity) it has at most 38 and 39. */
export const LARGEST_VALUE: Readonly<Record<ContractSpecification['instrument']['settlement'], Decimal>> = {
  linear: LARGEST_AMOUNT,
  inverse: dec('1e12'),
};

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

/** An asset by its form; whether it is kept, the rules say. */
export const readAsset = (value: unknown): Reading<Asset> =>
  matches(ASSET, value) ? readable(value) : unreadable('asset-invalid');

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
