import { HOUR_MS, instantOf, isoOf, MINUTE_MS } from '@ballast/kernel';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { loadScenario } from './load-scenario.js';
import { ScenarioError } from './scenario-error.js';

const START = instantOf('2020-03-12T09:00:00Z');
const HEADER = 'ts_ms,open,high,low,close,volume';

/** Bars of one length, oldest first, that rise by one dollar each. */
const rows = (count: number, everyMs = HOUR_MS, from = START): string[] =>
  Array.from(
    { length: count },
    (_, index) => `${from + index * everyMs},${8000 + index},8100,7900,${8001 + index},12.5`,
  );

const csv = (...lines: string[]): string => [HEADER, ...lines].join('\n') + '\n';

const sound = {
  name: 'four-hours',
  from: isoOf(START),
  to: isoOf(START + 4 * HOUR_MS),
  priceSetEverySeconds: 60,
  openingFund: '250000',
  underlyings: { BTC: ['btc.csv'], ETH: ['eth.csv'] },
};

let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'scenario-'));
  await put('scenario.json', JSON.stringify(sound));
  await put('btc.csv', csv(...rows(4)));
  await put('eth.csv', csv(...rows(4)));
});

afterEach(() => rm(directory, { recursive: true, force: true }));

const put = (name: string, content: string | Buffer): Promise<void> => writeFile(path.join(directory, name), content);

const refusal = async (): Promise<string> => {
  const error: unknown = await loadScenario(directory).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(ScenarioError);
  return (error as ScenarioError).message.replaceAll(directory + path.sep, '');
};

describe('a scenario directory', () => {
  it('may say how owners react, by the name of a distribution, and whether close-outs move prices', async () => {
    await put('scenario.json', JSON.stringify({ ...sound, reactions: 'attentive', priceFeedback: true }));
    expect(await loadScenario(directory)).toMatchObject({ reactions: 'attentive', priceFeedback: true });
    await put('scenario.json', JSON.stringify({ ...sound, reactions: 'heroic' }));
    expect(await refusal()).toContain('"reactions"');
  });

  it('may name other underlyings, and coins of a dollar', async () => {
    const dips = [{ from: isoOf(START), to: isoOf(START + HOUR_MS), low: '0.985' }];
    const named = { ...sound, underlyings: { SOL: ['btc.csv'] }, coins: { USDC: { dips }, USDT: {} } };
    await put('scenario.json', JSON.stringify(named));
    const { bars, coins } = await loadScenario(directory);
    expect(Object.keys(bars)).toEqual(['SOL']);
    expect(coins).toEqual({ USDC: { dips: [{ from: START, to: START + HOUR_MS, low: '0.985' }] }, USDT: { dips: [] } });
    await put('scenario.json', JSON.stringify({ ...named, coins: { SOL: {} } }));
    expect(await refusal()).toContain('"coins": SOL is no coin of its own');
  });

  it('is read with its times, fund and bars', async () => {
    const scenario = await loadScenario(directory);
    expect(scenario).toMatchObject({ name: 'four-hours', from: START, warmUpFrom: START, openingFund: '250000' });
    expect(scenario.bars.BTC).toHaveLength(4);
    expect(scenario.bars['BTC']?.[1]).toEqual({
      start: START + HOUR_MS,
      durationMs: HOUR_MS,
      open: '8001',
      high: '8100',
      low: '7900',
      close: '8002',
    });
  });

  it('may hold packed files, further columns in any order, blank lines and repeated rows', async () => {
    const shuffled = ['trades,close,ts_ms,open,low,high,volume', ''];
    for (const row of rows(4)) {
      const [start, open, high, low, close, volume] = row.split(',');
      shuffled.push(['7', close, start, open, low, high, volume].join(','));
    }
    shuffled.push(shuffled.at(-1)!);
    await put('btc.csv', gzipSync(shuffled.join('\n')));
    expect((await loadScenario(directory)).bars.BTC).toEqual((await loadScenario(directory)).bars.ETH);
  });

  it('takes the finer of overlapping files', async () => {
    await put('fine.csv', csv(...rows(12, 5 * MINUTE_MS, START + HOUR_MS)));
    await put(
      'scenario.json',
      JSON.stringify({ ...sound, underlyings: { BTC: ['btc.csv', 'fine.csv'], ETH: ['eth.csv'] } }),
    );
    const { bars } = await loadScenario(directory);
    expect(bars['BTC']?.map(({ durationMs }) => durationMs / MINUTE_MS)).toEqual([
      60,
      ...Array<number>(12).fill(5),
      60,
      60,
    ]);
  });

  it('keeps only the bars that warm-up and run need', async () => {
    await put('btc.csv', csv(...rows(50, HOUR_MS, START - 20 * HOUR_MS)));
    expect((await loadScenario(directory)).bars.BTC).toHaveLength(5);
  });
});

