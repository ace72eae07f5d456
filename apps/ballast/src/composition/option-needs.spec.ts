import { ballastProgram } from '../program.js';

const MEMORY = ['--log', 'memory'];
const BROKERS = ['--brokers', 'b:9092', '--database-url', 'postgres://u@h/d'];

/** Reads a line as the program does, and stops where the command would begin. */
async function read(line: string): Promise<void> {
  const program = ballastProgram();
  program.configureOutput({ writeErr: () => undefined });
  const [name = '', second = ''] = line.split(' ');
  const command = program.commands.find((each) => each.name() === name);
  const called = command?.commands.find((each) => each.name() === second) ?? command;
  called?.action(() => undefined);
  await program.parseAsync(line.split(' '), { from: 'user' });
}

describe('an option that would be passed over is refused, with the remedy', () => {
  it.each([
    ['serve --live', /^--live .* name its scenario with --simulate/],
    ['serve --exchange none --simulate x', /^--exchange none .* leave out --simulate/],
    ['serve --accounts 50', /^--accounts makes a simulated exchange; add --simulate/],
    ['serve --exchange none --seed 6', /^--seed .* add --simulate/],
    ['serve --no-price-feedback', /^--no-price-feedback .* add --simulate/],
    ['serve --price-feedback', /^--price-feedback .* add --simulate/],
    ['serve --simulate x --speed 10', /^--speed .* add --live/],
    ['simulate --topic-prefix desk-b.', /^--topic-prefix .* add --brokers/],
    [`simulate ${BROKERS.join(' ')} --documents d`, /^--documents .* set DOCUMENTS, GENESIS_AUTHOR/],
    [`simulate ${BROKERS.join(' ')} --approver ann`, /^--approver .* set DOCUMENTS, GENESIS_AUTHOR/],
    [`simulate ${BROKERS.join(' ')} --snapshot-entries 5`, /^--snapshot-entries .* set SNAPSHOT_ENTRIES/],
    [`simulate ${BROKERS.join(' ')} --log memory`, /^--log .* --database-url/],
    ['simulate --brokers b:9092 --data-dir d', /^--data-dir .* --database-url/],
    ...['--data-dir d', '--database-url postgres://u@h/d', '--archive a', '--snapshot-entries 5', '--snapshot-bytes 5']
      .flatMap((option) => [`simulate ${MEMORY.join(' ')} ${option}`, `serve ${MEMORY.join(' ')} ${option}`])
      .map((line): [string, RegExp] => [line, /^--\S+ is of logs that are kept; leave out --log memory/]),
    ['serve --snapshot-entries 0 --snapshot-bytes 9', /^--snapshot-bytes .* leave out one/],
    ['verify --snapshots --log margin', /^--snapshots .* leave out --log/],
    ['backup --to b --archive a', /^--archive .* copy them by themselves/],
    ...['verify', 'replay', 'checkpoint', 'events', 'ids', 'explain a.b', 'statement a.b --date 2020-03-12', 'serve']
      .concat('simulate', 'what-if a.b', 'archive list', 'archive remove --actor ann', 'backup --to b', 'correct list')
      .map((command): [string, RegExp] => [
        `${command} --data-dir d --database-url postgres://u@h/d`,
        /^--data-dir .*--database-url names another; leave out one/,
      ]),
  ])('%s', async (line, refusal) => {
    await expect(read(line)).rejects.toMatchObject({
      name: 'UsageError',
      message: expect.stringMatching(refusal) as string,
    });
  });

  describe('with a database in the environment', () => {
    const before = process.env['DATABASE_URL'];
    beforeAll(() => {
      process.env['DATABASE_URL'] = 'postgres://u@h/d';
    });
    afterAll(() => {
      if (before === undefined) delete process.env['DATABASE_URL'];
      else process.env['DATABASE_URL'] = before;
    });

    it('a data directory is another place', async () => {
      await expect(read('verify --data-dir d')).rejects.toThrow(/the variable DATABASE_URL names another; unset it/);
    });

    it('a run in memory passes over it, as the pages of a house do that has both', async () => {
      await expect(read('simulate --log memory')).resolves.toBeUndefined();
    });
  });

  it.each([
    'serve',
    'serve --exchange none --data-dir d --snapshot-bytes 5',
    'serve --simulate x --live --speed 10 --seed 6 --no-price-feedback',
    'simulate --log memory --accounts 100 --fresh',
    `simulate ${BROKERS.join(' ')} --topic-prefix desk-b. --archive a --partitions 4`,
    'verify --snapshots --archive a --key k',
    'restore --from b --data-dir d',
    'import sign book.json --data-dir d',
  ])('%s is not', async (line) => {
    await expect(read(line)).resolves.toBeUndefined();
  });
});
