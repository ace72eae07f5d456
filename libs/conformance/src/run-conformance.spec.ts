import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { dec } from '@ballast/kernel';
import { readCaseFile } from './case-file.loader.js';
import type { CaseRunners } from './case-runner.js';
import { ConformanceFileError } from './conformance-file-error.js';
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
    ['a runner that throws', { id: 'x', kind: 'double', inputs: {}, expected: { doubled: '2' } }, 'DecimalError'],
    ['a tolerance that is not known', { ...doubling('x', '1', '2'), tolerance: 'roughly' }, 'no such rule'],
    ['a parameter set that is missing', { ...doubling('x', '1', '2'), params: 'none' }, 'no parameter set "none"'],
  ])('%s fails its case and no other', (_why, bad, message) => {
    const report = reportOf([fileOf([bad, doubling('good', '1', '2')])], runners);
    expect(report).toMatchObject({ passed: 1, failed: 1 });
    expect(report.kinds[0]!.failures[0]).toMatchObject({
      id: 'x',
      message: expect.stringContaining(message),
    });
  });

  it('two engines cannot both run a kind', () => {
    expect(() => mergeRunners({ a: () => 1 }, { a: () => 2 })).toThrow('two runners for kind "a"');
  });
});

describe('a directory that cannot be read as cases', () => {
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
    [
      'bad-case-file',
      'cases[1].kind',
      whole([good, { ...good, kind: undefined }]),
      'cases[1].kind (case one): missing',
    ],
    ['bad-case-file', 'cases[0].kind', whole([{ ...good, kind: 5 }]), 'cases[0].kind (case one): must be a text'],
    ['bad-case-file', 'cases[0].id', whole([{ ...good, id: undefined }]), 'bad.json: cases[0].id: missing'],
    ['bad-case-file', 'cases[0].expected', whole([{ ...good, expected: undefined }]), 'a case states expected, or'],
    ['bad-case-file', 'cases[0].expected', whole([{ ...good, steps: [] }]), 'one of expected, actions and steps'],
    [
      'bad-case-file',
      'cases[0].inputs',
      whole([{ ...good, inputs: [] }]),
      'cases[0].inputs (case one): must be an object',
    ],
  ])('%s at "%s"', async (code, field, content, message) => {
    fs.writeFileSync(path.join(directory, 'bad.json'), content);
    const error = await runConformance(directory).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(ConformanceFileError);
    expect(error).toMatchObject({ code, file: 'bad.json', field, message: expect.stringContaining(message) });
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
