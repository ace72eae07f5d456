import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { runConformance } from './run-conformance.js';

const { kinds } = await runConformance(fileURLToPath(new URL('../cases', import.meta.url)));

describe("the cases transcribed from other engines' own tests come out as there", () => {
  it.each(kinds)('$file: $kind, $total cases', ({ failures }) => {
    expect(failures).toEqual([]);
  });
});
