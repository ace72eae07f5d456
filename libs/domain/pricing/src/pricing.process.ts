import { RULES_EVOLVED, documentCommands, noRules, openPartition } from '@ballast/documents';
import { defineProcess, emitterOf, on, type DecisionContext } from '@ballast/event-sourcing';
import {
  PRICING_EVENTS,
  type DocumentEvents,
  type OpeningEvents,
  type PricingEvents,
  type QuoteEvents,
} from '@ballast/facts';
import { SECOND_MS, compareText } from '@ballast/kernel';
import { observeContractBook, observeOptionChain } from './contracts/contract-quotes.observer.js';
import {
  instrumentAdmitted,
  instrumentRefused,
  riskArraysPublished,
  settlementPriceFixed,
  surfacePublished,
  variationPriceFixed,
} from './contracts/contracts.evolve.js';
import { admissions, judgeListing, observeListing } from './contracts/listing.decider.js';
import { priceContracts } from './contracts/risk-arrays.decider.js';
import { dueSettlements, fixSettlementPrice, isSettlement } from './contracts/settlement-price.decider.js';
import { dueVariations, fixVariationPrice } from './contracts/variation-price.decider.js';
import { delistingCommands, dueDelistings, endInstrument, isDelisting } from './delisting/delisting.decider.js';
import { delistingEvolution } from './delisting/delisting.evolve.js';
import { dueFixings, fixFunding, fundingRateFixed, isFixing } from './funding/funding-fixing.decider.js';
import { houseModeCommands } from './house-mode/house-mode.decider.js';
import { houseModeEvolution } from './house-mode/house-mode.evolve.js';
import {
  dueResumptions,
  expireHalt,
  instrumentHaltCommands,
  isResumption,
} from './instrument-halt/instrument-halt.decider.js';
import { instrumentHaltEvolution } from './instrument-halt/instrument-halt.evolve.js';
import { settlementOverrideCommands } from './settlement-override/settlement-override.decider.js';
import { settlementOverrideEvolution } from './settlement-override/settlement-override.evolve.js';
import { ignoreInput } from './ignored-input.js';
import { priceUnderlyings, sourceChanges, sourceStateChanged } from './index/underlying-prices.js';
import { observeVenueQuotes } from './index/venue-quotes.observer.js';
import { observeMarketActivity } from './mark/market-activity.observer.js';
import { observePerpetualBook } from './mark/perpetual-book.observer.js';
import { composePriceSet, priceSetDue, priceSetPublished, withImpliedVolatility } from './price-set.decider.js';
import type { PricingState } from './pricing.state.js';
import { PRICING_CHECKS, figuresInForce, type PricingFigures } from './rules/pricing-documents.js';
import type { PricingRules } from './rules/pricing-rules.js';
import { observeHistory, seedVolatility, volatilitySeeded } from './volatility/price-history.js';

const emit = emitterOf<PricingEvents>(PRICING_EVENTS);

const figuresOf = ({ rules }: PricingState): PricingFigures => figuresInForce(rules);
const rulesOf = (state: PricingState): PricingRules => figuresOf(state).rules;

/**
 * Pricing, global partition: quotes of the exchange in; source states, admissions, price sets and fixings out. What an
 * outside party sends may be late, crossed or nonsense: that is noted, never thrown. Nothing waits for the end of an item,
 * so nothing can depend on batching.
 */
