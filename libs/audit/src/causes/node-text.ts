import type { LogEntry } from '@ballast/event-sourcing';
import type { SurfaceJump, UnderlyingPrices } from '@ballast/facts';
import { isoOf, type AccountId } from '@ballast/kernel';
import { eventText } from '../explain/explained-event.js';
import { orderEventText } from '../explain/order-text.js';
import { priceJumpText, surfaceJumpText } from '../explain/price-jump-text.js';

/** The account that an event is about. */
export const accountOf = ({ payload }: LogEntry): AccountId | null =>
  (payload as { readonly accountId?: AccountId } | null)?.accountId ?? null;

/** An event of any log, in a sentence. */
export function nodeText(entry: LogEntry): string {
  const told = TELLERS[entry.type];
  if (told !== undefined) return told(entry.payload as Readonly<Record<string, unknown>>);
  return accountOf(entry) === null ? (orderEventText(entry) ?? entry.type) : eventText(entry);
}

const isText = (value: unknown): value is string => typeof value === 'string';

const written = (value: unknown): string => (isText(value) ? value : JSON.stringify(value));

/** ` at 6,018.5 USD`, or nothing for an order without a limit. */
const atPrice = (price: unknown): string => (isText(price) ? ` at ${price} USD` : '');

/** Who takes over: those who have an agreement, or those whose bids were called. */
const takers = (auction: unknown): string => (auction === undefined ? 'liquidity providers' : 'bidders');

const moment = (at: unknown): string => isoOf(at as number);

/** What a message waits for, in words. */
const missingText = (waitsFor: unknown): string => {
  const { account, contract, depositId } = waitsFor as {
    readonly account: boolean;
    readonly contract: boolean;
    readonly depositId: string | null;
  };
  const parts = [
    ...(account ? ['its account'] : []),
    ...(contract ? ['its contract'] : []),
    ...(depositId === null ? [] : [`deposit ${depositId}`]),
  ];
  return parts.join(' and ');
};

const idOf = (named: unknown): string => (named as { readonly id: string }).id;

const idsOf = (all: unknown): string => (all as readonly unknown[]).map(idOf).join(', ');

