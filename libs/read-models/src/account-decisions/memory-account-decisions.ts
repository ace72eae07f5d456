import type { AccountDecision } from '@ballast/contracts';
import type { AccountDecisionStore, DecisionQuery, ProjectionCursor } from './account-decisions.js';

/** Keeps the list in memory; every start fills it again. */
export class MemoryAccountDecisions implements AccountDecisionStore {
  readonly #byAccount = new Map<string, AccountDecision[]>();

  find({
    log,
    accountId,
    before = Infinity,
    types,
    subjects,
    limit,
  }: DecisionQuery): Promise<readonly AccountDecision[]> {
    const found: AccountDecision[] = [];
    const all = this.#byAccount.get(accountId) ?? [];
    for (let i = all.length - 1; i >= 0 && found.length < limit; i--) {
      const each = all[i] as AccountDecision;
      if (each.log !== log || each.position >= before) continue;
      if (types !== undefined && !types.includes(each.type)) continue;
      if (subjects === undefined || subjects.includes(each.subject ?? '')) found.push(each);
    }
    return Promise.resolve(found);
  }

  cursors(): Promise<readonly ProjectionCursor[]> {
    return Promise.resolve([]);
  }

  save(decisions: readonly AccountDecision[]): Promise<void> {
    for (const decision of decisions) {
      const present = this.#byAccount.get(decision.accountId);
      if (present === undefined) this.#byAccount.set(decision.accountId, [decision]);
      else present.push(decision);
    }
    return Promise.resolve();
  }

  clear(): Promise<void> {
    this.#byAccount.clear();
    return Promise.resolve();
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
