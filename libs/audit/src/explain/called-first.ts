import type { Instant, MarginEvents } from '@ballast/facts';
import { isoOf, MINUTE_MS } from '@ballast/kernel';
import { counted } from './text-table.js';

type LiquidationTriggered = MarginEvents['LiquidationTriggered'];

const UNCALLED: Readonly<Record<NonNullable<LiquidationTriggered['uncalled']>, string>> = {
  'one-price-set':
    'There was no call: one price set took the account from above the call level to below the liquidation level.',
  'own-change':
    'There was no call: the account, or another of its owner, changed and went from above the call level to below the liquidation level.',
  'debt-alone': 'There was no call: nothing but a debt is left, which collateral no longer covers; it is taken over.',
  'liquidated-before': 'There was no call: the liquidation before had been closed below the level.',
};

/**
 * Whether the owner was called before a liquidation, and how long before; or why he could not be.
 * @param at when the liquidation began
 * @see docs/spec/margin.md CLR-MRG-052
 */
export function calledFirst({ call, uncalled }: LiquidationTriggered, at: Instant): string {
  if (call === null) return UNCALLED[uncalled ?? 'one-price-set'];
  const minutes = Math.floor((at - call.issuedAt) / MINUTE_MS);
  return `The owner was called first: ${call.callId} at ${isoOf(call.issuedAt)}, ${counted(minutes, 'minute')} before the liquidation.`;
}
