import { VERSIONED_NAME, dec, text } from '@ballast/kernel';
import {
  ANY_NAME,
  byName,
  checked,
  choice,
  decimal,
  figure,
  flag,
  float,
  list,
  made,
  named,
  optional,
  partial,
  readBody,
  reasonOrNull,
  record,
  textOf,
  textOr,
  whole,
  word,
} from './index.js';

const FORM = record({
  rate: decimal('0', '1'),
  width: float('0.000001', '2'),
  count: whole(1, 9),
  reason: reasonOrNull(),
  open: flag(),
  model: textOf(VERSIONED_NAME),
  nested: record({ a: whole(0, 1) }),
  exceptions: named(
    { pattern: /^[A-Z]+$/, remedy: 'write a name in capitals' },
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

describe('a form that makes something of what it reads', () => {
  const SPAN = record({
    scan: figure({ above: '0', below: '1' }),
    side: choice(['up', 'down']),
    most: optional(figure({ min: '0' }), null),
    offered: textOr('everyone', list(word(), 1, 2)),
    markets: byName(ANY_NAME, record({ share: figure({ max: '1' }) })),
  });
  const SOUND_SPAN = {
    scan: '0.1',
    side: 'up',
    offered: 'everyone',
    markets: { ETH: { share: '-3' }, BTC: { share: '1' } },
  };
  const defects = (changes: object): readonly string[] => {
    const reading = readBody({ ...SOUND_SPAN, ...changes }, SPAN);
    return 'defects' in reading ? reading.defects : [];
  };

  it('has decimals, what is left out, and names in their order', () => {
    const reading = readBody(SOUND_SPAN, SPAN);
    if ('defects' in reading) throw new Error(reading.defects.join());
    const { scan, most, offered, markets } = reading.figures;
    expect([text(scan), most, offered, [...markets.keys()]]).toEqual(['0.1', null, 'everyone', ['BTC', 'ETH']]);
  });

  it.each<[string, object, string]>([
    ['an open end', { scan: '0' }, 'scan: write a decimal above 0 below 1 as text in plain notation, such as "0.05"'],
    ['one end', { most: '-1' }, 'most: write a decimal from 0 as text in plain notation, such as "0.05"'],
    ['an exponent', { most: '1e3' }, 'most: write a decimal from 0 as text in plain notation, such as "0.05"'],
    ['another choice', { side: 'left' }, 'side: write one of up, down'],
    ['neither of two', { offered: 'some' }, 'offered: write a list of 1 to 2 entries, or "everyone" for offered'],
    [
      'a name with a blank',
      { markets: { 'B C': { share: '1' } } },
      'markets.B C: write a name of 1 to 60 printable characters',
    ],
  ])('names field and remedy of %s', (_what, changes, expected) => {
    expect(defects(changes)).toEqual([expected]);
  });

  it('is asked what fields say together only when each is sound, and names them inside the document [CLR-LOG-033]', () => {
    const asked: string[] = [];
    const pair = checked(record({ low: figure(), high: figure() }), ({ low, high }, refuse) => {
      asked.push('pair');
      if (low.gt(high)) refuse('low', 'write no more than high');
    });
    const sum = made(record({ pairs: list(pair, 1, 9) }), ({ pairs }, refuse) => {
      const total = pairs.reduce((all, { high }) => all.plus(high), dec('0'));
      if (total.gt('10')) refuse('', 'write pairs that add up to 10');
      return text(total);
    });
    expect(readBody({ pairs: [{ low: '1', high: '2' }] }, sum)).toEqual({ figures: '2' });
    expect(readBody({ pairs: [{ low: '3', high: '2' }] }, sum)).toEqual({
      defects: ['pairs[0].low: write no more than high'],
    });
    expect(readBody({ pairs: [{ low: '3', high: '11' }] }, sum)).toEqual({
      defects: ['body: write pairs that add up to 10'],
    });
    asked.length = 0;
    expect(readBody({ pairs: [{ low: 'x', high: '2' }] }, sum)).toMatchObject({
      defects: [expect.stringMatching(/^pairs\[0\]\.low/)],
    });
    expect(asked).toEqual([]);
  });
});
