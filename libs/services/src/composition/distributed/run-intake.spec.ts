import { answerTo } from './run-intake.js';

const NOTHING = { submit: () => Promise.reject(new Error('nothing is to be taken')) };

describe('a submission over Kafka', () => {
  it.each([
    ['no JSON', '{"producer":', []],
    ['bytes that are no characters', Buffer.from([0x22, 0xff, 0x22]), ['value']],
    ['a name twice', '{"producer":"one","producer":"two"}', ['producer']],
    ['a number that readers differ on', '{"producer":"one","first":1.5}', ['first']],
    ['what is no submission', '[]', []],
  ])('with %s is refused as over REST, and nothing of it is taken', async (_, value, fields) => {
    const { status, body } = await answerTo(NOTHING, Buffer.from(value));
    const { code, errors } = body as { readonly code: string; readonly errors: readonly { readonly field: string }[] };
    expect([status, code, errors.length > 0]).toEqual([400, 'request-malformed', true]);
    expect(errors.map(({ field }) => field)).toEqual(expect.arrayContaining(fields));
  });
});
