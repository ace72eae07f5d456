// The central stories of an account, through the client that was generated from the document: this file is compiled with it, strictly.
import { createClient } from './client/client/index.js';
import * as ballast from './client/index.js';

export interface Told {
  readonly equity: string | undefined;
  readonly withdrawal: string;
  readonly decisions: readonly string[];
  readonly refusal: string;
  readonly streamed: string;
}

const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 20));

/** Opens an account, pays in, asks what would be if, withdraws, and reads what was decided. */
export async function tell(baseUrl: string, accountId: string): Promise<Told> {
  const client = createClient({ baseUrl, throwOnError: true });
  const path = { accountId };
  let keys = 0;
  const headers = () => ({ 'Idempotency-Key': `story-${accountId}-${++keys}` });

  const opened = await ballast.openAccount({ client, throwOnError: true, headers: headers(), body: { accountId } });
  if (opened.data.outcome !== 'accepted') throw new Error('the account was not opened');
  const money = { asset: 'USD', amount: '1000' };
  await ballast.deposit({ client, throwOnError: true, path, headers: headers(), body: { depositId: 'd-1', ...money } });

  let equity: string | undefined;
  while (equity !== '1000') {
    const { data } = await ballast.account({ client, throwOnError: true, path });
    equity = data.margin?.figures.equity;
    await pause();
  }
  const positions = [{ instrument: 'BTC-PERP', quantity: '0.01' }];
  const dreamt = await ballast.whatIf({ client, throwOnError: true, path, body: { positions } });
  if (dreamt.data.after.call === dreamt.data.before.call) throw new Error('a position asks for nothing');

  const body = { withdrawalId: 'w-1', asset: 'USD', amount: '400' };
  await ballast.withdraw({ client, throwOnError: true, path, headers: headers(), body });
  let withdrawal = 'held';
  while (withdrawal === 'held') {
    const asked = { client, throwOnError: true, path: { accountId, withdrawalId: 'w-1' } } as const;
    withdrawal = (await ballast.withdrawal(asked)).data.status;
    await pause();
  }
  const decisions: string[] = [];
  for (let after: string | undefined; ;) {
    const query = after === undefined ? { limit: 1 } : { limit: 1, after };
    const { data } = await ballast.listDecisions({ client, throwOnError: true, path, query });
    decisions.push(...data.items.map(({ type, at }) => `${type} ${at}`));
    if (data.next === null) break;
    after = data.next;
  }
  const refused = await ballast.deposit({
    ...{ client, throwOnError: false as const, path, headers: headers() },
    body: { depositId: 'd-2', asset: 'USD', amount: '-1' },
  });
  const problem: ballast.Problem | undefined = refused.error;

  const gone = new AbortController();
  const { stream } = await ballast.streamMarginEvents({ client, signal: gone.signal });
  let streamed = '';
  for await (const entry of stream) {
    streamed = entry.type;
    break;
  }
  gone.abort();
  return { equity, withdrawal, decisions, refusal: problem?.code ?? '', streamed };
}
