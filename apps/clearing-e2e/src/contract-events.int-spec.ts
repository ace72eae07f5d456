import { eventSchemas, parseEntry } from '@ballast/contracts/testing';
import { MemoryLogStore } from '@ballast/event-log';
import type { LogEntry } from '@ballast/event-sourcing';
import type { ClearingHouse } from '@ballast/services';
import { CI_WINDOW, OPTION_EXPIRY } from './ci-window.js';
import { runToEnd, type RunOptions } from './clearing-run.js';

const WHOLE_RUN = process.env['WHOLE_RUN'] !== undefined;

/**
 * What CI runs: the crash, then short windows for what it takes an expiry, a thousandth of the insurance fund or a
 * funding time with a thousand accounts to see. WHOLE_RUN=1 runs the five bundled days, with the whole fund and with a hundredth of it, and all of
 * the option writers instead.
 */
const WINDOWS: readonly RunOptions[] = WHOLE_RUN
  ? [
      ...['1', '0.01'].map((fundShare) => ({
        ...{ from: '2020-03-11T00:00:00Z', to: '2020-03-15T23:59:00Z', accounts: 1_000, fundShare },
      })),
      { scenario: 'option-writers', from: '2020-03-12T06:00:00Z', to: '2020-03-13T09:00:00Z', accounts: 1_000 },
    ]
  : [
      CI_WINDOW,
      OPTION_EXPIRY,
      { from: '2020-03-12T10:00:00Z', to: '2020-03-12T10:50:00Z', accounts: 1_000, fundShare: '0.001' },
      { from: '2020-03-11T15:00:00Z', to: '2020-03-11T16:05:00Z', accounts: 1_000 },
    ];

