import type { Block, EventLog } from './event-log.js';

/** The block that holds an event; undefined when there is no such position. */
export async function blockAt(log: EventLog, partition: number, position: number): Promise<Block | undefined> {
  const before = await log.blockBefore(partition, position);
  const blocks = await log.blocks(partition, before ?? { firstPosition: 0, number: 0 }, 1);
  return blocks.find((block) => block.firstPosition <= position && position <= block.lastPosition);
}
