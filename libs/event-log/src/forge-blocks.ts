import type pg from 'pg';
import { sha256, sha256Of } from '@ballast/kernel';
import { EMPTY_HEAD } from '@ballast/event-sourcing';
import { NO_BLOCK, entryLinesOf, nextBlockChain } from './block.js';
import type { Block, EventLog } from './event-log.js';
import { logNames } from './postgres/log-names.js';

/** What a forger puts in the place of a block's texts. */
export type BlockForgery = Partial<Pick<Block, 'entriesText' | 'commandsText' | 'cursorsText'>>;

/**
 * Rewrites a partition as its owner could who has all rights and time: texts are replaced, every hash and both chains
 * after them computed again. For tests of what finds it.
 */
export async function forgeBlocks(
  superuser: pg.Client,
  log: EventLog,
  partition: number,
  forgeryOf: (block: Block) => BlockForgery,
): Promise<void> {
  const { table } = logNames(log.name);
  let [chain, blockChain] = [EMPTY_HEAD, NO_BLOCK];
  let place = { firstPosition: 0, number: 0 };
  for (;;) {
    const blocks = await log.blocks(partition, place, 5_000);
    if (blocks.length === 0) break;
    for (const block of blocks) {
      const texts = { ...block, ...forgeryOf(block) };
      const hashes = entryLinesOf(texts).map((line) => sha256(line));
      const forged = { ...texts, hashes: Buffer.concat(hashes), chainBefore: chain, chain };
      for (const hash of hashes) chain = sha256Of(chain, hash);
      forged.chain = chain;
      blockChain = nextBlockChain(blockChain, forged);
      await superuser.query(
        `update ${table('block')} set entries = $3, commands = $4, cursors = $5, hashes = $6, chain_before = $7,
           chain = $8, block_chain = $9
         where partition = $1 and number = $2`,
        [
          ...[partition, block.number, forged.entriesText, forged.commandsText, forged.cursorsText, forged.hashes],
          ...[forged.chainBefore, forged.chain, blockChain],
        ],
      );
    }
    place = blocks.at(-1) as Block;
  }
  await superuser.query(`update ${table('partition')} set head = $2, block_chain = $3 where partition = $1`, [
    ...[partition, chain, blockChain],
  ]);
}