/** What the bundled run does not emit, with neither fund, and why that is no gap. */
const NOT_EMITTED: Readonly<Record<string, string>> = {
  'exchange.quotes/ProducerBegan': 'of an exchange that is not simulated: own-exchange.e2e-spec.ts',
  'exchange.quotes/ProducerForked': 'of an exchange that is not simulated: exchange-intake.spec.ts',
  'exchange.quotes/ProducerContinuationProposed': 'a decision of people: exchange-intake.spec.ts',
  'exchange.orders/OrderAccepted': 'the simulated exchange has no book: orders.int-spec.ts',
  'exchange.orders/OrderChanged': 'the simulated exchange has no book: orders.spec.ts',
  'exchange.orders/OrderClosed': 'the simulated exchange has no book: orders.int-spec.ts',
  'margin.commands/ReserveMargin': 'a command from outside: orders.int-spec.ts',
  'margin.commands/ReleaseReservation': 'a command from outside: orders.int-spec.ts',
  'margin/MarginReserved': 'follows that command: orders.int-spec.ts',
  'margin/ReservationEnded': 'follows a reservation: orders.int-spec.ts',
  'margin/OrderCancelsRequested': 'the simulated exchange has no book: orders.int-spec.ts',
  'accounts.commands/OpenAccount': 'a command from outside: live.int-spec.ts, kill-serve.e2e-spec.ts',
  'accounts.commands/Deposit': 'a command from outside: live.int-spec.ts, kill-serve.e2e-spec.ts',
  'accounts.commands/RequestWithdrawal': 'a command from outside: live.int-spec.ts',
  'accounts.commands/RequestTransfer': 'a command from outside: rest.int-spec.ts',
  'accounts/TransferReceived': 'follows that command: rest.int-spec.ts',
  'accounts.commands/ChangeAccountStanding': 'a decision of people: standing.spec.ts',
  'accounts/AccountStandingChanged': 'a decision of people: standing.spec.ts',
  'accounts.commands/ChooseMarginModel': 'a command from outside: rest.int-spec.ts',
  'accounts/MarginModelChosen': 'follows that command: rest.int-spec.ts',
  'accounts.commands/ChangeSetOffAgreement': 'a command from outside, where the house offers it: set-off.spec.ts',
  'accounts/SetOffAgreementChanged': 'follows that command: set-off.spec.ts',
  'liquidation/SetOffRequested': 'follows an agreement: liquidation.process.spec.ts',
  'margin/SetOffCleared': 'follows that one: set-off-answer.spec.ts',
  'accounts/OtherAccountCharged': 'follows that one: set-off.spec.ts',
  'accounts/SetOffReceived': 'follows that one: set-off.spec.ts',
  'liquidation/HedgeAsked': 'the policy that a log begins with hedges nothing: hedges.int-spec.ts',
  'margin/HedgeJudged': 'follows that one: hedges.int-spec.ts',
  'liquidation/ProvidersAsked': 'no log begins with providers: providers.int-spec.ts',
  'liquidation/ProviderRoundOpened': 'follows that one: providers.int-spec.ts',
  'margin/ProvidersJudged': 'follows that one: providers.int-spec.ts',
  'liquidation/ProviderRoundExecuted': 'follows that one: providers.int-spec.ts',
  'accounts/ProviderTradeBooked': 'follows that one: providers.int-spec.ts',
  'liquidation/ProviderRoundClosed': 'follows that one: providers.int-spec.ts',
  'liquidation/AuctionAsked': 'no log begins with auctions: auctions.int-spec.ts',
  'liquidation/AuctionOpened': 'follows that one: auctions.int-spec.ts',
  'liquidation.commands/BidInAuction': 'a decision of bidders: auctions.int-spec.ts',
  'liquidation/AuctionBidPlaced': 'follows that command: auctions.int-spec.ts',
  'liquidation/AuctionCalled': 'follows that one: auctions.int-spec.ts',
  'liquidation/AuctionClosed': 'follows that one: auctions.int-spec.ts',
  'accounts/VariationGainsCalled': 'no log begins with that step: gains-call.spec.ts',
  'margin/VariationGainsJudged': 'follows that one: variation-gains.spec.ts',
  'accounts/VariationGainsOffered': 'follows that one: gains-call.spec.ts',
  'accounts/VariationHaircutFixed': 'follows that one: gains-call.spec.ts',
  'accounts/VariationGainReduced': 'follows that one: gains-call.spec.ts',
  'pricing/InstrumentRefused': 'the simulated exchange lists what can be cleared: contracts.process.spec.ts',
  'accounts/UncoveredLossBooked': 'limits, the fund and the other side leave nothing: conservation.spec.ts',
  'accounts/LossRecovered': 'follows that one: conservation.spec.ts',
  'accounts/UncoveredLossRecovered': 'follows that one: conservation.spec.ts',
  'pricing.commands/ChangeHouseMode': 'a decision of people: house-mode.spec.ts, edge.int-spec.ts',
  'pricing.commands/ApproveHouseMode': 'a decision of people: house-mode.spec.ts, edge.int-spec.ts',
  'pricing/HouseModeProposed': 'a decision of people: house-mode.spec.ts, edge.int-spec.ts',
  'pricing/HouseModeChanged': 'a decision of people: house-mode.spec.ts, edge.int-spec.ts',
  'pricing.commands/HaltInstrument': 'a decision of people: instrument-halt.spec.ts, edge.int-spec.ts',
  'pricing.commands/ProposeResumption': 'a decision of people: instrument-halt.spec.ts, edge.int-spec.ts',
  'pricing.commands/ApproveResumption': 'a decision of people: instrument-halt.spec.ts, edge.int-spec.ts',
  'pricing/InstrumentHalted': 'a decision of people: instrument-halt.spec.ts, edge.int-spec.ts',
  'pricing/InstrumentResumptionProposed': 'a decision of people: instrument-halt.spec.ts, edge.int-spec.ts',
  'pricing/InstrumentResumed': 'a decision of people: instrument-halt.spec.ts, edge.int-spec.ts',
  'margin/PositionLimitExceeded': 'no log begins with limits: limits.spec.ts',
  'margin/PositionLimitRestored': 'no log begins with limits: limits.spec.ts',
  'accounts/OpenInterestMeasured': 'no log begins with limits: open-interest.spec.ts',
  'pricing.commands/ProposeDelisting': 'a decision of people: delisting.spec.ts',
  'pricing.commands/ApproveDelisting': 'a decision of people: delisting.spec.ts',
  'pricing/DelistingProposed': 'a decision of people: delisting.spec.ts',
  'pricing/DelistingApproved': 'a decision of people: delisting.spec.ts',
  'pricing/InstrumentDelisted': 'a decision of people: delisting.spec.ts',
  'pricing.commands/ProposeSettlementOverride': 'a decision of people: settlement-override.spec.ts',
  'pricing.commands/ApproveSettlementOverride': 'a decision of people: settlement-override.spec.ts',
  'pricing/SettlementOverrideProposed': 'a decision of people: settlement-override.spec.ts',
  'pricing/SettlementOverrideApproved': 'a decision of people: settlement-override.spec.ts',
  'accounts/FeeTierChanged': 'no log begins with tiers: fee-tiers.spec.ts',
  'accounts/InterestCharged': 'no log begins with interest: interest.spec.ts',
  'accounts/SuspenseBooked': 'the simulated exchange sends no nonsense: bad-messages.int-spec.ts',
  'accounts/MessageDeferred': 'no log begins with a policy for it: deferral.spec.ts',
  'accounts/DeferredMessageTaken': 'follows that one: deferral.spec.ts',
  'accounts.commands/ProposeSuspenseRelease': 'a decision of people: release-by-persons.spec.ts',
  'accounts.commands/ApproveSuspenseRelease': 'a decision of people: release-by-persons.spec.ts',
  'accounts/SuspenseReleaseProposed': 'follows that command: release-by-persons.spec.ts',
  'accounts/SuspenseReleased': 'follows that one, when the account opens: release.spec.ts',
  'margin.commands/ProposeDocument': 'a decision of people: live.int-spec.ts',
  'margin.commands/ApproveDocument': 'a decision of people: live.int-spec.ts',
  'margin/DocumentProposed': 'a decision of people: live.int-spec.ts',
  'margin/DocumentApproved': 'a decision of people: live.int-spec.ts',
  'margin/ModelFailed': 'no bundled run holds what the own model cannot assess: assess.spec.ts, margin.process.spec.ts',
  'margin/ModelRestored': 'follows that one: margin.process.spec.ts',
  'accounts.commands/ProposeDocument': 'a decision of people: accounts-rules.spec.ts',
  'accounts.commands/ApproveDocument': 'a decision of people: accounts-rules.spec.ts',
  'accounts.commands/ProposeTradeCorrection': 'a decision of people: trade-correction.spec.ts',
  'accounts.commands/ApproveTradeCorrection': 'a decision of people: trade-correction.spec.ts',
  'accounts.commands/WithdrawTradeCorrection': 'a decision of people: trade-correction.spec.ts',
  'accounts/TradeCorrectionProposed': 'follows that command: trade-correction.spec.ts',
  'accounts/TradeCorrectionApproved': 'follows that command: trade-correction.spec.ts',
  'accounts/TradeCorrectionEnded': 'follows that command, or a report: trade-correction.spec.ts',
  'accounts/TradeSidesReported': 'follows a proposal: trade-correction.spec.ts',
  'accounts/TradeReversed': 'follows an approval: trade-correction.spec.ts',
  'accounts.commands/BeginBookImport': 'a decision of people: book-import.spec.ts',
  'accounts.commands/AddBookPart': 'follows that command: book-import.spec.ts',
  'accounts.commands/ApproveBookImport': 'a decision of people: book-import.spec.ts',
  'accounts.commands/WithdrawBookImport': 'a decision of people: book-import.spec.ts',
  'accounts/BookImportBegun': 'follows a command: book-import.spec.ts',
  'accounts/BookPartAdded': 'follows a command: book-import.spec.ts',
  'accounts/BookImportApproved': 'follows a command: book-import.spec.ts',
  'accounts/BookImportWithdrawn': 'follows a command: book-import.spec.ts',
  'accounts/BookPartitionJudged': 'follows the last part of a book: book-import.spec.ts',
  'accounts/AccountImported': 'follows an approval: book-import.spec.ts',
  'accounts.commands/RecordReconciliation': 'a decision of people: reconciliation.spec.ts',
  'accounts.commands/ProposeBreakExplanation': 'a decision of people: reconciliation.spec.ts',
  'accounts.commands/ApproveBreakExplanation': 'a decision of people: reconciliation.spec.ts',
  'accounts/BreakOpened': 'follows that command: reconciliation.spec.ts',
  'accounts/BreakChanged': 'follows that command: reconciliation.spec.ts',
  'accounts/BreakMatched': 'follows that command: reconciliation.spec.ts',
  'accounts/ReconciliationRecorded': 'follows that command: reconciliation.spec.ts',
  'accounts/BreakExplanationProposed': 'a decision of people: reconciliation.spec.ts',
  'accounts/BreakExplained': 'a decision of people: reconciliation.spec.ts',
  'accounts/DocumentProposed': 'a decision of people: accounts-rules.spec.ts',
  'accounts/DocumentApproved': 'a decision of people: accounts-rules.spec.ts',
  'pricing.commands/ProposeDocument': 'a decision of people: pricing-documents.spec.ts',
  'pricing.commands/ApproveDocument': 'a decision of people: pricing-documents.spec.ts',
  'pricing/DocumentProposed': 'a decision of people: pricing-documents.spec.ts',
  'pricing/DocumentApproved': 'a decision of people: pricing-documents.spec.ts',
  'liquidation.commands/ProposeDocument': 'a decision of people: deleveraging.process.spec.ts',
  'liquidation.commands/ApproveDocument': 'a decision of people: deleveraging.process.spec.ts',
  'liquidation/DocumentProposed': 'a decision of people: deleveraging.process.spec.ts, liquidation.process.spec.ts',
  'liquidation/DocumentApproved': 'a decision of people: deleveraging.process.spec.ts, liquidation.process.spec.ts',
  'liquidation/CloseOutFillFlagged':
    'the simulated exchange fills within limits and with others: liquidation.process.spec.ts',
};

