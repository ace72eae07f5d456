import type { MigrationInterface, QueryRunner } from 'typeorm';
import { READ_MODELS_SCHEMA } from '../account-decision.entity.js';

/** By the chain head behind its position a cursor knows its log again. */
export class AddChain1700000000003 implements MigrationInterface {
  readonly name = 'AddChain1700000000003';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`alter table "${READ_MODELS_SCHEMA}".projection_cursor add column chain text`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`alter table "${READ_MODELS_SCHEMA}".projection_cursor drop column chain`);
  }
}
