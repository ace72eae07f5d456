import { accountsInvariants, shortfall, trialBalance, type AccountsInvariant } from '@ballast/accounts-domain';
import { GLOBAL } from '@ballast/event-sourcing';
import { riskArraysOf } from '@ballast/margin-domain';
import type { ClearingMetrics } from '@ballast/observability';
import { sum, ZERO, type Decimal } from '@ballast/kernel';
import { pricingInvariants, type PricingInvariant } from '@ballast/pricing-domain';
import type { ClearingGateway } from './clearing.gateway.js';

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

/** What does not hold now, of all that is checked at every scrape. */
export function violationsOf(clearing: ClearingGateway) {
  const { numbers } = clearing;
  // What margin computes with. Partitions that got it from hand to hand hold one and the same.
  const heldArrays = new Set(numbers.flatMap((partition) => clearing.ask('margin', partition, riskArraysOf)));
  return [
    ...numbers.flatMap((partition) => clearing.ask('accounts', partition, accountsInvariants.ofPartition)),
    ...numbers.flatMap((partition) => clearing.ask('accounts', partition, accountsInvariants.ofExpiries)),
    ...clearing.ask('fund', GLOBAL, accountsInvariants.ofFund),
    ...[...heldArrays].flatMap(pricingInvariants.ofRiskArrays),
  ];
}

/** Brings the figures of a scrape up to date. Float64 is enough to look at, and zero stays exactly zero. */
export function takeFigures(metrics: ClearingMetrics, clearing: ClearingGateway): void {
  const { clearing: newest } = clearing;
  for (const worker of clearing.house.workers) {
    const labels = { log: worker.log, partition: String(worker.partition) };
    const { backlog } = worker;
    metrics.backlog.set(labels, backlog);
    // Without anything to apply a partition is not behind, however long ago it last had something.
    metrics.consumerLag.set(labels, backlog === 0 ? 0 : (newest - worker.machine.clearing) / 1_000);
  }
  const { numbers } = clearing;
  const balances = [
    ...numbers.map((partition) => clearing.ask('accounts', partition, trialBalance)),
    clearing.ask('fund', GLOBAL, trialBalance),
  ];
  for (const asset of new Set(balances.flatMap(({ totals }) => Object.keys(totals)))) {
    metrics.conservationResidual.set(
      { asset },
      Number(sum(balances.map(({ totals }): Decimal => totals[asset] ?? ZERO))),
    );
  }
  const violations = violationsOf(clearing);
  for (const invariant of WATCHED_INVARIANTS) {
    metrics.invariantViolations.set({ invariant }, violations.filter(({ name }) => name === invariant).length);
  }
  const picture = clearing.picture();
  for (const [state, count] of Object.entries(picture.states)) metrics.accounts.set({ state }, count);
  metrics.fund.set(Number(picture.fund.closing));
  metrics.shortfall.set(Number(sum(numbers.map((partition) => clearing.ask('accounts', partition, shortfall)))));
  metrics.clearing.set(newest / 1_000);
}
