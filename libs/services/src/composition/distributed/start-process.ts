/** Names of errors whose message says what the operator can put right. */
const EXPECTED = /^(?:ScenarioError|DocumentFileError|UnsupportedBroker|BrokersNotReached|.*Refused)$/;

/**
 * Starts a process of the house. What the operator can put right is one sentence and exit code 2; anything else is a defect, shows
 * where it happened, and is 1.
 */
export async function startProcess(start: () => Promise<void>): Promise<void> {
  try {
    await start();
  } catch (error) {
    const sentence = remedyOf(error);
    process.stderr.write(`${sentence ?? (error instanceof Error ? error.stack : String(error))}\n`);
    process.exit(sentence === undefined ? 1 : 2);
  }
}

/** @returns undefined for a defect */
export function remedyOf(error: unknown): string | undefined {
  const { name = '', message, code, syscall, address, port } = (error ?? {}) as Partial<ListenError>;
  if (EXPECTED.test(name)) return message;
  // Of a name with several addresses each attempt is told.
  const attempt = (error as { readonly errors?: readonly unknown[] } | undefined)?.errors?.[0];
  if (attempt !== undefined) return remedyOf(attempt);
  // What brokers refuse is told by whoever asks them, so this is the database.
  if (syscall === 'connect' && code === 'ECONNREFUSED')
    return `PostgreSQL does not answer at ${address}:${port}: start it, or correct DATABASE_URL`;
  if (syscall !== 'listen') return undefined;
  const place = `${address}:${port}`;
  if (code === 'EADDRINUSE') return `${place} is taken by another process: end that one, or choose another PORT`;
  if (code === 'EACCES') return `${place} must not be listened on by this user: choose a PORT above 1023`;
  return code === 'EADDRNOTAVAIL' ? `${address} is no address of this machine: choose another HOST` : undefined;
}

interface ListenError extends NodeJS.ErrnoException {
  readonly address: string;
  readonly port: number;
}
