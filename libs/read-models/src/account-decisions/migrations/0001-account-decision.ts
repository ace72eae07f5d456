import type { MigrationInterface, QueryRunner } from 'typeorm';
import { READ_MODELS_SCHEMA } from '../account-decision.entity.js';

/** The list of decisions and how far it was filled. All of it can be made again from the logs. */
export class CreateAccountDecision1700000000001 implements MigrationInterface {
  readonly name = 'CreateAccountDecision1700000000001';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table "${READ_MODELS_SCHEMA}".account_decision (
        log text not null,
        partition smallint not null,
        position bigint not null,
        account_id text not null,
        at bigint not null,
        type text not null,
        subject text,
        summary text not null,
        state text,
        figures json,
        primary key (log, partition, position)
      )`);
    await runner.query(
      `create index account_decision_by_account on "${READ_MODELS_SCHEMA}".account_decision (account_id, log, position desc)`,
    );
    await runner.query(`
      create table "${READ_MODELS_SCHEMA}".projection_cursor (
        projection text not null,
        log text not null,
        partition smallint not null,
        position bigint not null,
        version int not null,
        primary key (projection, log, partition)
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`drop table "${READ_MODELS_SCHEMA}".account_decision`);
    await runner.query(`drop table "${READ_MODELS_SCHEMA}".projection_cursor`);
  }
}
