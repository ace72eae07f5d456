import { type Decimal, dec, ONE, ZERO } from '@ballast/kernel';
import {
  BASE_DECIMALS,
  floorTo,
  type OraclePrice,
  type PerpHolding,
  type PerpRatios,
  type SpotHolding,
} from '@ballast/venue-rules';

/** Shapes of the inputs that Drift's kinds share. Figures are decimal texts; what a case leaves out is zero. */
export interface OracleInput {
  readonly price: string;
  readonly twap5min?: string;
}

export interface OrdersInput {
  readonly openBids?: string;
  readonly openAsks?: string;
  readonly openOrders?: string;
}

export interface RatioInput {
  readonly initial?: string;
  readonly maintenance: string;
  readonly imfFactor?: string;
  readonly highLeverageInitial?: string;
  readonly highLeverageMaintenance?: string;
}

export interface SpotInput extends OracleInput, OrdersInput {
  readonly initialAsset: string;
  readonly maintenanceAsset: string;
  readonly initialLiability: string;
  readonly maintenanceLiability: string;
  readonly imfFactor?: string;
  readonly balance: string;
}

export interface PerpInput extends OrdersInput, RatioInput {
  readonly size: string;
  readonly quoteAmount: string;
  readonly price: string;
  readonly highLeverage?: boolean;
  /** Of a profit, for new risk; what counts at the maintenance level is a figure of its own. */
  readonly unrealisedPnlWeight?: string;
}

export const figure = (value: string | null | undefined): Decimal => (value ? dec(value) : ZERO);

export const oracleOf = ({ price, twap5min }: OracleInput): OraclePrice => ({
  price: dec(price),
  average5min: dec(twap5min ?? price),
});

/** The source keeps asks negative; where no number of orders is given, each side with an amount is one. */
export function ordersOf({ openBids, openAsks, openOrders }: OrdersInput) {
  const [bids, asks] = [figure(openBids).abs(), figure(openAsks).abs()];
  const sides = [bids, asks].filter((side) => !side.isZero()).length;
  return { openBids: bids, openAsks: asks, openOrders: openOrders === undefined ? dec(sides) : dec(openOrders) };
}

export function ratiosOf(input: RatioInput): PerpRatios {
  return {
    initial: dec(input.initial ?? input.maintenance),
    maintenance: dec(input.maintenance),
    imfFactor: figure(input.imfFactor),
    highLeverageInitial: figure(input.highLeverageInitial),
    highLeverageMaintenance: figure(input.highLeverageMaintenance),
  };
}

export function spotOf(input: SpotInput): SpotHolding {
  return {
    market: 'spot',
    oracle: oracleOf(input),
    weights: {
      initialAsset: dec(input.initialAsset),
      maintenanceAsset: dec(input.maintenanceAsset),
      initialLiability: dec(input.initialLiability),
      maintenanceLiability: dec(input.maintenanceLiability),
      imfFactor: figure(input.imfFactor),
    },
    balance: dec(input.balance),
    ...ordersOf(input),
  };
}

export function perpOf(input: PerpInput): PerpHolding {
  return {
    market: 'perp',
    oraclePrice: dec(input.price),
    ratios: ratiosOf(input),
    size: dec(input.size),
    quoteAmount: dec(input.quoteAmount),
    profitWeights: { initial: dec(input.unrealisedPnlWeight ?? '1'), maintenance: ONE },
    ...ordersOf(input),
  };
}

/** A token amount on the grid of its decimals, which is what its size is measured by. */
export const onTokenGrid = (amount: string, decimals: string | undefined): Decimal =>
  floorTo(dec(amount), Number(decimals ?? BASE_DECIMALS));
