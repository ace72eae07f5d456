import { EmbeddedServer, type ServerConnection } from '@ballast/event-log';
import pg from 'pg';

/** What happens to all snapshots of a house between two lives of it. */
export type Harm = 'damaged' | 'deleted';

const SQL: Readonly<Record<Harm, (table: string) => string>> = {
  // One bit in the middle: what a disk does, and what no check of lengths finds.
  damaged: (table) =>
    `update ${table} set content = set_byte(content, length(content) / 2, get_byte(content, length(content) / 2) # 1)`,
  deleted: (table) => `delete from ${table}`,
};

/** Harms every snapshot of a house that may be running. @returns how many there were */
export async function harmSnapshots(connection: ServerConnection, harm: Harm): Promise<number> {
  const client = new pg.Client(connection);
  await client.connect();
  try {
    const { rows } = await client.query<{ name: string }>(
      `select quote_ident(table_schema) || '.' || quote_ident(table_name) as name
       from information_schema.tables where table_name like '%snapshot' and table_type = 'BASE TABLE'`,
    );
    let harmed = 0;
    for (const { name } of rows) harmed += (await client.query(SQL[harm](name))).rowCount ?? 0;
    return harmed;
  } finally {
    await client.end();
  }
}

/** Harms every snapshot in a data directory that nobody has open. @returns how many there were */
export async function harmSnapshotsIn(dataDirectory: string, harm: Harm): Promise<number> {
  const server = await EmbeddedServer.start({ dataDirectory });
  try {
    return await harmSnapshots(server.connection(), harm);
  } finally {
    await server.stop();
  }
}
