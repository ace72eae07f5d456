import { timingSafeEqual } from 'node:crypto';
import { sha256 } from '@ballast/kernel';

/** Addresses that only this machine reaches; on any other a server asks for a token. */
export const LOOPBACK = ['127.0.0.1', 'localhost', '::1'];

/** Shortest token that a server takes. */
export const SHORTEST_TOKEN = 16;

/** What a header can carry: no blanks, no line breaks, nothing that is not seen. */
export const TOKEN = new RegExp(`^[!-~]{${SHORTEST_TOKEN},}$`);
export const TOKEN_REMEDY = `must have ${SHORTEST_TOKEN} characters or more, printable ASCII without blanks`;

/** Tells whether an Authorization header carries the token. Digests have one length, so the comparison tells nothing about it. */
export function bearerCheck(token: string): (authorization: string | undefined) => boolean {
  const expected = sha256(token);
  return (authorization) => timingSafeEqual(sha256(/^Bearer (.+)$/.exec(authorization ?? '')?.[1] ?? ''), expected);
}
