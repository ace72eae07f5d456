import type { ClearingPicture, ContractsPicture } from '@ballast/read-models';
import { progressLine } from './progress-line.js';
import { summaryOf, summaryTable } from './summary.js';

const perpetuals: ClearingPicture = {
  events: 1_000,
  priceSets: 20,
  degradedPriceSets: 1,
  accounts: 50,
  marginRuns: 160,
  decisions: 1_000,
  marginCalls: 2,
  liquidations: 3,
  slices: 9,
  bankruptcies: 0,
  withdrawalsSettled: 4,
  withdrawalsRefused: 1,
  restrictions: 0,
  shortfall: '0',
  fund: { opening: '5000000', closing: '4999000.5' },
  fundDraws: 1,
  takeOvers: 0,
  adl: 0,
  calledFirstShare: '0.3333',
  calledQuarterHourShare: '0',
  callsWithoutLiquidation: 1,
  medianLeadTimeSeconds: 120,
  clearing: Date.UTC(2020, 2, 12, 10, 20),
  priceStatus: 'LIVE',
  priceJumps: {},
  marks: { 'BTC-PERP': '5811.4' },
  states: { HEALTHY: 47, WARN: 1, MARGIN_CALL: 1, RESTRICTED: 0, LIQUIDATING: 1 },
};

const contracts: ContractsPicture = {
  listed: 152,
  refused: 1,
  expiries: 2,
  deliveries: 48,
  variations: 6,
  surfaces: 1_356,
  degradedSurfaces: 12,
  degradedNow: 1,
  optionPositions: 87,
  premiumPaid: { USD: '123456.7', BTC: '0.25' },
  portfolios: { 'adaptive-portfolio@1': 38, 'deribit-portfolio@1': 2 },
};

const digests = { accounts: 'aa', pricing: 'bb', margin: 'cc', liquidation: 'dd' };
const shown = (picture: ClearingPicture): string => summaryTable(picture, summaryOf(picture, digests, 1_234));
const rowOf = (table: string, label: string): string | undefined =>
  table
    .split('\n')
    .find((line) => line.includes(` ${label} `))
    ?.replace(/[│ ]+/g, ' ')
    .trim();

describe('what simulate and serve tell', () => {
  it('says nothing about contracts where only linear perpetuals are listed', () => {
    expect(progressLine(perpetuals, 200)).toBe(
      '2020-03-12 10:20  BTC 5,811  calls 2  liquidations 3  fund 5M USD  accounts: healthy 47 warn 1 call 1 restricted 0 liquidating 1',
    );
    expect(summaryOf(perpetuals, digests, 1)).not.toHaveProperty('contracts');
    expect(shown(perpetuals)).not.toMatch(/contract|option|surface|expir/);
  });

  it('adds listings, open options, portfolios and doubtful surfaces to the line of progress', () => {
    expect(progressLine({ ...perpetuals, contracts }, 250)).toBe(
      `${progressLine(perpetuals, 250)}  contracts 152 option positions 87 portfolios 40 surfaces degraded 1`,
    );
    expect(progressLine({ ...perpetuals, contracts: { ...contracts, degradedNow: 0 } }, 250)).toMatch(/portfolios 40$/);
  });

  it('fits a terminal of 80 columns: time, prices, calls, liquidations and fund; the rest only where there is room', () => {
    const busy = {
      ...perpetuals,
      contracts,
      marks: { 'BTC-PERP': '5811.4', 'ETH-PERP': '137.2' },
      marginCalls: 12,
      liquidations: 641,
    };
    expect(progressLine(busy, 79)).toBe(
      '2020-03-12 10:20  BTC 5,811  ETH 137  calls 12  liquidations 641  fund 5M USD',
    );
    expect(progressLine({ ...busy, priceStatus: 'DEGRADED' }, 79)).toBe(
      '2020-03-12 10:20  BTC 5,811  ETH 137  DEGRADED  calls 12  liquidations 641',
    );
  });

  it('names what it counts: events of the service logs, account decisions, entries into a state', () => {
    const table = shown(perpetuals);
    for (const row of [
      'events of the service logs 1,000',
      'account decisions, each replayable 1,000',
      'entries into RESTRICTED 0',
    ]) {
      expect(rowOf(table, row.replace(/ [\d,]+$/, ''))).toBe(row);
    }
  });

  it('adds rows about contracts to the table, a model a row, and all of it to the JSON', () => {
    const table = shown({ ...perpetuals, contracts });
    expect(
      [
        'contracts listed (refused)',
        'surfaces published (degraded)',
        'expiries (positions delivered)',
        'variation settlements',
        'option positions, now',
        'option premium paid by buyers',
        'accounts by adaptive-portfolio@1, now',
        'accounts by deribit-portfolio@1, now',
      ].map((label) => rowOf(table, label)),
    ).toEqual([
      'contracts listed (refused) 152 (1)',
      'surfaces published (degraded) 1,356 (12)',
      'expiries (positions delivered) 2 (48)',
      'variation settlements 6',
      'option positions, now 87',
      'option premium paid by buyers $123,456.70 + 0.25 BTC',
      'accounts by adaptive-portfolio@1, now 38',
      'accounts by deribit-portfolio@1, now 2',
    ]);
    expect(summaryOf({ ...perpetuals, contracts }, digests, 1).contracts).toEqual(contracts);
  });

  it('says that no premium was paid where nobody bought', () => {
    expect(
      rowOf(shown({ ...perpetuals, contracts: { ...contracts, premiumPaid: {} } }), 'option premium paid by buyers'),
    ).toBe('option premium paid by buyers none');
  });
});