const TELLERS: Readonly<Record<string, (payload: Readonly<Record<string, unknown>>) => string>> = {
  VenueQuotesReceived: ({ underlying, quotes }) =>
    `Quotes of ${written(underlying)} by ${(quotes as readonly { venue: string }[]).map(({ venue }) => venue).join(', ')}`,
  PerpetualBookObserved: ({ instrument, bestBid, bestAsk }) =>
    `Book of ${written(instrument)}: ${written(bestBid)} to ${written(bestAsk)} USD`,
  MarketActivityObserved: ({ instrument, volume, bidDepth, askDepth }) =>
    `Market of ${written(instrument)}: ${written(volume)} USD traded; within a percent of the best price ${written(bidDepth)} bid, ${written(askDepth)} offered`,
  HouseModeProposed: ({ mode, reason }) => `Proposed: the house goes to ${written(mode)}. ${written(reason)}`,
  HouseModeChanged: ({ from, to, reason }) =>
    `The house goes from ${written(from)} to ${written(to)}. ${written(reason)}`,
  DelistingProposed: ({ instrument, at, reason }) =>
    `Proposed: ${written(instrument)} ${at === null ? 'stays' : `ends at ${moment(at)}`}. ${written(reason)}`,
  DelistingApproved: ({ instrument, at, reason }) =>
    at === null
      ? `${written(instrument)} stays. ${written(reason)}`
      : `${written(instrument)} ends at ${moment(at)} and takes no new risk until then. ${written(reason)}`,
  InstrumentDelisted: ({ instrument, price }) =>
    `${written(instrument)} has ended: every position is closed at ${written(price)}.`,
  SettlementOverrideProposed: ({ underlying, price, reason }) =>
    `Proposed: ${written(underlying)} is delivered at ${price === null ? 'the average' : `${written(price)} USD`}. ${written(reason)}`,
  SettlementOverrideApproved: ({ underlying, price, reason }) =>
    `${written(underlying)} is delivered at ${price === null ? 'the average' : `${written(price)} USD, whatever the average`}. ${written(reason)}`,
  FeeTierChanged: ({ ownerId, volume, to, feeSchedule }) =>
    `${written(ownerId)} traded ${written(volume)} USD in 30 days: fees of the tier from ${written(to)} USD of ${written(feeSchedule)}`,
  OpenInterestMeasured: ({ instrument, long, short, limit, exceeded }) =>
    `Open interest of ${written(instrument)}: ${written(long)} long, ${written(short)} short, ${exceeded === true ? 'beyond' : 'within'} its limit of ${written(limit)}`,
  CollateralHeldMeasured: ({ asset, amount }) =>
    `All clients together hold ${written(amount)} ${written(asset)} as collateral`,
  InstrumentHalted: ({ instrument, until, reason }) =>
    `Nothing trades in ${written(instrument)}${typeof until === 'number' ? ` until ${isoOf(until)}` : ''}. ${written(reason)}`,
  InstrumentResumptionProposed: ({ instrument, reason }) =>
    `Proposed: ${written(instrument)} trades again. ${written(reason)}`,
  InstrumentResumed: ({ instrument, because, reason }) =>
    because === 'expired'
      ? `${written(instrument)} trades again: the halt had an end.`
      : `${written(instrument)} trades again. ${written(reason)}`,
  ClockTicked: () => 'The clock of the exchange moved on.',
  PriceSetPublished: ({ number, marks, status, underlyings }) =>
    [
      `Price set ${written(number)} (${written(status)}): ${(marks as readonly { instrument: string; mark: string }[])
        .map(({ instrument, mark }) => `${instrument} ${mark}`)
        .join(', ')} USD`,
      ...Object.entries(underlyings as Readonly<Record<string, UnderlyingPrices>>).flatMap(([underlying, { jump }]) =>
        jump === undefined ? [] : [priceJumpText(underlying, jump)],
      ),
    ].join('; '),
  ScheduleInForce: ({ number, parameters, status }) =>
    `Schedule ${written(number)} on parameters ${written(parameters)} (${written(status)})`,
  MarginRunCompleted: ({ kind, assessed, root }) =>
    `${kind === 'full' ? 'Full run' : 'Run'} over ${written(assessed)} accounts, root ${written(root).slice(0, 12)}...`,
  TradeFilled: ({ side, quantity, instrument, price }) =>
    `Fill: ${written(side)} ${written(quantity)} ${written(instrument)} at ${written(price)} USD`,
  CloseOutOrderFinished: ({ status, filledQuantity }) =>
    `The close-out order is ${written(status)}: ${written(filledQuantity)} closed`,
  OrdersCancelled: ({ cancelledOrders }) => `The exchange cancelled ${written(cancelledOrders)} open orders.`,
  PenaltyRemainderSent: ({ amount }) => `What was left of the penalty, ${written(amount)} USD, goes to the fund.`,
  FundCredited: ({ amount, reason }) => `Fund credited with ${written(amount)} USD (${written(reason)})`,
  SetOffCleared: ({ accounts }) =>
    `Margin says what they can spare: ${(accounts as readonly { accountId: string; available: string }[])
      .map(({ accountId, available }) => `${accountId} ${available} USD`)
      .join(', ')}`,
  LossStepTaken: ({ step, reserve, amount, remaining }) =>
    `${written(step)}${reserve === null ? '' : ` ${written(reserve)}`} pays ${written(amount)} USD, ${written(remaining)} USD are left`,
  VariationGainsCalled: ({ instrument, called }) =>
    `Gains of ${written(instrument)} are to pay ${written(called)} USD of losses that nobody has paid`,
  VariationHaircutFixed: ({ called, gains, taken }) =>
    `Of gains of ${written(gains)} USD ${written(taken)} are cut for losses of ${written(called)} USD`,
  RepaymentBooked: ({ step, amount, remaining }) =>
    `${written(amount)} USD are paid back to ${written(step)}, ${written(remaining)} USD are still owed`,
  LossRecovered: ({ amount }) => `Money that came in pays ${written(amount)} USD of an earlier loss`,
  CloseOutTurnGranted: ({ notional, instrument }) =>
    `It may close ${written(notional)} USD of ${written(instrument)} now`,
  CloseOutTurnDeferred: ({ ahead, nextAt, reason }) =>
    `It waits for its turn, ${written(ahead)} before it (${written(reason)}); expected at ${isoOf(nextAt as number)}`,
  DeleveragingAnnounced: ({ instrument, side, to, triggerDistance, stopDistance }) =>
    `Deleveraging of ${written(instrument)} against bankrupt ${written(side)}s is ${written(to)}: ` +
    `${written(triggerDistance)} USD to its beginning, ${written(stopDistance)} USD to its end`,
  FundDrawGranted: ({ granted }) => `The fund grants ${written(granted)} USD`,
  MarketOpened: ({ name }) => `The exchange opened its market: ${written(name)}.`,
  InstrumentListed: ({ specification }) => `The exchange lists ${idOf(specification)}.`,
  ContractBookObserved: ({ instrument, bestBid, bestAsk }) =>
    `Book of ${written(instrument)}: ${written(bestBid)} to ${written(bestAsk)} USD`,
  OptionChainQuoted: ({ underlying, expiry, quotes }) =>
    `${(quotes as readonly unknown[]).length} options on ${written(underlying)} that expire at ${moment(expiry)} were quoted.`,
  PriceHistorySupplied: ({ underlying, closes }) =>
    `${(closes as readonly unknown[]).length} earlier prices of ${written(underlying)} were supplied.`,
  ProducerBegan: ({ producer, incarnation }) => `${written(producer)} began to send as ${written(incarnation)}.`,
  ProducerContinuationProposed: ({ producer, incarnation, reason }) =>
    `Proposed: ${written(producer)} goes on as ${written(incarnation)}. ${written(reason)}`,
  ProducerForked: ({ producer, position, because }) =>
    `${written(producer)} sent another history from position ${written(position)} on (${written(because)}): nothing is taken from it.`,
  AccountOpeningRequested: ({ accountId }) => `The exchange asked to open ${written(accountId)}.`,
  DepositReceived: ({ amount, asset, accountId }) =>
    `${written(amount)} ${written(asset)} came in for ${written(accountId)}.`,
  WithdrawalRequested: ({ amount, asset, accountId }) =>
    `${written(accountId)} asked for ${written(amount)} ${written(asset)}.`,
  FundContributionReceived: ({ amount }) => `${written(amount)} USD came in for the insurance fund.`,
  OrderAccepted: ({ side, quantity, instrument, price }) =>
    `Order accepted: ${written(side)} ${written(quantity)} ${written(instrument)}${atPrice(price)}.`,
  OrderChanged: ({ orderId, quantity, price }) =>
    `Order ${written(orderId)} is for ${written(quantity)} now${atPrice(price)}.`,
  OrderClosed: ({ orderId, reason, filledQuantity }) =>
    `Order ${written(orderId)} ended (${written(reason)}), ${written(filledQuantity)} of it filled.`,

  DocumentsEstablished: ({ author, approver, documents }) =>
    `Opened with the rules ${idsOf(documents)}, by ${written(author)} and ${written(approver)}.`,
  DocumentProposed: ({ document, reason }) => `Proposed: ${idOf(document)}. ${written(reason)}`,
  DocumentApproved: ({ id }) => `${written(id)} is in force from here on.`,
  ReleaseInForce: ({ release, documents }) =>
    `Release ${written(release)} decides from here on, by ${idsOf(documents)}.`,

  InstrumentAdmitted: ({ specification }) => `${idOf(specification)} is admitted to clearing.`,
  InstrumentRefused: ({ instrument, reason }) => `${written(instrument)} is not cleared: ${written(reason)}.`,
  SourceStateChanged: ({ underlying, venue, from, to, reason }) =>
    `${written(venue)} as a source of ${written(underlying)} ${from === null ? 'begins as' : `goes from ${written(from)} to`} ${written(to)}: ${written(reason)}.`,
  VolatilitySeeded: ({ underlying, fast, slow }) =>
    `The volatility of ${written(underlying)} begins at ${written(fast)} a day fast and ${written(slow)} slow.`,
  SurfacePublished: ({ underlying, expiry, status, origin, jump }) =>
    `Volatility surface of ${written(underlying)} for ${moment(expiry)} (${written(status)}, ${written(origin)})${jump === undefined ? '' : `; ${surfaceJumpText(jump as SurfaceJump)}`}.`,
  RiskArraysPublished: ({ number, status, instruments, scenarios }) =>
    `Risk arrays ${written(number)} (${written(status)}): ${(instruments as readonly unknown[]).length} contracts in ${(scenarios as readonly unknown[]).length} scenarios.`,
  FundingRateFixed: ({ instrument, rate, mark }) =>
    `Funding of ${written(instrument)} is fixed at the rate ${written(rate)} on a mark of ${written(mark)} USD.`,
  VariationPriceFixed: ({ instrument, price }) =>
    `Variation of ${written(instrument)} is paid at ${written(price)} USD.`,
  SettlementPriceFixed: ({ underlying, expiry, price }) =>
    `${written(underlying)} is settled for ${moment(expiry)} at ${written(price)} USD.`,

  FundingClosed: ({ instrument, clients, houseAmount, asset }) =>
    `Funding of ${written(instrument)} is paid by and to ${written(clients)} clients; the house has ${written(houseAmount)} ${written(asset)} of it.`,
  VariationClosed: ({ instrument, clients, price, houseAmount, asset }) =>
    `Variation of ${written(instrument)} at ${written(price)} USD is paid by and to ${written(clients)} clients; the house has ${written(houseAmount)} ${written(asset)} of it.`,
  VariationGainsOffered: ({ instrument, gains }) =>
    `Gains of ${(gains as readonly unknown[]).length} accounts in ${written(instrument)} are offered to losses that nobody has paid.`,
  VariationGainsJudged: ({ instrument, gains }) =>
    `Margin says what ${(gains as readonly unknown[]).length} accounts can spare of their gains in ${written(instrument)}.`,
  ExpiryClosed: ({ instrument, clients, deliveryPrice, houseAmount, asset }) =>
    `${written(instrument)} is delivered at ${written(deliveryPrice)} USD to ${written(clients)} clients; the house has ${written(houseAmount)} ${written(asset)} of it.`,
  FundContributionForwarded: ({ amount }) => `${written(amount)} USD are on their way to the insurance fund.`,
  SuspenseBooked: ({ reference, reason }) => `${written(reference)} is held in suspense (${written(reason)}).`,
  SuspenseReleaseProposed: ({ suspense, outcome, reason }) =>
    `Proposed: suspense item ${written(suspense)} is released (${written(outcome)}). ${written(reason)}`,
  SuspenseReleased: ({ suspense, reference }) =>
    `Suspense item ${written(suspense)} is released: ${written(reference)}.`,
  MessageDeferred: ({ reference, accountId, waitsFor, until }) =>
    `${written(reference)} of ${written(accountId)} waits for ${missingText(waitsFor)}, until ${moment(until)} at the latest.`,
  DeferredMessageTaken: ({ reference, accountId, deferred, because }) =>
    because === 'complete'
      ? `What ${written(reference)} of ${written(accountId)} waited for since event ${written(deferred)} is there: it is decided now.`
      : `${written(reference)} of ${written(accountId)} has waited since event ${written(deferred)} as long as it may: it is decided without what it waited for.`,
  BreakOpened: ({ breakId, source, accountId, asset, instrument, ledger, reported }) =>
    `Break ${written(breakId)} with ${written(source)}: ${[accountId, asset, instrument].filter(isText).join(', ')} is ${written(ledger)} in the ledger and ${written(reported)} there.`,
  BreakChanged: ({ breakId, source, ledger, reported }) =>
    `Break ${written(breakId)} with ${written(source)} is ${written(ledger)} in the ledger and ${written(reported)} there now.`,
  BreakMatched: ({ breakId, source }) => `Break ${written(breakId)} with ${written(source)} is no more: both agree.`,
  BreakExplanationProposed: ({ breakId, source, explanation }) =>
    `Proposed for break ${written(breakId)} with ${written(source)}: ${written(explanation)}`,
  BreakExplained: ({ breakId, source }) => `Break ${written(breakId)} with ${written(source)} is explained.`,
  ReconciliationRecorded: ({ of, source, asOf, compared, differing }) =>
    `The ${written(of)} file of ${written(source)} as of ${moment(asOf)}: of ${written(compared)} figures ${written(differing)} differ.`,
  BookImportBegun: ({ importId, signedBy, parts }) =>
    `The book ${written(importId)}, signed by ${written(signedBy)}, is brought in ${written(parts)} parts.`,
  BookPartAdded: ({ importId, part, parts, accounts }) =>
    `Part ${written(part)} of ${written(parts)} of the book ${written(importId)}: ${(accounts as readonly unknown[]).length} accounts.`,
  BookPartitionJudged: ({ importId, accounts, faults }) =>
    `Of the book ${written(importId)} ${written(accounts)} accounts would live here; ${(faults as readonly unknown[]).length} faults.`,
  BookImportApproved: ({ importId, accounts }) =>
    `The book ${written(importId)} with ${written(accounts)} accounts is approved and booked.`,
  BookImportWithdrawn: ({ importId, reason }) => `The book ${written(importId)} is given up. ${written(reason)}`,
  TradeCorrectionProposed: ({ tradeId, instrument, reason }) =>
    `Proposed: trade ${written(tradeId)} in ${written(instrument)} is taken back. ${written(reason)}`,
  TradeCorrectionApproved: ({ tradeId, instrument }) =>
    `Trade ${written(tradeId)} in ${written(instrument)} is to be taken back.`,
  TradeCorrectionEnded: ({ tradeId, instrument, code, reason }) =>
    `Trade ${written(tradeId)} in ${written(instrument)} stands (${written(code)}).${reason === null ? '' : ` ${written(reason)}`}`,
  TradeSidesReported: ({ tradeId, sides, refusal }) =>
    `${(sides as readonly unknown[]).length} sides of trade ${written(tradeId)} stand here${refusal === null ? '' : ` (${written(refusal)})`}.`,

  AuctionOpened: ({ auctionId, bidders, quantity, instrument, caseId, dutch, endsAt }) =>
    `${written(auctionId)}: up to ${written(quantity)} ${written(instrument)} of ${written(caseId)} are offered to ${(bidders as readonly unknown[]).length} bidders ${dutch === null ? 'for sealed bids' : 'at a falling price'} until ${moment(endsAt)}.`,
  AuctionBidPlaced: ({ auctionId, bidder, quantity, instrument, discount }) =>
    `${written(bidder)} bids in ${written(auctionId)}: ${written(quantity)} ${written(instrument)} at a discount of ${written(discount)}.`,
  AuctionCalled: ({ auctionId, bids }) =>
    `${(bids as readonly unknown[]).length} bids of ${written(auctionId)} are final: the case hands over.`,
  AuctionClosed: ({ auctionId, outcome, closedQuantity, bids, instrument }) =>
    outcome === 'taken-over'
      ? `${written(closedQuantity)} ${written(instrument)} went to bidders in ${written(auctionId)}.`
      : `Nobody took over ${written(instrument)} in ${written(auctionId)} (${written(outcome)}, ${written(bids)} bids).`,
  ProviderRoundOpened: ({ providers, quantity, instrument, caseId, auction }) =>
    `${(providers as readonly unknown[]).length} ${takers(auction)} are to take over up to ${written(quantity)} ${written(instrument)} of ${written(caseId)}.`,
  ProvidersJudged: ({ roundId, providers }) =>
    `${(providers as readonly unknown[]).length} providers of ${written(roundId)} were judged by their margin.`,
  HedgeJudged: ({ maintenance, hedges }) =>
    `Margin requires ${written(maintenance)} USD, and with a hedge ${
      (
        hedges as readonly {
          instrument: string;
          side: string;
          sizes: readonly { quantity: string; maintenance: string }[];
        }[]
      )
        .flatMap(({ instrument, side, sizes }) =>
          sizes.slice(-1).map((size) => `${size.maintenance} USD (${side} ${size.quantity} ${instrument})`),
        )
        .join(', ') || 'worth an order nothing else'
    }.`,
  ProviderRoundExecuted: ({ takes, instrument, caseId, auction }) =>
    `${(takes as readonly unknown[]).length} ${takers(auction)} take over ${written(instrument)} of ${written(caseId)}.`,
  ProviderRoundClosed: ({ closedQuantity, instrument, caseId, outcome, auction }) =>
    outcome === 'taken-over'
      ? `${written(closedQuantity)} ${written(instrument)} of ${written(caseId)} were taken over by ${takers(auction)}.`
      : `Nobody took over ${written(instrument)} of ${written(caseId)} (${written(outcome)}).`,
  AdlRoundOpened: ({ requests, instrument, side }) =>
    `${(requests as readonly unknown[]).length} bankrupt ${written(side)}s of ${written(instrument)} look for who is deleveraged.`,
  AdlCandidatesReported: ({ roundId, candidates }) =>
    `${(candidates as readonly unknown[]).length} accounts could be deleveraged in ${written(roundId)}.`,
  AdlExecuted: ({ closes, instrument, side }) =>
    `${(closes as readonly unknown[]).length} positions in ${written(instrument)} are reduced against bankrupt ${written(side)}s.`,
  AdlRoundClosed: ({ roundId, bankrupt }) =>
    `${(bankrupt as readonly unknown[]).length} bankrupt positions were closed by ${written(roundId)}.`,
};
