import type { CaseWaterfall } from '@ballast/contracts';
import type { LogDirectory } from '@ballast/event-log';
import { GLOBAL, type LogEntry } from '@ballast/event-sourcing';
import {
  AUCTION_STEP,
  GAINS_STEP,
  OWNER_STEP,
  PAYING_STEPS,
  PROVIDER_STEP,
  type AccountsEvents,
  type FundEvents,
  type LiquidationEvents,
} from '@ballast/facts';
import { lossPerContract, readTerms } from '@ballast/liquidation-domain';
import { dec, maxOf, minOf, roundUsd, sum, text, ZERO, type Decimal } from '@ballast/kernel';

type Step = CaseWaterfall['steps'][number]['step'];

const PAGE = 1_000;

/** What the global partition of accounts says of losses. */
const LOSS_TYPES: ReadonlySet<string> = new Set(['LossStepTaken', 'LossRecovered', 'RepaymentBooked']);

/** What each step is, in the order in which it is told; the paying ones come in the order of the document. */
const DETAILS: Readonly<Record<Step, string>> = {
  position: 'what closing cost, out of the penalty that the position paid',
  providers: 'what the position left liquidity providers, who took it over below its value',
  auction: 'what the position left bidders, who took it over below its value',
  account: 'own collateral in other assets, taken over at the index',
  'other-accounts': 'other accounts of the same owner that answer for this one',
  'product-reserve': 'the reserve of the underlying',
  'global-fund': 'the insurance fund of all underlyings',
  'house-tranche': "the house's own capital",
  deleveraging: 'counterparties that were closed at the bankruptcy price instead of the mark',
  'variation-gains': 'gains of later settlements of variation, cut pro rata',
  residual: 'what no other step paid, less what later money has paid of it',
};

/** Entries of the global partition of accounts about losses, up to a clearing time. */
export async function lossEntries(logs: LogDirectory, until: number): Promise<readonly LogEntry[]> {
  const found: LogEntry[] = [];
  for (let after = 0; ;) {
    const page = await logs.log('accounts').read(GLOBAL, after, PAGE);
    for (const entry of page) {
      if (entry.time.clearing > until) return found;
      if (LOSS_TYPES.has(entry.type)) found.push(entry);
    }
    if (page.length < PAGE) return found;
    after += page.length;
  }
}

/**
 * Who bore what a case cost beyond its positions' value, step by step; the steps sum to the loss. Steps that bore nothing are left out.
 * @param liquidation events of liquidation about the account
 * @param bookings events of accounts about the account
 * @param losses events of the funds about losses
 */
export function caseWaterfall(
  caseId: string,
  liquidation: readonly LogEntry[],
  bookings: readonly LogEntry[],
  losses: readonly LogEntry[],
): CaseWaterfall {
  const ofCase = <Payload>(entries: readonly LogEntry[], type: string): readonly Payload[] =>
    entries
      .filter((entry) => entry.type === type && (entry.payload as { readonly caseId: string }).caseId === caseId)
      .map(({ payload }) => payload as Payload);
  const total = (amounts: readonly { readonly amount: string }[]): Decimal =>
    sum(amounts.map(({ amount }) => dec(amount)));

  const borne = new Map<Step, Decimal>();
  const bear = (step: Step, amount: Decimal): void => {
    borne.set(step, (borne.get(step) ?? ZERO).plus(amount));
  };
  for (const { slippage, penalty } of ofCase<LiquidationEvents['LiquidationCostAssessed']>(
    liquidation,
    'LiquidationCostAssessed',
  )) {
    bear('position', minOf(maxOf(dec(slippage), ZERO), dec(penalty)));
  }
  bear(PROVIDER_STEP, leftToTakers(caseId, liquidation, bookings, false));
  bear(AUCTION_STEP, leftToTakers(caseId, liquidation, bookings, true));
  for (const { taken } of ofCase<AccountsEvents['CollateralTakenOver']>(bookings, 'CollateralTakenOver')) {
    bear('account', sum(taken.map(({ dollars }) => dec(dollars))));
  }
  for (const { received } of ofCase<AccountsEvents['SetOffReceived']>(bookings, 'SetOffReceived')) {
    bear('other-accounts', dec(received));
  }
  const paid = ofCase<FundEvents['LossStepTaken']>(losses, 'LossStepTaken');
  const recovered = ofCase<FundEvents['LossRecovered']>(losses, 'LossRecovered');
  for (const { step, amount } of [...paid, ...recovered]) bear(step, dec(amount));
  const repaid = ofCase<FundEvents['RepaymentBooked']>(losses, 'RepaymentBooked');
  for (const { step, amount } of repaid) bear(step, dec(amount).neg());
  bear('deleveraging', deleveraged(caseId, liquidation, bookings));
  const uncovered = ofCase<AccountsEvents['UncoveredLossBooked']>(bookings, 'UncoveredLossBooked');
  bear('residual', total(uncovered).minus(total(recovered)));

  const order: readonly Step[] = [
    'position',
    PROVIDER_STEP,
    AUCTION_STEP,
    'account',
    OWNER_STEP,
    ...new Set(paid.map(({ step }) => step)),
    ...PAYING_STEPS,
    'deleveraging',
    GAINS_STEP,
    'residual',
  ];
  const steps = [...new Set(order)].flatMap((step) => {
    const amount = borne.get(step) ?? ZERO;
    return amount.isZero() ? [] : [{ step, amount: text(amount), detail: detailOf(step, uncovered, repaid) }];
  });
  return { caseId, loss: text(sum([...borne.values()])), steps };
}

