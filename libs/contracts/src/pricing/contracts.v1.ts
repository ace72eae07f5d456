import { z } from 'zod';
import { code, count, decimal, identifier, instant, instrument, nonNegativeDecimal } from '../common/fields.js';
import {
  ordinal,
  positiveDecimal,
  priceStatus,
  prose,
  sha256Hex,
  underlying,
  versionedName,
} from '../common/fields.js';
import { contractSpecification } from '../common/specification.js';
import { payload } from '../event-schema.js';

export const instrumentAdmittedV1 = payload(
  { specification: contractSpecification },
  {
    stream: 'instrument-<id>',
    description:
      'A listed contract has its first price, in the price set that follows; it is margined and cleared from now on.',
  },
);

export const instrumentRefusedV1 = payload(
  {
    instrument: identifier.describe('Id in the listing; "unreadable" when it had none.'),
    code,
    field: z.string().max(60).describe('Field of the specification.'),
    reason: prose,
  },
  {
    stream: 'instrument-<id>',
    description:
      'A listing that nobody could clear; its fills go to suspense. An admitted contract keeps its terms when another listing of its id is refused.',
  },
);

const surfaceOrigin = z
  .enum(['svi', 'svi-repaired', 'ssvi', 'shifted', 'flat'])
  .describe(
    'How the surface came about, in the order tried: fitted, refitted under penalties, slice of a surface across expiries, the one before, the volatility of the index.',
  );

export const surfacePublishedV1 = payload(
  {
    number: ordinal.describe('Number of the price set that follows.'),
    underlying,
    expiry: instant,
    asOf: instant.describe('Time of the price set; the total variance is that from here to the expiry.'),
    forward: positiveDecimal.describe('USD.'),
    forwardFrom: z.enum(['future', 'parity', 'index']),
    status: priceStatus,
    origin: surfaceOrigin,
    svi: z
      .strictObject({ a: decimal, b: decimal, rho: decimal, m: decimal, sigma: decimal })
      .describe('Total variance w(k) = a + b (rho (k - m) + sqrt((k - m)^2 + sigma^2)), k = ln(strike / forward).'),
    gates: z
      .array(
        z.strictObject({
          gate: identifier,
          passed: z.boolean(),
          margin: decimal.describe('Least room in the unit of the gate, negative when it failed.'),
        }),
      )
      .describe('Conditions against arbitrage, of what is published (docs/spec/pricing.md).'),
    rejected: z
      .array(z.strictObject({ origin: surfaceOrigin, failed: z.array(identifier) }))
      .describe('Forms that were tried before, with the gates that failed.'),
    quotes: count.describe('Options with a live bid and ask.'),
  },
  {
    stream: 'surface-<underlying>-<expiry>',
    description: 'Volatility surface of one expiry for the price set that follows.',
  },
);

const instrumentRisk = z.strictObject({
  instrument,
  mark: decimal.describe(
    'What a contract is worth at its price, settlement asset; minus size / price for inverse ones.',
  ),
  price: nonNegativeDecimal.describe('USD per unit of the underlying, coin for a coin-settled option.'),
  forward: positiveDecimal.describe('USD.'),
  volatility: nonNegativeDecimal.nullable().describe('Options, per year.'),
  status: priceStatus,
  basis: decimal.nullable().describe('Smoothed basis over the index, USD; null for options.'),
  values: z
    .array(decimal)
    .describe(
      'USD per contract, in the order of the scenarios; of futures and perpetuals the profit against the mark. At full risk: not scaled by `openShare`.',
    ),
});

export const riskArraysPublishedV1 = payload(
  {
    number: ordinal.describe('Number of the price set that follows.'),
    asOf: instant,
    status: priceStatus.describe('Worst status of all contracts in it.'),
    scenarioSet: versionedName,
    scenarios: z.array(
      z.strictObject({
        id: identifier,
        spotFactor: positiveDecimal.describe('Factor on the underlying and on every forward.'),
        volatilityShock: decimal.describe(
          'Relative shock of implied volatility, before the term rule of the scenario set.',
        ),
      }),
    ),
    instruments: z.array(instrumentRisk).describe('By instrument.'),
    expiring: z
      .array(
        z.strictObject({
          underlying,
          expiry: instant,
          estimate: positiveDecimal.describe('Delivery price if the index stayed as it is, USD.'),
          openShare: nonNegativeDecimal.describe('Share of the risk that is still open, 1 down to 0.'),
        }),
      )
      .optional()
      .describe('Expiries whose delivery price is being averaged; absent when there is none.'),
    contentHash: sha256Hex.describe('SHA-256 of the canonical text of `scenarios` and `instruments`.'),
  },
  {
    stream: 'prices',
    description:
      'Marks and risk arrays of all contracts but the linear perpetuals, for the price set that follows; margin computes with these figures and no others.',
  },
);

export const settlementPriceFixedV1 = payload(
  {
    underlying,
    expiry: instant,
    price: positiveDecimal.describe('USD.'),
    samples: count.describe('Samples in the average.'),
    carried: count.describe('Those of them that stand for an earlier index.'),
    missing: count.describe('Samples of the window that nothing could be carried to.'),
  },
  {
    stream: 'settlement-<underlying>-<expiry>',
    description: 'Delivery price of everything of one underlying that expires together; accounts delivers it.',
  },
);

export const variationPriceFixedV1 = payload(
  { instrument, dueAt: instant, price: nonNegativeDecimal.describe('As the contract is quoted.') },
  {
    stream: 'variation-<instrument>',
    description: 'Price of a settlement cycle, 08:00 UTC, of a contract with variation margin; accounts settles it.',
  },
);
