import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { dec } from '@ballast/kernel';
import { readCaseFile } from './case-file.loader.js';
import type { CaseRunners } from './case-runner.js';
import { reportText } from './report-text.js';
import { reportOf, runConformance } from './run-conformance.js';
import { mergeRunners } from './runners.js';

const fileOf = (cases: readonly unknown[], more: object = {}) => ({
  name: 'venue.json',
  content: readCaseFile('venue.json', JSON.stringify({ schema: 'conformance/1', engine: 'Venue', cases, ...more })),
});

/** Doubles what it is given: enough to see the right figures go in and come out. */
const runners: CaseRunners = {
  double: ({ inputs }) => ({ doubled: dec((inputs as { figure: string }).figure).times(2) }),
  scaled: ({ params, steps }) =>
    (steps as { figure: string }[]).map(({ figure }) => ({
      scaled: dec(figure).times((params as { by: string }).by),
    })),
  either: ({ inputs }) => {
    const { optional = '0', figure } = inputs as Record<string, string>;
    return {
      doubled: dec(figure as string)
        .times(2)
        .plus(optional),
    };
  },
  broken: () => {
    throw new Error('a defect');
  },
};
const doubling = (id: string, figure: string, doubled: string) => ({
  id,
  kind: 'double',
  inputs: { figure },
  expected: { doubled },
});

describe('a run over case files', () => {
  it('counts by kind and ends with the sum', () => {
    const file = fileOf([
      doubling('one', '1', '2'),
      { id: 'other', kind: 'triple', inputs: {}, expected: { tripled: '3' } },
      doubling('two', '2', '5'),
    ]);
    const report = reportOf([file], runners);
    expect(report).toMatchObject({ passed: 1, failed: 2 });
    expect(reportText(report)).toBe(
      'Venue double 1/2\n' +
        '  two: doubled: expected 5, is 4\n' +
        'Venue triple 0/1\n' +
        '  other: unknown kind "triple"\n' +
        '1 passed, 2 failed\n',
    );
  });

  it('a kind named like a property of every object is unknown too', () => {
    const file = fileOf([{ id: 'x', kind: 'constructor', inputs: {}, expected: { a: '1' } }]);
    expect(reportOf([file], runners).kinds[0]!.failures).toEqual([
      { id: 'x', message: 'unknown kind "constructor"', differences: [] },
    ]);
  });

  it('steps are compared each with its own expectation, and a step without one is not', () => {
    const steps = [
      { figure: '1', expected: { scaled: '10' } },
      { figure: '2' },
      { figure: '3', expected: { scaled: '31' } },
    ];
    const file = fileOf([{ id: 'x', kind: 'scaled', params: 'ten', steps }], { params: { ten: { by: '10' } } });
    expect(reportOf([file], runners).kinds[0]!.failures).toEqual([
      { id: 'x', differences: [{ field: 'steps[2].scaled', expected: '31', actual: '30' }] },
    ]);
  });

  it('the tolerance of a case comes before that of its file', () => {
    const near = { ...doubling('near', '1', '2.4'), tolerance: undefined };
    const strict = { ...doubling('strict', '1', '2.4'), tolerance: { rule: 'exact' } };
    const report = reportOf([fileOf([near, strict], { tolerance: { absolute: '0.5' } })], runners);
    expect(report.kinds[0]!.failures.map(({ id }) => id)).toEqual(['strict']);
  });

  it.each([
    [
      'an input that is missing',
      { id: 'x', kind: 'double', inputs: {}, expected: { doubled: '2' } },
      'inputs.figure: missing',
    ],
    ['an input that is no figure', doubling('x', 'two', '4'), 'inputs.figure: "two" is not what the kind reads there'],
    [
      'a step without its figure',
      { id: 'x', kind: 'scaled', params: { by: '2' }, steps: [{ figure: '1', expected: {} }, { expected: {} }] },
      'steps[1].figure: missing',
    ],
    [
      'an input that is missing where the kind can do without another',
      { id: 'x', kind: 'either', inputs: {}, expected: { doubled: '2' } },
      'one of inputs.optional, inputs.figure: missing',
    ],
    ['a runner that throws', { id: 'x', kind: 'broken', inputs: {}, expected: { doubled: '2' } }, 'a defect'],
    ['a tolerance that is not known', { ...doubling('x', '1', '2'), tolerance: 'roughly' }, 'no such rule'],
    ['a parameter set that is missing', { ...doubling('x', '1', '2'), params: 'none' }, 'no parameter set "none"'],
  ])('%s fails its case and no other', (_why, bad, message) => {
    const report = reportOf([fileOf([bad, doubling('good', '1', '2')])], runners);
    expect(report).toMatchObject({ passed: 1, failed: 1 });
    expect(report.kinds.flatMap(({ failures }) => failures)[0]).toMatchObject({
      id: 'x',
      message: expect.stringContaining(message),
    });
  });

  it('two engines cannot both run a kind', () => {
    expect(() => mergeRunners({ a: () => 1 }, { a: () => 2 })).toThrow('two runners for kind "a"');
  });
});

