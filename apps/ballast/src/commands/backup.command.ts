import { Command } from 'commander';
import { withStoreOptions } from '../composition/store-options.js';
import { examples } from './examples.js';
import { later } from './later.js';

export function backupCommand(): Command {
  return withStoreOptions(
    new Command('backup').description(
      'Copies an embedded database that no process uses, with the SHA-256 of every file. Archive files are not in it.',
    ),
    'reads',
  )
    .requiredOption('--to <directory>', 'copy it here, into a new directory')
    .addHelpText('after', examples(['backup --to /srv/backup/2020-03-12', 'Copy what is in .ballast']))
    .action(later(async () => (await import('./backup.action.js')).backUp));
}

export function restoreCommand(): Command {
  return withStoreOptions(
    new Command('restore').description(
      'Puts a backup into a new data directory and gives all logs a new incarnation, so that nobody takes them for those that went on.',
    ),
    'reads',
  )
    .option(
      '--from <directory>',
      'the backup; leave it out with --database-url, for a database that was restored by other means',
    )
    .addHelpText(
      'after',
      examples(
        ['restore --from /srv/backup/2020-03-12 --data-dir /srv/ballast', 'Into a directory that is not there yet'],
        ['restore --database-url postgres://...', 'After pg_basebackup or pg_restore, before any service starts'],
      ),
    )
    .action(later(async () => (await import('./backup.action.js')).restore));
}
