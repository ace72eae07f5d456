import { z } from 'zod';
import '@ballast/contracts';
import { ISO_TIME, RFC_3339_TIME } from '@ballast/kernel';
import { withTimes } from './times';

const TIME = '2020-03-12T10:45:00.000Z';
const MS = 1_584_009_900_000;

it('an answer is read with its times as milliseconds, and everything else as it stands', () => {
  const answer = { at: TIME, each: [{ since: '1970-01-01T00:00:00.001Z' }, null], log: 'margin', until: null };
  expect(withTimes(JSON.stringify(answer))).toEqual({
    at: MS,
    each: [{ since: 1 }, null],
    log: 'margin',
    until: null,
  });
  const sentences = { summary: `due ${TIME}`, listedAt: '2025-10-01T00:00:00Z', amount: '1.00' };
  expect(withTimes(JSON.stringify(sentences))).toEqual(sentences);
});

it('an id stays what its owner wrote, also where he wrote a time', () => {
  const halt = { haltId: TIME, reason: TIME, since: TIME };
  expect(withTimes(JSON.stringify(halt))).toEqual({ ...halt, since: MS });
});

it('every time of the contract is read, whatever it is called there', () => {
  const names = new Set<string>();
  const isTime = (node: object): boolean =>
    'pattern' in node && [ISO_TIME, RFC_3339_TIME].some(({ pattern }) => pattern.source === node.pattern);
  const look = (node: unknown, name: string): void => {
    if (typeof node !== 'object' || node === null) return;
    if (isTime(node)) names.add(name);
    for (const [key, inner] of Object.entries(node)) {
      if (key !== 'properties') look(inner, name);
      else for (const [property, each] of Object.entries(inner as object)) look(each, property);
    }
  };
  for (const [id, schema] of Object.entries(
    z.toJSONSchema(z.globalRegistry, { io: 'input', unrepresentable: 'any' }).schemas,
  )) {
    look(schema, id);
  }
  expect(names.size).toBeGreaterThan(15);
  const answer = Object.fromEntries([...names].map((name) => [name, TIME]));
  const read = withTimes<Record<string, unknown>>(JSON.stringify(answer));
  expect(Object.entries(read).filter(([, value]) => value !== MS)).toEqual([]);
  expect(withTimes(JSON.stringify({ at: [TIME, TIME] }))).toEqual({ at: [MS, MS] });
});
