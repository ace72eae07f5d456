import { UsageError } from '../usage-error.js';

/**
 * The address of a database from an option or the environment; an empty one is one that is not set. Never repeated: it may hold a password.
 * @throws UsageError when it is none of PostgreSQL
 */
export function databaseUrlOf(text: string): string | undefined {
  const url = text.trim();
  if (url === '') return undefined;
  if (/^postgres(ql)?:\/\//.test(url) && URL.canParse(url) && new URL(url).host !== '') return url;
  throw new UsageError(
    '--database-url (or DATABASE_URL) must be postgres://user:password@host:port/database; leave it out for an embedded database',
  );
}
