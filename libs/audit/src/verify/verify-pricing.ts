import { type LogDirectory, readPartition } from '@ballast/event-log';
import { GLOBAL } from '@ballast/event-sourcing';
import { pricingInvariants } from '@ballast/pricing-domain';
import type { Fault } from './fault.js';

/** Published figures: risk arrays are what their content hash says (architecture section 6, item 10). */
export async function verifyPricing(
  logs: LogDirectory,
  onProgress: (events: number) => void,
): Promise<Fault | undefined> {
  for await (const entry of readPartition(logs.log('pricing'), GLOBAL)) {
    const [violation] = pricingInvariants.ofEvent(entry);
    if (violation !== undefined) {
      const what = `${entry.type} ${violation.name}: ${violation.detail}`;
      return { log: 'pricing', partition: GLOBAL, position: entry.position, what };
    }
    onProgress(1);
  }
  return undefined;
}
