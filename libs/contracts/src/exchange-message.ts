import { partitionOfAccount } from '@ballast/kernel';
import { GLOBAL } from '@ballast/event-sourcing';
import {
  EVENT_FAMILIES,
  PRODUCER_EVENTS,
  type ExchangeLog,
  type FillEvents,
  type OrderEvents,
  type OrderReportEvents,
  type Place,
  type ProducerEvents,
  type QuoteEvents,
  type TransferEvents,
} from '@ballast/facts';
import { schemaOf } from './event-schemas.js';
import { fieldErrors, type FieldError } from './refusal.js';

/** Everything that an exchange may say, by type. */
type ExchangeMessages = Omit<QuoteEvents, keyof ProducerEvents> &
  FillEvents &
  OrderEvents &
  TransferEvents &
  OrderReportEvents;
export type ExchangeMessageType = keyof ExchangeMessages;
/** Payload of a message of an exchange. */
export type ExchangeMessageOf<Type extends ExchangeMessageType> = ExchangeMessages[Type];

/** A message of an exchange whose payload is sound, and where it belongs. */
export interface ReadExchangeMessage {
  readonly log: ExchangeLog;
  readonly partition: number;
  readonly schemaVersion: number;
  readonly stream: string;
  /** What of liquidation it answers; null for what the exchange says by itself. */
  readonly answers: Place | null;
}

export type ExchangeMessageReading =
  | { readonly ok: true; readonly message: ReadExchangeMessage }
  | {
      readonly ok: false;
      readonly code: 'message-type-unknown' | 'message-malformed';
      readonly errors: readonly FieldError[];
    };

/** Log by type, of everything that an exchange may say. */
const LOG_OF: ReadonlyMap<string, ExchangeLog> = new Map(
  EVENT_FAMILIES.filter(({ log }) => log.startsWith('exchange.')).flatMap(({ log, events }) =>
    Object.keys(events)
      .filter((type) => !Object.hasOwn(PRODUCER_EVENTS, type))
      .map((type): [string, ExchangeLog] => [type, log as ExchangeLog]),
  ),
);

/** The part of a payload that says whose message it is, or what it answers. */
interface Addressed {
  readonly accountId?: string;
  readonly closeOutOrder?: Place | null;
  readonly order?: Place;
  readonly request?: Place;
}

/**
 * Reads a message of an exchange and finds its place: quotes are global, what is about an account stands in the partition of its owner,
 * what answers liquidation in that of the request.
 * @param partitions numbered partitions of every log
 */
export function readExchangeMessage(type: string, payload: unknown, partitions: number): ExchangeMessageReading {
  const log = LOG_OF.get(type);
  if (log === undefined) {
    const remedy = `send one of ${[...LOG_OF.keys()].join(', ')}`;
    return {
      ok: false,
      code: 'message-type-unknown',
      errors: [{ field: 'type', message: `is ${JSON.stringify(type.slice(0, 60))}`, remedy }],
    };
  }
  const { schema, version, partition, streamOf } = schemaOf(log, type) as NonNullable<ReturnType<typeof schemaOf>>;
  const read = schema.safeParse(payload, { reportInput: true });
  if (!read.success) return { ok: false, code: 'message-malformed', errors: fieldErrors(read.error, ['payload']) };
  const { accountId, closeOutOrder, order, request } = payload as Addressed;
  const answered = order ?? request;
  const own = accountId === undefined ? 0 : partitionOfAccount(accountId, partitions);
  const numbered = answered === undefined ? own : answered.partition;
  if (numbered >= partitions) {
    const remedy = `name a partition below ${partitions}, as the event of liquidation has it`;
    const field = order === undefined ? 'payload.request.partition' : 'payload.order.partition';
    return { ok: false, code: 'message-malformed', errors: [{ field, message: `is ${numbered}`, remedy }] };
  }
  return {
    ok: true,
    message: {
      log,
      partition: partition === 'global' ? GLOBAL : numbered,
      schemaVersion: version,
      stream: streamOf(payload),
      answers: answered ?? closeOutOrder ?? null,
    },
  };
}
