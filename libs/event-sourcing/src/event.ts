import type { DecimalString, Instant } from '@ballast/kernel';

/** Partition number of a log's global partition (facts that concern everybody). */
export const GLOBAL = -1;

/**
 * When something happened: clearing time, and the hop inside it. Outside inputs have hop 0; what follows from
 * inputs of hop h has hop h + 1. Never falls inside a partition.
 */
export interface LogicalTime {
  readonly clearing: Instant;
  readonly hop: number;
}

/** What made an event happen: an event of a source log, a command, a timer that fell due, or the start of its writer. */
export type Cause =
  | { readonly kind: 'event'; readonly log: string; readonly partition: number; readonly position: number }
  | { readonly kind: 'command'; readonly id: string }
  | { readonly kind: 'timer'; readonly id: string; readonly due: Instant }
  /** `position`: where the log ended when the writer started. */
  | { readonly kind: 'start'; readonly position: number };

/**
 * "Then this source log partition was applied up to this position." A basis lists such steps in the order in
 * which they were taken since the partition's previous event, so replay follows any interleaving exactly.
 */
export type BasisStep = readonly [log: string, partition: number, upTo: number];

/** A partition of a log, by name and number. */
export interface LogPartition {
  readonly log: string;
  readonly partition: number;
}

/** An entry of a log: an event of a service, a message of the exchange, or an accepted command. */
export interface LogEntry<Type extends string = string, Payload = unknown> {
  readonly log: string;
  readonly partition: number;
  /** 1, 2, 3, ... without gaps inside a partition; a log's size is its last position. */
  readonly position: number;
  readonly id: string;
  readonly stream: string;
  /** 1, 2, 3, ... inside the stream. */
  readonly version: number;
  readonly type: Type;
  readonly schemaVersion: number;
  readonly time: LogicalTime;
  readonly cause: Cause;
  readonly basis: readonly BasisStep[];
  readonly correlation: string;
  readonly actor: string | null;
  readonly payload: Payload;
}

/** What a process emits; the machine adds place, time, cause, basis and id. */
export interface NewEvent<Type extends string = string, Payload = unknown> {
  readonly stream: string;
  readonly type: Type;
  readonly schemaVersion: number;
  readonly payload: Payload;
  /** Where it is written, when that is not the partition of the process but one that it also writes. */
  readonly to?: LogPartition;
  /** What everything that follows from it is found by; without one, that of the input in hand. */
  readonly correlation?: string;
}

/** What somebody outside of the house said, who keeps no log that could be read: it is written down word for word. */
export interface OutsideMessage {
  readonly at: Instant;
  readonly cause: Cause;
  /** Of this message alone: its id follows from it, so that it is the same whenever it is said again. */
  readonly correlation: string;
  readonly actor: string | null;
  readonly event: NewEvent;
  /** What its readers have to know before it: own partitions, or those of others. */
  readonly presupposes: readonly BasisStep[];
}

/** An entry with its hashed text, as it is stored and sent. */
export interface SealedEvent extends LogEntry {
  /** The canonical envelope. */
  readonly text: string;
  /** SHA-256 of it, 32 bytes. */
  readonly hash: Buffer;
  /** Chain head after this event: SHA-256(previous head || hash). The head of an empty log is 32 zero bytes. */
  readonly chain: Buffer;
  /** Of an event that holds figures which are none: its payload is read so, its text is as it was stored. */
  readonly readAs?: Reading;
}

/** How two persons have said that an event is to be read. */
export interface Reading {
  /** By field, such as `payload.postings[0].amount`. */
  readonly figures: Readonly<Record<string, DecimalString>>;
  readonly proposedBy: string;
  readonly approvedBy: string;
  readonly reason: string;
}

/** The answer to a command, stored with the events it caused and returned again on every retry. */
export type CommandResult =
  | { readonly outcome: 'accepted'; readonly data: unknown }
  | { readonly outcome: 'rejected'; readonly code: string; readonly detail: string };