describe('the bundled scenario', () => {
  it('covers five days of March 2020 with three weeks of warm-up', async () => {
    const scenario = await loadScenario('crash-2020-03');
    expect(isoOf(scenario.from)).toBe('2020-03-11T00:00:00Z');
    expect((scenario.to - scenario.from) / MINUTE_MS + 1).toBe(7_200);
    expect(scenario.from - scenario.warmUpFrom).toBe(21 * 24 * HOUR_MS);
    const lows = scenario.bars['BTC']!.map(({ low }) => Number(low));
    expect(Math.min(...lows)).toBe(3_913.1);
  });

  it('is named when another one is asked for', async () => {
    await expect(loadScenario('crash-1929-10')).rejects.toThrow(
      'crash-1929-10: no such scenario: name a directory with a scenario.json, or one of crash-2020-03, option-writers',
    );
  });
});

describe('contracts of a scenario', () => {
  const plan = { expiries: ['2020-03-13', '2020-03-27'], strikes: 7, writers: 20 };
  const put = (contracts: object): Promise<void> =>
    writeFile(path.join(directory, 'scenario.json'), JSON.stringify({ ...sound, contracts }));

  it('expire at 08:00 UTC, on both underlyings and without inverse perpetuals unless it says otherwise', async () => {
    await put(plan);
    expect((await loadScenario(directory)).contracts).toEqual({
      underlyings: ['BTC', 'ETH'],
      expiries: [instantOf('2020-03-13T08:00:00Z'), instantOf('2020-03-27T08:00:00Z')],
      strikes: 7,
      writers: 20,
      inversePerpetuals: false,
    });
  });

  it('are none unless it says so', async () => {
    expect(await loadScenario(directory)).not.toHaveProperty('contracts');
  });

  it('of the bundled option writers expire inside the run and behind it', async () => {
    const { contracts, from, to } = await loadScenario('option-writers');
    const [inside, behind] = contracts?.expiries as [number, number];
    expect([from < inside, inside < to, to < behind]).toEqual([true, true, true]);
  });

  it.each`
    why                          | changes                                       | message
    ${'an expiry is no day'}     | ${{ expiries: ['2020-03-13T08:00:00Z'] }}     | ${'must be a day such as 2020-03-13'}
    ${'a day does not exist'}    | ${{ expiries: ['2020-02-31'] }}               | ${'must be a day such as 2020-03-13'}
    ${'an expiry is over'}       | ${{ expiries: ['2020-03-11'] }}               | ${'is not later than "from"'}
    ${'expiries are disordered'} | ${{ expiries: ['2020-03-27', '2020-03-13'] }} | ${'"contracts.expiries" must be in order'}
    ${'there is no expiry'}      | ${{ expiries: [] }}                           | ${'"contracts.expiries" must name 1 to 8 days'}
    ${'strikes are even'}        | ${{ strikes: 6 }}                             | ${'"contracts.strikes" must be an odd number from 3 to 41'}
    ${'nobody writes'}           | ${{ writers: 0 }}                             | ${'"contracts.writers" must be a whole number'}
    ${'an underlying is twice'}  | ${{ underlyings: ['BTC', 'BTC'] }}            | ${'"contracts.underlyings" must name some of BTC, ETH, each once'}
    ${'a field is unknown'}      | ${{ sellers: 3 }}                             | ${'sellers'}
  `('are refused when $why', async ({ changes, message }: { changes: object; message: string }) => {
    await put({ ...plan, ...changes });
    expect(await refusal()).toContain(message);
  });
});

