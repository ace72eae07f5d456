import {
  endOf,
  mergeBars,
  REACTIONS_NAMES,
  scenarioProblems,
  type Bar,
  type Scenario,
} from '@ballast/exchange-simulator-domain';
import { EXPIRY_TIME_OF_DAY_MS } from '@ballast/instruments';
import { instantOf, InvariantViolation } from '@ballast/kernel';
import { existsSync } from 'node:fs';
import { readFile, readdir } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { readBars } from './read-bars.js';
import { ScenarioError } from './scenario-error.js';

/** Scenarios that come with Ballast. */
export const BUNDLED_SCENARIOS = fileURLToPath(new URL('../../../apps/ballast/scenarios', import.meta.url));

const time = z.string().transform((iso, context) => {
  try {
    return instantOf(iso);
  } catch (error) {
    if (!(error instanceof InvariantViolation)) throw error;
    context.addIssue({ code: 'custom', message: `must be a time such as 2020-03-12T09:00:00Z: ${error.message}` });
    return z.NEVER;
  }
});

const fileNames = z
  .array(
    z
      .string()
      .min(1)
      .refine((name) => !path.isAbsolute(name) && !name.split(/[\\/]/).includes('..'), {
        message: 'must name a file beside scenario.json',
      }),
  )
  .min(1);

/** A day of the calendar; what expires on it does so at 08:00 UTC. */
const expiryDay = z.string().transform((day, context) => {
  try {
    if (/^\d{4}-\d{2}-\d{2}$/.test(day)) return instantOf(`${day}T00:00:00Z`) + EXPIRY_TIME_OF_DAY_MS;
  } catch (error) {
    if (!(error instanceof InvariantViolation)) throw error;
  }
  context.addIssue({
    code: 'custom',
    message: 'must be a day such as 2020-03-13; contracts expire at 08:00 UTC of it',
  });
  return z.NEVER;
});

const contractPlan = z
  .strictObject({
    underlyings: z.array(z.string()).optional(),
    expiries: z.array(expiryDay),
    strikes: z.int(),
    writers: z.int(),
    inversePerpetuals: z.boolean().default(false),
  })
  .optional();

const coinPlan = z.strictObject({
  dips: z.array(z.strictObject({ from: time, to: time, low: z.string() })).default([]),
});

const scenarioFile = z.strictObject({
  name: z.string().regex(/^[a-zA-Z0-9][a-zA-Z0-9._-]{0,59}$/, 'must be 1 to 60 letters, digits, dots or dashes'),
  warmUpFrom: time.optional(),
  from: time,
  to: time,
  priceSetEverySeconds: z.int().min(1).max(3_600),
  openingFund: z.string().regex(/^\d{1,15}(\.\d{1,2})?$/, 'must be an amount in USD as text, such as "2000000"'),
  underlyings: z.record(z.string(), fileNames),
  coins: z.record(z.string(), coinPlan).optional(),
  contracts: contractPlan,
  reactions: z.enum(REACTIONS_NAMES).optional(),
  priceFeedback: z.boolean().optional(),
});

/**
 * Reads a scenario: `scenario.json` beside CSV or CSV.gz files of bars. Where files of one underlying overlap, the
 * finer wins. A corrupt, empty or gappy file is refused.
 * @param nameOrDirectory a bundled scenario's name, or a directory
 * @throws ScenarioError that names file, line and field, and the remedy
 */
export async function loadScenario(
  nameOrDirectory: string,
  bundledDirectory: string = BUNDLED_SCENARIOS,
): Promise<Scenario> {
  const directory = await directoryOf(nameOrDirectory, bundledDirectory);
  const file = path.join(directory, 'scenario.json');
  const { underlyings, warmUpFrom, from, to, contracts, coins, reactions, priceFeedback, ...rest } = parseScenario(
    file,
    await readScenarioFile(file),
  );
  const begin = warmUpFrom ?? from;
  const barsOf = async (names: readonly string[]): Promise<readonly Bar[]> => {
    const series = await Promise.all(names.map((name) => readBars(path.join(directory, name))));
    return mergeBars(series).filter((bar) => endOf(bar) > begin && bar.start <= to);
  };
  const read = Object.entries(underlyings).map(async ([name, files]) => [name, await barsOf(files)] as const);
  const bars = Object.fromEntries(await Promise.all(read));
  const scenario: Scenario = {
    ...rest,
    warmUpFrom: begin,
    from,
    to,
    bars,
    ...(coins === undefined ? {} : { coins }),
    ...(reactions === undefined ? {} : { reactions }),
    ...(priceFeedback === undefined ? {} : { priceFeedback }),
    ...(contracts === undefined
      ? {}
      : { contracts: { ...contracts, underlyings: contracts.underlyings ?? Object.keys(bars) } }),
  };
  const problems = scenarioProblems(scenario);
  if (problems.length > 0) throw new ScenarioError(file, problems.slice(0, 5).join('; '));
  return scenario;
}

async function directoryOf(nameOrDirectory: string, bundledDirectory: string): Promise<string> {
  const bundled = path.join(bundledDirectory, nameOrDirectory);
  if (/^[a-zA-Z0-9][a-zA-Z0-9._-]*$/.test(nameOrDirectory) && existsSync(bundled)) return bundled;
  if (existsSync(nameOrDirectory)) return nameOrDirectory;
  const names = (await readdir(bundledDirectory, { withFileTypes: true }).catch(() => []))
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .sort();
  throw new ScenarioError(
    nameOrDirectory,
    `no such scenario: name a directory with a scenario.json, or one of ${names.join(', ')}`,
  );
}

async function readScenarioFile(file: string): Promise<unknown> {
  let content: string;
  try {
    content = await readFile(file, 'utf8');
  } catch {
    throw new ScenarioError(file, 'cannot be read: a scenario is a directory with a scenario.json');
  }
  try {
    return JSON.parse(content);
  } catch (error) {
    throw new ScenarioError(file, `is not JSON: ${(error as Error).message}`);
  }
}

function parseScenario(file: string, content: unknown): z.output<typeof scenarioFile> {
  const parsed = scenarioFile.safeParse(content);
  if (parsed.success) return parsed.data;
  const issues = parsed.error.issues.map(({ path: field, message }) => `"${field.join('.')}" ${message}`);
  throw new ScenarioError(file, issues.join('; '));
}
