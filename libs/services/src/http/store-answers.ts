import type { EventLog } from '@ballast/event-log';

/** A health check waits so long for the database, milliseconds. */
const PATIENCE_MS = 2_000;

/** Whether the database of a log answers within some seconds. */
export async function storeAnswers(log: EventLog): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const patience = new Promise<false>((resolve) => (timer = setTimeout(() => resolve(false), PATIENCE_MS)));
  const answered = log.heads().then(
    () => true,
    () => false,
  );
  const inTime = await Promise.race([answered, patience]);
  clearTimeout(timer);
  return inTime;
}
