import { HttpException, NotFoundException, type ArgumentsHost } from '@nestjs/common';
import { z } from 'zod';
import { IdempotencyConflict } from '@ballast/partition-worker';
import { ListBehind } from '@ballast/read-models';
import { TooManyQuestions } from '@ballast/services';
import { Problem, ProblemFilter, parsed } from './problem.js';

/** What a response was answered with. */
class Answered {
  status = 0;
  type = '';
  text = '';
  ended = 0;
  readonly headers: Record<string, string> = {};
  readonly storeFailures: unknown[] = [];
  readonly unexpected: unknown[] = [];

  constructor(readonly headersSent = false) {}

  /** Answers an error as the application does. */
  static to(error: unknown, headersSent = false): Answered {
    const answered = new Answered(headersSent);
    const response = {
      headersSent,
      status: (status: number) => ((answered.status = status), response),
      type: (type: string) => ((answered.type = type), response),
      send: (text: string) => ((answered.text = text), response),
      setHeader: (name: string, value: string) => ((answered.headers[name] = value), response),
      end: () => ((answered.ended += 1), response),
    };
    const host = { switchToHttp: () => ({ getResponse: () => response }) } as unknown as ArgumentsHost;
    const filter = new ProblemFilter(
      (each) => answered.unexpected.push(each),
      (each) => answered.storeFailures.push(each),
    );
    filter.catch(error, host);
    return answered;
  }
}

const failure = (status: unknown): Error => Object.assign(new Error('from the parser'), { status });

describe('an error', () => {
  it('that the interface has a code for is answered with all of it', () => {
    const error = { field: 'at', message: 'is no time', remedy: 'write a time' };
    const answered = Answered.to(new Problem('account-unknown', 'no account a.main is open', [error], 'key-0001'));
    expect(answered).toMatchObject({ status: 404, type: 'application/problem+json', unexpected: [], ended: 0 });
    expect(JSON.parse(answered.text)).toEqual({
      type: 'urn:ballast:problem:account-unknown',
      title: 'There is no such account',
      status: 404,
      code: 'account-unknown',
      detail: 'no account a.main is open',
      errors: [error],
      instance: 'key-0001',
    });
  });

  it.each<[string, unknown, number, string, string]>([
    ['a route that is not there', new NotFoundException('Cannot GET /x'), 404, 'not-found', 'Cannot GET /x'],
    ['another refusal of the framework', new HttpException('no', 405), 400, 'request-malformed', 'no'],
    ['a body that is no JSON', failure(400), 400, 'request-malformed', 'from the parser'],
    ['a body that is too large', failure(413), 413, 'request-too-large', 'from the parser'],
    ['the last status that blames the caller', failure(499), 400, 'request-malformed', 'from the parser'],
    ['a code newer than the list', new Problem('moon-full', 'come back later'), 422, 'moon-full', 'come back later'],
    // Names every object has are no codes.
    ['a code named like a method', new Problem('toString', 'odd'), 422, 'toString', 'odd'],
  ])('from %s is the fault of the caller and logged nowhere', (_, error, status, code, detail) => {
    const answered = Answered.to(error);
    expect(answered).toMatchObject({ status, unexpected: [] });
    expect(JSON.parse(answered.text)).toMatchObject({ status, code, detail, errors: [] });
  });

  it('from a key used for another request names the key', () => {
    expect(JSON.parse(Answered.to(new IdempotencyConflict('key-0001')).text)).toMatchObject({
      status: 409,
      code: 'idempotency-key-reused',
      instance: 'key-0001',
    });
  });

  it.each([
    ['a server that is away', 'ECONNREFUSED'],
    ['one that is being stopped', '57P01'],
    ['a full disk', '53100'],
    ['data that was taken away', '58P01'],
  ])('of the store (%s) says when to ask again, and is told to whoever watches the store', (_, code) => {
    const answered = Answered.to(Object.assign(new Error('in the words of the server'), { code }));
    expect(answered).toMatchObject({ status: 503, headers: { 'retry-after': '2' }, unexpected: [] });
    expect(answered.storeFailures).toHaveLength(1);
    expect(JSON.parse(answered.text)).toMatchObject({ code: 'store-unavailable' });
    expect(answered.text).not.toContain('in the words of the server');
  });

  it('of a list that is behind says when to ask again', () => {
    const answered = Answered.to(new ListBehind('the list lacks what was decided lately; ask again'));
    expect(answered).toMatchObject({ status: 503, headers: { 'retry-after': '2' }, unexpected: [] });
    expect(JSON.parse(answered.text)).toMatchObject({ code: 'store-unavailable' });
  });

  it('of more questions than can wait says when to ask again', () => {
    const answered = Answered.to(new TooManyQuestions('64 questions wait already; ask again'));
    expect(answered).toMatchObject({ status: 429, headers: { 'retry-after': '2' }, unexpected: [] });
    expect(JSON.parse(answered.text)).toMatchObject({ code: 'too-many-requests' });
  });

  it.each([
    ['ArchiveFileRefused', 'archive-unreadable'],
    ['UnreadableEventRefused', 'event-unreadable'],
  ])('of a log that cannot be read (%s) says why, and passes once it is put right [CLR-LOG-080]', (name, code) => {
    const answered = Answered.to(Object.assign(new Error('margin/0 position 7: what to do'), { name }));
    expect(answered).toMatchObject({ status: 503, headers: { 'retry-after': '2' }, unexpected: [] });
    expect(JSON.parse(answered.text)).toMatchObject({ code, detail: 'margin/0 position 7: what to do' });
  });

  it.each<[string, unknown]>([
    ['an error without a status', new Error('password is hunter2')],
    ['a status of ours', failure(500)],
    ['a status below all errors', failure(399)],
    ['a status that is a text', failure('404')],
    ['nothing', null],
    ['a text', 'password is hunter2'],
  ])('that is %s is told to the log and to nobody else', (_, error) => {
    const answered = Answered.to(error);
    expect(answered.unexpected).toEqual([error]);
    expect(JSON.parse(answered.text)).toEqual({
      type: 'urn:ballast:problem:internal',
      title: 'Something went wrong on our side',
      status: 500,
      code: 'internal',
      detail: 'The request may be repeated with the same Idempotency-Key.',
      errors: [],
    });
  });

  it('in the middle of an answer ends it, since a problem can no longer be told', () => {
    expect(Answered.to(new Error('broken'), true)).toMatchObject({ status: 0, text: '', ended: 1 });
  });
});

