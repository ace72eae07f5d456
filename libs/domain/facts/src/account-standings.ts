import { oneOf, type ValueOf } from './schema/schema.js';

export const ACCOUNT_STANDINGS = ['open', 'frozen', 'closed'] as const;
export const accountStanding = oneOf(
  ACCOUNT_STANDINGS,
  'What a person lets the account do; `docs/spec/accounts.md` CLR-ACC-035 has the matrix.',
);
/** What a person lets an account do. */
export type AccountStanding = ValueOf<typeof accountStanding>;

/** What a standing may forbid. What has happened (a fill, a close-out, money that arrived) is booked wherever it can be. */
export type AccountAct =
  'deposit' | 'withdraw' | 'transfer' | 'receive' | 'choose-model' | 'reduce-risk' | 'take-risk' | 'fill';

const ALL: readonly AccountAct[] = [
  'deposit',
  'withdraw',
  'transfer',
  'receive',
  'choose-model',
  'reduce-risk',
  'take-risk',
  'fill',
];

/** @see docs/spec/accounts.md CLR-ACC-035 */
const ALLOWED: Readonly<Record<AccountStanding, readonly AccountAct[]>> = {
  open: ALL,
  frozen: ['deposit', 'receive', 'reduce-risk', 'fill'],
  closed: [],
};

/** Code of a refusal because of the standing. */
export type StandingRefusal = 'account-frozen' | 'account-closed';

/** Why an account of a standing is refused something; null when it may. */
export function refusedByStanding(standing: AccountStanding, act: AccountAct): StandingRefusal | null {
  if (standing === 'open' || ALLOWED[standing].includes(act)) return null;
  return `account-${standing}`;
}
