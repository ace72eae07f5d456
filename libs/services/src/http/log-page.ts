import { encodeLogEvent } from '@ballast/contracts';
import type { EventLog } from '@ballast/event-log';

/**
 * A page of a log partition as readers get it once its times are written; `next` is the `after` of the next one, null at the end.
 * @returns undefined when the log has no such partition
 */
export async function logPageOf(
  log: EventLog,
  partition: number,
  { after, limit }: { readonly after: number; readonly limit: number },
): Promise<object | undefined> {
  const head = (await log.heads()).find((each) => each.partition === partition);
  if (head === undefined) return undefined;
  const events = await log.read(partition, after, limit);
  const last = events.at(-1)?.position ?? after;
  return {
    log: log.name,
    partition,
    incarnation: head.incarnation,
    items: events.map(encodeLogEvent),
    next: last < head.size ? String(last) : null,
    asOf: { clearing: head.clearing, positions: { [`${log.name}/${partition}`]: head.size } },
  };
}
