import { on, type FactReading, type LogEntry } from '@ballast/event-sourcing';
import type { DocumentEvents, LiquidationEvents, MarginEvents, OpeningEvents, PricingEvents } from '@ballast/facts';
import { dec, InvariantViolation, text } from '@ballast/kernel';
import { contractOf } from './market/contracts.js';
import { underlyingOf } from './market/instruments.js';
import { CENT_DIGITS, unitsOf } from './scaled-integer.js';
import { giveBackRefusedWithdrawal } from './withdrawal-view.js';
import { viewOf, type OpenRequest, type SimulatorState } from './simulator-state.js';

const RELEASES_IGNORED = { DocumentsEstablished: 'ignored', ReleaseInForce: 'ignored' } as const;

const clearCall = (
  state: SimulatorState,
  { payload: { accountId, callId } }: LogEntry<string, { readonly accountId: string; readonly callId: string }>,
): void => {
  const view = viewOf(state, accountId);
  if (view.call?.callId === callId) view.call = null;
};

/** What an exchange takes note of: what may be traded, how its owners stand, and what liquidation asks of it. */
export const FACTS_READ: readonly FactReading<SimulatorState>[] = [
  on<SimulatorState, PricingEvents & OpeningEvents & DocumentEvents>('pricing', 'global', {
    ...RELEASES_IGNORED,
    DocumentProposed: 'ignored',
    DocumentApproved: 'ignored',
    InstrumentAdmitted: {
      observe: (state, { time, payload: { specification } }) =>
        void state.admitted.set(specification.id, time.clearing),
    },
    InstrumentRefused: 'ignored',
    SourceStateChanged: 'ignored',
    VolatilitySeeded: 'ignored',
    PriceSetPublished: 'ignored',
    FundingRateFixed: 'ignored',
    SurfacePublished: 'ignored',
    RiskArraysPublished: 'ignored',
    SettlementPriceFixed: 'ignored',
    VariationPriceFixed: 'ignored',
    InstrumentHalted: { observe: ({ halted }, { payload: { instrument } }) => void halted.add(instrument) },
    InstrumentResumptionProposed: 'ignored',
    InstrumentResumed: { observe: ({ halted }, { payload: { instrument } }) => void halted.delete(instrument) },
    SettlementOverrideProposed: 'ignored',
    SettlementOverrideApproved: 'ignored',
    DelistingProposed: 'ignored',
    DelistingApproved: {
      observe({ delistings }, { payload: { instrument, at } }) {
        if (at === null) delistings.delete(instrument);
        else delistings.set(instrument, 'reduce-only');
      },
    },
    InstrumentDelisted: {
      observe({ delistings, halted }, { payload: { instrument } }) {
        delistings.set(instrument, 'ended');
        halted.delete(instrument);
      },
    },
    HouseModeProposed: 'ignored',
    HouseModeChanged: { observe: (state, { payload: { to } }) => void (state.houseMode = to) },
  }),
  on<SimulatorState, LiquidationEvents & OpeningEvents>('liquidation', 'numbered', {
    ...RELEASES_IGNORED,
    LiquidationOpened: {
      observe: (state, { payload: { accountId } }) => void (viewOf(state, accountId).closingOut = true),
    },
    LiquidationClosed: {
      observe: (state, { payload: { accountId } }) => void (viewOf(state, accountId).closingOut = false),
    },
    OrdersCancelRequested: {
      observe: (state, entry) =>
        addRequest(state, { kind: 'cancel-orders', accountId: entry.payload.accountId, ...placeAndTime(entry) }),
    },
    CloseOutOrderPlaced: {
      observe(state, entry) {
        const { accountId, instrument, side, quantity, limit } = entry.payload;
        const asked = { accountId, instrument: known(instrument), side, quantity, limit };
        addRequest(state, { kind: 'close-out', ...asked, ...placeAndTime(entry) });
      },
    },
    LiquidationCostAssessed: 'ignored',
    CloseOutFillFlagged: 'ignored',
    CloseOutTurnRequested: 'ignored',
    LiquidationPaused: 'ignored',
    CollateralTakeOverRequested: 'ignored',
    SetOffRequested: 'ignored',
    HedgeAsked: 'ignored',
    RepaymentRequested: 'ignored',
    FundDrawRequested: 'ignored',
    ProvidersAsked: 'ignored',
    AuctionAsked: 'ignored',
    AdlRequested: 'ignored',
  }),
  on<SimulatorState, MarginEvents & OpeningEvents>('margin', 'numbered', {
    ...RELEASES_IGNORED,
    MarginReserved: 'ignored',
    ReservationEnded: 'ignored',
    OrderCancelsRequested: 'ignored',
    PositionLimitExceeded: 'ignored',
    PositionLimitRestored: 'ignored',
    SetOffCleared: 'ignored',
    VariationGainsJudged: 'ignored',
    AccountStateChanged: {
      observe(state, { time, payload: { accountId, to, assessment } }) {
        const view = viewOf(state, accountId);
        view.marginState = to;
        view.warning = to === 'WARN' ? { at: time.clearing, shortCents: shortCents(assessment.figures) } : null;
      },
    },
    LiquidationTriggered: {
      observe(state, { payload: { accountId } }) {
        const view = viewOf(state, accountId);
        view.marginState = 'LIQUIDATING';
        view.warning = null;
      },
    },
    MarginCallIssued: {
      observe(state, { payload: { accountId, callId, issuedAt, deficit } }) {
        viewOf(state, accountId).call = { callId, issuedAt, deficitCents: unitsOf(deficit, CENT_DIGITS) };
      },
    },
    MarginCallMet: { observe: clearCall },
    MarginCallExpired: { observe: clearCall },
    WithdrawalRefused: {
      observe: (state, { payload: { withdrawalId } }) => giveBackRefusedWithdrawal(state, withdrawalId),
    },
    WithdrawalCleared: 'ignored',
    MarginRunCompleted: 'ignored',
    LiquidatingAccountAssessed: 'ignored',
    ProvidersJudged: 'ignored',
    HedgeJudged: 'ignored',
    AdlCandidatesReported: 'ignored',
    ModelFailed: 'ignored',
    ModelRestored: 'ignored',
  }),
];

/** What equity lacks of the initial requirement, cents. */
const shortCents = ({ equity, initial }: { readonly equity: string; readonly initial: string }): number =>
  unitsOf(text(dec(initial).minus(equity)), CENT_DIGITS);

/** An id that this exchange could have listed; on a rebuild the listing itself may be folded later. */
function known(instrument: string): string {
  if (underlyingOf(instrument) !== undefined || contractOf(instrument) !== undefined) return instrument;
  throw new InvariantViolation(`${instrument} is not listed here`);
}

const placeAndTime = (entry: LogEntry): Pick<OpenRequest, 'place' | 'clearing'> => ({
  place: { partition: entry.partition, position: entry.position },
  clearing: entry.time.clearing,
});

/** On a rebuild the answer may be folded before the request: an answered request is not open. */
function addRequest(state: SimulatorState, request: OpenRequest): void {
  const { partition, position } = request.place;
  if (position <= (state.answeredUpTo.get(partition) ?? 0)) return;
  const requests = state.openRequests.get(partition);
  if (requests === undefined) state.openRequests.set(partition, [request]);
  else requests.push(request);
}
