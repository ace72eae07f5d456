import type { AccountDecision, Page } from '@ballast/contracts';
import type { AccountId } from '@ballast/kernel';
import { questions } from '@ballast/services';
import { unknownAccount } from './account-views.js';
import type { ClearingGateway } from './clearing.gateway.js';
import { Problem } from './problem.js';

interface PageQuery {
  /** Position of the last item of the page before. */
  readonly before: number | undefined;
  readonly limit: number;
}

/** What a decision about a withdrawal makes of it. */
const STATUS: Readonly<Record<string, 'held' | 'settled' | 'released' | 'rejected'>> = {
  WithdrawalHeld: 'held',
  WithdrawalResubmitted: 'held',
  WithdrawalSettled: 'settled',
  WithdrawalReleased: 'released',
  WithdrawalRejected: 'rejected',
};
/** An id is used up by one of these, so there is one of them for each withdrawal. */
const ASKED = ['WithdrawalHeld', 'WithdrawalRejected'];
/** Far more than margin was ever asked for one withdrawal. */
const MOST_DECISIONS = 1_000;

/** Deposits and withdrawals of accounts, by what was decided about them: accounts itself knows only those that are held. */
export class Movements {
  constructor(private readonly clearing: ClearingGateway) {}

  deposits(accountId: AccountId, query: PageQuery): Promise<Page<object>> {
    return this.#page(accountId, ['CollateralCredited'], query, (found) => Promise.resolve(found.map(depositOf)));
  }

  /** @throws Problem deposit-unknown */
  async deposit(accountId: AccountId, depositId: string): Promise<object> {
    await this.#upToNow(accountId);
    const [found] = await this.#find(accountId, { types: ['CollateralCredited'], subjects: [depositId], limit: 1 });
    if (found === undefined) throw new Problem('deposit-unknown', `${accountId} was never credited a ${depositId}`);
    return depositOf(found);
  }

  withdrawals(accountId: AccountId, query: PageQuery): Promise<Page<object>> {
    return this.#page(accountId, ASKED, query, async (asked) => {
      const subjects = asked.map(({ subject }) => subject ?? '');
      const decided = await this.#decided(accountId, subjects);
      return subjects.map((id) => withdrawalOf(decided.filter(({ subject }) => subject === id)));
    });
  }

  /** @throws Problem withdrawal-unknown */
  async withdrawal(accountId: AccountId, withdrawalId: string): Promise<object> {
    await this.#upToNow(accountId);
    const decided = await this.#decided(accountId, [withdrawalId]);
    if (decided.length > 0) return withdrawalOf(decided);
    throw new Problem('withdrawal-unknown', `${accountId} never asked for a withdrawal ${withdrawalId}`);
  }

  #decided(accountId: AccountId, subjects: readonly string[]): Promise<readonly AccountDecision[]> {
    const limit = MOST_DECISIONS * subjects.length;
    return this.#find(accountId, { types: Object.keys(STATUS), subjects, limit });
  }

  async #page(
    accountId: AccountId,
    types: readonly string[],
    { before, limit }: PageQuery,
    viewed: (found: readonly AccountDecision[]) => Promise<readonly object[]>,
  ): Promise<Page<object>> {
    await this.#upToNow(accountId);
    const asOf = this.clearing.readToOf('accounts', accountId);
    const found = await this.#find(accountId, { types, before, limit: limit + 1 });
    const shown = found.slice(0, limit);
    return {
      items: await viewed(shown),
      next: found.length > limit ? String(shown.at(-1)?.position) : null,
      asOf,
    };
  }

  #find(accountId: AccountId, asked: Omit<Parameters<ClearingGateway['decisions']['find']>[0], 'log' | 'accountId'>) {
    return this.clearing.decisions.find({ log: 'accounts', accountId, ...asked });
  }

  /** What the owner has decided is in the list. */
  async #upToNow(accountId: AccountId): Promise<void> {
    const partition = this.clearing.partitionOf(accountId);
    const { answer: isOpen, position } = await this.clearing.tell(questions.accounts.isOpen, partition, accountId);
    if (!isOpen) throw unknownAccount(accountId);
    await this.clearing.reached('accounts', partition, position);
  }
}

const depositOf = ({ subject, accountId, movement, at, partition, position }: AccountDecision): object => ({
  depositId: subject,
  accountId,
  asset: movement?.asset,
  amount: movement?.amount,
  ...{ at, partition, position },
});

/** @param decided about one withdrawal, newest first */
function withdrawalOf(decided: readonly AccountDecision[]): object {
  const [latest] = decided as readonly [AccountDecision];
  const { subject, accountId, movement, at, partition, position } = latest;
  return {
    withdrawalId: subject,
    accountId,
    status: STATUS[latest.type],
    ...{ asset: movement?.asset, amount: movement?.amount, to: movement?.to },
    attempt: decided.filter(({ type }) => STATUS[type] === 'held').length,
    ...{ code: movement?.code, at, partition, position },
  };
}
