import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

const bin = fileURLToPath(new URL('../../bin/ballast.mjs', import.meta.url));
const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'ballast-backtest-'));
const prices = path.join(directory, 'btc.csv');
const HOUR_MS = 3_600_000;
const START = Date.parse('2020-01-01T00:00:00Z');
/** Two days at 8,000, then every fourth hour a tenth down and at once up again. */
const priceAt = (hour: number): number => (hour > 96 && hour % 4 === 0 ? 7_200 : 8_000);

const backtest = (...args: string[]) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [bin, 'backtest', ...args], { encoding: 'utf8' });
  return { status, stdout, stderr };
};

beforeAll(() => {
  const rows = Array.from({ length: 192 }, (_, hour) => {
    const price = priceAt(hour);
    return `${START + hour * HOUR_MS},${price},${price},${price},${price},1`;
  });
  fs.writeFileSync(prices, ['ts_ms,open,high,low,close,volume', ...rows].join('\n'));
});
afterAll(() => fs.rmSync(directory, { recursive: true }));

describe('ballast backtest', () => {
  it('counts a flat margin of 5 % as breached by every fall of a tenth, and one of 20 % by none', () => {
    const { status, stdout } = backtest('--prices', prices, '--rules', 'flat:0.05,flat:0.2', '--json');
    expect(status).toBe(0);
    const [narrow, wide] = JSON.parse(stdout) as {
      long: { breaches: number; observations: number; unconditional: { pValue: number } };
      margin: { meanPercent: number; peakToTrough: number };
    }[];
    // From hour 48 on, a fall every fourth of the last 95 hours.
    expect(narrow!.long).toMatchObject({ observations: 143, breaches: 23 });
    expect(narrow!.long.unconditional.pValue).toBeLessThan(0.001);
    expect(wide!.long.breaches).toBe(0);
    expect(narrow!.margin.meanPercent).toBeCloseTo(5, 2);
    expect(narrow!.margin.peakToTrough).toBeCloseTo(1, 3);
  }, 180_000);

  it.each([
    [['--prices', path.join(directory, 'none.csv')], 'cannot be read'],
    [['--prices', prices, '--rules', 'flat'], 'a flat rate is'],
    [['--prices', prices, '--coverage', '2'], 'must be a share'],
  ])('refuses %j', (args, problem) => {
    const { status, stderr } = backtest(...args);
    expect(status).not.toBe(0);
    expect(stderr).toContain(problem);
  });
});
