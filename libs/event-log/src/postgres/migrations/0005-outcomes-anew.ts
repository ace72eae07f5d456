import type { MigrationInterface, QueryRunner } from 'typeorm';
import type { LogNames } from '../log-names.js';

/** More kinds of ids are remembered than before (those of fills): the index is empty, and the next start fills it from the log. */
export class EmptyOutcomes implements MigrationInterface {
  readonly name = 'EmptyOutcomes1700000000005';

  constructor(private readonly names: LogNames) {}

  async up(runner: QueryRunner): Promise<void> {
    const { table } = this.names;
    await runner.query(`delete from ${table('outcome_index')}; delete from ${table('outcome')};`);
  }

  async down(): Promise<void> {
    throw new Error('a log is never taken back');
  }
}
