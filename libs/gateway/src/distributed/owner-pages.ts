import { LOG_PAGE_PATH } from '@ballast/contracts';
import { instantOf } from '@ballast/kernel';
import type { LogPages } from '../rest/clearing.gateway.js';
import { Problem } from '../rest/problem.js';

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
    private readonly has: (log: string) => boolean,
    private readonly token: string | undefined,
  ) {}

  async page(
    log: string,
    partition: number,
    { after, limit }: { readonly after: number; readonly limit: number },
  ): Promise<object | undefined> {
    if (!this.has(log)) return undefined;
    let refused: Error | undefined;
    const path = LOG_PAGE_PATH.replace('{log}', log).replace('{partition}', String(partition));
    for (const address of this.addresses(log)) {
      const response = await fetch(`${address}${path}?after=${after}&limit=${limit}`, {
        headers: this.token === undefined ? {} : { authorization: `Bearer ${this.token}` },
        signal: AbortSignal.timeout(PAGE_WITHIN_MS),
      }).catch(() => undefined);
      if (response?.status === 404) return undefined;
      if (response?.ok === true) return withInstants((await response.json()) as WrittenPage);
      if (response?.status === 503) refused = await refusalIn(response);
    }
    if (refused !== undefined) throw refused;
    throw new Problem('not-ready', `nobody who keeps ${log} answers; ask again`);
  }
}