describe('what came from outside', () => {
  const order = z.strictObject({
    side: z.enum(['buy', 'sell']),
    lots: z.array(z.strictObject({ size: z.int().min(1) })),
    notes: z.array(z.string()).min(1).optional(),
    name: z.string().min(2).optional(),
    tag: z.string().max(1).optional(),
  });

  const refusalOf = (value: unknown, where = 'body', schema: z.ZodType = order): Problem['body'] => {
    try {
      parsed(schema, value, where);
    } catch (error) {
      if (error instanceof Problem) return error.body;
      throw error;
    }
    throw new Error('was taken');
  };

  it('is given on as the schema has it, defaults included', () => {
    expect(parsed(z.object({ limit: z.coerce.number().default(100) }), {}, 'query')).toEqual({ limit: 100 });
    expect(parsed(z.coerce.number(), '-1', 'partition')).toBe(-1);
  });

  it.each<[unknown, readonly { field: string; message: string; remedy: string }[]]>([
    [{ lots: [] }, [{ field: 'side', message: 'is missing', remedy: 'add one of "buy", "sell"' }]],
    [{ side: 'hold', lots: [] }, [{ field: 'side', message: 'is "hold"', remedy: 'send one of "buy", "sell"' }]],
    [
      { side: 'buy', lots: [{ size: 1 }, { size: 0 }] },
      [{ field: 'lots[1].size', message: 'is 0', remedy: 'send at least 1' }],
    ],
    [
      { side: 'buy', lots: {}, price: '1' },
      [
        { field: 'lots', message: 'is a record', remedy: 'send a list' },
        {
          field: 'price',
          message: 'is no field of this version',
          remedy: 'leave it out; a new field needs a new version of the schema',
        },
      ],
    ],
    [
      { side: 'buy', lots: [], notes: [], name: '', tag: 'ab' },
      [
        { field: 'notes', message: 'has 0 items', remedy: 'send at least 1 item' },
        { field: 'name', message: 'is ""', remedy: 'send at least 2 characters' },
        { field: 'tag', message: 'is "ab"', remedy: 'send at most 1 character' },
      ],
    ],
    [undefined, [{ field: 'body', message: 'is missing', remedy: 'add it: a record' }]],
    [[], [{ field: 'body', message: 'is a list', remedy: 'send a record' }]],
  ])('is refused field by field: %j', (value, errors) => {
    const body = refusalOf(value);
    expect(body).toMatchObject({ status: 400, code: 'request-malformed', errors });
    expect(body.errors).toHaveLength(errors.length);
  });

  it('is refused with one sentence for all of its fields', () => {
    expect(refusalOf({ side: 1, lots: 'none' }).detail).toBe(
      'side is 1: send one of "buy", "sell"; lots is "none": send a list',
    );
  });

  it('is told to add a value where anything would do', () => {
    expect(refusalOf({}, 'body', z.strictObject({ body: z.unknown().nonoptional() })).errors).toEqual([
      { field: 'body', message: 'is missing', remedy: 'add it: a value' },
    ]);
  });

  it('is named by its place in the request when it is wrong as a whole', () => {
    expect(refusalOf('x', 'service', z.enum(['margin'])).errors).toEqual([
      { field: 'service', message: 'is "x"', remedy: 'send one of "margin"' },
    ]);
  });
});
