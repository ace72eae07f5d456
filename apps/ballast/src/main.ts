import { CommanderError } from 'commander';
import { ballastProgram } from './program.js';

// A reader that has seen enough (`ballast models | head`) closes the pipe. The work goes on and its exit code says how it ended: what was
// begun is not left half done because nobody looks.
for (const output of [process.stdout, process.stderr]) {
  output.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
}

try {
  await ballastProgram().parseAsync();
} catch (error) {
  if (error instanceof CommanderError) {
    // It has said what is wrong already; help and version are no mistakes.
    process.exitCode = error.exitCode === 0 ? 0 : 2;
  } else {
    // Expected troubles say what to do; anything else is a defect and shows where it happened.
    const expected =
      error instanceof Error && /^(UsageError|ScenarioError|CheckpointRejected|Unanswered|.*Refused)$/.test(error.name);
    process.stderr.write(`ballast: ${expected ? error.message : ((error as Error).stack ?? String(error))}\n`);
    process.exitCode = expected ? 2 : 1;
  }
}
