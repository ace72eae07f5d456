import type { PartitionProcess } from '@ballast/event-sourcing';
import type { QuoteEvents } from '@ballast/facts';
import { dec, invariant, ONE } from '@ballast/kernel';
import { halving, powerOver } from './decay.js';
import { initialUnderlyings, observeQuotes, takesHistory } from './exchange-quotes.observer.js';
import { dueFixings, fixFunding, instrumentOf } from './funding-fixing.decider.js';
import { composePriceSet, priceSetDue, sourceChanges, type Decays } from './price-set.decider.js';
import { PRICING_RULES, type PricingRules } from './pricing-rules.js';
import { fundingRateFixed, priceSetPublished, sourceStateChanged, volatilitySeeded } from './pricing.events.js';
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
      underlyings: initialUnderlyings(rules),
      instruments: new Map(),
      priceSets: 0,
      lastAsOf: null,
      ignored: new Map(),
    }),

    observe: (state, input) => observeQuotes(state, input, rules),

    decide(state, input, context) {
      if (input.type === 'PriceHistorySupplied') {
        const history = input.payload as QuoteEvents['PriceHistorySupplied'];
        const record = state.underlyings.get(history.underlying);
        if (record === undefined || !takesHistory(state, record)) return undefined;
        const seed = seedVolatility(history, context.time.clearing, decays, rules);
        if (seed !== null) context.emit(volatilitySeeded(history.underlying, seed));
      } else if (input.type === 'ClockTicked') {
        const asOf = context.time.clearing;
        if (state.market === null || !priceSetDue(state, state.market, asOf)) return undefined;
        for (const change of sourceChanges(state, state.market, asOf, rules)) context.emit(sourceStateChanged(change));
        const priceSet = composePriceSet(state, state.market, asOf, decays, rules);
        if (priceSet !== null) context.emit(priceSetPublished(priceSet));
      }
      return undefined;
    },

    settle: () => undefined,

    evolve: (state, event) => evolvePricing(state, event, rules),

    dueTimers: dueFixings,

    fire(state, timer, context) {
      const instrument = instrumentOf(timer);
      const record = state.instruments.get(instrument);
      invariant(record, `funding of an unknown instrument: ${instrument}`);
      context.emit(fundingRateFixed(instrument, fixFunding(instrument, record, timer.due, rules)));
    },
  };
}

/** Pricing under the rules in force. */
export const pricingProcess: PartitionProcess<PricingState> = pricingProcessUnder(PRICING_RULES);
