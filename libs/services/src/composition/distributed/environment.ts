import { z } from 'zod';

/** Something in the environment that the operator can put right; the message names the variable and the remedy. */
export class ConfigurationRefused extends Error {
  override readonly name = 'ConfigurationRefused';
}

/** @throws ConfigurationRefused naming every variable that does not fit; values are not repeated, one may be a secret */
export function readEnvironment<Schema extends z.ZodType>(
  schema: Schema,
  environment: NodeJS.ProcessEnv,
): z.output<Schema> {
  const read = schema.safeParse(environment);
  if (read.success) return read.data;
  const problems = read.error.issues.map((issue) => {
    const [name, ...within] = issue.path;
    const isMissing =
      within.length === 0 && environment[String(name)] === undefined && issue.message.startsWith('Invalid input');
    return `${[name, ...within].join('.')}: ${isMissing ? 'is missing' : remedyOf(issue)}`;
  });
  throw new ConfigurationRefused(`the environment does not fit: ${problems.join('; ')}`);
}

/** What a variable must be. */
function remedyOf(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return 'must be a whole number';
    case 'too_small':
      return issue.origin === 'string' ? 'must not be empty' : `must be ${issue.minimum} or more`;
    case 'too_big':
      return issue.origin === 'string'
        ? `must have ${issue.maximum} characters or less`
        : `must be ${issue.maximum} or less`;
    case 'invalid_value':
      return `must be one of ${issue.values.join(', ')}`;
    case 'invalid_format':
      return issue.format === 'url' ? 'must be an address such as http://host:port' : issue.message;
    default:
      return issue.message;
  }
}
