import type { Response } from 'express';
import type { LogEntry } from '@ballast/event-sourcing';
import type { AccountId } from '@ballast/kernel';
import { questions } from '@ballast/services';
import { unknownAccount } from './account-views.js';
import type { ClearingGateway } from './clearing.gateway.js';
import type { OpenStreams } from './open-streams.js';
import { Problem } from './problem.js';

/** USD of notional that may be added to each underlying between two messages. */
const ALLOWANCE = '100000';
const MOST_INSTRUMENTS = 50;
/** Facts of the exchange leave no event in margin's log: at least so often the owner is asked again. */
const LOOK_EVERY_MS = 1_000;
/** At most so often: a busy account says its newest and not all of it. */
const PAUSE_MS = 50;

export interface HeadroomStreamOptions {
  readonly clearing: ClearingGateway;
  readonly streams: OpenStreams;
  readonly response: Response;
  readonly accountId: AccountId;
  /** Contracts that charges are wanted of. */
  readonly instruments: readonly string[];
  /** USD. */
  readonly allowance?: string;
}

/**
 * Sends an account's headroom as server-sent events: at once, then whenever it is another one. A reader who reconnects needs nothing of what
 * he missed: every message says all.
 * @throws Problem when margin does not know the account, or too many contracts are asked for
 * @see docs/spec/orders.md CLR-ORD-008
 */
export async function streamHeadroom(options: HeadroomStreamOptions): Promise<void> {
  const { clearing, streams, response, accountId, instruments, allowance = ALLOWANCE } = options;
  if (instruments.length > MOST_INSTRUMENTS) {
    const message = `instruments: ${instruments.length} are named; name at most ${MOST_INSTRUMENTS}`;
    throw new Problem('request-malformed', message, [
      { field: 'instruments', message: 'are too many', remedy: `name at most ${MOST_INSTRUMENTS}` },
    ]);
  }
  const partition = clearing.partitionOf(accountId);
  const look = async (): Promise<string | undefined> => {
    const headroom = await clearing.ask(questions.margin.headroom, partition, accountId, allowance, instruments);
    return headroom && JSON.stringify(headroom);
  };
  let said = await look();
  if (said === undefined) throw unknownAccount(accountId);
  const gone = streams.begin(response);
  if (gone.signal.aborted) return;

  let wake: () => void = () => undefined;
  gone.signal.addEventListener('abort', () => wake(), { once: true });
  const unwatch = clearing.onAppended((entries: readonly LogEntry[]) => {
    if (entries.some((entry) => entry.partition === partition || entry.log === 'margin')) wake();
  });
  const pause = (ms: number): Promise<void> =>
    new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  const say = async (message: string): Promise<void> => {
    if (!response.write(`event: headroom\ndata: ${message}\n\n`)) await streams.drained(response, gone);
  };
  try {
    await say(said);
    while (!gone.signal.aborted) {
      await pause(LOOK_EVERY_MS);
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
      if (gone.signal.aborted) break;
      const now = await look();
      if (now === undefined || now === said) continue;
      said = now;
      await say(now);
    }
  } finally {
    unwatch();
    response.end();
  }
}
