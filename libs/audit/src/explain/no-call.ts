import type { MarginEvents } from '@ballast/facts';

type AccountStateChanged = MarginEvents['AccountStateChanged'];

/** States that nobody is in whose equity is below the call requirement. */
const ABOVE_CALL: ReadonlySet<AccountStateChanged['from']> = new Set(['HEALTHY', 'WARN']);

/**
 * Why no call came before a liquidation: the run before still found equity at the call level or above, and this one below the
 * liquidation level, so that there was no time to answer. Null when a call was open.
 * @see docs/spec/margin.md CLR-MRG-032
 */
export function noCallReason({ from, to, assessment: { figures } }: AccountStateChanged): string | null {
  if (to !== 'LIQUIDATING' || !ABOVE_CALL.has(from)) return null;
  return (
    `There was no call because one run took the account from above the call level to below the liquidation level: it was ${from} ` +
    `before, and then had equity ${figures.equity} against a liquidation requirement of ${figures.liquidation}.`
  );
}
