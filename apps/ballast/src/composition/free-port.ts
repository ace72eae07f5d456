import net from 'node:net';
import { UsageError } from '../usage-error.js';

/**
 * Finds out that a port is taken before a database is started for nothing.
 * @throws UsageError naming the port and what to do
 */
export async function assertPortFree(port: number, host: string): Promise<void> {
  const probe = net.createServer();
  try {
    await new Promise<void>((resolve, reject) => probe.once('error', reject).listen(port, host, resolve));
  } catch (error) {
    throw portProblem(error, port, host);
  }
  await new Promise((resolve) => probe.close(resolve));
}

/** What a failed listen means for the person who started us. */
export function portProblem(error: unknown, port: number, host: string): unknown {
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'EADDRINUSE') {
    return new UsageError(
      `port ${port} on ${host} is in use; stop the other program or choose another port with --port. Nothing was changed`,
    );
  }
  if (code === 'EACCES')
    return new UsageError(`port ${port} may not be used by this user; choose one above 1023 with --port`);
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') {
    return new UsageError(`${host} is no address of this machine; choose another with --host`);
  }
  return error;
}