function detailOf(
  step: Step,
  uncovered: readonly AccountsEvents['UncoveredLossBooked'][],
  repaid: readonly FundEvents['RepaymentBooked'][],
): string {
  if (step === 'residual') return `on the ${uncovered[0]?.bearer ?? 'residual party'}: ${DETAILS[step]}`;
  return repaid.some((each) => each.step === step)
    ? `${DETAILS[step]}, less what the debtor has paid back`
    : DETAILS[step];
}

/**
 * What was taken over, times how far its price was from the mark. Whole cents.
 * @param auctioned by bidders, and not by those with an agreement
 */
function leftToTakers(
  caseId: string,
  liquidation: readonly LogEntry[],
  bookings: readonly LogEntry[],
  auctioned: boolean,
): Decimal {
  const trades = bookings
    .filter(({ type }) => type === 'ProviderTradeBooked')
    .map(({ payload }) => payload as AccountsEvents['ProviderTradeBooked'])
    .filter(({ role }) => role === 'debtor');
  const parts = liquidation
    .filter(({ type }) => type === 'ProvidersAsked')
    .map(({ position, payload }) => ({ position, asked: payload as LiquidationEvents['ProvidersAsked'] }))
    .filter(({ asked }) => asked.caseId === caseId && (asked.auction !== undefined) === auctioned)
    .flatMap(({ position, asked: { side, mark, settlement } }) => {
      const terms = readTerms(settlement);
      const giving = side === 'long' ? 'short' : 'long';
      return trades
        .filter(({ request }) => request.position === position)
        .map(({ quantity, price }) => lossPerContract(terms, giving, dec(mark), dec(price)).times(quantity));
    });
  return roundUsd(sum(parts), 'neutral');
}

/**
 * What counterparties bore: of the deficit that a request offers, the part by how far from the mark and how much of it was closed. Whole cents.
 */
function deleveraged(caseId: string, liquidation: readonly LogEntry[], bookings: readonly LogEntry[]): Decimal {
  const requests = liquidation.filter(
    ({ type, payload }) => type === 'AdlRequested' && (payload as LiquidationEvents['AdlRequested']).caseId === caseId,
  );
  const parts = requests.flatMap(({ position, payload }) => {
    const { deficit, quantity, mark, bankruptcyPrice } = payload as LiquidationEvents['AdlRequested'];
    const distance = dec(bankruptcyPrice).minus(mark);
    if (distance.isZero()) return [];
    return bookings
      .filter(({ type }) => type === 'AdlBooked')
      .map(({ payload: of }) => of as AccountsEvents['AdlBooked'])
      .filter(({ role, request }) => role === 'bankrupt' && request.position === position)
      .map(({ quantity: closed, price }) =>
        dec(deficit).times(closed).div(quantity).times(dec(price).minus(mark)).div(distance),
      );
  });
  return roundUsd(sum(parts), 'neutral');
}
