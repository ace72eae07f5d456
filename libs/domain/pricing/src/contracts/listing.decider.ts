import type { ContractSpecificationDocument, InstrumentId, PricingEvents, QuoteEvents } from '@ballast/facts';
import {
  AVERAGING_WINDOW_MS,
  InstrumentError,
  listingState,
  readContractSpecification,
  type ContractSpecification,
  type Instrument,
} from '@ballast/instruments';
import {
  IDENTIFIER,
  ONE,
  SETTLEMENT_ASSET,
  canonicalText,
  compareText,
  isoOf,
  matches,
  text,
  type Instant,
} from '@ballast/kernel';
import { ignoreInput } from '../ignored-input.js';
import type { PricingState } from '../pricing.state.js';
import { expiryKey, type Listing } from './contract.state.js';

/** What a listing comes to. `repeated`: listed before on the same terms. */
export type ListingVerdict =
  | { readonly outcome: 'sound'; readonly specification: ContractSpecification }
  | { readonly outcome: 'refused'; readonly refusal: PricingEvents['InstrumentRefused'] }
  | { readonly outcome: 'repeated' };

/** Ids of refused listings are whatever somebody sent; in the log they stand only if they look like an id. */
const UNREADABLE_ID = 'unreadable';

/** Refusals after which a listing waits no more. */
export const ENDS_WAITING: readonly string[] = ['instrument-expired', 'expires-too-soon'];

/** A listed contract, waiting or admitted. */
export function listingOf({ perpetuals, contracts }: PricingState, id: InstrumentId): Listing | undefined {
  return perpetuals.get(id) ?? contracts.get(id);
}

/**
 * Judges a listed contract: its document is sound on its own (codes of `InstrumentError`), it is quoted in dollars
 * (`quote-asset-not-priced`), lives until its delivery price can be averaged (`instrument-expired`, `expires-too-soon`) and
 * isn't listed on other terms (`listed-on-other-terms`; the first terms stay). A linear perpetual is of one unit of its
 * underlying and marked to market (`wrong-contract-size`, `wrong-cash-style`), as funding and its mark count it. Whether
 * anybody quotes the underlying is no question here: a listing waits for its first price.
 */
export function judgeListing(
  state: PricingState,
  { specification: document }: QuoteEvents['InstrumentListed'],
  now: Instant,
): ListingVerdict {
  try {
    const specification = readContractSpecification(document);
    const { id } = specification.instrument;
    const listed = listingOf(state, id);
    if (listed !== undefined && canonicalText(listed.document) === canonicalText(document)) {
      return { outcome: 'repeated' };
    }
    requirePriceable(specification);
    requireTimeLeft(specification.instrument, now);
    if (listed !== undefined) {
      const message = `${id} is listed on other terms, which stay; list other terms under another id`;
      throw new InstrumentError('listed-on-other-terms', 'id', message);
    }
    return { outcome: 'sound', specification };
  } catch (error) {
    return { outcome: 'refused', refusal: refusalOf(error, document) };
  }
}

function requirePriceable({ instrument, quoteAsset, cashStyle }: ContractSpecification): void {
  const { id, kind, settlement, contractSize } = instrument;
  if (quoteAsset !== SETTLEMENT_ASSET) {
    const message = `${id}: the index is in USD, the contract is quoted in ${quoteAsset}; quote it in USD`;
    throw new InstrumentError('quote-asset-not-priced', 'quoteAsset', message);
  }
  if (kind !== 'perpetual' || settlement !== 'linear') return;
  if (!contractSize.eq(ONE)) {
    const message = `${id}: a linear perpetual is of 1 unit of its underlying, not ${text(contractSize)}; choose the lot instead`;
    throw new InstrumentError('wrong-contract-size', 'contractSize', message);
  }
  if (cashStyle !== 'marked-to-market') {
    const message = `${id}: a linear perpetual pays funding and is marked-to-market; ${cashStyle} is for other contracts`;
    throw new InstrumentError('wrong-cash-style', 'cashStyle', message);
  }
}

