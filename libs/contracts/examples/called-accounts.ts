// Tells who was called, from the pages of a partition of margin. Typed by @ballast/contracts; needs nothing else of Ballast, and no Kafka.
// eslint-disable-next-line @nx/enforce-module-boundaries -- as it stands in the program of a team
import { cursorAfter, decodeLogEvent, isOfType, judgeArrival, type ReadingCursor } from '@ballast/contracts';

interface LogPage {
  readonly incarnation: string;
  readonly items: readonly unknown[];
}

/** Reads what stands behind the cursor, `START_OF_LOG` at first, and moves it. Keep both in one transaction with what you make of the calls. */
export async function calledBehind(cursor: ReadingCursor, { url, partition }: { url: string; partition: number }) {
  const response = await fetch(`${url}/logs/margin/${partition}?after=${cursor.position}&limit=500`);
  if (!response.ok) throw new Error(`the log answers ${response.status}: ${await response.text()}`);
  const { incarnation, items } = (await response.json()) as LogPage;
  const called: { readonly accountId: string; readonly deficit: string }[] = [];
  let reached = cursor;
  for (const item of items) {
    const decoded = decodeLogEvent(item, { incarnation });
    if (decoded.event === undefined) throw new Error(decoded.error.remedy);
    const { event, delivery } = decoded;
    if (judgeArrival(reached, event, delivery) !== 'next')
      throw new Error(`the log is another one at ${event.position}`);
    if (!decoded.ok && decoded.error.code === 'malformed') throw new Error(decoded.error.remedy);
    if (decoded.ok && isOfType(event, 'margin', 'MarginCallIssued')) {
      const { accountId, deficit } = event.payload;
      called.push({ accountId, deficit });
    }
    reached = cursorAfter(event, delivery);
  }
  return { called, cursor: reached };
}
