import type { PartitionProcess } from '@ballast/event-sourcing';
import type { QuoteEvents } from '@ballast/facts';
import { compareText, dec, invariant, ONE } from '@ballast/kernel';
import { admissions, judgeListing } from './contracts/listing.decider.js';
import { priceContracts } from './contracts/risk-arrays.decider.js';
import { dueSettlements, expiryOf, fixSettlementPrice, isSettlement } from './contracts/settlement-price.decider.js';
import { dueVariations, fixVariationPrice, isVariation } from './contracts/variation-price.decider.js';
import { halving, powerOver } from './decay.js';
import { observeQuotes, takesHistory } from './exchange-quotes.observer.js';
import { dueFixings, fixFunding, instrumentOf } from './funding-fixing.decider.js';
import { composePriceSet, priceSetDue, priceUnderlyings, sourceChanges, type Decays } from './price-set.decider.js';
import { PRICING_RULES, type PricingRules } from './pricing-rules.js';
import {
  fundingRateFixed,
  instrumentAdmitted,
  instrumentRefused,
  priceSetPublished,
  riskArraysPublished,
  settlementPriceFixed,
  sourceStateChanged,
  surfacePublished,
  variationPriceFixed,
  volatilitySeeded,
} from './pricing.events.js';
import { evolvePricing } from './pricing.evolve.js';
import type { PricingState } from './pricing.state.js';
import { seedVolatility } from './volatility-seed.decider.js';

function decaysUnder({ mark, volatility }: PricingRules): Decays {
  const kept = ONE.minus(dec(mark.basisWeight.numerator).div(mark.basisWeight.denominator));
  return {
    basis: powerOver(kept, mark.basisStepMs),
    fast: halving(volatility.fastHalfLifeMs),
    slow: halving(volatility.slowHalfLifeMs),
  };
}

/**
 * Pricing, global partition, under given rules: quotes of the exchange in; source states, price sets and funding rates
 * out. Nothing waits for the end of an item, so nothing can depend on batching.
 */
export function pricingProcessUnder(rules: PricingRules): PartitionProcess<PricingState> {
  const decays = decaysUnder(rules);
  return {
    log: 'pricing',

    initialState: () => ({
      market: null,
      underlyings: new Map(),
      perpetuals: new Map(),
      contracts: new Map(),
      expiries: new Map(),
      priceSets: 0,
      lastAsOf: null,
      ignored: new Map(),
    }),

    observe: (state, input) => observeQuotes(state, input, rules),

    decide(state, input, context) {
      if (input.type === 'PriceHistorySupplied') {
        const history = input.payload as QuoteEvents['PriceHistorySupplied'];
        const record = state.underlyings.get(history.underlying);
        if (record === undefined || !takesHistory(record)) return undefined;
        const seed = seedVolatility(history, context.time.clearing, decays, rules);
        if (seed !== null) context.emit(volatilitySeeded(history.underlying, seed));
      } else if (input.type === 'ClockTicked') {
        const asOf = context.time.clearing;
        if (state.market === null || !priceSetDue(state, state.market, asOf)) return undefined;
        for (const change of sourceChanges(state, asOf, rules)) context.emit(sourceStateChanged(change));
        const underlyings = priceUnderlyings(state, asOf, decays, rules);
        for (const admission of admissions(state, (underlying) => Object.hasOwn(underlyings, underlying), asOf)) {
          if (admission.outcome === 'admitted') context.emit(instrumentAdmitted(admission.admitted));
          else context.emit(instrumentRefused(admission.refusal));
        }
        // Nobody could do anything with a set that prices nothing.
        if (Object.keys(underlyings).length === 0) return undefined;
        const priceSet = composePriceSet(state, underlyings, asOf, decays, rules);
        // Margin starts from the price set, so everything that belongs to it stands before it.
        const contracts = priceContracts(state, state.market, priceSet, decays.basis, rules);
        if (contracts !== null) {
          for (const surface of contracts.surfaces) context.emit(surfacePublished(surface));
          context.emit(riskArraysPublished(contracts.arrays));
        }
        context.emit(priceSetPublished(priceSet));
      } else if (input.type === 'InstrumentListed') {
        const verdict = judgeListing(state, input.payload as QuoteEvents['InstrumentListed'], context.time.clearing);
        if (verdict.outcome === 'refused') context.emit(instrumentRefused(verdict.refusal));
      }
      return undefined;
    },

    settle: () => undefined,

    evolve: (state, event) => evolvePricing(state, event, rules),

    dueTimers: (state, now) =>
      [...dueFixings(state, now), ...dueSettlements(state, now), ...dueVariations(state, now)].sort(
        (a, b) => a.due - b.due || compareText(a.id, b.id),
      ),

    fire(state, timer, context) {
      if (isSettlement(timer)) {
        const expiry = expiryOf(state, timer);
        return void context.emit(settlementPriceFixed(fixSettlementPrice(state, expiry, timer.due)));
      }
      if (isVariation(timer)) return void context.emit(variationPriceFixed(fixVariationPrice(state, timer)));
      const instrument = instrumentOf(timer);
      const record = state.perpetuals.get(instrument);
      invariant(record, `funding of an unknown instrument: ${instrument}`);
      context.emit(fundingRateFixed(instrument, fixFunding(instrument, record, timer.due, rules)));
    },
  };
}

/** Pricing under the rules in force. */
export const pricingProcess: PartitionProcess<PricingState> = pricingProcessUnder(PRICING_RULES);
