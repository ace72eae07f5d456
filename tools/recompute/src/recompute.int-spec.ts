import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';

const folder = fileURLToPath(new URL('..', import.meta.url));
const program = path.join(folder, 'recompute.py');
const bundled = path.join(folder, 'logs/crash-2020-03-12.ndjson.gz');

interface Entry {
  readonly log: string;
  readonly partition: number;
  readonly position: number;
  readonly type: string;
  readonly payload: Readonly<Record<string, unknown>>;
}

const recorded = gunzipSync(fs.readFileSync(bundled))
  .toString('utf8')
  .trimEnd()
  .split('\n')
  .map((line) => JSON.parse(line) as Entry);

/** Runs the program; without Python nothing is verified, so that is a failure and no reason to skip. */
function recompute(...sources: readonly string[]): { status: number | null; said: string } {
  const { error, status, stdout, stderr } = spawnSync('python3', [program, ...sources], { encoding: 'utf8' });
  if (error !== undefined) throw new Error(`python3 does not start (${error.message}); install Python 3.9 or later`);
  return { status, said: `${stdout}${stderr}`.trimEnd() };
}

describe('tools/recompute', () => {
  const scratch = fs.mkdtempSync(path.join(os.tmpdir(), 'ballast-recompute-'));
  afterAll(() => fs.rmSync(scratch, { recursive: true }));

  const written = (entries: readonly Entry[]): string => {
    const file = path.join(scratch, 'changed.ndjson');
    fs.writeFileSync(file, entries.map((entry) => JSON.stringify(entry)).join('\n'));
    return file;
  };

  /** The bundled log with other text in one entry. */
  const changed = (chosen: (entry: Entry) => boolean, from: RegExp, to: string): string => {
    const index = recorded.findIndex(chosen);
    const text = JSON.stringify(recorded[index]);
    expect(text).toMatch(from);
    return written(recorded.with(index, JSON.parse(text.replace(from, to)) as Entry));
  };

  it('recomputes every run of the bundled log in another language, from the requirements [CLR-MRG-041, CLR-MRG-042, CLR-COL-007]', () => {
    const runs = recorded.filter(({ type }) => type === 'MarginRunCompleted');
    const assessed = runs.reduce((sum, { payload }) => sum + (payload['assessed'] as number), 0);
    expect(recorded.some(({ type }) => type === 'LiquidationTriggered')).toBe(true);
    expect(recompute(bundled)).toEqual({
      status: 0,
      said:
        `recomputed ${runs.length} runs, ${assessed} account assessments: all roots equal\n` +
        `checked ${recorded.length} entries: every id, hash and chain equal`,
    });
  });

  it('names run, account and field of a decision that the requirements do not give', () => {
    const { payload } = recorded.find(({ type }) => type === 'LiquidationTriggered') as Entry;
    const file = changed(
      ({ type }) => type === 'LiquidationTriggered',
      /"equity":"(?<was>[^"]+)"/,
      '"equity":"$<was>1"',
    );
    const { status, said } = recompute(file);
    expect(said).toMatch(
      new RegExp(
        String.raw`^DIFFERENT run margin/\d+#\d+, account ${String(payload['accountId'])}, field LiquidationTriggered\.equity: logged `,
      ),
    );
    expect(status).toBe(1);
  });

  it.each([
    ['a mark', ({ type, position }: Entry) => type === 'ScheduleInForce' && position > 20, /"mark":"/, '"mark":"1'],
    [
      'the collateral of an account',
      ({ type }: Entry) => type === 'LiquidationCostSettled',
      /"collateral":\{(?<others>[^}]*)"USD":"(?<was>[^"]*)"/,
      '"collateral":{$<others>"USD":"$<was>1"',
    ],
    ['a root', ({ type }: Entry) => type === 'MarginRunCompleted', /"root":"[0-9a-f]/, '"root":"x'],
  ])('finds %s that was changed, by the root of the run', (_, chosen, from, to) => {
    const { status, said } = recompute(changed(chosen, from, to));
    expect(said).toMatch(/^DIFFERENT run margin\/\d+#\d+, /);
    expect(status).toBe(1);
  });

  it.each([
    ['hash', 'a figure that no run reads', /"capOfPremium":"/, '"capOfPremium":"1'],
    ['id', 'an id', /"id":"(?<first>[0-9a-f]{8})-(?<rest>[^"]+)","log"/, '"id":"00000000-$<rest>","log"'],
    ['chain', 'a chain head', /"chain":"[0-9a-f]{8}/, '"chain":"00000000'],
  ])('names entry and %s where %s was changed [CLR-LOG-011, CLR-LOG-013, CLR-LOG-014]', (field, _, from, to) => {
    const { status, said } = recompute(changed(({ type }) => type === 'DocumentsEstablished', from, to));
    expect(said).toMatch(new RegExp(`^DIFFERENT entry accounts/-1#1, field ${field}: logged `));
    expect(status).toBe(1);
  });

  it.each([
    ['with a call', 'MarginCallIssued', '10:00', '10:30', '--seed', '15'],
    ['with a withdrawal that margin lets go', 'WithdrawalCleared', '07:28', '08:30', '--accounts', '100'],
  ])('recomputes a run of the present program %s [CLR-MRG-041]', (_, type, from, to, ...options) => {
    const file = path.join(scratch, 'present.ndjson.gz');
    const window = ['--from', `2020-03-12T${from}:00Z`, '--to', `2020-03-12T${to}:00Z`, ...options];
    const { status, stderr } = spawnSync(process.execPath, [path.join(folder, 'export-run.mjs'), file, ...window], {
      encoding: 'utf8',
    });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(gunzipSync(fs.readFileSync(file)).toString('utf8')).toContain(`"type":"${type}"`);
    const { status: equal, said } = recompute(file);
    expect(said).toMatch(
      /^recomputed \d+ runs, \d+ account assessments: all roots equal\nchecked \d+ entries: every id, hash and chain equal$/,
    );
    expect(equal).toBe(0);
  });

  it.each([
    ['the schedule of a run', ({ type }: Entry) => type === 'MarginRunCompleted', /"schedule":/],
    ['a mark', ({ type }: Entry) => type === 'ScheduleInForce', /"mark":(?=")/],
  ])('names the entry, where %s is not there', (_, chosen, field) => {
    const { status, said } = recompute(changed(chosen, field, '"absent":'));
    expect(said).toMatch(
      /^DIFFERENT entry margin\/-?\d+#\d+, field hash: logged [0-9a-f]{64}, recomputed [0-9a-f]{64}$/,
    );
    expect(status).toBe(1);
  });

  it.each([
    ['cut.ndjson.gz', fs.readFileSync(bundled).subarray(0, 100_000), /^recompute: \S+ is cut or damaged: [^\n]+$/],
    ['other.ndjson', Buffer.from('{"log": "margin"}\n'), /^recompute: line 1 of \S+ is no entry of a log$/],
    ['list.ndjson', Buffer.from('[]\n'), /^recompute: line 1 of \S+ is no entry of a log$/],
  ])('judges nothing by %s, and says why in a sentence', (name, bytes, why) => {
    const file = path.join(scratch, name);
    fs.writeFileSync(file, bytes);
    const { status, said } = recompute(file);
    expect(said).toMatch(why);
    expect(status).toBe(2);
  });

  it('judges nothing by a log with a hole', () => {
    const hole = recorded.findIndex(
      ({ log, partition, position }) => log === 'accounts' && partition === 0 && position === 9,
    );
    const { status, said } = recompute(written(recorded.toSpliced(hole, 1)));
    expect(said).toMatch(/^recompute: accounts\/0 has no position 9$/);
    expect(status).toBe(2);
  });
});
