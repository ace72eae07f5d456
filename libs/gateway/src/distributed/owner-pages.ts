import { z } from 'zod';
import { LOG_PAGE_PATH, logEnd, type LogEnd } from '@ballast/contracts';
import type { LogDirectory } from '@ballast/event-log';
import type { ExchangeLog, ServiceLog } from '@ballast/facts';
import { instantOf } from '@ballast/kernel';
import { LAST_CHECKPOINT_PATH, logEndsOf, type ToldCheckpoint } from '@ballast/services';
import type { LogPages } from '../rest/clearing.gateway.js';
import { Problem } from '../rest/problem.js';

/** Whoever keeps a log tells of all its partitions at once. */
const keptEnds = z.object({ items: z.array(logEnd) });

const PAGE_WITHIN_MS = 5_000;

interface WrittenPage {
  readonly asOf: { readonly clearing: string };
}

/** Times are written once more on their way out. */
const withInstants = (page: WrittenPage): object => ({
  ...page,
  asOf: { ...page.asOf, clearing: instantOf(page.asOf.clearing) },
});

/** Why whoever keeps a log cannot read it, by the name that the error has there; undefined when nothing is said of it. */
async function refusalIn(response: Response): Promise<Error | undefined> {
  const { name, message } = (await response.json().catch(() => ({}))) as Partial<Error>;
  return name === undefined || message === undefined ? undefined : Object.assign(new Error(message), { name });
}

/** Pages of the logs from whoever keeps them: a copy is nobody's record. */
export class OwnerPages implements LogPages {
  constructor(
    /** Addresses at which a log can be read; any of them has all of it. */
    private readonly addresses: (log: string) => readonly string[],
    private readonly copy: Pick<LogDirectory, 'has' | 'log'>,
    private readonly token: string | undefined,
  ) {}

  async page(
    log: string,
    partition: number,
    { after, limit }: { readonly after: number; readonly limit: number },
  ): Promise<object | undefined> {
    if (!this.copy.has(log)) return undefined;
    let refused: Error | undefined;
    const path = LOG_PAGE_PATH.replace('{log}', log).replace('{partition}', String(partition));
    for (const address of this.addresses(log)) {
      const response = await this.#ask(`${address}${path}?after=${after}&limit=${limit}`);
      if (response?.status === 404) return undefined;
      if (response?.ok === true) return withInstants((await response.json()) as WrittenPage);
      if (response?.status === 503) refused = await refusalIn(response);
    }
    if (refused !== undefined) throw refused;
    throw new Problem('not-ready', `nobody who keeps ${log} answers; ask again`);
  }

  /** As whoever keeps the log tells; of the copy, without what a copy does not have, while nobody does. */
  async ends(log: ServiceLog | ExchangeLog): Promise<readonly LogEnd[]> {
    for (const address of this.addresses(log)) {
      const response = await this.#ask(`${address}/logs/${log}`);
      const told = response?.ok === true ? keptEnds.safeParse(await response.json().catch(() => undefined)) : undefined;
      if (told?.success === true) return told.data.items;
    }
    const ends = await logEndsOf(this.copy.log(log));
    return ends.map((end) => ({ ...end, incarnation: null, checkpoint: null }));
  }

  /** As whoever keeps the log tells: a copy has no checkpoints. */
  async lastCheckpoint(log: ServiceLog): Promise<ToldCheckpoint | null> {
    for (const address of this.addresses(log)) {
      const response = await this.#ask(`${address}${LAST_CHECKPOINT_PATH.replace('{log}', log)}`);
      if (response?.ok === true) return ((await response.json()) as { checkpoint: ToldCheckpoint | null }).checkpoint;
    }
    throw new Problem('not-ready', `nobody who keeps ${log} answers; ask again`);
  }

  #ask(address: string): Promise<Response | undefined> {
    const headers = this.token === undefined ? undefined : { authorization: `Bearer ${this.token}` };
    return fetch(address, { ...(headers && { headers }), signal: AbortSignal.timeout(PAGE_WITHIN_MS) }).catch(
      () => undefined,
    );
  }
}
