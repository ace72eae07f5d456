import {
  ACCOUNTS_EVENTS,
  ADL_EVENTS,
  FILL_EVENTS,
  FUND_EVENTS,
  LIQUIDATION_EVENTS,
  MARGIN_EVENTS,
  PRICING_EVENTS,
  TRANSFER_EVENTS,
  type DocumentEvents,
  type EventDefinitions,
  type OpeningEvents,
} from '@ballast/facts';
import { GLOBAL, type LogEntry } from '@ballast/event-sourcing';
import { InvariantViolation } from '@ballast/kernel';

function knownTypes(log: string, partition: number): EventDefinitions | null {
  switch (log) {
    case 'exchange.fills':
      return FILL_EVENTS;
    case 'exchange.transfers':
      return TRANSFER_EVENTS;
    case 'pricing':
      return PRICING_EVENTS;
    case 'margin':
      return MARGIN_EVENTS;
    case 'liquidation':
      return partition === GLOBAL ? ADL_EVENTS : LIQUIDATION_EVENTS;
    case 'accounts':
      return partition === GLOBAL ? FUND_EVENTS : ACCOUNTS_EVENTS;
    default:
      return null;
  }
}

/** What every service says of its own rules. */
const OF_RULES: ReadonlySet<string> = new Set<keyof OpeningEvents | keyof DocumentEvents>([
  'DocumentsEstablished',
  'ReleaseInForce',
  'DocumentProposed',
  'DocumentApproved',
]);

/**
 * Fails closed on a fact of a type that accounts was not written for. A command of an unknown name is only refused:
 * whoever may write a command must not be able to stop a partition.
 * @throws InvariantViolation
 */
export function invariantKnown({ log, partition, type }: LogEntry): void {
  if (log === 'accounts.commands' || OF_RULES.has(type)) return;
  const known = knownTypes(log, partition);
  if (known === null || !Object.hasOwn(known, type)) {
    throw new InvariantViolation(`accounts does not know ${type} of ${log}/${partition}`);
  }
}
