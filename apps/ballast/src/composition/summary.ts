import Table from 'cli-table3';
import type { ClearingPicture, ContractsPicture } from '@ballast/read-models';
import type { Digests } from '@ballast/services';

/** What `simulate --json` prints: the keys are a contract. */
export interface SimulationSummary {
  /** Events of the four service logs. */
  readonly events: number;
  readonly priceSets: number;
  readonly accounts: number;
  readonly marginRuns: number;
  /** Account decisions: assessments of accounts in margin runs, the quiet ones included. */
  readonly decisions: number;
  readonly marginCalls: number;
  readonly liquidations: number;
  readonly slices: number;
  readonly bankruptcies: number;
  readonly shortfall: string;
  readonly fund: { readonly opening: string; readonly closing: string };
  readonly takeOvers: number;
  readonly adl: number;
  readonly calledFirstShare: string | null;
  readonly calledQuarterHourShare: string | null;
  readonly callsWithoutLiquidation: number;
  readonly medianLeadTimeSeconds: number | null;
  readonly digests: Digests;
  readonly durationMs: number;
  /** Only where more than linear perpetuals is listed. */
  readonly contracts?: ContractsPicture;
}

export function summaryOf(picture: ClearingPicture, digests: Digests, durationMs: number): SimulationSummary {
  const { events, priceSets, accounts, marginRuns, decisions, marginCalls, liquidations, slices } = picture;
  const { bankruptcies, shortfall, fund, takeOvers, adl } = picture;
  const { calledFirstShare, calledQuarterHourShare, callsWithoutLiquidation, medianLeadTimeSeconds } = picture;
  return {
    events,
    priceSets,
    accounts,
    marginRuns,
    decisions,
    marginCalls,
    liquidations,
    slices,
    bankruptcies,
    shortfall,
    fund,
    takeOvers,
    adl,
    calledFirstShare,
    calledQuarterHourShare,
    callsWithoutLiquidation,
    medianLeadTimeSeconds,
    digests,
    durationMs: Math.round(durationMs),
    ...(picture.contracts === undefined ? {} : { contracts: picture.contracts }),
  };
}

const grouped = new Intl.NumberFormat('en-US');
const dollars = new Intl.NumberFormat('en-US', { style: 'currency', currency: 'USD' });

/** The summary for a person. */
export function summaryTable(picture: ClearingPicture, summary: SimulationSummary): string {
  const table = new Table({ head: ['', ''], style: { head: [], border: [] }, colAligns: ['left', 'right'] });
  const percent = (share: string | null): string =>
    share === null ? 'no liquidation' : `${(Number(share) * 100).toFixed(1)} %`;
  table.push(
    ['accounts', grouped.format(summary.accounts)],
    ['price sets (degraded)', `${grouped.format(summary.priceSets)} (${grouped.format(picture.degradedPriceSets)})`],
    ['margin runs', grouped.format(summary.marginRuns)],
    ['account decisions, each replayable', grouped.format(summary.decisions)],
    [
      'margin calls (that no liquidation followed)',
      `${grouped.format(summary.marginCalls)} (${grouped.format(summary.callsWithoutLiquidation)})`,
    ],
    ['entries into RESTRICTED', grouped.format(picture.restrictions)],
    ['liquidations (slices)', `${grouped.format(summary.liquidations)} (${grouped.format(summary.slices)})`],
    ['called a minute before liquidation', percent(summary.calledFirstShare)],
    ['called a quarter of an hour before', percent(summary.calledQuarterHourShare)],
    [
      'median time from call to liquidation',
      summary.medianLeadTimeSeconds === null ? 'none' : `${summary.medianLeadTimeSeconds} s`,
    ],
    ['bankruptcies', grouped.format(summary.bankruptcies)],
    ['withdrawals settled / refused', `${picture.withdrawalsSettled} / ${picture.withdrawalsRefused}`],
    ['insurance fund, contributed', dollars.format(Number(summary.fund.opening))],
    ['insurance fund, now', dollars.format(Number(summary.fund.closing))],
    ['taken over by liquidity providers', grouped.format(summary.takeOvers)],
    ['positions auto-deleveraged', grouped.format(summary.adl)],
    ['shortfall', dollars.format(Number(summary.shortfall))],
    ...(summary.contracts === undefined ? [] : contractRows(summary.contracts)),
    ['events of the service logs', grouped.format(summary.events)],
    ['duration', `${(summary.durationMs / 1000).toFixed(1)} s`],
  );
  const digests = Object.entries(summary.digests).map(([log, digest]) => `  ${log.padEnd(12)} ${digest}`);
  return `${table.toString()}\ndigests\n${digests.join('\n')}`;
}

/** Rows about options, dated futures and inverse contracts. */
function contractRows(contracts: ContractsPicture): [string, string][] {
  const { listed, refused, expiries, deliveries, variations, surfaces, degradedSurfaces } = contracts;
  const { optionPositions, premiumPaid, portfolios } = contracts;
  const premium = Object.entries(premiumPaid).map(([asset, amount]) =>
    asset === 'USD' ? dollars.format(Number(amount)) : `${amount} ${asset}`,
  );
  return [
    ['contracts listed (refused)', `${grouped.format(listed)} (${grouped.format(refused)})`],
    ['surfaces published (degraded)', `${grouped.format(surfaces)} (${grouped.format(degradedSurfaces)})`],
    ['expiries (positions delivered)', `${grouped.format(expiries)} (${grouped.format(deliveries)})`],
    ['variation settlements', grouped.format(variations)],
    ['option positions, now', grouped.format(optionPositions)],
    ['option premium paid by buyers', premium.length === 0 ? 'none' : premium.join(' + ')],
    ...Object.entries(portfolios).map(([model, accounts]): [string, string] => [
      `accounts by ${model}, now`,
      grouped.format(accounts),
    ]),
  ];
}
