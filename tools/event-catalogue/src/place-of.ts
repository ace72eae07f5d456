import { GLOBAL } from '@ballast/event-sourcing';
import { topicOf, type EventSchema } from '@ballast/contracts';

export interface EventPlace {
  /** Where it stands: two topics, when every partition of its log has it, the global one too. */
  readonly topics: readonly string[];
  /** Which Kafka partition an event stands in. */
  readonly partition: string;
  /** Who writes it. */
  readonly publisher: string;
  /** Key of its message. */
  readonly key: string;
}

export function placeOf({ log, partition, stream }: EventSchema): EventPlace {
  const partitions = partition === 'global' ? [GLOBAL] : partition === 'every' ? [0, GLOBAL] : [0];
  const [first = ''] = log.split('.');
  const isCommand = log.endsWith('.commands');
  return {
    topics: partitions.map((number) => topicOf(log, number).topic),
    partition:
      partition === 'global' ? '0 (the only one)' : partition === 'every' ? 'each of both' : 'that of the owner',
    publisher: isCommand ? 'an edge, for a caller' : first,
    // A command has no place in a log yet; its id keeps all of its retries together.
    key: isCommand ? '<command id>' : stream,
  };
}

/** Name of the file in docs/events that the schema of an event stands in. */
export const fileOf = ({ log, type, version }: EventSchema): string => `${log}.${type}.v${version}.json`;