function requireTimeLeft(instrument: Instrument, now: Instant): void {
  if (instrument.kind === 'perpetual') return;
  const { id, expiry } = instrument;
  if (now >= expiry) {
    throw new InstrumentError('instrument-expired', 'id', `${id} has expired at ${isoOf(now)}; list a later expiry`);
  }
  if (now > expiry - AVERAGING_WINDOW_MS) {
    const message = `${id} is listed while its delivery price is averaged already; list a later expiry`;
    throw new InstrumentError('expires-too-soon', 'id', message);
  }
}

function refusalOf(error: unknown, document: unknown): PricingEvents['InstrumentRefused'] {
  if (!(error instanceof InstrumentError)) throw error;
  const { code, field, message: reason } = error;
  return { instrument: readableId(document), code, field, reason };
}

function readableId(document: unknown): string {
  const id = typeof document === 'object' && document !== null ? (document as { id?: unknown }).id : undefined;
  return matches(IDENTIFIER, id) ? id : UNREADABLE_ID;
}

/** Takes up a sound listing. A refusal is a decision (InstrumentRefused), and so is the admission that a sound one waits for. */
export function observeListing(state: PricingState, listed: QuoteEvents['InstrumentListed'], now: Instant): void {
  const verdict = judgeListing(state, listed, now);
  if (verdict.outcome === 'repeated') ignoreInput(state, 'repeated-listing');
  else if (verdict.outcome === 'sound') noteListing(state, listed.specification, verdict.specification);
}

/** Quotes of the contract count from here on, trades from its admission on. */
function noteListing(
  state: PricingState,
  document: ContractSpecificationDocument,
  specification: ContractSpecification,
): void {
  const { instrument } = specification;
  const listing = { specification, document, admitted: false };
  if (instrument.kind === 'perpetual' && instrument.settlement === 'linear') {
    state.perpetuals.set(instrument.id, {
      ...listing,
      book: null,
      activity: null,
      mark: null,
      samples: 0,
      fundingRate: '0',
      cumulativeIndex: '0',
      nextFundingAt: null,
    });
    return;
  }
  state.contracts.set(instrument.id, { ...listing, book: null, quote: null, risk: null, nextVariationAt: null });
  if (instrument.kind === 'perpetual') return;
  const { underlying, expiry } = instrument;
  const key = expiryKey(underlying, expiry);
  if (state.expiries.has(key)) return;
  state.expiries.set(key, {
    underlying,
    expiry,
    admitted: false,
    chainAt: null,
    chainChanged: false,
    surface: null,
    basis: null,
    indexes: [],
  });
}

/** What becomes of a listing that waited. */
export type Admission =
  | { readonly outcome: 'admitted'; readonly admitted: PricingEvents['InstrumentAdmitted'] }
  | { readonly outcome: 'refused'; readonly refusal: PricingEvents['InstrumentRefused'] };

/**
 * Listings whose waiting is over at a price set, by id: admitted when their time has come and the set prices their
 * underlying, so that whatever is admitted has a mark; refused when they have waited until they expire.
 */
export function admissions(
  state: PricingState,
  isPriced: (underlying: string) => boolean,
  asOf: Instant,
): readonly Admission[] {
  return [...state.perpetuals.values(), ...state.contracts.values()]
    .filter(({ admitted }) => !admitted)
    .sort((a, b) => compareText(a.specification.instrument.id, b.specification.instrument.id))
    .flatMap(({ specification, document }): Admission[] => {
      try {
        requireTimeLeft(specification.instrument, asOf);
      } catch (error) {
        return [{ outcome: 'refused', refusal: refusalOf(error, document) }];
      }
      const ready = isPriced(specification.instrument.underlying) && listingState(specification, asOf) === 'listed';
      return ready ? [{ outcome: 'admitted', admitted: { specification: document } }] : [];
    });
}