describe('the events of the contract', () => {
  const seen = new Set<string>();
  const refusals: unknown[] = [];

  beforeAll(async () => {
    for (const window of WINDOWS) {
      const house = await runToEnd(new MemoryLogStore(), window);
      for await (const entry of entriesOfAll(house)) {
        seen.add(`${entry.log}/${entry.type}`);
        // As it would come over the wire: plain JSON, without what only the log keeps beside it.
        const { log, partition, position, id, stream, version, type, schemaVersion, time, cause, basis } = entry;
        const { correlation, actor, payload } = entry;
        const plain = { log, partition, position, id, stream, version, type, schemaVersion, time, cause, basis };
        const parsed = parseEntry(log, { ...plain, correlation, actor, payload });
        if (!parsed.ok) refusals.push({ place: `${log}/${partition}/${position}`, type, error: parsed.error });
      }
    }
  }, 1_800_000);

  it('parse every entry of every log', () => {
    expect(refusals.slice(0, 5)).toEqual([]);
  });

  it('are all emitted by the runs, but for those that other tests cover', () => {
    const all = [...eventSchemas].flatMap(([log, types]) => [...types.keys()].map((type) => `${log}/${type}`));
    expect(all.filter((type) => !seen.has(type)).sort()).toEqual(Object.keys(NOT_EMITTED).sort());
  });

  it('are all that is emitted', () => {
    const known = new Set(
      [...eventSchemas].flatMap(([log, types]) => [...types.keys()].map((type) => `${log}/${type}`)),
    );
    expect([...seen].filter((type) => !known.has(type))).toEqual([]);
  });
});

async function* entriesOfAll(house: ClearingHouse): AsyncGenerator<LogEntry> {
  for (const name of eventSchemas.keys()) {
    const commands = name.endsWith('.commands');
    const owner = commands ? (name.slice(0, -'.commands'.length) as 'accounts') : (name as 'accounts');
    for (const { partition } of await house.logs.log(owner).heads()) {
      for (let after = 0; ;) {
        const page = await house.logs.read(name, partition, after, 1_000);
        if (page.length === 0) break;
        yield* page;
        after += page.length;
      }
    }
  }
}
