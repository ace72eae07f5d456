import type { LogDirectory } from '@ballast/event-log';
import { SERVICE_LOGS, type OpeningEvents } from '@ballast/facts';
import { canonicalText } from '@ballast/kernel';
import type { Fault } from './fault.js';

/** Every partition of a log begins with the same rules: none reads those of another before it decides. */
export async function verifyRules(logs: Pick<LogDirectory, 'log'>): Promise<Fault | undefined> {
  for (const name of SERVICE_LOGS) {
    const log = logs.log(name);
    let first: { readonly partition: number; readonly rules: string } | undefined;
    for (const { partition } of await log.heads()) {
      const [opening] = await log.read(partition, 0, 1);
      if (opening === undefined) continue;
      const rules = opening.type === ESTABLISHED ? canonicalText(opening.payload) : NO_RULES;
      first ??= { partition, rules };
      if (rules === first.rules) continue;
      const what = `it does not begin with the rules that ${name}/${first.partition} begins with`;
      return { log: name, partition, position: 1, what };
    }
  }
  return undefined;
}

const ESTABLISHED: keyof OpeningEvents = 'DocumentsEstablished';
/** Of a partition that begins with anything else. */
const NO_RULES = '';
