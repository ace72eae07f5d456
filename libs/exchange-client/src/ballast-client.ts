import { setTimeout as wait } from 'node:timers/promises';
import type { Problem } from '@ballast/contracts';

interface BallastOptions {
  /** Where it serves, such as `http://127.0.0.1:8787`. */
  readonly url: string;
  readonly token?: string;
  /** Person behind what is sent, for what needs one. */
  readonly actor?: string;
  /** For so long a request is repeated while nobody answers, milliseconds; default 240 s: a restart takes some of them. */
  readonly patienceMs?: number;
}

interface Sent {
  readonly body?: string;
  readonly key?: string;
}

/** Ballast answered that it will not; sending the same again changes nothing. */
export class Refused extends Error {
  override readonly name = 'Refused';

  /** @param code stable; a program branches on it */
  constructor(
    readonly code: string,
    detail: string,
  ) {
    super(`${code}: ${detail}`);
  }
}

/** Nobody answered for longer than the patience; what was sent may have been done or not. */
export class Unanswered extends Error {
  override readonly name = 'Unanswered';

  constructor(url: string, cause: unknown) {
    const { message, cause: reason } = cause as Error;
    const why = (reason as NodeJS.ErrnoException | undefined)?.code ?? message;
    super(`${url} gives no answer (${why}): is it where the house serves, and does it run?`, { cause });
  }
}

const PATIENCE_MS = 240_000;
const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 2_000;
/** Answers that pass: of Ballast, and of a proxy before it that reaches it no more. */
const PASSING: readonly number[] = [429, 502, 503, 504];

/** One Ballast over REST. Every request that it makes may be repeated, and is, until somebody answers. */
export class BallastClient {
  readonly #base: string;

  constructor(private readonly options: BallastOptions) {
    this.#base = options.url.replace(/\/$/, '');
  }

  /** @throws Refused, Unanswered */
  get<Answer>(path: string): Promise<Answer> {
    return this.#ask('GET', path, {});
  }

  /**
   * @param key Idempotency-Key of a command, the same however often it is sent
   * @throws Refused, Unanswered
   */
  post<Answer>(path: string, body: unknown, key?: string): Promise<Answer> {
    return this.#ask('POST', path, { body: JSON.stringify(body), ...(key !== undefined && { key }) });
  }

  async #ask<Answer>(method: string, path: string, sent: Sent): Promise<Answer> {
    const until = performance.now() + (this.options.patienceMs ?? PATIENCE_MS);
    for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(LONGEST_PAUSE_MS, 2 * pause)) {
      try {
        return await this.#once(method, path, sent);
      } catch (error) {
        if (error instanceof Refused) throw error;
        if (performance.now() > until) throw new Unanswered(this.#base, error);
        await wait(pause);
      }
    }
  }

  async #once<Answer>(method: string, path: string, { body, key }: Sent): Promise<Answer> {
    const { token, actor } = this.options;
    const response = await fetch(this.#base + path, {
      method,
      headers: {
        accept: 'application/json',
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...(key !== undefined && { 'idempotency-key': key }),
        ...(actor !== undefined && { 'x-actor': actor }),
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
      },
      ...(body !== undefined && { body }),
    });
    const text = await response.text();
    if (response.ok) return JSON.parse(text) as Answer;
    if (PASSING.includes(response.status)) throw new Error(`${path} answered ${response.status}`);
    const { code = String(response.status), detail = text } = problemIn(text);
    throw new Refused(code, detail);
  }
}

function problemIn(text: string): Partial<Problem> {
  try {
    return JSON.parse(text) as Partial<Problem>;
  } catch {
    return {};
  }
}
