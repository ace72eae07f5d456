import { event } from '../schema/event.js';
import { instant, instrument, nonNegativeDecimal, underlying } from '../schema/forms.js';
import { list, nullable, record } from '../schema/schema.js';
import { contractSpecification } from '../specification.js';
import { ofUnderlying } from './quotes-stream.js';

const optionSide = nullable(
  nonNegativeDecimal(
    'USD per unit of the underlying, coin for a coin-settled option; null when nobody quotes this side.',
  ),
);

export const CONTRACT_QUOTE_EVENTS = {
  InstrumentListed: event({
    description:
      'A contract is listed; pricing answers with InstrumentAdmitted (trading may begin) or InstrumentRefused.',
    stream: 'market',
    payload: { specification: contractSpecification },
  }),
  ContractBookObserved: event({
    description: "The exchange's own book of a dated future or an inverse perpetual.",
    stream: ofUnderlying,
    payload: {
      instrument: instrument(),
      bestBid: nonNegativeDecimal('USD per unit of the underlying.'),
      bestAsk: nonNegativeDecimal('USD per unit of the underlying.'),
      at: instant(),
    },
  }),
  OptionChainQuoted: event({
    description: 'Books of the options of one expiry, sent when at least one of them changed.',
    stream: 'quotes-<underlying>',
    payload: {
      underlying: underlying(),
      expiry: instant(),
      quotes: list(
        record({
          instrument: instrument(),
          bid: optionSide,
          ask: optionSide,
          openInterest: nullable(nonNegativeDecimal('Contracts, one side; null when unknown.')),
        }),
        'An option that is absent keeps its last quote until that is stale.',
      ),
      at: instant(),
    },
  }),
};
