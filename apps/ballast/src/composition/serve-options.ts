import { InvalidArgumentError, Option, type Command } from 'commander';
import { withRunOptions, type SimulationCliOptions } from './simulation-options.js';
import { openingLine, partitionsOption, wholeNumber, withStoreOptions, type StoreOptions } from './store-options.js';

export interface ServeCliOptions extends Omit<SimulationCliOptions, 'scenario'>, StoreOptions {
  readonly simulate?: string;
  readonly live?: boolean;
  readonly exchange?: 'none';
  readonly speed: number;
  readonly port: number;
  readonly host: string;
  readonly logLevel: string;
}

const DEFAULT_PORT = 8787;

function positive(value: string): number {
  const number = /^(0|[1-9]\d*)(\.\d+)?$/.test(value) ? Number(value) : NaN;
  if (!(number > 0 && number <= 1_000)) throw new InvalidArgumentError('must be a number above 0, up to 1000.');
  return number;
}

/** Of the interface: the origin that a browser opens. */
export const addressOf = (host: string, port: number): string =>
  `http://${host.includes(':') ? `[${host}]` : host}:${port}`;

/** The page's address before anything is loaded, when it can be served there; a port that the system is to choose isn't known until it listens. */
export async function firstLines(options: ServeCliOptions): Promise<string> {
  const { assertServable } = await import('./servable.js');
  await assertServable(options);
  const { host, port } = options;
  return port === 0
    ? openingLine(options)
    : `The console: ${addressOf(host, port)}/console/ (in a moment)\n${openingLine(options)}`;
}

export function withServeOptions(command: Command): Command {
  return withStoreOptions(
    withRunOptions(
      command.option('--simulate <name|directory>', 'replay this scenario through the clearing house while serving'),
    ),
    'writes',
  )
    .addOption(
      new Option(
        '--exchange <which>',
        'none: nothing is simulated; your own exchange sends its messages to /exchange/messages, and its log is kept here',
      ).choices(['none']),
    )
    .option('--live', 'let the simulated exchange run freely by the wall clock instead of in lockstep')
    .option('--speed <n>', 'with --live: steps of the exchange in a second', positive, 1)
    .option('--port <n>', 'listen here', wholeNumber(0, 65_535), DEFAULT_PORT)
    .option(
      '--host <address>',
      'listen on this address; any but 127.0.0.1, localhost and ::1 needs the variable BALLAST_TOKEN',
      '127.0.0.1',
    )
    .addOption(
      new Option('--log <kind>', 'where the logs are kept').choices(['memory', 'postgres']).default('postgres'),
    )
    .addOption(partitionsOption())
    .addOption(
      new Option('--log-level <level>', 'least important messages that are logged')
        .choices(['fatal', 'error', 'warn', 'info', 'debug', 'trace'])
        .default('warn'),
    );
}
