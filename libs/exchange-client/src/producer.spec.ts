import type { ExchangeSubmission } from '@ballast/contracts';
import { Producer } from './producer.js';

/** What Ballast takes in one body. */
const MOST_BYTES = 256 * 1_024;

it('what is said goes out in submissions that Ballast takes, whatever characters it is written in', async () => {
  const sent: ExchangeSubmission[] = [];
  const post = <Answer>(_: string, body: unknown): Promise<Answer> => {
    const submission = body as ExchangeSubmission;
    sent.push(submission);
    const next = submission.first + submission.messages.length;
    return Promise.resolve({ next, answers: [] } as Answer);
  };
  const producer = new Producer({ post }, 'engine', 'one');
  // Three bytes each in UTF-8.
  for (let each = 0; each < 40; each++)
    producer.say('ClockTicked', each, { at: each, said: '清'.repeat(4_000) } as never);
  await producer.flush();
  expect(sent.flatMap(({ messages }) => messages.map(({ at }) => at))).toEqual(
    Array.from({ length: 40 }, (_, at) => at),
  );
  expect(sent.filter((each) => Buffer.byteLength(JSON.stringify(each)) > MOST_BYTES)).toEqual([]);
});
