import type { Request, RequestHandler, Response } from 'express';

/** What became of a request at a guard. */
export interface Passage {
  passed: number;
  status: number | null;
  code: string | null;
  headers: Record<string, string>;
}

/** Sends a request through a guard. */
export function through(
  guard: RequestHandler,
  method: string,
  path: string,
  headers: Readonly<Record<string, string | undefined>> = {},
): Passage {
  const passage: Passage = { passed: 0, status: null, code: null, headers: {} };
  const request = { method, path, header: (name: string) => headers[name] };
  const response = {
    setHeader: (name: string, value: string) => (passage.headers[name] = value),
    status: (status: number) => ((passage.status = status), response),
    type: () => response,
    send: (text: string) => ((passage.code = (JSON.parse(text) as { code: string }).code), response),
  };
  guard(request as unknown as Request, response as unknown as Response, () => (passage.passed += 1));
  return passage;
}

export const PASSED: Passage = { passed: 1, status: null, code: null, headers: {} };
