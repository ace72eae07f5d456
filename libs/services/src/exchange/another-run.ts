import type { LogDirectory } from '@ballast/event-log';
import { GLOBAL, type LogEntry } from '@ballast/event-sourcing';

/**
 * The first message of a simulated exchange names its run; another run, or an exchange outside, would not continue its logs but fork them.
 * @returns what stands there instead of the run; undefined when the run may go on
 */
export async function anotherRun(logs: LogDirectory, runName: string): Promise<string | undefined> {
  const first = await firstMessage(logs);
  if (first === undefined) return undefined;
  const name = ownWriter(first);
  if (name === undefined)
    return `the data is of an exchange outside, whose messages were taken (asked for: ${runName})`;
  return name === runName ? undefined : `the data is of another run (${name}; asked for: ${runName})`;
}

/**
 * An exchange that writes its logs itself begins them with MarketOpened, an intake with ProducerBegan: messages taken behind the former
 * would fork its logs.
 * @returns the name that such an exchange gave itself; undefined when messages may be taken
 */
export async function selfWritten(logs: LogDirectory): Promise<string | undefined> {
  const first = await firstMessage(logs);
  return first === undefined ? undefined : ownWriter(first);
}

async function firstMessage(logs: LogDirectory): Promise<LogEntry | undefined> {
  const [first] = await logs.log('exchange.quotes').read(GLOBAL, 0, 1);
  return first;
}

const ownWriter = ({ type, payload }: LogEntry): string | undefined =>
  type === 'MarketOpened' ? (payload as { readonly name: string }).name : undefined;
