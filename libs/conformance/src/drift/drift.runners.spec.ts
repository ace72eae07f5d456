import { describe, expect, it } from '@jest/globals';
import fs from 'node:fs';
import { readCaseFile } from '../case-file.loader.js';
import { reportOf } from '../run-conformance.js';
import { dydxRunners } from '../dydx/dydx.runners.js';
import { mangoRunners } from '../mango/mango.runners.js';
import { driftRunners } from './drift.runners.js';

const casesOf = (name: string) => ({
  name,
  content: readCaseFile(name, fs.readFileSync(new URL(`../../cases/${name}`, import.meta.url), 'utf8')),
});

describe('the fraction venues answer their conformance cases', () => {
  it.each([
    ['dydx_v4.json', dydxRunners],
    ['drift.json', driftRunners],
    ['mango_v4.json', mangoRunners],
  ])('%s', (name, runners) => {
    const { kinds } = reportOf([casesOf(name)], runners);
    expect(kinds.flatMap(({ kind, failures }) => failures.map((failure) => ({ kind, ...failure })))).toEqual([]);
  });
});
