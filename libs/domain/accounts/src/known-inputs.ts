import {
  ACCOUNTS_FACTS,
  ADL_FACTS,
  FILL_FACTS,
  FUND_FACTS,
  LIQUIDATION_FACTS,
  MARGIN_FACTS,
  PRICING_FACTS,
  TRANSFER_FACTS,
} from '@ballast/facts';
import { GLOBAL, type LogEntry } from '@ballast/event-sourcing';
import { InvariantViolation } from '@ballast/kernel';

function knownTypes(log: string, partition: number): Readonly<Record<string, true>> | null {
  switch (log) {
    case 'exchange.fills':
      return FILL_FACTS;
    case 'exchange.transfers':
      return TRANSFER_FACTS;
    case 'pricing':
      return PRICING_FACTS;
    case 'margin':
      return MARGIN_FACTS;
    case 'liquidation':
      return partition === GLOBAL ? ADL_FACTS : LIQUIDATION_FACTS;
    case 'accounts':
      return partition === GLOBAL ? FUND_FACTS : ACCOUNTS_FACTS;
    default:
      return null;
  }
}

/**
 * Fails closed on a fact of a type that accounts was not written for. A command of an unknown name is only refused:
 * whoever may write a command must not be able to stop a partition.
 * @throws InvariantViolation
 */
export function invariantKnown({ log, partition, type }: LogEntry): void {
  if (log === 'accounts.commands') return;
  const known = knownTypes(log, partition);
  if (known === null || !Object.hasOwn(known, type)) {
    throw new InvariantViolation(`accounts does not know ${type} of ${log}/${partition}`);
  }
}
