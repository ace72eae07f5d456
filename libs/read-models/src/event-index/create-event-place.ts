import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Where events are, by what they are asked for, and how far that was filled. All of it can be made again from the logs. */
export class CreateEventPlace1700000000001 implements MigrationInterface {
  readonly name = 'CreateEventPlace1700000000001';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table read_models.event_place (
        position bigint not null,
        clearing bigint not null,
        event_id uuid not null,
        generation integer not null,
        partition smallint not null,
        log text not null,
        stream text not null,
        type text not null,
        account_id text,
        primary key (generation, log, partition, position)
      );
      create index on read_models.event_place (event_id);
      create index on read_models.event_place (stream, position);
      create index on read_models.event_place (account_id, clearing);
      create index on read_models.event_place (type, clearing);
      create index on read_models.event_place (clearing);
      create table read_models.event_index (
        generation integer not null,
        log text not null,
        partition smallint not null,
        position bigint not null,
        primary key (generation, log, partition)
      );
      -- One row: the generation that is asked. Another one may be filled beside it.
      create table read_models.event_index_generation (generation integer primary key);
      insert into read_models.event_index_generation values (1);
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(
      'drop table read_models.event_place, read_models.event_index, read_models.event_index_generation',
    );
  }
}