export const pricingProcess = defineProcess<PricingState, PricingEvents & OpeningEvents & DocumentEvents>({
  log: 'pricing',

  stateForm: { version: 8 },
  initialState: () => ({
    rules: noRules(),
    market: null,
    underlyings: new Map(),
    perpetuals: new Map(),
    contracts: new Map(),
    expiries: new Map(),
    priceSets: 0,
    lastAsOf: null,
    ignored: new Map(),
    houseMode: 'normal',
    modeChange: null,
    modeProposals: new Map(),
    instrumentHalts: new Map(),
    settlementOverrides: new Map(),
    delistings: new Map(),
  }),

  open: ({ rules }, opening, context) => openPartition('pricing', rules, opening, () => PRICING_CHECKS, context),

  reads: [
    on<PricingState, QuoteEvents>('exchange.quotes', 'global', {
      MarketOpened: { observe: (state, { payload }) => observeMarket(state, payload) },
      PriceHistorySupplied: {
        observe: (state, { payload }) => observeHistory(state, payload, rulesOf(state)),
        decide(state, { payload }, context) {
          const { decays, rules } = figuresOf(state);
          const seed = seedVolatility(state, payload, context.time.clearing, decays, rules);
          if (seed !== null) emit(context, 'VolatilitySeeded', seed);
        },
      },
      ClockTicked: { decide: (state, _tick, context) => publishPrices(state, context) },
      VenueQuotesReceived: {
        observe: (state, { payload, time }) => observeVenueQuotes(state, payload, time.clearing, rulesOf(state)),
      },
      PerpetualBookObserved: {
        observe: (state, { payload, time }) => observePerpetualBook(state, payload, time.clearing, rulesOf(state)),
      },
      MarketActivityObserved: {
        observe(state, { payload, time }) {
          const { decays, rules } = figuresOf(state);
          observeMarketActivity(state, payload, time.clearing, decays, rules);
        },
      },
      InstrumentListed: {
        observe: (state, { payload, time }) => observeListing(state, payload, time.clearing),
        decide(state, { payload, time }, context) {
          const verdict = judgeListing(state, payload, time.clearing);
          if (verdict.outcome === 'refused') emit(context, 'InstrumentRefused', verdict.refusal);
        },
      },
      ContractBookObserved: {
        observe: (state, { payload, time }) => observeContractBook(state, payload, time.clearing, rulesOf(state)),
      },
      OptionChainQuoted: {
        observe: (state, { payload, time }) => observeOptionChain(state, payload, time.clearing, rulesOf(state)),
      },
      ProducerBegan: 'ignored',
      ProducerForked: 'ignored',
      ProducerContinuationProposed: 'ignored',
    }),
  ],

  commands: {
    ...documentCommands<PricingState>(
      ({ rules }) => rules,
      () => PRICING_CHECKS,
    ),
    ...houseModeCommands,
    ...instrumentHaltCommands,
    ...settlementOverrideCommands,
    ...delistingCommands,
  },

  own: {
    ...RULES_EVOLVED,
    ...houseModeEvolution,
    ...instrumentHaltEvolution,
    ...settlementOverrideEvolution,
    ...delistingEvolution,
    SourceStateChanged: (state, { payload }) => sourceStateChanged(state, payload),
    VolatilitySeeded: (state, { payload }) => volatilitySeeded(state, payload),
    PriceSetPublished: (state, { payload }) => priceSetPublished(state, payload, rulesOf(state)),
    FundingRateFixed: (state, { payload }) => fundingRateFixed(state, payload, rulesOf(state)),
    InstrumentAdmitted: (state, { payload }) => instrumentAdmitted(state, payload),
    InstrumentRefused: (state, { payload }) => instrumentRefused(state, payload),
    SurfacePublished: (state, { payload }) => surfacePublished(state, payload),
    RiskArraysPublished: (state, { payload }) => riskArraysPublished(state, payload, rulesOf(state)),
    SettlementPriceFixed: (state, { payload }) => settlementPriceFixed(state, payload),
    VariationPriceFixed: (state, { payload }) => variationPriceFixed(state, payload, rulesOf(state)),
  },

  dueTimers: (state, now) =>
    [
      ...dueFixings(state, now),
      ...dueSettlements(state, now),
      ...dueVariations(state, now),
      ...dueResumptions(state, now),
      ...dueDelistings(state, now),
    ].sort((a, b) => a.due - b.due || compareText(a.id, b.id)),

  fire(state, timer, context) {
    if (isFixing(timer)) emit(context, 'FundingRateFixed', fixFunding(state, timer, rulesOf(state)));
    else if (isSettlement(timer)) emit(context, 'SettlementPriceFixed', fixSettlementPrice(state, timer));
    else if (isDelisting(timer)) emit(context, 'InstrumentDelisted', endInstrument(state, timer));
    else if (isResumption(timer)) emit(context, 'InstrumentResumed', expireHalt(state, timer));
    else emit(context, 'VariationPriceFixed', fixVariationPrice(state, timer));
  },
});

function observeMarket(state: PricingState, { priceSetEverySeconds }: QuoteEvents['MarketOpened']): void {
  if (state.market !== null) return ignoreInput(state, 'repeated-market');
  if (!Number.isSafeInteger(priceSetEverySeconds) || priceSetEverySeconds < 1) {
    return ignoreInput(state, 'malformed-message');
  }
  state.market = { priceSetEveryMs: priceSetEverySeconds * SECOND_MS };
}

/** Everything of a price set stands before it, under its number: margin starts from the set. */
function publishPrices(state: PricingState, context: DecisionContext): void {
  const asOf = context.time.clearing;
  const { market } = state;
  if (market === null || !priceSetDue(state, market, asOf)) return;
  const figures = figuresOf(state);
  const { rules, decays } = figures;
  for (const change of sourceChanges(state, asOf, rules)) emit(context, 'SourceStateChanged', change);
  const underlyings = priceUnderlyings(state, asOf, decays, rules);
  for (const admission of admissions(state, (underlying) => Object.hasOwn(underlyings, underlying), asOf)) {
    if (admission.outcome === 'admitted') emit(context, 'InstrumentAdmitted', admission.admitted);
    else emit(context, 'InstrumentRefused', admission.refusal);
  }
  // Nobody could do anything with a set that prices nothing.
  if (Object.keys(underlyings).length === 0) return;
  const priceSet = composePriceSet(state, underlyings, asOf, decays, rules);
  const contracts = priceContracts(state, market, priceSet, figures);
  if (contracts === null) return void emit(context, 'PriceSetPublished', priceSet);
  for (const surface of contracts.surfaces) emit(context, 'SurfacePublished', surface);
  emit(context, 'RiskArraysPublished', contracts.arrays);
  emit(context, 'PriceSetPublished', withImpliedVolatility(priceSet, contracts.surfaces, rules));
}