describe('a case out of shape', () => {
  const good = doubling('good', '1', '2');

  it.each([
    ['cases[0].kind: missing', 'x', { ...good, id: 'x', kind: undefined }],
    ['cases[0].kind: must be a text', 'x', { ...good, id: 'x', kind: 5 }],
    ['cases[0].id: missing', 'cases[0]', { ...good, id: undefined }],
    ['cases[0].expected: missing: a case states expected, or', 'x', { ...good, id: 'x', expected: undefined }],
    ['cases[0].expected: a case states one of expected, actions and steps', 'x', { ...good, id: 'x', steps: [] }],
    ['cases[0].inputs: must be an object', 'x', { ...good, id: 'x', inputs: [] }],
    ['cases[0]: must be an object', 'cases[0]', 7],
    ['cases[0]: must be an object', 'cases[0]', null],
  ])('fails with "%s" and no other does', (message, id, bad) => {
    const report = reportOf([fileOf([bad, good])], runners);
    expect(report).toMatchObject({ passed: 1, failed: 1 });
    expect(report.kinds[0]!.failures).toMatchObject([{ id, message: expect.stringContaining(message) }]);
  });

  it('is listed under no kind when it names none', () => {
    const { id, inputs, expected } = good;
    expect(reportText(reportOf([fileOf([{ id, inputs, expected }])], runners))).toBe(
      'Venue (no kind) 0/1\n  good: cases[0].kind: missing\n0 passed, 1 failed\n',
    );
  });
});

describe('a figure without a value', () => {
  const never: CaseRunners = { holds: () => ({ liquidatable: false }) };

  it.each([
    ['inputs.netCollateral', { inputs: { netCollateral: 'NaN', maintenance: '1' } }],
    ['inputs.positions[1].size', { inputs: { positions: [{ size: '1' }, { size: '-Infinity' }] } }],
    ['params.rate', { params: { rate: 'inf' }, inputs: {} }],
  ])('fails its case at %s, though nothing that is compared with it differs', (place, given) => {
    const file = fileOf([{ id: 'x', kind: 'holds', expected: { liquidatable: false }, ...given }]);
    expect(reportOf([file], never).kinds[0]!.failures).toMatchObject([
      { id: 'x', message: expect.stringContaining(`${place}: `) },
    ]);
  });

  it('is refused in a step too, and as a number beyond all numbers', () => {
    const content = `{"schema":"conformance/1","engine":"Venue","cases":[
      {"id":"x","kind":"holds","steps":[{"expected":{"liquidatable":false}},{"slot":1e999,"expected":{}}]}]}`;
    const file = { name: 'venue.json', content: readCaseFile('venue.json', content) };
    expect(reportOf([file], never).kinds[0]!.failures).toMatchObject([
      { id: 'x', message: 'steps[1].slot: Infinity is no finite figure; give a decimal text' },
    ]);
  });
});

describe('a file that cannot be read as cases', () => {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'ballast-conformance-'));
  afterAll(() => fs.rmSync(directory, { recursive: true }));

  const whole = (cases: unknown) => JSON.stringify({ schema: 'conformance/1', engine: 'Venue', cases });
  const good = doubling('one', '1', '2');

  it.each([
    ['not-json', '', '{"schema": ', 'bad.json is no JSON'],
    ['bad-case-file', '', '[]', 'bad.json: the file: must be an object'],
    ['bad-case-file', 'schema', '{"engine": "x", "cases": []}', 'bad.json: schema: missing'],
    [
      'bad-case-file',
      'schema',
      '{"schema": "conformance/2", "engine": "x", "cases": []}',
      'schema: must be "conformance/1"',
    ],
    ['bad-case-file', 'cases', whole(undefined), 'bad.json: cases: missing'],
    ['bad-case-file', 'cases', whole([]), 'bad.json: cases: must not be empty'],
  ])('%s at "%s" is one failure, and the other files run', async (code, field, content, message) => {
    fs.writeFileSync(path.join(directory, 'bad.json'), content);
    fs.writeFileSync(path.join(directory, 'good.json'), whole([{ ...good, kind: 'no_such_kind' }]));
    const report = await runConformance(directory);
    expect(report).toMatchObject({
      passed: 0,
      failed: 2,
      kinds: [{ file: 'good.json', kind: 'no_such_kind' }],
      unreadable: [{ file: 'bad.json', code, field, message: expect.stringContaining(message) }],
    });
    expect(reportText(report)).toContain(`\n${report.unreadable[0]!.message}\n0 passed, 2 failed\n`);
  });

  it('fields that the shape does not name are left alone', () => {
    const content = { schema: 'conformance/1', engine: 'Venue', later: 1, cases: [{ ...good, later: true, note: 5 }] };
    expect(readCaseFile('venue.json', JSON.stringify(content)).cases).toHaveLength(1);
  });

  it('is said to hold no case files, or not to be there', async () => {
    const empty = path.join(directory, 'empty');
    fs.mkdirSync(empty);
    await expect(runConformance(empty)).rejects.toMatchObject({ code: 'no-case-files' });
    await expect(runConformance(path.join(directory, 'nowhere'))).rejects.toMatchObject({
      code: 'directory-unreadable',
      message: expect.stringContaining('nowhere'),
    });
  });
});
