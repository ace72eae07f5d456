import { ANY_NAME, byName, figure, list, made, optional, record, word } from '@ballast/documents';
import { dec, type Decimal } from '@ballast/kernel';
import { readParameterDocument } from '@ballast/margin-models';

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

const MOST_CREDITS = 1_000;
const notNegative = figure({ min: '0' });
const share = figure({ min: '0', max: '1' });
/** An extreme fall takes the price at most so far down, never to zero. */
const DEEPEST_FALL = '0.999';

const SPAN_FORM = made(
  record({
    extreme: record({ multiple: figure({ min: '1' }), covered: share }),
    commodities: byName(
      ANY_NAME,
      record({
        priceScan: notNegative,
        volatilityScan: notNegative,
        spreadCharge: notNegative,
        shortOptionMinimum: notNegative,
      }),
    ),
    credits: optional(
      list(
        record({ first: word(), second: word(), ratio: figure({ above: '0' }), creditRate: share }),
        1,
        MOST_CREDITS,
      ),
      [],
    ),
    initialFactor: figure({ min: '1' }),
  }),
  ({ extreme, commodities, ...rest }, refuse): SpanParameters => {
    const most = dec(DEEPEST_FALL).div(extreme.multiple);
    for (const [name, { priceScan }] of commodities) {
      if (priceScan.lte(most)) continue;
      refuse(
        `commodities.${name}.priceScan`,
        `an extreme fall takes the price to zero; write at most ${most.toFixed(6)}`,
      );
    }
    return { commodities, extremeMultiple: extreme.multiple, extremeCovered: extreme.covered, ...rest };
  },
);

/** Reads a document of the SPAN-like model. @throws ModelInputError */
export const readSpanParameters = (document: unknown): SpanParameters => readParameterDocument(document, SPAN_FORM);

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
