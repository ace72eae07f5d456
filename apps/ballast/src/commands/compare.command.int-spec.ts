import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from '@jest/globals';

const bin = fileURLToPath(new URL('../../bin/ballast.mjs', import.meta.url));
const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'ballast-compare-'));
const chart = path.join(directory, 'rules.svg');

const compare = (...args: string[]) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [bin, 'compare', ...args], { encoding: 'utf8' });
  return { status, stdout, stderr };
};
const STRETCH = 'crash-2020-03@2020-03-12T10:20:00Z/2020-03-12T10:40:00Z';
const PARAMETERS = fileURLToPath(
  new URL('../../../../libs/house-documents/documents/margin/avsl-default@1.json', import.meta.url),
);
const small = [
  '--scenario',
  STRETCH,
  '--rules',
  'adaptive,binance-tiered@1,flat:0.2',
  '--accounts',
  '30',
  '--seeds',
  '2',
];

afterAll(() => fs.rmSync(directory, { recursive: true }));

describe('ballast compare', () => {
  it('prints the same bytes twice, however many threads there are, and draws the same chart', () => {
    const [first, drawn] = [compare(...small, '--threads', '1', '--chart', chart), fs.readFileSync(chart, 'utf8')];
    const second = compare(...small, '--threads', '3', '--chart', chart);
    expect({ status: first.status, stdout: first.stdout }).toEqual({ status: 0, stdout: second.stdout });
    expect(fs.readFileSync(chart, 'utf8')).toBe(drawn);
    expect(drawn).toMatch(/^<svg .*\n(.*\n)*<\/svg>\n$/);
    for (const line of first.stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(110);
    expect(first.stdout).toMatch(/adaptive is (not )?on the frontier/);
  }, 180_000);

  it('decides every account by the model of the rule, and asks what the rule asks', () => {
    const { stdout } = compare(...small, '--json');
    const { windows } = JSON.parse(stdout) as {
      windows: { rules: { rule: string; runs: { decidedShare: number; calmMarginPercent: number }[] }[] }[];
    };
    const rules = new Map(windows[0]!.rules.map(({ rule, runs }) => [rule, runs]));
    expect([...rules.keys()]).toEqual(['adaptive', 'binance-tiered@1', 'flat:0.2']);
    for (const runs of rules.values()) {
      expect(runs).toHaveLength(2);
      for (const { decidedShare } of runs) expect(decidedShare).toBeGreaterThan(0.9);
    }
    for (const { calmMarginPercent } of rules.get('flat:0.2')!) expect(calmMarginPercent).toBeCloseTo(20, 3);
  }, 180_000);

  it.each([
    [['--rules', 'adaptiv'], 'adaptiv is no rule'],
    [['--rules', 'flat:0.03,flat:0.03'], 'stands in the list twice'],
    [['--rules', 'adaptive:courage=2', '--scenario', STRETCH, '--accounts', '10', '--seeds', '1'], 'courage'],
    [['--scenario', 'crash-2020-03@noon'], 'a part is written'],
    [['--providers', 'nowhere.json'], '--providers: nowhere.json cannot be read: ENOENT; name a file that can be read'],
    [['--providers', PARAMETERS], 'give one of kind liquidity-providers'],
    [['--scenario', 'crash-2020-03@2019-01-01T00:00:00Z/2019-01-02T00:00:00Z'], 'must lie in'],
  ])('refuses %j', (args, problem) => {
    const { status, stderr } = compare(...args);
    expect(status).not.toBe(0);
    expect(stderr).toContain(problem);
    expect(stderr).not.toContain('    at ');
  });
});
