import type { TextForm } from './text-form.js';

const OWNER = '[a-zA-Z0-9_-]{1,40}';
const ACCOUNT = `${OWNER}\\.[a-zA-Z0-9_-]{1,20}`;

/** The beneficial owner of accounts. */
export const OWNER_ID: TextForm = {
  title: 'owner id',
  pattern: new RegExp(`^${OWNER}$`),
  longest: 40,
  bounded: true,
  remedy: 'write the owner id with 1 to 40 letters, digits, "_" and "-"',
  example: 'carol',
};

/** `<owner>.<name>`. */
export const ACCOUNT_ID: TextForm = {
  title: 'account id',
  description: 'Account id `<owner>.<name>`.',
  pattern: new RegExp(`^${ACCOUNT}$`),
  longest: 61,
  bounded: true,
  remedy: 'write the account id as <owner>.<name>: letters, digits, "_" and "-", at most 40 and 20 of them',
  example: 'carol.main',
};

/** A case of an account: `<accountId>#<n>`. */
export const CASE_ID: TextForm = {
  title: 'case id',
  description: 'Liquidation case `<accountId>#<n>`, n counting the cases of the account.',
  pattern: new RegExp(`^${ACCOUNT}#[1-9]\\d{0,9}$`),
  longest: 72,
  bounded: true,
  remedy: 'write the case id as <accountId>#<n> with n = 1, 2, 3, ...',
  example: 'carol.main#1',
};

/** An id that somebody else chose. One or two dots alone are folded away where they stand in an address, so nobody could ask for such an id. */
export const IDENTIFIER: TextForm = {
  title: 'id',
  // Other than a dot after at most two of them, or three dots: what knows no lookahead reads it too.
  pattern: /^(\.{0,2}[!-\-/-~]|\.{3})[!-~]*$/,
  longest: 120,
  remedy: 'write an id of 1 to 120 printable ASCII characters without blanks, other than "." and ".."',
  example: 'id-1',
};

/** A stable code for programs. */
export const CODE: TextForm = {
  title: 'code',
  pattern: /^[a-z0-9]+(-[a-z0-9]+)*$/,
  longest: 60,
  remedy: 'write the code in kebab case, such as "below-initial-requirement"',
  example: 'below-initial-requirement',
};

/** A document or a model in one of its versions: `<name>@<version>`. */
export const VERSIONED_NAME: TextForm = {
  title: 'name@version',
  pattern: /^[a-zA-Z0-9._-]+@[a-zA-Z0-9._-]+$/,
  longest: 80,
  remedy: 'write <name>@<version>, such as "adaptive-portfolio@1"',
  example: 'adaptive-portfolio@1',
};

export const UUID: TextForm = {
  title: 'UUID',
  pattern: /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/,
  longest: 36,
  bounded: true,
  remedy: 'send a UUID in lower case',
  example: '3f0c8a52-7e1d-5c59-9a7e-52d1c9f0aa10',
};

export const SHA256_HEX: TextForm = {
  title: 'SHA-256 hex',
  pattern: /^[0-9a-f]{64}$/,
  longest: 64,
  bounded: true,
  remedy: 'write the 32 bytes of a SHA-256 as 64 lower-case hex digits',
  example: '0'.repeat(64),
};
