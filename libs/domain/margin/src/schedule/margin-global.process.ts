import { RULES_EVOLVED, documentCommands, evolveRules } from '@ballast/documents';
import { defineProcess, emitterOf, on } from '@ballast/event-sourcing';
import {
  MARGIN_GLOBAL_EVENTS,
  type DocumentEvents,
  type MarginGlobalEvents,
  type OpeningEvents,
  type PricingEvents,
} from '@ballast/facts';
import { marginDocumentChecks, openMargin } from '../parameters/document-checks.js';
import { evaluateSchedule } from './evaluate-schedule.js';
import {
  initialMarginGlobalState,
  putScheduleInForce,
  rememberMark,
  underlyingState,
  type MarginGlobalState,
} from './margin-global.state.js';

const emit = emitterOf(MARGIN_GLOBAL_EVENTS);

function notePriceSet(
  state: MarginGlobalState,
  { asOf, marks, underlyings }: PricingEvents['PriceSetPublished'],
): void {
  for (const { underlying, mark } of marks) rememberMark(underlyingState(state, underlying), asOf, mark);
  for (const [asset, { index }] of Object.entries(underlyings)) state.indexes.set(asset, index);
}

/**
 * Margin's global partition: one ScheduleInForce per price set, and the rules of margin by four eyes.
 * @see docs/spec/margin.md
 */
export const marginGlobalProcess = defineProcess<
  MarginGlobalState,
  MarginGlobalEvents & OpeningEvents & DocumentEvents
>({
  log: 'margin',

  stateForm: { version: 1 },
  initialState: () => initialMarginGlobalState(),

  open: ({ rules }, opening, context) => openMargin(rules, opening, context),

  reads: [
    on<MarginGlobalState, PricingEvents & OpeningEvents & DocumentEvents>('pricing', 'global', {
      PriceSetPublished: {
        observe: (state, { payload }) => notePriceSet(state, payload),
        decide: (state, { payload, position }, context) =>
          void emit(context, 'ScheduleInForce', evaluateSchedule(state, payload, position)),
      },
      VolatilitySeeded: {
        observe(state, { payload: { underlying, lastHour } }) {
          for (const { at, mark } of lastHour) rememberMark(underlyingState(state, underlying), at, mark);
        },
      },
      RiskArraysPublished: 'ignored',
      SourceStateChanged: 'ignored',
      FundingRateFixed: 'ignored',
      InstrumentAdmitted: 'ignored',
      InstrumentRefused: 'ignored',
      SurfacePublished: 'ignored',
      SettlementPriceFixed: 'ignored',
      VariationPriceFixed: 'ignored',
      InstrumentHalted: 'ignored',
      InstrumentResumptionProposed: 'ignored',
      InstrumentResumed: 'ignored',
      SettlementOverrideProposed: 'ignored',
      SettlementOverrideApproved: 'ignored',
      DelistingProposed: 'ignored',
      DelistingApproved: 'ignored',
      InstrumentDelisted: 'ignored',
      HouseModeProposed: 'ignored',
      HouseModeChanged: 'ignored',
      DocumentsEstablished: {
        observe: ({ pricingRules }, { payload }) => evolveRules.DocumentsEstablished(pricingRules, payload),
      },
      DocumentProposed: {
        observe: ({ pricingRules }, { payload, actor }) => evolveRules.DocumentProposed(pricingRules, payload, actor),
      },
      DocumentApproved: {
        observe: ({ pricingRules }, { payload }) => evolveRules.DocumentApproved(pricingRules, payload),
      },
      ReleaseInForce: 'ignored',
    }),
  ],

  commands: documentCommands(({ rules }) => rules, marginDocumentChecks),

  own: {
    ScheduleInForce(state, { payload: schedule }) {
      state.schedules = schedule.number;
      state.lastAsOf = schedule.asOf;
      for (const underlying of schedule.underlyings) {
        const known = underlyingState(state, underlying.underlying);
        putScheduleInForce(known, schedule.asOf, schedule.parameters, underlying);
      }
    },
    ...RULES_EVOLVED,
  },
});
