import { ballastProgram } from './program.js';

try {
  await ballastProgram().parseAsync();
} catch (error) {
  // Expected troubles say what to do; anything else is a defect and shows where it happened.
  const expected =
    error instanceof Error && /^(UsageError|ScenarioError|CheckpointRejected|.*Refused)$/.test(error.name);
  process.stderr.write(`ballast: ${expected ? error.message : ((error as Error).stack ?? String(error))}\n`);
  process.exitCode = expected ? 2 : 1;
}
