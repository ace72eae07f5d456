import { problem } from '@ballast/contracts/testing';

/** Asks a house over HTTP. */
export interface RestClient {
  readonly url: string;
  get(path: string, headers?: Record<string, string>): Promise<Answer>;
  /** @param key Idempotency-Key; a new one when it is left out, none when it is null */
  post(path: string, body: unknown, key?: string | null, headers?: Record<string, string>): Promise<Answer>;
}

/** Fields of the answers that tests look into; which of them are there depends on the route. */
export interface AnswerBody {
  readonly code: string;
  readonly detail: string;
  readonly errors: readonly { readonly field: string; readonly remedy: string }[];
  readonly items: readonly { readonly accountId: string }[];
  readonly next: string | null;
  readonly collateral: Readonly<Record<string, string>>;
  readonly held: Readonly<Record<string, string>>;
  readonly positions: readonly unknown[];
  readonly status: string;
  readonly clearing: string;
  readonly priceSets: number;
  readonly paths: Readonly<Record<string, object>>;
  readonly components: { readonly schemas: Readonly<Record<string, object>> };
}

export interface Answer {
  readonly status: number;
  readonly type: string;
  readonly headers: Headers;
  readonly text: string;
  readonly body: AnswerBody;
}

/** A refusal as the contract has it. */
export function expectProblem(answer: Answer, status: number, code: string): void {
  expect({ status: answer.status, code: answer.body.code, type: answer.type }).toEqual({
    status,
    code,
    type: 'application/problem+json',
  });
  expect(problem.parse(answer.body).type).toBe(`urn:ballast:problem:${code}`);
}

export function restClient(url: string, token?: string): RestClient {
  let keys = 0;
  const authorization: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` };
  return {
    url,
    get: async (path, headers = {}) =>
      readAnswer(await fetch(url + path, { headers: { ...authorization, ...headers } })),
    post: async (path, body, key = `test-key-${++keys}`, headers = {}) =>
      readAnswer(
        await fetch(url + path, {
          method: 'POST',
          headers: {
            'content-type': 'application/json',
            ...authorization,
            ...(key === null ? {} : { 'idempotency-key': key }),
            ...headers,
          },
          body: typeof body === 'string' ? body : JSON.stringify(body),
        }),
      ),
  };
}

/** An answer with its text and, when it is JSON, what that says. */
export async function readAnswer(response: Response): Promise<Answer> {
  const text = await response.text();
  const type = response.headers.get('content-type')?.split(';')[0] ?? '';
  const body = (type.endsWith('json') ? JSON.parse(text) : {}) as AnswerBody;
  return { status: response.status, type, headers: response.headers, text, body };
}

export interface StreamedEvent {
  readonly id: string;
  readonly event: string;
  readonly data: { readonly partition: number; readonly position: number };
}

/** Reads server-sent events until so many have come or the stream ends. */
export async function readEvents(
  url: string,
  most: number,
  headers: Record<string, string> = {},
): Promise<readonly StreamedEvent[]> {
  const abort = new AbortController();
  const response = await fetch(url, { headers, signal: abort.signal });
  const events: StreamedEvent[] = [];
  let rest = '';
  try {
    for await (const chunk of response.body ?? []) {
      rest += Buffer.from(chunk).toString('utf8');
      const blocks = rest.split('\n\n');
      rest = blocks.pop() ?? '';
      for (const block of blocks) {
        const fields = new Map(
          block.split('\n').map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)]),
        );
        if (!fields.has('data')) continue;
        events.push({
          id: fields.get('id') ?? '',
          event: fields.get('event') ?? '',
          data: JSON.parse(fields.get('data') ?? '') as StreamedEvent['data'],
        });
        if (events.length === most) return events;
      }
    }
    return events;
  } finally {
    abort.abort();
  }
}
