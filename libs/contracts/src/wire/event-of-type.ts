import type { SealedEvent } from '@ballast/event-sourcing';
import type {
  AccountsEvents,
  DocumentEvents,
  FundEvents,
  LiquidationEvents,
  LiquidationGlobalEvents,
  MarginEvents,
  MarginGlobalEvents,
  PricingEvents,
} from '@ballast/facts';
import { schemaOf } from '../event-schemas.js';

/** Payloads of what the services say, by log and type, in their newest version. */
interface ServiceEvents {
  readonly accounts: AccountsEvents & FundEvents & DocumentEvents;
  readonly pricing: PricingEvents;
  readonly margin: MarginEvents & MarginGlobalEvents;
  readonly liquidation: LiquidationEvents & LiquidationGlobalEvents & DocumentEvents;
}

/** An event whose payload is known to the compiler. */
type EventOfType<Log extends keyof ServiceEvents, Type extends keyof ServiceEvents[Log]> = SealedEvent & {
  readonly type: Type;
  readonly payload: ServiceEvents[Log][Type];
};

/** Whether an event that was decoded is of this type, in the version whose fields the compiler knows. */
export const isOfType = <Log extends keyof ServiceEvents, Type extends keyof ServiceEvents[Log] & string>(
  event: SealedEvent,
  log: Log,
  type: Type,
): event is EventOfType<Log, Type> =>
  event.log === log && event.type === type && event.schemaVersion === schemaOf(log, type)?.version;
