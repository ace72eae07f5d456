import { documentKind, readBody, record, whole, type HouseRules } from '@ballast/documents';
import { HOUR_MS } from '@ballast/kernel';

/** How long a message of the exchange waits for what its basis names. */
export interface DeferralPolicy {
  /** `<name>@<version>`, cited by every deferral. */
  readonly id: string;
  /** Clearing time, from the message on. */
  readonly longestMs: number;
  /** Messages that wait in a partition at the same time. */
  readonly most: number;
}

const BODY = record({ longestMs: whole(1, HOUR_MS), most: whole(1, 1_000) });

/** The `message-deferral` document. No log begins with one: until two persons have put one in force, nothing waits. */
export const DEFERRAL_DOCUMENTS = documentKind<DeferralPolicy>('message-deferral', (body, id) => {
  const reading = readBody(body, BODY);
  return 'defects' in reading ? reading : { figures: { id, ...reading.figures } };
});

/** Undefined while no document is in force. */
export const deferralInForce = (rules: HouseRules): DeferralPolicy | undefined => DEFERRAL_DOCUMENTS.ifInForce(rules);
