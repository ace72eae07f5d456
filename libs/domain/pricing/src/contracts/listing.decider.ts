import type { ContractSpecificationDocument, PricingEvents, QuoteEvents, Underlying } from '@ballast/facts';
import {
  AVERAGING_WINDOW_MS,
  InstrumentError,
  readContractSpecification,
  type ContractSpecification,
} from '@ballast/instruments';
import { canonicalText, isoOf, type Instant } from '@ballast/kernel';
import type { PricingState } from '../pricing.state.js';

/** What a listing comes to. `repeated`: admitted before with the same terms. */
export type ListingVerdict =
  | { readonly outcome: 'admitted'; readonly specification: ContractSpecificationDocument }
  | { readonly outcome: 'refused'; readonly refusal: PricingEvents['InstrumentRefused'] }
  | { readonly outcome: 'repeated' };

/** Ids of refused listings are whatever somebody sent; in the log they stand only if they look like an id. */
const READABLE_ID = /^[!-~]{1,60}$/;
export const UNREADABLE_ID = 'unreadable';

/**
 * Judges a listed contract: its document is sound on its own (codes of `InstrumentError`), the exchange is open
 * (`market-not-open`) and trades the underlying (`underlying-not-priced`), it is none of the linear perpetuals, which
 * come with the market (`listed-with-market`), quoted in dollars (`quote-asset-not-priced`), lives until its delivery
 * price can be averaged (`instrument-expired`, `expires-too-soon`), and isn't admitted on other terms
 * (`listed-on-other-terms`; the terms admitted stay in force).
 */
export function judgeListing(
  state: PricingState,
  { specification: document }: QuoteEvents['InstrumentListed'],
  now: Instant,
): ListingVerdict {
  try {
    const specification = readContractSpecification(document);
    const admitted = state.contracts.get(specification.instrument.id);
    if (admitted !== undefined && admitted.listedAs === canonicalText(document)) return { outcome: 'repeated' };
    requirePriceable(state, specification, now);
    return { outcome: 'admitted', specification: document };
  } catch (error) {
    if (!(error instanceof InstrumentError)) throw error;
    const { code, field, message: reason } = error;
    return { outcome: 'refused', refusal: { instrument: readableId(document), code, field, reason } };
  }
}

function requirePriceable(
  { market, contracts }: PricingState,
  { instrument, quoteAsset }: ContractSpecification,
  now: Instant,
): void {
  const { id, underlying } = instrument;
  if (market === null) {
    throw new InstrumentError('market-not-open', 'id', `${id} is listed before the market; send MarketOpened first`);
  }
  if (!market.underlyings.includes(underlying as Underlying)) {
    const message = `${id}: nobody quotes ${underlying}; list contracts on ${market.underlyings.join(', ')}`;
    throw new InstrumentError('underlying-not-priced', 'id', message);
  }
  if (quoteAsset !== 'USD') {
    const message = `${id}: the index is in USD, the contract is quoted in ${quoteAsset}; quote it in USD`;
    throw new InstrumentError('quote-asset-not-priced', 'quoteAsset', message);
  }
  if (instrument.kind === 'perpetual') {
    if (instrument.settlement === 'linear') {
      throw new InstrumentError('listed-with-market', 'id', `${id} comes with MarketOpened; do not list it again`);
    }
  } else if (now >= instrument.expiry) {
    throw new InstrumentError('instrument-expired', 'id', `${id} has expired at ${isoOf(now)}; list a later expiry`);
  } else if (now > instrument.expiry - AVERAGING_WINDOW_MS) {
    const message = `${id} is listed while its delivery price is averaged already; list a later expiry`;
    throw new InstrumentError('expires-too-soon', 'id', message);
  }
  if (contracts.has(id)) {
    const message = `${id} is admitted on other terms, which stay; list other terms under another id`;
    throw new InstrumentError('listed-on-other-terms', 'id', message);
  }
}

function readableId(document: unknown): string {
  const id = typeof document === 'object' && document !== null ? (document as { id?: unknown }).id : undefined;
  return typeof id === 'string' && READABLE_ID.test(id) ? id : UNREADABLE_ID;
}
