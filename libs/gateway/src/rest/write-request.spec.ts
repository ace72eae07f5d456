import type { Request } from 'express';
import { Problem } from './problem.js';
import { answerOf, writeHeaders } from './write-request.js';

const requestWith = (headers: Readonly<Record<string, string>>): Request =>
  ({ header: (name: string) => headers[name] }) as unknown as Request;

function refusalOf(act: () => unknown): Problem['body'] {
  try {
    act();
  } catch (error) {
    if (error instanceof Problem) return error.body;
    throw error;
  }
  throw new Error('was not refused');
}

describe('the headers of a write', () => {
  it.each<[Readonly<Record<string, string>>, object]>([
    [{ 'idempotency-key': 'key-0001' }, { id: 'key-0001', actor: null }],
    [{ 'idempotency-key': 'k'.repeat(100) }, { id: 'k'.repeat(100), actor: null }],
    [
      { 'idempotency-key': 'key-0001', 'x-actor': 'risk-officer-1' },
      { id: 'key-0001', actor: 'risk-officer-1' },
    ],
    [
      { 'idempotency-key': 'key-0001', 'x-actor': 'a' },
      { id: 'key-0001', actor: 'a' },
    ],
  ])('are read from %j', (headers, read) => {
    expect(writeHeaders(requestWith(headers))).toEqual(read);
  });

  it.each<[string, Readonly<Record<string, string>>, string, readonly string[]]>([
    ['no key', {}, 'idempotency-key-required', []],
    ['no key but a person', { 'x-actor': 'a' }, 'idempotency-key-required', []],
    ['an empty key', { 'idempotency-key': '' }, 'idempotency-key-required', []],
    ['a key of 7 characters', { 'idempotency-key': 'key-001' }, 'request-malformed', ['Idempotency-Key']],
    ['a key of 101 characters', { 'idempotency-key': 'k'.repeat(101) }, 'request-malformed', ['Idempotency-Key']],
    ['a key with a blank', { 'idempotency-key': 'key 0001' }, 'request-malformed', ['Idempotency-Key']],
    ['an empty person', { 'idempotency-key': 'key-0001', 'x-actor': '' }, 'request-malformed', ['X-Actor']],
    [
      'a person of 101 characters',
      { 'idempotency-key': 'key-0001', 'x-actor': 'a'.repeat(101) },
      'request-malformed',
      ['X-Actor'],
    ],
  ])('are refused with %s, and the header is named', (_, headers, code, fields) => {
    const body = refusalOf(() => writeHeaders(requestWith(headers)));
    expect([body.status, body.code]).toEqual([400, code]);
    expect([...new Set(body.errors.map(({ field }) => field))]).toEqual(fields);
  });
});

describe('the answer to a write', () => {
  it('has its keys in one order, whichever they were computed in', () => {
    const answer = answerOf('key-0001', { outcome: 'accepted', data: { b: '1', a: { d: null, c: [2, 1] } } });
    expect(JSON.stringify(answer)).toBe(
      '{"commandId":"key-0001","outcome":"accepted","data":{"a":{"c":[2,1],"d":null},"b":"1"}}',
    );
  });

  it.each([
    ['account-exists', 409],
    ['amount-not-positive', 422],
    ['proposal-unknown', 404],
    ['a-code-of-tomorrow', 422],
  ])('is a problem with the code of the refusal: %s', (code, status) => {
    const body = refusalOf(() => answerOf('key-0001', { outcome: 'rejected', code, detail: 'because' }));
    expect(body).toMatchObject({ status, code, detail: 'because', errors: [], instance: 'key-0001' });
  });
});
