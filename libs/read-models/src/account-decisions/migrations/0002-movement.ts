import type { MigrationInterface, QueryRunner } from 'typeorm';
import { READ_MODELS_SCHEMA } from '../account-decision.entity.js';

/** What a fact says of a deposit or a withdrawal. */
export class AddMovement1700000000002 implements MigrationInterface {
  readonly name = 'AddMovement1700000000002';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`alter table "${READ_MODELS_SCHEMA}".account_decision add column movement json`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`alter table "${READ_MODELS_SCHEMA}".account_decision drop column movement`);
  }
}
