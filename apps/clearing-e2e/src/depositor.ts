import { setTimeout as wait } from 'node:timers/promises';

/** What the client was told about one deposit. */
interface Deposit {
  readonly key: string;
  readonly depositId: string;
  readonly amount: string;
  attempts: number;
  /** The acknowledgement as it came; undefined while there is none. */
  answer: unknown;
}

/**
 * An outside client that pays in one amount after the other, each under an Idempotency-Key of its own, and keeps its own
 * list of what was acknowledged. What was not, it sends again under the same key, until it is.
 */
export class Depositor {
  readonly deposits: Deposit[] = [];
  readonly #waiting: Deposit[] = [];

  constructor(
    readonly accountId: string,
    private most: number,
  ) {}

  get acknowledged(): readonly Deposit[] {
    return this.deposits.filter(({ answer }) => answer !== undefined);
  }

  /** Number of deposits whose first answer never came, though they may have been booked. */
  get retried(): number {
    return this.deposits.filter(({ attempts }) => attempts > 1).length;
  }

  get done(): boolean {
    return this.deposits.length >= this.most && this.#waiting.length === 0;
  }

  /** Begins no new deposit. */
  finish(): void {
    this.most = this.deposits.length;
  }

  /** Pays in over several connections at once until all is acknowledged or the server is gone. */
  async run(base: string, connections = 4): Promise<void> {
    await Promise.all(Array.from({ length: connections }, () => this.#payInOneByOne(base)));
  }

  async #payInOneByOne(base: string): Promise<void> {
    while (!this.done) {
      const deposit = this.#waiting.shift() ?? this.#next();
      // The last ones are in the hands of other connections.
      if (deposit === undefined) return;
      deposit.attempts += 1;
      const answer = await this.#post(base, deposit).catch(() => undefined);
      if (answer === undefined) {
        this.#waiting.push(deposit);
        return;
      }
      if (answer.status !== 201) throw new Error(`deposit ${deposit.key}: ${answer.status} ${answer.text}`);
      deposit.answer = JSON.parse(answer.text);
      await wait(5);
    }
  }

  #next(): Deposit | undefined {
    const number = this.deposits.length;
    if (number >= this.most) return undefined;
    const deposit = { key: `pay-in-key-${number}`, depositId: `pay-in-${number}`, amount: `${number + 1}.25` };
    this.deposits.push({ ...deposit, attempts: 0, answer: undefined });
    return this.deposits.at(-1);
  }

  #post(base: string, { key, depositId, amount }: Deposit): Promise<{ status: number; text: string }> {
    return post(`${base}/accounts/${this.accountId}/deposits`, key, { depositId, asset: 'USD', amount });
  }
}

/** @throws when the connection breaks before the whole answer is there */
export async function post(url: string, key: string, body: object): Promise<{ status: number; text: string }> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'idempotency-key': key, 'x-actor': 'client:e2e' },
    body: JSON.stringify(body),
  });
  return { status: response.status, text: await response.text() };
}
