import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { Command, InvalidArgumentError, Option } from 'commander';
import { GATEWAYS, PROCESSES, PROCESSES_WITHOUT_EXCHANGE, startStack } from './stack.js';

interface UpOptions {
  readonly dataDir: string;
  readonly databaseUrl?: string;
  readonly partitions: number;
  readonly mode: 'live' | 'lockstep';
  readonly exchange: 'simulated' | 'none';
}

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../..');
const write = (line: string): void => void process.stdout.write(`${line}\n`);

function partitionCount(value: string): number {
  const count = Number(value);
  if (!Number.isSafeInteger(count) || count < 1 || count > 1024) {
    throw new InvalidArgumentError('must be a whole number from 1 to 1024.');
  }
  return count;
}

/** Starts the stack and keeps it until Ctrl-C, or until one of its processes ends by itself. */
async function up(options: UpOptions): Promise<void> {
  if (options.exchange === 'none' && options.mode === 'lockstep') {
    throw new InvalidArgumentError('an exchange outside has no gate: leave out --mode lockstep, or --exchange none.');
  }
  const giveUp = new AbortController();
  let end = (reason: string, code: number): void => {
    write(reason);
    process.exitCode = code;
    giveUp.abort(new Error('ended while it started'));
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => end('ending; once more to end at once', 0));
  }
  const stack = await startStack({
    ...options,
    root,
    processes: [...(options.exchange === 'none' ? PROCESSES_WITHOUT_EXCHANGE : PROCESSES), ...GATEWAYS],
    dataDirectory: options.dataDir,
    signal: giveUp.signal,
    write,
    onUnexpectedEnd: (sentence) => end(`*** ${sentence}; the rest ends too`, 1),
  });
  await new Promise<void>((resolve) => {
    end = (reason, code) => {
      write(reason);
      process.exitCode = code;
      end = () => stack.kill();
      resolve();
    };
    write('ready:');
    for (const [name, address] of stack.addresses) write(`  ${name.padEnd(12)} ${address}`);
    write('Ctrl-C ends it');
  });
  await stack.stop();
}

await new Command('local-stack')
  .description('Kafka, PostgreSQL and every service as processes on this machine')
  .option('--data-dir <directory>', 'keep the data here', path.join(root, '.data', 'local-stack'))
  .addOption(new Option('--database-url <url>', 'use this PostgreSQL instead of an embedded one').env('DATABASE_URL'))
  .option('--partitions <n>', 'numbered partitions of every log, chosen once', partitionCount, 8)
  .addOption(new Option('--mode <mode>', 'how inputs are taken').choices(['live', 'lockstep']).default('live'))
  .addOption(
    new Option('--exchange <which>', 'none: your own exchange sends its messages to the process `exchange`')
      .choices(['simulated', 'none'])
      .default('simulated'),
  )
  .action(up)
  .parseAsync()
  .catch((error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode ??= 1;
  });
// Whatever still holds the process open (a pooled connection, a timer) has nothing left to do.
process.exit();
