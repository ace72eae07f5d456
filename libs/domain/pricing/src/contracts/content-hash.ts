import type { PricingEvents } from '@ballast/facts';
import { canonicalText, sha256 } from '@ballast/kernel';

/** Content hash of risk arrays: SHA-256 of the canonical text of scenarios and instruments, hex. Checked by `pricingInvariants`. */
export function riskArraysHash({
  scenarios,
  instruments,
}: Pick<PricingEvents['RiskArraysPublished'], 'scenarios' | 'instruments'>): string {
  return sha256(canonicalText({ scenarios, instruments })).toString('hex');
}
