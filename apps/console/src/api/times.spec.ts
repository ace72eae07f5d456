import { withTimes } from './times';

it('an answer is read with its times as milliseconds, and everything else as it stands', () => {
  const answer = { at: '2020-03-12T10:45:00.000Z', each: [{ since: '1970-01-01T00:00:00.001Z' }, null], log: 'margin' };
  expect(withTimes(JSON.stringify(answer))).toEqual({
    at: 1_584_009_900_000,
    each: [{ since: 1 }, null],
    log: 'margin',
  });
  const sentences = { summary: 'due 2020-03-12T11:45:00.000Z', listedAt: '2025-10-01T00:00:00Z', amount: '1.00' };
  expect(withTimes(JSON.stringify(sentences))).toEqual(sentences);
});
