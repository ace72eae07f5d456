import type { Answer, RestClient } from './rest-client.fixtures.js';

/** The document of a house, as far as its operations are found by it. */
export interface OpenApi {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Described>>>>;
}

interface Described {
  readonly operationId: string;
  readonly responses: Readonly<Record<string, { readonly content?: object }>>;
}

interface Route {
  readonly method: string;
  readonly address: RegExp;
  readonly name: string;
}

/** A request as the parameters of an operation. */
export interface OperationRequest {
  readonly path: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/** Asks by the name of an operation; undefined where the client has no way to say that. */
export type AskOperation = (name: string, request: OperationRequest) => Promise<Answer | undefined>;

function routesOf({ paths }: OpenApi): readonly Route[] {
  return Object.entries(paths).flatMap(([template, item]) =>
    Object.entries(item)
      // Their functions answer with a generator of events, and ask when it is read.
      .filter(([, { responses }]) => !('text/event-stream' in (responses['200']?.content ?? {})))
      .map(([method, { operationId }]) => ({
        method,
        address: new RegExp(`^${template.replace(/\{(\w+)\}/g, '(?<$1>[^/]+)')}$`),
        name: operationId,
      })),
  );
}

/**
 * Asks through the function of each operation; what is no operation, or can't be said through it, is asked as it stands.
 * @returns with how many of the operations of the document were asked, by name
 */
export function throughOperations(
  house: RestClient,
  document: OpenApi,
  askOperation: AskOperation,
): { readonly client: RestClient; readonly asked: ReadonlySet<string> } {
  const routes = routesOf(document);
  const asked = new Set<string>();
  let keys = 0;
  async function ask(method: string, address: string, headers: Record<string, string>, body?: unknown) {
    const [where = '', query = ''] = address.split('?');
    for (const { method: of, address: form, name } of routes) {
      const match = of === method ? form.exec(where) : null;
      if (match === null) continue;
      const parts = Object.entries(match.groups ?? {}).map(([part, text]) => [part, decodeURIComponent(text)]);
      const answer = await askOperation(name, {
        path: Object.fromEntries(parts) as Record<string, string>,
        query: Object.fromEntries(new URLSearchParams(query)),
        headers,
        ...(body === undefined ? {} : { body }),
      });
      if (answer !== undefined) asked.add(name);
      return answer;
    }
    return undefined;
  }
  return {
    client: {
      url: house.url,
      get: async (address, headers = {}) => (await ask('get', address, headers)) ?? house.get(address, headers),
      post: async (address, body, key = `generated-key-${++keys}`, headers = {}) => {
        const all = key === null ? headers : { ...headers, 'idempotency-key': key };
        return (await ask('post', address, all, body)) ?? house.post(address, body, key, headers);
      },
    },
    asked,
  };
}
