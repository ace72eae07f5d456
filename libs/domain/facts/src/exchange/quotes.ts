import { event } from '../schema/event.js';
import {
  identifier,
  instant,
  instrument,
  label,
  nonNegativeDecimal,
  ordinal,
  positiveDecimal,
  underlying,
} from '../schema/forms.js';
import { list, record } from '../schema/schema.js';
import { ofUnderlying } from './quotes-stream.js';

export const SPOT_QUOTE_EVENTS = {
  MarketOpened: event({
    description:
      'First message of an exchange: how often it wants a price set. What it trades comes with InstrumentListed.',
    stream: 'market',
    payload: {
      name: label(),
      priceSetEverySeconds: ordinal(),
    },
  }),
  PriceHistorySupplied: event({
    description: 'Closing prices before the start, sent once per underlying; they seed volatility and the last hour.',
    stream: 'market',
    payload: {
      underlying: underlying(),
      intervalMs: ordinal('Distance of two closes, milliseconds.'),
      closes: list(record({ at: instant(), price: positiveDecimal('USD.') }), 'Oldest first, evenly spaced.'),
    },
  }),
  ClockTicked: event({
    description: 'Clearing time moves on; sent after the quotes of its moment, once a second when live.',
    stream: 'clock',
    payload: { at: instant() },
  }),
  VenueQuotesReceived: event({
    description:
      'Best bid and ask of an underlying, or of a coin that is collateral only, on outside venues, sent when at least one of them quoted anew.',
    stream: 'quotes-<underlying>',
    payload: {
      underlying: underlying(),
      quotes: list(
        record({
          venue: identifier(),
          bid: nonNegativeDecimal('USD.'),
          ask: nonNegativeDecimal('USD.'),
          at: instant('When the venue quoted, milliseconds since 1970-01-01 UTC.'),
        }),
        'A venue without news is absent.',
      ),
    },
  }),
  PerpetualBookObserved: event({
    description:
      "The exchange's own book of a linear perpetual, sent with the quotes of its underlying; prices in USD.",
    stream: ofUnderlying,
    payload: {
      instrument: instrument(),
      bestBid: nonNegativeDecimal('Highest price of a resting buy order.'),
      bestAsk: nonNegativeDecimal('Lowest price of a resting sell order.'),
      impactBid: nonNegativeDecimal('Average price of selling the impact notional.'),
      impactAsk: nonNegativeDecimal('Average price of buying the impact notional.'),
      lastPrice: nonNegativeDecimal('Of the last trade.'),
      at: instant(),
    },
  }),
  MarketActivityObserved: event({
    description:
      "What the exchange's own market of a linear perpetual traded in a window that ends now, and how deep its book is. Windows follow each other.",
    stream: ofUnderlying,
    payload: {
      instrument: instrument(),
      from: instant('Begin of the window; trades at this moment are in it, those at its end are not.'),
      at: instant('End of the window, and the moment of the book.'),
      volume: nonNegativeDecimal('USD traded in the window, each trade once.'),
      bidDepth: nonNegativeDecimal('USD of the resting bids from the best one to 1 % below it.'),
      askDepth: nonNegativeDecimal('USD of the resting offers from the best one to 1 % above it.'),
    },
  }),
};
