import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { Command, InvalidArgumentError } from 'commander';
import { benchLive, type LiveOptions } from './live.bench.js';
import { liveReportText } from './live-report.js';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../../..');

function count(value: string): number {
  const number = Number(value);
  if (!Number.isSafeInteger(number) || number < 0) throw new InvalidArgumentError('must be a whole number.');
  return number;
}

const counts = (list: string): readonly number[] => list.split(',').map(count);

await new Command('live')
  .description('Sends fills to the services as processes over Kafka, and prints how long they take and what they cost.')
  .option(
    '--rates <list>',
    'fills per second, one after the other until one is not kept up with',
    counts,
    [100, 500, 1_000, 2_000],
  )
  .option('--seconds-each <n>', 'how long each rate is sent', count, 20)
  .option('--accounts <n>', 'accounts that trade', count, 1_000)
  .option('--partitions <n>', 'numbered partitions of every log', count, 4)
  .option('--idle-seconds <n>', 'how long to look at a stack to which nothing comes', count, 60)
  .option('--no-takeover', 'kill no margin process at the end')
  .option('--session-timeout-ms <n>', 'silence after which the group gives up a member', count, 10_000)
  .option('--profile <folder>', 'write a processor profile of every service there')
  .option('--data-dir <directory>', 'put Kafka and the database on this disk', os.tmpdir())
  .action(async ({ dataDir, ...options }: LiveOptions & { readonly dataDir: string }) => {
    const report = await benchLive(root, dataDir, options, (line) => void process.stderr.write(`${line}\n`));
    process.stdout.write(`${liveReportText(report)}\n`);
  })
  .parseAsync();
