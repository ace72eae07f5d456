import { event } from '../schema/event.js';
import {
  code,
  count,
  decimal,
  identifier,
  instant,
  instrument,
  nonNegativeDecimal,
  ordinal,
  positiveDecimal,
  priceStatus,
  prose,
  quotation,
  sha256Hex,
  underlying,
  versionedName,
} from '../schema/forms.js';
import { describable, flag, list, nullable, oneOf, optional, record, type ValueOf } from '../schema/schema.js';
import { contractSpecification } from '../specification.js';

/** How a surface came about, in the order tried. */
const surfaceOrigin = oneOf(
  ['svi', 'svi-repaired', 'ssvi', 'shifted', 'flat'],
  'How the surface came about, in the order tried: fitted, refitted under penalties, slice of a surface across expiries, the one before, the volatility of the index.',
);
export type SurfaceOrigin = ValueOf<typeof surfaceOrigin>;

/** Raw SVI of total variance. */
const svi = record(
  { a: decimal(), b: decimal(), rho: decimal(), m: decimal(), sigma: decimal() },
  'Total variance w(k) = a + b (rho (k - m) + sqrt((k - m)^2 + sigma^2)), k = ln(strike / forward).',
);
export type SviParameters = ValueOf<typeof svi>;

/** One gate that a surface must pass before it is published (docs/spec/valuation.md). */
const surfaceGate = record({
  gate: identifier(),
  passed: flag(),
  margin: decimal('Least room in the unit of the gate, negative when it failed.'),
});

/** Where the quotes of an expiry stand, while that is too far away to be believed. */
const surfaceJump = describable(
  record({
    volatility: nonNegativeDecimal('That they make at the strikes nearest to the forward, the median, per year.'),
    first: nonNegativeDecimal('What it was when they were first found beyond the band.'),
    since: instant('When that was.'),
    believedFrom: instant('They are believed at the first price set from then on, if they stay there.'),
  }),
);
export type SurfaceJump = ValueOf<ReturnType<typeof surfaceJump>>;

/** What a scenario does to a price. */
const publishedScenario = record({
  id: identifier(),
  spotFactor: positiveDecimal('Factor on the underlying and on every forward.'),
  volatilityShock: decimal('Relative shock of implied volatility, before the term rule of the scenario set.'),
});
export type PublishedScenario = ValueOf<typeof publishedScenario>;

/** One contract at one price set: its mark and its value in every scenario, decimals as they are acted upon. */
const instrumentRisk = record({
  instrument: instrument(),
  mark: decimal('What a contract is worth at its price, settlement asset; minus size / price for inverse ones.'),
  price: nonNegativeDecimal('USD per unit of the underlying, coin for a coin-settled option.'),
  forward: positiveDecimal('USD.'),
  volatility: nullable(nonNegativeDecimal('Options, per year.')),
  status: priceStatus(),
  basis: nullable(decimal('Smoothed basis over the index, USD; null for options.')),
  values: list(
    decimal(),
    'USD per contract, in the order of the scenarios; of futures and perpetuals the profit against the mark. At full risk: not scaled by `openShare`.',
  ),
});
export type InstrumentRisk = ValueOf<typeof instrumentRisk>;

/** An expiry whose delivery price is being averaged. */
const expiringContracts = record({
  underlying: underlying(),
  expiry: instant(),
  estimate: positiveDecimal('Delivery price if the index stayed as it is, USD.'),
  openShare: nonNegativeDecimal('Share of the risk that is still open, 1 down to 0.'),
});

export const CONTRACT_EVENTS = {
  InstrumentAdmitted: event({
    description:
      'A listed contract has its first price, in the price set that follows; it is margined and cleared from now on.',
    stream: 'instrument-<specification.id>',
    payload: { specification: contractSpecification },
  }),
  InstrumentRefused: event({
    description:
      'A listing that nobody could clear; its fills go to suspense. An admitted contract keeps its terms when another listing of its id is refused.',
    stream: 'instrument-<instrument>',
    payload: {
      instrument: identifier('Id in the listing; "unreadable" when it had none.'),
      code: code(),
      field: quotation('Field of the specification, as the listing names it.'),
      reason: prose(),
    },
  }),
  SurfacePublished: event({
    description: 'Volatility surface of one expiry for the price set that follows.',
    stream: 'surface-<underlying>-<expiry>',
    payload: {
      number: ordinal('Number of the price set that follows.'),
      underlying: underlying(),
      expiry: instant(),
      asOf: instant('Time of the price set; the total variance is that from here to the expiry.'),
      forward: positiveDecimal('USD.'),
      forwardFrom: oneOf(['future', 'parity', 'index']),
      status: priceStatus(),
      origin: surfaceOrigin,
      svi,
      gates: list(surfaceGate, 'Conditions against arbitrage, of what is published (docs/spec/pricing.md).'),
      rejected: list(
        record({ origin: surfaceOrigin, failed: list(identifier()) }),
        'Forms that were tried before, with the gates that failed.',
      ),
      quotes: count('Options with a live bid and ask.'),
      jump: optional(
        surfaceJump(
          'The quotes make a volatility that is further from the last one than is believed, so the smile before stands; absent otherwise.',
        ),
      ),
    },
  }),
  RiskArraysPublished: event({
    description:
      'Marks and risk arrays of all contracts but the linear perpetuals, for the price set that follows; margin computes with these figures and no others.',
    stream: 'prices',
    payload: {
      number: ordinal('Number of the price set that follows.'),
      asOf: instant(),
      status: priceStatus('Worst status of all contracts in it.'),
      scenarioSet: versionedName(),
      scenarios: list(publishedScenario),
      instruments: list(instrumentRisk, 'By instrument.'),
      expiring: optional(
        list(expiringContracts, 'Expiries whose delivery price is being averaged; absent when there is none.'),
      ),
      contentHash: sha256Hex('SHA-256 of the canonical text of `scenarios` and `instruments`.'),
    },
  }),
  SettlementPriceFixed: event({
    description: 'Delivery price of everything of one underlying that expires together; accounts delivers it.',
    stream: 'settlement-<underlying>-<expiry>',
    payload: {
      underlying: underlying(),
      expiry: instant(),
      price: positiveDecimal('USD.'),
      samples: count('Samples in the average.'),
      carried: count('Those of them that stand for an earlier index.'),
      missing: count('Samples of the window that nothing could be carried to.'),
      override: optional(identifier('The price is not the average, but what two persons set.')),
    },
  }),
  VariationPriceFixed: event({
    description: 'Price of a settlement cycle, 08:00 UTC, of a contract with variation margin; accounts settles it.',
    stream: 'variation-<instrument>',
    payload: { instrument: instrument(), dueAt: instant(), price: nonNegativeDecimal('As the contract is quoted.') },
  }),
};
