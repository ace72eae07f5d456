import { VERSIONED_NAME } from '@ballast/kernel';
import { decimal, flag, float, list, named, partial, readBody, reasonOrNull, record, textOf, whole } from './index.js';

const FORM = record({
  rate: decimal('0', '1'),
  width: float('0.000001', '2'),
  count: whole(1, 9),
  reason: reasonOrNull(),
  open: flag(),
  model: textOf(VERSIONED_NAME),
  nested: record({ a: whole(0, 1) }),
  exceptions: named(
    { form: /^[A-Z]+$/, remedy: 'write a name in capitals' },
    partial({ a: whole(0, 1), b: whole(0, 1) }),
  ),
  list: list(decimal('-1', '1'), 1, 3),
});
const SOUND = {
  rate: '0.05',
  width: '0.000001',
  count: 3,
  reason: null,
  open: false,
  model: 'adaptive-portfolio@1',
  nested: { a: 1 },
  exceptions: { X: { b: 0 } },
  list: ['-0.5', '0'],
};
const defectsOf = (changes: object): readonly string[] => {
  const reading = readBody({ ...SOUND, ...changes }, FORM);
  return 'defects' in reading ? reading.defects : [];
};

describe('the form of a document', () => {
  it('reads what is sound, floats as numbers', () => {
    expect(readBody(SOUND, FORM)).toEqual({ figures: { ...SOUND, width: 1e-6 } });
  });

  it.each<[string, object, string]>([
    ['a number for a decimal', { rate: 0.05 }, 'rate: write a decimal from 0 to 1 as text in plain notation'],
    ['NaN', { rate: 'NaN' }, 'rate: write a decimal from 0 to 1'],
    ['Infinity', { width: 'Infinity' }, 'width: write a decimal from 0.000001 to 2'],
    ['an exponent', { width: '1e-6' }, 'width: write a decimal'],
    ['a figure below its range', { width: '0' }, 'width: write a decimal'],
    ['a figure above its range', { rate: '1.000000000000000001' }, 'rate: write a decimal'],
    ['a fraction for a whole number', { count: 1.5 }, 'count: write a whole number from 1 to 9'],
    ['NaN for a whole number', { count: Number.NaN }, 'count: write a whole number'],
    ['a missing field', { count: undefined }, 'count: write a whole number'],
    ['an unknown field', { extra: 1 }, 'extra: leave it out; fields are rate,'],
    ['an inherited name', JSON.parse('{"__proto__": 1}') as object, ''],
    ['a reason with a control character', { reason: 'a\u001b' }, 'reason: write null, or a reason'],
    ['a word for a flag', { open: 'yes' }, 'open: write true or false'],
    ['a text of another form', { model: 'adaptive-portfolio' }, 'model: write <name>@<version>'],
    ['a record that is none', { nested: [] }, 'nested: write a record of a'],
    ['a defect inside', { nested: { a: 2 } }, 'nested.a: write a whole number from 0 to 1'],
    ['a name of another form', { exceptions: { x: {} } }, 'exceptions.x: write a name in capitals'],
    ['a defect under a name', { exceptions: { X: { c: 1 } } }, 'exceptions.X.c: leave it out; fields are a, b'],
    ['a list that is none', { list: {} }, 'list: write a list of 1 to 3 entries'],
    ['a list too long', { list: ['0', '0', '0', '0'] }, 'list: write a list of 1 to 3 entries'],
    ['a defect in a list', { list: ['0', '2'] }, 'list[1]: write a decimal from -1 to 1'],
  ])('names field and remedy of %s', (_what, changes, expected) => {
    expect(defectsOf(changes).join('; ')).toContain(expected);
    expect(defectsOf(changes).length).toBeLessThanOrEqual(1);
  });

  it('says of what is no record at all one sentence', () => {
    for (const body of [null, 7, 'x', [], undefined]) {
      const reading = readBody(body, FORM);
      expect('defects' in reading && reading.defects).toEqual([
        'body: write a record of rate, width, count, reason, open, model, nested, exceptions, list',
      ]);
    }
  });

  it('asks what figures make together only when each is sound', () => {
    const further = (): readonly string[] => ['rate: below width'];
    expect(readBody(SOUND, FORM, further)).toEqual({ defects: ['rate: below width'] });
    expect(readBody({ ...SOUND, rate: '2' }, FORM, further)).not.toEqual({ defects: ['rate: below width'] });
  });
});
