import { type Decimal, dec } from '@ballast/kernel';
import { type FractionAccount, QUOTE_DECIMALS } from '@ballast/venue-rules';
import type { RefusalNames } from '../refusal.js';

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

/** Names of the venue for what the product refuses. */
export const DYDX_REFUSALS: RefusalNames = {
  'invalid-close-delta': { name: 'InvalidPositionSizeDelta', words: /delta|size|quantums/i },
  'state-transition-rejected': { name: 'StateTransitionRejected', words: /transition|undercollateral/i },
  'no-maintenance-margin': { words: /maintenance|divi(de|sion)/i },
  'block-limit-exceeded': { words: /block|limit|exceed/i },
};
