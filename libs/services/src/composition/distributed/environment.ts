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
  const problems = read.error.issues.map(({ path: [name, ...within], message }) => {
    const isMissing =
      within.length === 0 && environment[String(name)] === undefined && message.startsWith('Invalid input');
    return `${[name, ...within].join('.')}: ${isMissing ? 'is missing' : message}`;
  });
  throw new ConfigurationRefused(`the environment does not fit: ${problems.join('; ')}`);
}
