import { ModelInputError } from '@ballast/kernel';
import type { CaseRunner, CaseRunners } from './case-runner.js';

/** What the files of an engine may call a refusal of ours. */
export interface RefusalName {
  /** As the engine names it, shown where a case expects otherwise. Absent: our code. */
  readonly name?: string;
  /** Words that speak of this refusal and of no other of the engine. */
  readonly words: RegExp;
}

/** By our code. */
export type RefusalNames = Readonly<Record<string, RefusalName>>;

/**
 * How a case calls what the product refuses. A name that speaks of one of our codes is held to that code: a refusal for another
 * reason differs. A name that speaks of none, or of several, is the source's own word, which no code of ours can be told to mean: it
 * asserts that the input is refused. So does `true`.
 * @param code of our refusal
 * @param expected of the case
 */
export function refusalName(code: string, expected: unknown, names: RefusalNames): unknown {
  const theirs = expectedError(expected);
  const ours = names[code]?.name ?? code;
  if (theirs === true) return true;
  if (typeof theirs !== 'string') return ours;
  const spoken = Object.keys(names).filter((known) => known === theirs || names[known]!.words.test(theirs));
  return spoken.length === 1 && spoken[0] !== code ? ours : theirs;
}

/** Runners that answer a case which expects an error with the name of our refusal. Any other case fails with our message. */
export function refusing(runners: CaseRunners, names: RefusalNames = {}): CaseRunners {
  return Object.fromEntries(Object.entries(runners).map(([kind, runner]) => [kind, refusingOne(runner, names)]));
}

function refusingOne(runner: CaseRunner, names: RefusalNames): CaseRunner {
  return (conformanceCase) => {
    try {
      return runner(conformanceCase);
    } catch (error) {
      const { expected } = conformanceCase;
      if (!(error instanceof ModelInputError) || expectedError(expected) === undefined) throw error;
      return { error: refusalName(error.code, expected, names) };
    }
  };
}

const expectedError = (expected: unknown): unknown => (expected as { readonly error?: unknown } | undefined)?.error;
