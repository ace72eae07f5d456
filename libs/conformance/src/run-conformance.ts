import { type CaseFile, loadCaseFiles, type LoadedCaseFile, MalformedCase } from './case-file.loader.js';
import type { FileCase } from './case-file.schema.js';
import { resolveParams } from './case-params.js';
import type { CaseRunners } from './case-runner.js';
import type { ConformanceFileError } from './conformance-file-error.js';
import { differences, type Difference } from './comparison.js';
import { FieldWatch } from './field-watch.js';
import { requireFiniteFigures } from './figure.js';
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

/** A file that cannot be read as cases, and why. */
export interface UnreadableFile {
  readonly file: string;
  readonly code: string;
  /** Empty when the whole file is meant. */
  readonly field: string;
  readonly message: string;
}

export interface ConformanceReport {
  readonly passed: number;
  /** Cases that came out otherwise or could not be run, and files that cannot be read. */
  readonly failed: number;
  readonly kinds: readonly KindResult[];
  readonly unreadable: readonly UnreadableFile[];
}

/**
 * Runs every case of a directory of case files through the product's own functions. A file that cannot be read counts as one
 * failure, and the others run.
 * @throws ConformanceFileError when the directory cannot be read or holds no file of cases
 */
export async function runConformance(directory: string): Promise<ConformanceReport> {
  const { files, unreadable } = await loadCaseFiles(directory);
  return reportOf(files, caseRunners, unreadable);
}

/** Runs the cases of files already read. A case whose kind has no runner counts as failed. */
export function reportOf(
  files: readonly LoadedCaseFile[],
  runners: CaseRunners,
  unreadable: readonly ConformanceFileError[] = [],
): ConformanceReport {
  const kinds = files.flatMap((file) => kindsOf(file, runners));
  const passed = kinds.reduce((count, kind) => count + kind.passed, 0);
  const total = kinds.reduce((count, kind) => count + kind.total, 0);
  return {
    passed,
    failed: total - passed + unreadable.length,
    kinds,
    unreadable: unreadable.map(({ file, code, field, message }) => ({ file, code, field, message })),
  };
}

function kindsOf(file: LoadedCaseFile, runners: CaseRunners): KindResult[] {
  const kinds = [...new Set(file.content.cases.map(({ kind }) => kind))];
  return kinds.map((kind) => {
    const cases = file.content.cases.filter((fileCase) => fileCase.kind === kind);
    const failures = cases.flatMap((fileCase) => failureOf(fileCase, file.content, runners) ?? []);
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

function failureOf(
  fileCase: FileCase | MalformedCase,
  { tolerance: fileTolerance, params: sets }: CaseFile,
  runners: CaseRunners,
): FailedCase | undefined {
  const { id, kind } = fileCase;
  if (fileCase instanceof MalformedCase) return { id, message: fileCase.message, differences: [] };
  const runner = Object.hasOwn(runners, kind) ? runners[kind] : undefined;
  if (runner === undefined) return { id, message: `unknown kind "${kind}"`, differences: [] };
  const watch = new FieldWatch();
  try {
    const tolerance = toleranceOf(fileCase.tolerance ?? fileTolerance);
    const params = resolveParams(fileCase.params, sets);
    const { list, expected } = expectationOf(fileCase);
    const { inputs = {}, actions, steps } = fileCase;
    requireFiniteFigures({ params, inputs, actions, steps });
    const actual = runner({
      ...fileCase,
      params: watch.watched(params, 'params'),
      inputs: watch.watched(inputs, 'inputs'),
      ...(actions && { actions: watch.watched(actions, 'actions') }),
      ...(steps && { steps: watch.watched(steps, 'steps') }),
    });
    const found = differences(expected, actual, tolerance, list);
    return found.length === 0 ? undefined : { id, differences: found };
  } catch (error) {
    return { id, message: watch.messageOf(error), differences: [] };
  }
}

/** What the runner's result is held against: `expected`, or those of the actions or steps as a list. */
function expectationOf({ expected, actions, steps }: FileCase): { list: string; expected: unknown } {
  if (expected !== undefined) return { list: '', expected };
  const list = actions === undefined ? 'steps' : 'actions';
  return { list, expected: (actions ?? steps ?? []).map((step) => step.expected ?? {}) };
}
