import type { PartitionProcess } from '@ballast/event-sourcing';
import type { ServiceLog } from '@ballast/facts';

/** What a service is to every composition: its log and the processes that write it. */
export interface ServiceDefinition {
  readonly log: ServiceLog;
  /** Process of the numbered partitions; pricing has none. */
  readonly numbered: PartitionProcess<unknown> | undefined;
  /** Process of the global partition. */
  readonly global: PartitionProcess<unknown>;
}
