import { z } from 'zod';
import type { Instant } from '@ballast/kernel';

/** Where a log partition ends. */
export type PartitionEnd = readonly [log: string, partition: number, position: number];

/** "Hop `hop` of step `step` is open: take everything up to these ends." */
export interface GateOpening {
  /** One run of a driver; after a crash another one. */
  readonly run: string;
  /** Clearing time of the step. */
  readonly step: Instant;
  readonly hop: number;
  /** End of every log partition after the hop before, the exchange's included. */
  readonly ends: readonly PartitionEnd[];
  /** Nothing comes after this step. */
  readonly final: boolean;
}

/** What one partition is after a hop. */
export interface PartitionReport {
  readonly log: string;
  readonly partition: number;
  /** Of the worker's ownership of the partition; where two report one partition, the higher one counts. */
  readonly epoch: number;
  /** Position where the partition ends now. */
  readonly position: number;
  /** Everything the opening names that this partition reads is applied, and what followed is stored and published. */
  readonly applied: boolean;
}

export interface LockstepReport {
  readonly run: string;
  readonly worker: string;
  readonly step: Instant;
  readonly hop: number;
  readonly partitions: readonly PartitionReport[];
}

const whole = z.int().nonnegative();
const log = z.string().min(1).max(80);
const partition = z.int().min(-1).max(4095);
const run = z.string().min(1).max(120);
const step = z.int();

const opening = z.strictObject({
  run,
  step,
  hop: whole,
  ends: z.array(z.tuple([log, partition, whole])),
  final: z.boolean(),
});

const report = z.strictObject({
  run,
  worker: z.string().min(1).max(200),
  step,
  hop: whole,
  partitions: z.array(z.strictObject({ log, partition, epoch: whole, position: whole, applied: z.boolean() })),
});

/** Undefined for what is no opening. */
export const openingOf = (text: string): GateOpening | undefined => parsed(opening, text);

/** Undefined for what is no report. */
export const reportOf = (text: string): LockstepReport | undefined => parsed(report, text);

function parsed<Message>(schema: z.ZodType<Message>, text: string): Message | undefined {
  try {
    const read = schema.safeParse(JSON.parse(text));
    return read.success ? read.data : undefined;
  } catch {
    return undefined;
  }
}
