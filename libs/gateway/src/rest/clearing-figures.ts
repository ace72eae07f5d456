import type { AccountsInvariant } from '@ballast/accounts-domain';
import { GLOBAL } from '@ballast/event-sourcing';
import type { ClearingMetrics } from '@ballast/observability';
import { sum, ZERO, type Decimal } from '@ballast/kernel';
import type { PricingInvariant } from '@ballast/pricing-domain';
import { questions } from '@ballast/services';
import type { ClearingGateway } from './clearing.gateway.js';
import { houseBacklog } from './house-backlog.js';

/** What is checked at every scrape; the rest is checked by `verify`, event by event. */
const WATCHED: { readonly [Name in AccountsInvariant | PricingInvariant]?: true } = {
  'ledger-sums-to-zero': true,
  'positions-sum-to-zero': true,
  'costs-match-realised-profit': true,
  'house-pnl-is-attributed': true,
  'holds-match-withdrawals': true,
  'liquidation-ledger-belongs-to-slices': true,
  'funding-sums-to-zero': true,
  'settlement-sums-to-zero': true,
  'nothing-held-after-expiry': true,
  'fund-not-negative': true,
  'fund-change-is-attributed': true,
  'risk-arrays-match-their-hash': true,
  'risk-arrays-cover-their-scenarios': true,
};

export const WATCHED_INVARIANTS = Object.keys(WATCHED);

/** Books of every partition of accounts, and of the fund. */
async function booksOf(clearing: ClearingGateway) {
  const [numbered, fund] = await Promise.all([
    clearing.askAll(questions.accounts.books),
    clearing.ask(questions.fund.books, GLOBAL),
  ]);
  return { numbered, fund };
}

/** What does not hold now, of all that is checked at every scrape; a name for each violation. */
export async function violationsOf(clearing: ClearingGateway): Promise<readonly string[]> {
  const [{ numbered, fund }, broken] = await Promise.all([
    booksOf(clearing),
    clearing.askAll(questions.margin.brokenArrays),
  ]);
  return [...numbered.flatMap(({ violated }) => violated), ...fund.violated, ...new Set(broken.flat())];
}

/** Brings the figures of a scrape up to date. Float64 is enough to look at, and zero stays exactly zero. */
export async function takeFigures(metrics: ClearingMetrics, clearing: ClearingGateway): Promise<void> {
  const [{ clearing: newest, partitions }, { numbered, fund }, violations] = await Promise.all([
    houseBacklog(clearing),
    booksOf(clearing),
    violationsOf(clearing),
  ]);
  for (const { log, partition, backlog, lagSeconds } of partitions) {
    const labels = { log, partition: String(partition) };
    metrics.backlog.set(labels, backlog);
    metrics.consumerLag.set(labels, lagSeconds);
  }
  const totals = [...numbered, fund].map((books) => books.totals);
  for (const asset of new Set(totals.flatMap((each) => Object.keys(each)))) {
    metrics.conservationResidual.set({ asset }, Number(sum(totals.map((each): Decimal => each[asset] ?? ZERO))));
  }
  for (const invariant of WATCHED_INVARIANTS) {
    metrics.invariantViolations.set({ invariant }, violations.filter((name) => name === invariant).length);
  }
  const picture = clearing.picture();
  for (const [state, count] of Object.entries(picture.states)) metrics.accounts.set({ state }, count);
  metrics.fund.set(Number(picture.fund.closing));
  metrics.shortfall.set(Number(sum(numbered.map((books) => books.shortfall))));
  metrics.clearing.set(newest / 1_000);
}
