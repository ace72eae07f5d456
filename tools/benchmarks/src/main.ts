import { Command, InvalidArgumentError } from 'commander';
import { writeFile } from 'node:fs/promises';
import { BenchServer } from './bench-server.js';
import { describeMachine } from './machine-description.js';
import { benchParts, DEFAULT_SIZES, PARTS, TINY_SIZES, WHOLE_SIZES, type Part } from './parts.js';
import { reportText } from './report.js';

interface BenchCliOptions {
  readonly only: readonly Part[];
  readonly json?: boolean | string;
  readonly whole?: boolean;
  readonly tiny?: boolean;
  readonly dataDir?: string;
}

function partsOf(list: string): readonly Part[] {
  const names = list.split(',').map((name) => name.trim());
  const unknown = names.find((name) => !PARTS.includes(name as Part));
  if (unknown !== undefined) throw new InvalidArgumentError(`${unknown} is none of ${PARTS.join(', ')}.`);
  return names as Part[];
}

async function bench(options: BenchCliOptions): Promise<void> {
  const server = await BenchServer.start(options.dataDir);
  // The server is in a session of its own, and its data would stay behind.
  const stop = (): void => void server.discard().finally(() => process.exit(130));
  process.once('SIGINT', stop).once('SIGTERM', stop);
  try {
    const machine = await describeMachine(server);
    const sizes = options.tiny === true ? TINY_SIZES : options.whole === true ? WHOLE_SIZES : DEFAULT_SIZES;
    const context = {
      database: () => server.database(),
      onProgress: (line: string) => void process.stderr.write(`${line}\n`),
    };
    const report = { machine, figures: await benchParts(context, options.only, sizes) };
    if (typeof options.json === 'string') await writeFile(options.json, `${JSON.stringify(report, null, 2)}\n`);
    process.stdout.write(`${options.json === true ? JSON.stringify(report, null, 2) : reportText(report)}\n`);
  } finally {
    await server.discard();
  }
}

await new Command('bench')
  .description('Measures the clearing house in one run, each figure beside the bound it is held against.')
  .option('--only <parts>', `some of ${PARTS.join(', ')}, separated by commas`, partsOf, PARTS)
  .option(
    '--whole',
    'simulate the five days of the bundled crash instead of four hours, restart on histories of up to five million events',
  )
  .option('--tiny', 'show that everything works, within seconds; the figures say nothing')
  .option('--data-dir <directory>', 'put the database on this disk; default: the directory for temporary files')
  .option('--json [file]', 'print the report as JSON, or write it to a file besides')
  .action(bench)
  .parseAsync();
