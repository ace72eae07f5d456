import { type Decimal, ONE } from '@ballast/kernel';
import { readDocument } from '@ballast/margin-models';

/** Scan of one combined commodity: an underlying with everything on it. */
export interface SpanCommodity {
  /** Width of the price scan as a share of the spot. */
  readonly priceScan: Decimal;
  /** Absolute move of volatility, per year. */
  readonly volatilityScan: Decimal;
  /** Per unit of the underlying spread between expiries, share of the spot. */
  readonly spreadCharge: Decimal;
  /** Least requirement per option sold, share of the spot. */
  readonly shortOptionMinimum: Decimal;
}

/** Credit for opposite deltas of two commodities, taken in the order of the list. */
export interface InterCommodityCredit {
  readonly first: string;
  readonly second: string;
  /** Units of the second that one unit of the first is set against. */
  readonly ratio: Decimal;
  /** Share of the scan risk of both legs that is credited. */
  readonly creditRate: Decimal;
}

export interface SpanParameters {
  readonly commodities: ReadonlyMap<string, SpanCommodity>;
  /** Moves beyond the scan: how many scans wide, and the share of the loss that counts. */
  readonly extremeMultiple: Decimal;
  readonly extremeCovered: Decimal;
  readonly credits: readonly InterCommodityCredit[];
  /** What the initial level asks of the maintenance level. */
  readonly initialFactor: Decimal;
}

const notNegative = { min: 0 };
const share = { min: 0, max: 1 };

/** Reads a document of the SPAN-like model. @throws ModelInputError */
export function readSpanParameters(document: unknown): SpanParameters {
  return readDocument(document, '', (fields) => {
    const extreme = fields.object('extreme', (of) => ({
      multiple: of.decimal('multiple', { min: 1 }),
      covered: of.decimal('covered', share),
    }));
    return {
      commodities: fields.record('commodities', (of) => ({
        // An extreme fall may not take the price to zero or below.
        priceScan: of.decimal('priceScan', { min: 0, max: ONE.div(extreme.multiple).times('0.999').toNumber() }),
        volatilityScan: of.decimal('volatilityScan', notNegative),
        spreadCharge: of.decimal('spreadCharge', notNegative),
        shortOptionMinimum: of.decimal('shortOptionMinimum', notNegative),
      })),
      extremeMultiple: extreme.multiple,
      extremeCovered: extreme.covered,
      credits: fields.has('credits')
        ? fields.list('credits', (of) => ({
            first: of.text('first'),
            second: of.text('second'),
            ratio: of.decimal('ratio', { above: 0 }),
            creditRate: of.decimal('creditRate', share),
          }))
        : [],
      initialFactor: fields.decimal('initialFactor', { min: 1 }),
    };
  });
}

/**
 * SPAN's published structure (CME: 16 scenarios, two extremes of three scans covered at 33 %, initial 110 % of maintenance) with
 * widths of our own for crypto underlyings: no exchange publishes these figures for Ballast.
 */
export const SPAN_DOCUMENT = {
  commodities: {
    BTC: { priceScan: '0.1', volatilityScan: '0.15', spreadCharge: '0.005', shortOptionMinimum: '0.01' },
    ETH: { priceScan: '0.12', volatilityScan: '0.15', spreadCharge: '0.005', shortOptionMinimum: '0.01' },
  },
  extreme: { multiple: '3', covered: '0.33' },
  credits: [{ first: 'BTC', second: 'ETH', ratio: '20', creditRate: '0.5' }],
  initialFactor: '1.1',
};
