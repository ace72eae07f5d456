import type { ServiceLog } from '@ballast/facts';

/** What may be asked of a partition's present state, under a name that travels between processes. */
export interface Question<Parameters extends readonly unknown[], Answer> {
  readonly log: ServiceLog;
  readonly name: string;
  /** Reads the state and changes nothing; one that costs much answers in steps, so that it holds up nobody. */
  readonly query: (state: never, ...parameters: Parameters) => Answer | Generator<void, Answer>;
}

const stepwise = Object.getPrototypeOf(function* () {
  yield;
}) as object;

/** Whether the answer takes steps, and so its turn behind others. */
export const isCostly = ({ query }: Pick<Question<never, unknown>, 'query'>): boolean =>
  Object.getPrototypeOf(query) === stepwise;

/** Asks a state that somebody has in hand. */
export function answerOf<Parameters extends readonly unknown[], Answer>(
  { query }: Question<Parameters, Answer>,
  state: object,
  parameters: Parameters,
): Answer {
  const answer = query(state as never, ...parameters);
  if (!isSteps(answer)) return answer;
  for (;;) {
    const { done, value } = answer.next();
    if (done === true) return value;
  }
}

/** No answer of a domain is one; what answers in steps is made by a generator function. */
export const isSteps = <Answer>(answer: Answer | Generator<void, Answer>): answer is Generator<void, Answer> =>
  typeof answer === 'object' && answer !== null && Symbol.iterator in answer && 'next' in answer;

type Query = (state: never, ...parameters: never[]) => unknown;

type QuestionOf<Asked> = Asked extends (state: never, ...parameters: infer Parameters) => infer Answer
  ? Question<Parameters, Answer extends Generator<void, infer Last> ? Last : Answer>
  : never;

/** Names the queries of a domain, so that they can be asked from another process. */
export const questionsOf = <Queries extends Readonly<Record<string, Query>>>(
  of: string,
  log: ServiceLog,
  queries: Queries,
): { readonly [Name in keyof Queries]: QuestionOf<Queries[Name]> } =>
  Object.fromEntries(
    Object.entries(queries).map(([name, query]) => [name, { log, name: `${of}.${name}`, query }]),
  ) as never;
