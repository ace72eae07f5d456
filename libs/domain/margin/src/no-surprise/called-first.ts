import type { AccountId, AccountMarginState, MarginEvents } from '@ballast/facts';
import type { NoSurpriseViolation } from './no-surprise.js';

type LiquidationTriggered = MarginEvents['LiquidationTriggered'];

type Judged = 'AccountStateChanged' | 'MarginCallIssued' | 'MarginCallMet' | 'LiquidationTriggered';

/** What is judged by: events of one partition of margin, in order. */
export type CalledFirstEvent = {
  readonly [Type in Judged]: { readonly type: Type; readonly payload: MarginEvents[Type] };
}[Judged];

const JUDGED: ReadonlySet<string> = new Set<Judged>([
  'AccountStateChanged',
  'MarginCallIssued',
  'MarginCallMet',
  'LiquidationTriggered',
]);

/** Of the entries of a log those that the judge reads. */
export const isCalledFirstEvent = (entry: {
  readonly type: string;
  readonly payload: unknown;
}): entry is CalledFirstEvent => JUDGED.has(entry.type);

/** Walks one partition of margin and judges of every entry into LIQUIDATING whether its owner was called first. */
export class CalledFirstJudge {
  readonly #openCalls = new Map<AccountId, string>();
  /** State that an account was in before the decision at hand: a change into LIQUIDATING comes before its entry. */
  readonly #from = new Map<AccountId, AccountMarginState>();

  /** @returns what is broken; nothing when all holds, or where there is nothing to judge */
  next({ type, payload }: CalledFirstEvent): readonly NoSurpriseViolation[] {
    switch (type) {
      case 'AccountStateChanged':
        this.#from.set(payload.accountId, payload.to === 'LIQUIDATING' ? payload.from : payload.to);
        return [];
      case 'MarginCallIssued':
        this.#openCalls.set(payload.accountId, payload.callId);
        return [];
      case 'MarginCallMet':
        this.#openCalls.delete(payload.accountId);
        return [];
      case 'LiquidationTriggered':
        return this.#judge(payload);
    }
  }

  /**
   * An entry names the call that is open, or it names none, there is none, and a reason stands there. A run that finds an account
   * below the call level calls, so who was in MARGIN_CALL before has an open call.
   */
  #judge({ accountId, call, uncalled }: LiquidationTriggered): readonly NoSurpriseViolation[] {
    const open = this.#openCalls.get(accountId) ?? null;
    const before = this.#from.get(accountId) ?? 'HEALTHY';
    this.#from.set(accountId, 'LIQUIDATING');
    const broken = (rule: NoSurpriseViolation['rule'], detail: string): readonly NoSurpriseViolation[] => [
      { rule, detail },
    ];
    if ((call?.callId ?? null) !== open) {
      return broken('call-not-the-open-one', `${call?.callId ?? 'none'} is named, ${open ?? 'none'} is open`);
    }
    if ((call === null) !== (uncalled !== null)) {
      return broken(
        'uncalled-without-reason',
        call === null ? 'no call and no reason' : 'a call and a reason for none',
      );
    }
    if (uncalled !== null && before === 'MARGIN_CALL') {
      return broken('uncalled-in-margin-call', `${accountId} was in MARGIN_CALL without an open call`);
    }
    const isAgain = uncalled !== null && uncalled !== 'debt-alone' && before === 'LIQUIDATING';
    if ((uncalled === 'liquidated-before') !== isAgain) {
      return broken('uncalled-without-reason', `${uncalled ?? 'none'} after ${before}`);
    }
    return [];
  }
}
