/** One case of a conformance file, as read. Figures are decimal texts. */
export interface ConformanceCase {
  readonly id: string;
  readonly kind: string;
  /** Parameter sets resolved: what the case named is replaced by the set of that name in the file. */
  readonly params: unknown;
  readonly inputs: unknown;
  readonly expected?: unknown;
  readonly actions?: unknown;
  readonly steps?: unknown;
}

/** What the product says, in the shape of the case's `expected` (a list for `actions` and `steps`); compared field by field with the tolerance. */
export type CaseResult = unknown;

/** Maps the names of one kind of case to the product's own functions; holds no rule of its own. */
export type CaseRunner = (conformanceCase: ConformanceCase) => CaseResult;

/** Runners of one engine by kind. */
export type CaseRunners = Readonly<Record<string, CaseRunner>>;
