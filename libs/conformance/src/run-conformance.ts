import { loadCaseFiles, type LoadedCaseFile } from './case-file.loader.js';
import type { FileCase } from './case-file.schema.js';
import { resolveParams } from './case-params.js';
import type { CaseRunners } from './case-runner.js';
import { differences, type Difference } from './comparison.js';
import { caseRunners } from './runners.js';
import { toleranceOf } from './tolerance.js';

/** A case that did not come out as expected: what differed, or why it could not be run. */
export interface FailedCase {
  readonly id: string;
  readonly message?: string;
  readonly differences: readonly Difference[];
}

/** How the cases of one kind in one file came out. */
export interface KindResult {
  readonly file: string;
  readonly engine: string;
  readonly kind: string;
  readonly passed: number;
  readonly total: number;
  readonly failures: readonly FailedCase[];
}

export interface ConformanceReport {
  readonly passed: number;
  readonly failed: number;
  readonly kinds: readonly KindResult[];
}

/**
 * Runs every case of a directory of case files through the product's own functions.
 * @throws ConformanceFileError when the directory or one of its files cannot be read as cases
 */
export async function runConformance(directory: string): Promise<ConformanceReport> {
  return reportOf(await loadCaseFiles(directory), caseRunners);
}

/** Runs the cases of files already read. A case whose kind has no runner counts as failed. */
export function reportOf(files: readonly LoadedCaseFile[], runners: CaseRunners): ConformanceReport {
  const kinds = files.flatMap((file) => kindsOf(file, runners));
  const passed = kinds.reduce((count, kind) => count + kind.passed, 0);
  const total = kinds.reduce((count, kind) => count + kind.total, 0);
  return { passed, failed: total - passed, kinds };
}

function kindsOf(file: LoadedCaseFile, runners: CaseRunners): KindResult[] {
  const kinds = [...new Set(file.content.cases.map(({ kind }) => kind))];
  return kinds.map((kind) => {
    const cases = file.content.cases.filter((fileCase) => fileCase.kind === kind);
    const failures = cases.flatMap((fileCase) => failureOf(fileCase, file, runners) ?? []);
    return {
      file: file.name,
      engine: file.content.engine,
      kind,
      passed: cases.length - failures.length,
      total: cases.length,
      failures,
    };
  });
}

function failureOf(fileCase: FileCase, file: LoadedCaseFile, runners: CaseRunners): FailedCase | undefined {
  const { id, kind } = fileCase;
  const runner = Object.hasOwn(runners, kind) ? runners[kind] : undefined;
  if (runner === undefined) return { id, message: `unknown kind "${kind}"`, differences: [] };
  try {
    const tolerance = toleranceOf(fileCase.tolerance ?? file.content.tolerance);
    const params = resolveParams(fileCase.params, file.content.params);
    const { list, expected } = expectationOf(fileCase);
    const actual = runner({ ...fileCase, params, inputs: fileCase.inputs ?? {} });
    const found = differences(expected, actual, tolerance, list);
    return found.length === 0 ? undefined : { id, differences: found };
  } catch (error) {
    return { id, message: error instanceof Error ? error.message : String(error), differences: [] };
  }
}

/** What the runner's result is held against: `expected`, or those of the actions or steps as a list. */
function expectationOf({ expected, actions, steps }: FileCase): { list: string; expected: unknown } {
  if (expected !== undefined) return { list: '', expected };
  const list = actions === undefined ? 'steps' : 'actions';
  return { list, expected: (actions ?? steps ?? []).map((step) => step.expected ?? {}) };
}
