/** SQLSTATE classes and codes after which the same statement may succeed: connection, rollback, resources, shutdown, I/O. */
const TRANSIENT_STATE = /^(08|40|53|57P0[1-5]|58|55P03|25006)/;
const TRANSIENT_CODE = new Set([
  ...['ECONNREFUSED', 'ECONNRESET', 'ECONNABORTED', 'EPIPE', 'ETIMEDOUT', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH'],
  ...['ENETUNREACH', 'EADDRNOTAVAIL', 'EMFILE', 'ENFILE'],
]);
/** `pg` reports these without a code. */
const TRANSIENT_MESSAGE =
  /Connection terminated|connection timeout|timeout exceeded when trying to connect|not queryable/i;

/**
 * True if the database, not the statement, was at fault, so that the statement may be repeated. What it did before the
 * fault stays unknown.
 */
export function isTransient(error: unknown): boolean {
  if (typeof error !== 'object' || error === null) return false;
  const { code, message, errors } = error as { code?: unknown; message?: unknown; errors?: unknown };
  if (typeof code === 'string' && (TRANSIENT_CODE.has(code) || TRANSIENT_STATE.test(code))) return true;
  // A host with several addresses reports one error for each.
  if (Array.isArray(errors)) return errors.some(isTransient);
  return typeof message === 'string' && TRANSIENT_MESSAGE.test(message);
}
