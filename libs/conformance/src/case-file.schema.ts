import { z } from 'zod';

const missingOr = (what: string) => ({
  error: (issue: { input?: unknown }) => (issue.input === undefined ? 'missing' : `must be ${what}`),
});
const words = () => z.string(missingOr('a text')).min(1, 'must not be empty');
const record = () => z.record(z.string(), z.unknown(), missingOr('an object'));

/** One of several things done one after the other in a case; the rest of its fields are inputs of its kind. */
const stepSchema = z.looseObject({ expected: record().optional() }, missingOr('an object'));

/** How close a figure must come: read by `toleranceOf`, which knows the forms. */
const toleranceSchema = z.union([z.string(), record()], { error: 'must be a text or an object' });

/** One case on its own, so that a case out of shape fails alone. */
export const caseSchema = z
  .looseObject(
    {
      id: words(),
      kind: words(),
      params: z.unknown().optional(),
      inputs: record().optional(),
      expected: record().optional(),
      actions: z.array(stepSchema, missingOr('a list')).optional(),
      steps: z.array(stepSchema, missingOr('a list')).optional(),
      tolerance: toleranceSchema.optional(),
      note: z.unknown().optional(),
    },
    missingOr('an object'),
  )
  .superRefine((value, context) => {
    const given = [value.expected, value.actions, value.steps].filter((part) => part !== undefined);
    const message =
      given.length === 0
        ? 'missing: a case states expected, or actions or steps with an expected each'
        : 'a case states one of expected, actions and steps';
    if (given.length !== 1) context.addIssue({ code: 'custom', path: ['expected'], message });
  });

/** A file of cases: self-contained, with its own parameter sets and tolerance. Fields it does not name are left alone. */
export const caseFileSchema = z.looseObject(
  {
    schema: z.literal('conformance/1', missingOr('"conformance/1"')),
    engine: words(),
    params: record().optional(),
    tolerance: toleranceSchema.optional(),
    cases: z.array(z.unknown(), missingOr('a list')).min(1, 'must not be empty'),
  },
  missingOr('an object'),
);

export type FileCase = z.infer<typeof caseSchema>;
