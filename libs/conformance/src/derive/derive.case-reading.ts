import { dec } from '@ballast/kernel';
import type { Option, OptionType, Perpetual } from '@ballast/instruments';
import type { ExpiryMarket, InstrumentMarket, PositionHolding } from '@ballast/margin-models';

/** Shapes of the inputs that Derive's kinds share. Figures are decimal texts. */
export interface OptionInput {
  readonly secToExpiry: string;
  readonly strike: string;
  readonly isCall: boolean;
  readonly amount: string;
  readonly vol: string;
}

export interface ExpiryFeedInput {
  readonly secToExpiry: string;
  readonly forward: string;
  readonly forwardConfidence: string;
  readonly rate: string;
  readonly rateConfidence: string;
  readonly volConfidence?: string;
}

/** Cases count from the moment of their price set. */
export const CASE_TIME = 0;
const ONE_UNIT = dec('1');

export const expiryAt = (secToExpiry: string): number => CASE_TIME + dec(secToExpiry).times(1_000).toNumber();

export function perpetualOf(underlying: string): Perpetual {
  return { id: `${underlying}-PERP`, underlying, settlement: 'linear', contractSize: ONE_UNIT, kind: 'perpetual' };
}

function optionOf(underlying: string, { secToExpiry, strike, isCall }: OptionInput): Option {
  const type: OptionType = isCall ? 'call' : 'put';
  const expiry = expiryAt(secToExpiry);
  const id = `${underlying}-${expiry}-${strike}-${isCall ? 'C' : 'P'}`;
  return {
    id,
    underlying,
    settlement: 'linear',
    contractSize: ONE_UNIT,
    kind: 'option',
    type,
    strike: dec(strike),
    expiry,
  };
}

export function optionPositions(underlying: string, options: readonly OptionInput[]): readonly PositionHolding[] {
  return options.map((option) => ({ instrument: optionOf(underlying, option), quantity: dec(option.amount) }));
}

/** Models value options by the volatility; their mark is not read. */
export function optionMarkets(underlying: string, options: readonly OptionInput[]): [string, InstrumentMarket][] {
  return options.map((option) => [optionOf(underlying, option).id, { mark: dec('0'), volatility: dec(option.vol) }]);
}

export function expiryMarkets(underlying: string, feeds: readonly ExpiryFeedInput[]): [string, ExpiryMarket][] {
  return feeds.map((feed) => {
    const expiry = expiryAt(feed.secToExpiry);
    const volatilityConfidence = feed.volConfidence;
    const expiryMarket: ExpiryMarket = {
      underlying,
      expiry,
      forward: dec(feed.forward),
      forwardConfidence: dec(feed.forwardConfidence),
      rate: dec(feed.rate),
      rateConfidence: dec(feed.rateConfidence),
      ...(volatilityConfidence === undefined ? {} : { volatilityConfidence: dec(volatilityConfidence) }),
    };
    return [`${underlying}@${expiry}`, expiryMarket];
  });
}
