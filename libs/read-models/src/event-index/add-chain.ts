import type { MigrationInterface, QueryRunner } from 'typeorm';
import { READ_MODELS_SCHEMA } from '../account-decisions/account-decision.entity.js';

/** By the chain head behind its position the index knows a log again. */
export class AddChain1700000000002 implements MigrationInterface {
  readonly name = 'AddChain1700000000002';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`alter table "${READ_MODELS_SCHEMA}".event_index add column chain text`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`alter table "${READ_MODELS_SCHEMA}".event_index drop column chain`);
  }
}