describe('a scenario is refused with file, place and remedy when', () => {
  it.each`
    why                            | content                                                                          | message
    ${'a gzip file is cut off'}    | ${gzipSync(csv(...rows(4))).subarray(0, 40)}                                     | ${'btc.csv: is damaged gzip data'}
    ${'a file is empty'}           | ${''}                                                                            | ${'btc.csv: is empty: supply a header and bars'}
    ${'there is only a header'}    | ${csv()}                                                                         | ${'btc.csv: holds no bars'}
    ${'there is only one bar'}     | ${csv(...rows(1))}                                                               | ${'btc.csv: holds one bar only'}
    ${'a column is missing'}       | ${'ts_ms,open,high,low,volume\n1,2,3,4,5\n'}                                     | ${'btc.csv, line 1: has no column close'}
    ${'a row is short'}            | ${csv(...rows(2), `${START + 2 * HOUR_MS},1,2`)}                                 | ${'btc.csv, line 4: is not well-formed CSV'}
    ${'a price is no number'}      | ${csv(rows(2)[0]!, `${START + HOUR_MS},8000,8100,n/a,8000,1`)}                   | ${'btc.csv, line 3: low must be a decimal such as 7961.3, not "n/a"'}
    ${'a price is missing'}        | ${csv(rows(2)[0]!, `${START + HOUR_MS},,8100,7900,8000,1`)}                      | ${'btc.csv, line 3: open must be a decimal'}
    ${'a price is below a cent'}   | ${csv(rows(2)[0]!, `${START + HOUR_MS},0.02,0.02,0.004,0.01,1`)}                 | ${'btc.csv, line 3: low 0.004 cannot be replayed, the exchange counts prices in whole cents: supply prices from 0.01'}
    ${'a price is beyond reason'}  | ${csv(rows(2)[0]!, `${START + HOUR_MS},8000,100000000000000000000,7900,8000,1`)} | ${'btc.csv, line 3: high 100000000000000000000 cannot be replayed'}
    ${'a price is zero'}           | ${csv(rows(2)[0]!, `${START + HOUR_MS},0,0,0,0,1`)}                              | ${'btc.csv, line 3: open 0 cannot be replayed'}
    ${'high and low are swapped'}  | ${csv(rows(2)[0]!, `${START + HOUR_MS},8000,7900,8100,8000,1`)}                  | ${'btc.csv, line 3: high 7900 is below low 8100'}
    ${'times are in seconds'}      | ${csv(...rows(4).map((row) => row.replace(/^(\d+)\d{3},/, '$1,')))}              | ${'btc.csv, line 2: ts_ms 1584003600 is in seconds, not in milliseconds: multiply by 1,000'}
    ${'times are in microseconds'} | ${csv(...rows(4).map((row) => row.replace(/^(\d+),/, '$1000,')))}                | ${'btc.csv, line 2: ts_ms 1584003600000000 is in microseconds, not in milliseconds: divide by 1,000'}
    ${'times are in nanoseconds'}  | ${csv(...rows(4).map((row) => row.replace(/^(\d+),/, '$1000000,')))}             | ${'btc.csv, line 2: ts_ms 1584003600000000000 is in nanoseconds, not in milliseconds: divide by 1,000,000'}
    ${'a time is no whole number'} | ${csv(rows(2)[0]!, '2020-03-12,8000,8100,7900,8000,1')}                          | ${'btc.csv, line 3: ts_ms must be whole milliseconds'}
    ${'rows are not in order'}     | ${csv(rows(2)[1]!, rows(2)[0]!)}                                                 | ${'btc.csv, line 3: ts_ms'}
    ${'a time stands twice'}       | ${csv(...rows(2), rows(2)[1]!.replace('8002', '8003'))}                          | ${'stands twice with other prices: keep one row'}
    ${'bars have several lengths'} | ${csv(...rows(2), rows(1, HOUR_MS, START + 2.5 * HOUR_MS)[0]!)}                  | ${'btc.csv, line 4: ts_ms'}
    ${'a bar is missing'}          | ${csv(rows(4)[0]!, rows(4)[1]!, rows(4)[3]!)}                                    | ${'BTC has no bar from 2020-03-12T11:00:00Z to 2020-03-12T12:00:00Z: supply the missing bars'}
    ${'it ends too early'}         | ${csv(...rows(3))}                                                               | ${'BTC has no bar from 2020-03-12T12:00:00Z to 2020-03-12T13:00:00Z'}
  `('$why', async ({ content, message }: { content: string | Buffer; message: string }) => {
    await put('btc.csv', content);
    expect(await refusal()).toContain(message);
  });

  it.each`
    why                              | changes                                                     | message
    ${'a time has no zone'}          | ${{ from: '2020-03-12T09:00:00' }}                          | ${'scenario.json: "from" must be a time such as 2020-03-12T09:00:00Z'}
    ${'a time does not exist'}       | ${{ to: '2020-03-32T09:00:00Z' }}                           | ${'scenario.json: "to" must be a time'}
    ${'the end is before the start'} | ${{ to: isoOf(START - HOUR_MS) }}                           | ${'"to" (2020-03-12T08:00:00Z) must be later than "from"'}
    ${'the fund is a number'}        | ${{ openingFund: 250_000 }}                                 | ${'scenario.json: "openingFund"'}
    ${'the interval is broken'}      | ${{ priceSetEverySeconds: 0.5 }}                            | ${'scenario.json: "priceSetEverySeconds"'}
    ${'no underlying is named'}      | ${{ underlyings: {} }}                                      | ${'scenario.json: "underlyings" must name at least one'}
    ${'an underlying has no file'}   | ${{ underlyings: { BTC: [], ETH: ['eth.csv'] } }}           | ${'scenario.json: "underlyings.BTC"'}
    ${'a file lies elsewhere'}       | ${{ underlyings: { BTC: ['../btc.csv'], ETH: ['e'] } }}     | ${'must name a file beside scenario.json'}
    ${'a file does not exist'}       | ${{ underlyings: { BTC: ['gone.csv'], ETH: ['eth.csv'] } }} | ${'gone.csv: cannot be read (ENOENT)'}
    ${'a field is unknown'}          | ${{ opening_fund: '1' }}                                    | ${'opening_fund'}
  `('$why', async ({ changes, message }: { changes: object; message: string }) => {
    await put('scenario.json', JSON.stringify({ ...sound, ...changes }));
    expect(await refusal()).toContain(message);
  });

  it('scenario.json is missing or no JSON', async () => {
    await put('scenario.json', '{"name": ');
    expect(await refusal()).toContain('scenario.json: is not JSON');
    await rm(path.join(directory, 'scenario.json'));
    expect(await refusal()).toContain('scenario.json: cannot be read');
  });

  it('a file says it is packed and is not', async () => {
    await put('btc.csv.gz', csv(...rows(4)));
    await put('scenario.json', JSON.stringify({ ...sound, underlyings: { BTC: ['btc.csv.gz'], ETH: ['eth.csv'] } }));
    expect(await refusal()).toContain('btc.csv.gz: is not gzip data');
  });
});
