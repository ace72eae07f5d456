import { Command } from 'commander';
import { withKeyOptions } from '../composition/key-options.js';
import { withStoreOptions } from '../composition/store-options.js';
import { examples } from './examples.js';
import { later } from './later.js';

const ACTIONS = () => import('./archive.action.js');

/** Moves old blocks out of the database. */
export function archiveCommand(): Command {
  return new Command('archive')
    .description(
      'Moves old blocks of the logs to archive files, from where every command and service goes on to read them.',
    )
    .addCommand(writeCommand())
    .addCommand(
      withStoreOptions(new Command('list').description('Tells what is archived, where, and who removed it.'), 'reads')
        .option('--json', 'print as JSON')
        .action(later(async () => (await ACTIONS()).listArchive)),
    )
    .addCommand(
      withStoreOptions(
        new Command('propose').description(
          'Proposes to remove from the database what is archived; the log records it.',
        ),
        'reads',
      )
        .requiredOption('--actor <person>', 'who proposes it')
        .requiredOption('--reason <text>', 'why')
        .action(later(async () => (await ACTIONS()).proposeRemoval)),
    )
    .addCommand(
      withStoreOptions(
        new Command('remove').description(
          'Approves what another person proposed: reads the archive back, records it in the log and deletes the blocks in the database. Goes on where an attempt was broken off.',
        ),
        'reads',
      )
        .requiredOption('--actor <person>', 'who approves it; another person than who proposed it')
        .action(later(async () => (await ACTIONS()).removeArchived)),
    )
    .addHelpText(
      'after',
      examples(
        [
          'archive write --to /srv/ballast-archive --before 2020-03-12T10:00:00Z',
          'Copy what is older to archive files',
        ],
        ['archive propose --actor ann --reason "monthly retention"', 'Ask to remove it from the database'],
        ['archive remove --actor ben', 'Another person agrees, and it is removed'],
      ),
    );
}

const writeCommand = (): Command =>
  withKeyOptions(
    withStoreOptions(
      new Command('write').description(
        'Copies all blocks that end before a time, and are not archived yet, to archive files with a signed manifest. Deletes nothing.',
      ),
      'reads',
    ),
  )
    .requiredOption('--to <directory>', 'write the files here')
    .requiredOption('--before <time>', 'only blocks that end before this clearing time, such as 2020-03-12T10:00:00Z')
    .action(later(async () => (await ACTIONS()).writeArchive));
