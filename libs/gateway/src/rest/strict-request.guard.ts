import type { CanActivate, ExecutionContext } from '@nestjs/common';
import type { OpenAPIObject } from '@nestjs/swagger';
import type { Request } from 'express';
import { Problem } from './problem.js';
import { assertReadAsSent } from './strict-body.guard.js';

/** Operations of a path of the document; parameters of the path itself are not used here. */
type Operations = Readonly<
  Record<string, { readonly parameters?: readonly { readonly in?: string; readonly name?: string }[] } | undefined>
>;

interface Known {
  /** The one address of the route: routing itself takes another case and a slash at the end as the same. */
  readonly address: RegExp;
  /** Parameters of its query. */
  readonly query: readonly string[];
}

/**
 * Reads a request strictly, on every route and by the document of the interface: its one address, no parameter of the query that the
 * document does not know, its body as it was sent. A misspelt word must not be a question about something else.
 */
export class StrictRequest implements CanActivate {
  /** By method and route as express writes it. */
  readonly #known = new Map<string, Known>();

  /** Learns what each route takes. */
  learn({ paths }: Pick<OpenAPIObject, 'paths'>): void {
    for (const [path, item] of Object.entries(paths)) {
      const route = path.replace(/\{(\w+)\}/g, ':$1');
      const address = new RegExp(`^${path.replace(/\{\w+\}/g, '[^/]+')}$`);
      for (const [method, operation] of Object.entries(item as Operations)) {
        const query = (operation?.parameters ?? []).flatMap((each) => (each.in === 'query' ? [each.name ?? ''] : []));
        this.#known.set(`${method} ${route}`, { address, query });
      }
    }
  }

  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest<Request>();
    const { path: route } = request.route as { readonly path: string };
    const method = request.method === 'HEAD' ? 'get' : request.method.toLowerCase();
    const known = this.#known.get(`${method} ${route}`);
    if (known?.address.test(request.path) !== true) {
      throw new Problem('not-found', `there is nothing at ${request.path.slice(0, 200)}`);
    }
    assertKnown(Object.keys(request.query), known.query);
    assertReadAsSent(request);
    return true;
  }
}

function assertKnown(given: readonly string[], known: readonly string[]): void {
  const remedy = known.length === 0 ? 'leave it out; this route takes none' : `send only ${known.join(', ')}`;
  const errors = given
    .filter((name) => !known.includes(name))
    .map((name) => ({ field: name.slice(0, 100), message: 'is no parameter here', remedy }));
  if (errors.length === 0) return;
  throw new Problem('request-malformed', `${errors[0]?.field} is no parameter here: ${remedy}`, errors);
}
