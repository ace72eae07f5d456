import { ACCOUNT_ID } from './forms/id-forms.js';
import { matches } from './forms/text-form.js';
import { sha256 } from './hash.js';
import { invariant } from './invariant.js';

/** The beneficial owner of accounts. */
export type OwnerId = string;
/** `<owner>.<name>`: an account tells its owner, so every edge can route it without a directory. */
export type AccountId = string;

export const isAccountId = (value: string): boolean => matches(ACCOUNT_ID, value);

/** @throws InvariantViolation when the id has not the form `<owner>.<name>` */
export function ownerOf(accountId: AccountId): OwnerId {
  const dot = accountId.indexOf('.');
  invariant(dot > 0, `account id without owner: ${accountId}`);
  return accountId.slice(0, dot);
}

/** Home partition of an owner: the first 4 bytes of SHA-256(owner id), big-endian, modulo the partition count. */
export function partitionOfOwner(ownerId: OwnerId, partitions: number): number {
  return sha256(ownerId).readUInt32BE(0) % partitions;
}

export function partitionOfAccount(accountId: AccountId, partitions: number): number {
  return partitionOfOwner(ownerOf(accountId), partitions);
}

/** Order of ids everywhere: by UTF-16 code units, the same in every locale. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
