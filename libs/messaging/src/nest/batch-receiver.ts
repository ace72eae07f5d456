import type { Batch, CommandBatch, Halt, SourceCursor } from '../bus.js';

/** A provider that works on partitions: it gets them, their batches, and gives them up again. */
export interface BatchReceiver {
  /**
   * Takes a partition (raises its epoch, rebuilds its state) and says where to read on. A log `<service>.commands` is
   * read as commands.
   */
  assigned(partition: number): Promise<readonly SourceCursor[]>;
  /** Applies a batch of one source of a partition: state, events and cursor are in the receiver's hand. */
  receive(partition: number, batch: Batch): Promise<void>;
  receiveCommands(partition: number, batch: CommandBatch): Promise<void>;
  /** One source of a partition no longer arrives. */
  halted(partition: number, halt: Halt): void;
  /** Gives the partition up. No batch of it is being received any more. */
  revoked(partition: number): Promise<void>;
}
