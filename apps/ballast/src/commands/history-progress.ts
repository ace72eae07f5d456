import type { HistoryProgress } from '@ballast/audit';
import type { ProgressPrinter } from '../composition/progress-printer.js';
import { grouped } from './grouped.js';

/** Tells how far the rebuild of an account's margin partition has come. */
export const historyProgress =
  (progress: ProgressPrinter) =>
  ({ events, totalEvents }: HistoryProgress): void =>
    progress.update(() => `reading ${grouped(events)} of up to ${grouped(totalEvents)} events of margin`);
