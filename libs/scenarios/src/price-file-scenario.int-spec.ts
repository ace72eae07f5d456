import { HOUR_MS, instantOf, isoOf } from '@ballast/kernel';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { priceFileScenario } from './price-file-scenario.js';

const START = instantOf('2020-03-01T00:00:00Z');
let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'prices-'));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

const fileOf = async (hours: readonly number[], everyMs = HOUR_MS): Promise<string> => {
  const file = path.join(directory, 'btc.csv');
  const rows = hours.map((hour) => `${START + hour * everyMs},8000,8100,7900,8000,1`);
  await writeFile(file, ['ts_ms,open,high,low,close,volume', ...rows].join('\n'));
  return file;
};
const hours = (count: number): number[] => Array.from({ length: count }, (_, hour) => hour);

describe('a file of prices', () => {
  it('is a scenario: its first quarter seeds volatility, the rest is run, a price set for every bar', async () => {
    const scenario = await priceFileScenario(await fileOf(hours(48)), 'BTC');
    expect(scenario).toMatchObject({ name: 'btc.csv', warmUpFrom: START, priceSetEverySeconds: 3_600 });
    expect(isoOf(scenario.from)).toBe('2020-03-01T12:00:00Z');
    expect(isoOf(scenario.to)).toBe('2020-03-03T00:00:00Z');
    expect(scenario.bars['BTC']).toHaveLength(48);
  });

  it('of days has a price set every hour', async () => {
    const scenario = await priceFileScenario(await fileOf(hours(200), 24 * HOUR_MS), 'BTC');
    expect(scenario.priceSetEverySeconds).toBe(3_600);
    expect(isoOf(scenario.from)).toBe('2020-03-31T00:00:00Z');
  });

  it('is run in part', async () => {
    const stretch = { from: START + 8 * HOUR_MS, to: START + 16 * HOUR_MS };
    const { bars, warmUpFrom, to } = await priceFileScenario(await fileOf(hours(48)), 'BTC', stretch);
    expect(bars['BTC']).toHaveLength(8);
    expect([warmUpFrom, to]).toEqual([stretch.from, stretch.to]);
  });

  it('is refused with a gap, and where it says nothing of that time', async () => {
    const file = await fileOf([...hours(10), ...hours(10).map((hour) => hour + 12)]);
    await expect(priceFileScenario(file, 'BTC')).rejects.toThrow('has no bar from 2020-03-01T10:00:00');
    await expect(priceFileScenario(file, 'BTC', { from: START + 100 * HOUR_MS })).rejects.toThrow(
      'no bar in that time',
    );
  });
});
