import { encodeCommand, encodeMessage } from '@ballast/contracts';
import { EMPTY_HEAD, seal, type LogEntry } from '@ballast/event-sourcing';
import { canonicalText } from '@ballast/kernel';

/** A message as it stands in its topic; the value as JSON. */
export interface MessageExample {
  readonly headers: Readonly<Record<string, string>>;
  readonly payload: unknown;
}

const INCARNATION = '7d1c0f3e-58a4-4b67-9f0e-2a4d3b1c6e90';

/** An entry on its way, with its chain as if it were the first of its partition; of a command its message before it was an entry. */
export function messageExample(entry: LogEntry): MessageExample {
  const { log, partition, id, type, actor, payload } = entry;
  const { headers, value } = log.endsWith('.commands')
    ? encodeCommand({ log, partition, commandId: id, type, actor, bodyText: canonicalText(payload) })
    : encodeMessage(seal(entry, EMPTY_HEAD), { incarnation: INCARNATION });
  return { headers, payload: JSON.parse(value) as unknown };
}
