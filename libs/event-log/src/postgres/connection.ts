import type pg from 'pg';
import type { ServerConnection } from './embedded-server.js';

/** A URL such as `postgres://user:password@host:5432/database?sslmode=require`, or its parts. */
export type PostgresConnection = string | ServerConnection;

export function poolOptions(connection: PostgresConnection): pg.PoolConfig {
  return typeof connection === 'string' ? { connectionString: connection } : { ...connection };
}

export function dataSourceOptions(connection: PostgresConnection) {
  if (typeof connection === 'string') return { url: connection };
  const { user, ...rest } = connection;
  return { ...rest, username: user };
}
