import { type Decimal, dec, ModelInputError } from '@ballast/kernel';
import { type FractionAccount, QUOTE_DECIMALS } from '@ballast/margin-models';
import { refusalName } from '../refusal.js';

/** Shapes of the inputs that dYdX's kinds share. Figures are decimal texts. */
export interface AccountInput {
  readonly quoteBalance: string;
  readonly positions: readonly {
    readonly market: string;
    readonly size: string;
    readonly oraclePrice: string;
    readonly imf: string;
    readonly maintenanceFraction: string;
  }[];
}

export interface CloseInput extends AccountInput {
  readonly closeMarket: string;
  readonly closeDelta: string;
}

export interface OpenInterestParams {
  readonly imfPpm: string;
  readonly oiLowerCapUnits: string;
  readonly oiUpperCapUnits: string;
}

const MILLION = dec('1e6');

export function accountOf({ quoteBalance, positions }: AccountInput): FractionAccount {
  return {
    quoteBalance: dec(quoteBalance),
    positions: positions.map(({ market, size, oraclePrice, imf, maintenanceFraction }) => ({
      market,
      size: dec(size),
      oraclePrice: dec(oraclePrice),
      initialFraction: dec(imf),
      maintenanceFraction: dec(maintenanceFraction),
    })),
  };
}

/** Parts per million as a fraction. */
export const fractionOf = (ppm: string): Decimal => dec(ppm).div(MILLION);
export const ppmOf = (fraction: Decimal): Decimal => fraction.times(MILLION);

/** Raw integer units of a quote asset with 6 decimals, as quote. */
export const quoteOf = (units: string): Decimal => dec(units).div(MILLION);
export const unitsOf = (quote: Decimal): Decimal => quote.times(dec(10).pow(QUOTE_DECIMALS));

export const openInterestCaps = ({ oiLowerCapUnits, oiUpperCapUnits }: OpenInterestParams) => ({
  lower: quoteOf(oiLowerCapUnits),
  upper: quoteOf(oiUpperCapUnits),
});

/** The venue's name of a deleveraging that leaves a side in a state that is forbidden. */
export const TRANSITION_REJECTED = 'StateTransitionRejected';

/** Names of the venue for the input that the product refuses. */
const ERROR_NAMES: Readonly<Record<string, string>> = {
  'invalid-close-delta': 'InvalidPositionSizeDelta',
  'state-transition-rejected': TRANSITION_REJECTED,
};

/** What the product answers, or the venue's name of its refusal. @param expected of the case */
export function answerOrError<T>(answer: () => T, expected: unknown): T | { readonly error: unknown } {
  try {
    return answer();
  } catch (error) {
    if (error instanceof ModelInputError) return { error: refusalName(error.code, expected, ERROR_NAMES) };
    throw error;
  }
}
