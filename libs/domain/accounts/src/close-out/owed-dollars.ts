import { maxOf, minOf, ZERO, type AccountId, type Decimal } from '@ballast/kernel';
import { freeCollateral, type AccountsState } from '../accounts.state.js';

/** Part of an amount that a client's debt in USD takes; debts in coin come after it. */
export const owedDollars = (state: AccountsState, accountId: AccountId, amount: Decimal): Decimal =>
  maxOf(minOf(amount, freeCollateral(state, accountId, 'USD').neg()), ZERO);
