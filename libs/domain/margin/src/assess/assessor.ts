import type { AccountId } from '@ballast/facts';
import type { HouseRules } from '@ballast/documents';
import { OldestFirst } from '@ballast/kernel';
import type { ModelInUse } from '../parameters/model-list.js';
import { rowSchedule, type RowSchedule } from '../run/row-screen.js';
import type { AccountBook, AccountRecord, RowLayout } from './account-book.js';
import { assessAccount, type AccountAssessment } from './assess.js';
import type { AssessmentMarket } from './assessment-market.js';
import type { AssessedAccount } from './assessment.js';
import { isSameAccount, ValuedAccount } from './valued-account.js';

/** Accounts valued last on a schedule; an exchange checks many orders of one account between two changes. */
const REMEMBERED = 1_024;

/**
 * How the accounts of a partition are assessed on the schedule in force. Everything that margin says of an account comes from
 * here: runs, pre-trade checks, withdrawals, what-if, deleveraging.
 */
export class Assessor {
  #rows: RowSchedule | undefined;
  /** The one asked for last goes last. */
  readonly #valued = new Map<AccountId, ValuedAccount>();
  readonly #oldest = new OldestFirst(this.#valued);

  constructor(
    readonly market: AssessmentMarket,
    readonly rules: HouseRules,
    private readonly book: AccountBook,
  ) {}

  /** An account as the book has it. */
  assess(account: AccountRecord): AccountAssessment {
    return this.assessView(this.book.assessed(account));
  }

  /** An account as somebody imagines it. @param asked a model to be used whatever the owner chose */
  assessView(account: AssessedAccount, asked?: ModelInUse): AccountAssessment {
    return assessAccount(account, this.market, this.rules, asked);
  }

  /** The schedule in float64 for the rows of the book. */
  rowsFor(layout: RowLayout): RowSchedule {
    if (this.#rows?.layout !== layout) this.#rows = rowSchedule(this.market, layout);
    return this.#rows;
  }

  /** The same, for whoever asks for more than one figure of it. */
  valued(account: AssessedAccount): ValuedAccount {
    return new ValuedAccount(account, this.market, this.rules);
  }

  /** Values an account for checks of its orders, or finds it valued if nothing of it has changed since. */
  valuedAccount(account: AccountRecord): ValuedAccount {
    const now = this.book.assessed(account);
    const known = this.#valued.get(now.accountId);
    if (known !== undefined && isSameAccount(known.account, now)) return known;
    const made = new ValuedAccount(now, this.market, this.rules, known);
    this.#valued.delete(now.accountId);
    this.#valued.set(now.accountId, made);
    if (this.#valued.size > REMEMBERED) this.#valued.delete(this.#oldest.next());
    return made;
  }
}
