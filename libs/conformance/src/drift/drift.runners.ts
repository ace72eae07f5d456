import { type Decimal, dec, ZERO } from '@ballast/kernel';
import {
  accountRequirement,
  assetTransferForLiability,
  assetWeightAtSize,
  BASE_DECIMALS,
  byRequirement,
  depositIndexReduction,
  depositScaledWeight,
  freeableShare,
  liabilityTransferFromAssets,
  liabilityTransferToCoverShortage,
  liabilityWeightAtSize,
  type LiquidatedAccount,
  liquidatePerp,
  type LiquidationMarket,
  type LiquidationRule,
  type LiquidationStep,
  marginRatioAfter,
  perpInsuranceFee,
  perpLossPerUnit,
  perpMarginRatio,
  type PerpShortage,
  rampedLiquidatorFee,
  type RequirementKind,
  sizeToCoverShortage,
  spotInsuranceFee,
  type SpotPair,
  type TransferSize,
  UNLIMITED,
} from '@ballast/venue-rules';
import type { CaseResult, CaseRunner, CaseRunners } from '../case-runner.js';
import { figureOf } from '../figure.js';
import { refusalName, type RefusalNames, refusing } from '../refusal.js';
import {
  figure,
  onTokenGrid,
  oracleOf,
  type OracleInput,
  ordersOf,
  type OrdersInput,
  type PerpInput,
  perpOf,
  type RatioInput,
  ratiosOf,
  type SpotInput,
  spotOf,
} from './drift.case-reading.js';

type Figures = Readonly<Record<string, string>>;

/** Names of the venue for what the product refuses. */
const REFUSALS: RefusalNames = {
  'sufficient-collateral': { name: 'SufficientCollateral', words: /collateral/i },
  'no-open-interest': { words: /bankrupt|interest/i },
  'liquidator-limit-below-step': { words: /liquidator|base|order.?size/i },
};

/** A runner that reads the inputs of its kind in their shape. */
const runner =
  <Inputs>(run: (inputs: Inputs, expected: unknown) => CaseResult): CaseRunner =>
  ({ inputs, expected }) =>
    run(inputs as Inputs, expected);

const decimalsOf = (count: string): number => Number(count);

const perpShortageOf = (inputs: Figures): PerpShortage => ({
  marginShortage: dec(inputs.marginShortage!),
  marginRatio: dec(inputs.marginRatio!),
  liquidatorFee: dec(inputs.liquidatorFee!),
  oraclePrice: dec(inputs.oraclePrice!),
  quotePrice: dec(inputs.quotePrice ?? '1'),
});

const spotPairOf = (inputs: Figures): SpotPair => ({
  assetMultiplier: dec(inputs.assetMultiplier!),
  liabilityMultiplier: dec(inputs.liabilityMultiplier!),
  liabilityDecimals: decimalsOf(inputs.liabilityDecimals!),
  liabilityPrice: dec(inputs.liabilityPrice!),
});

const spotShortageOf = (inputs: Figures) => ({
  ...spotPairOf(inputs),
  marginShortage: dec(inputs.marginShortage!),
  assetWeight: dec(inputs.assetWeight!),
  liabilityWeight: dec(inputs.liabilityWeight!),
});

const assetSideOf = (inputs: Figures) => ({
  assetAmount: dec(inputs.assetAmount!),
  assetDecimals: decimalsOf(inputs.assetDecimals!),
  assetPrice: dec(inputs.assetPrice!),
});

interface WeightInput {
  readonly side: 'asset' | 'liability';
  readonly requirement: RequirementKind;
  readonly size: string;
  readonly decimals?: string;
  readonly imfFactor: string;
  readonly initialWeight: string;
  readonly maintenanceWeight: string;
  readonly oraclePrice?: string;
  readonly scaleStartValue?: string;
  readonly totalDeposits?: string;
}

function sizeAdjustedWeight(inputs: WeightInput): Decimal {
  const initial = depositScaledWeight(
    dec(inputs.initialWeight),
    figure(inputs.scaleStartValue),
    figure(inputs.totalDeposits),
    figure(inputs.oraclePrice),
  );
  const atSize = inputs.side === 'asset' ? assetWeightAtSize : liabilityWeightAtSize;
  return atSize(
    byRequirement(inputs.requirement, initial, dec(inputs.maintenanceWeight)),
    onTokenGrid(inputs.size, inputs.decimals),
    dec(inputs.imfFactor),
  );
}

interface AccountInput {
  readonly requirement: RequirementKind;
  readonly quote: OracleInput & { readonly balance: string };
  readonly strict: boolean;
  readonly highLeverage?: boolean;
  readonly spot: SpotInput | null;
  readonly perp: PerpInput | null;
  readonly userMaxMarginRatio?: string;
  readonly marginRatioOverride?: string | null;
  readonly openOrderMargin?: string;
}

/** Margin per open order where a case states none: one cent. */
const OPEN_ORDER_MARGIN = '0.01';
/** Most unsettled profit in an initial requirement, quote. */
const INITIAL_PROFIT_CAP = dec(100);

function accountMargin(inputs: AccountInput): CaseResult {
  const { requirement, collateral } = accountRequirement(
    {
      quoteBalance: dec(inputs.quote.balance),
      quoteOracle: oracleOf(inputs.quote),
      spots: inputs.spot ? [spotOf(inputs.spot)] : [],
      perps: inputs.perp ? [perpOf(inputs.perp)] : [],
    },
    {
      kind: inputs.requirement,
      strict: inputs.strict,
      highLeverage: inputs.highLeverage ?? inputs.perp?.highLeverage ?? false,
      userMarginRatio: figure(inputs.userMaxMarginRatio),
      overrideMarginRatio: figure(inputs.marginRatioOverride),
      openOrderMargin: dec(inputs.openOrderMargin ?? OPEN_ORDER_MARGIN),
      initialProfitCap: INITIAL_PROFIT_CAP,
      buffer: ZERO,
    },
  );
  return { marginRequirement: requirement, totalCollateral: collateral };
}

interface PositionInput extends OrdersInput {
  readonly size: string;
  readonly quoteAmount: string;
  readonly entryQuoteAmount?: string;
  readonly entryQuote?: string;
  readonly quoteEntryAmount?: string;
}

interface MarketInput extends RatioInput {
  readonly oraclePrice: string;
  readonly quotePrice?: string;
  readonly liquidatorFee: string;
  readonly insuranceFee: string;
  readonly stepSize: string;
  readonly highLeverage?: boolean;
}

interface RuleInput {
  readonly liquidationBufferRatio: string;
  readonly initialPct?: string;
  readonly durationSlots?: string;
  readonly paced?: boolean;
  readonly openOrderMargin?: string;
}

const liquidatedAccountOf = (quoteBalance: string, position: PositionInput): LiquidatedAccount => ({
  quoteBalance: dec(quoteBalance),
  position: {
    size: dec(position.size),
    quoteAmount: dec(position.quoteAmount),
    entryQuoteAmount: dec(
      position.entryQuoteAmount ?? position.quoteEntryAmount ?? position.entryQuote ?? position.quoteAmount,
    ),
    ...ordersOf(position),
  },
  liquidation: null,
});

const liquidationMarketOf = (market: MarketInput): LiquidationMarket => ({
  oraclePrice: dec(market.oraclePrice),
  quotePrice: dec(market.quotePrice ?? '1'),
  ratios: ratiosOf(market),
  highLeverage: market.highLeverage ?? false,
  liquidatorFee: dec(market.liquidatorFee),
  maxInsuranceFee: dec(market.insuranceFee),
  stepSize: dec(market.stepSize),
});

/** Without figures of a pace the whole shortage may be freed at once. */
const liquidationRuleOf = (rule: RuleInput): LiquidationRule => ({
  bufferRatio: dec(rule.liquidationBufferRatio),
  openOrderMargin: dec(rule.openOrderMargin ?? OPEN_ORDER_MARGIN),
  pace: { initialShare: dec(rule.initialPct ?? '1'), durationSlots: figure(rule.durationSlots) },
  paced: rule.paced ?? true,
});

/** The liquidator's position after this and all steps before. */
interface Liquidator {
  readonly size: Decimal;
  readonly quote: Decimal;
}

const liquidatorAfter = ({ size, quote }: Liquidator, { transfer }: LiquidationStep): Liquidator => ({
  size: size.plus(transfer.liquidatorSize),
  quote: quote.plus(transfer.liquidatorQuote),
});

const NO_POSITION: Liquidator = { size: ZERO, quote: ZERO };

interface EndToEndInput extends RuleInput {
  readonly quoteBalance: string;
  readonly perp: PositionInput & RatioInput & { readonly oraclePrice: string };
  readonly quotePrice?: string;
  readonly liquidatorFee: string;
  readonly insuranceFee: string;
  readonly liquidatorMaxBase: string;
  readonly stepSize: string;
  readonly slot?: string;
}

function liquidationEndToEnd(inputs: EndToEndInput, expected: unknown): CaseResult {
  const market = liquidationMarketOf({ ...inputs.perp, ...inputs });
  const rule = liquidationRuleOf(inputs);
  const before = liquidatedAccountOf(inputs.quoteBalance, inputs.perp);
  const step = liquidatePerp(before, market, rule, figure(inputs.slot), dec(inputs.liquidatorMaxBase));
  const { account, transfer } = step;
  return {
    ...refusalOf(step, expected),
    userSizeAfter: account.position.size,
    userQuoteAfter: account.position.quoteAmount,
    userEntryQuoteAfter: account.position.entryQuoteAmount,
    liquidatorSize: transfer.liquidatorSize,
    liquidatorQuote: transfer.liquidatorQuote,
    insuranceFundDelta: transfer.insuranceFundDelta,
    inLiquidation: account.liquidation !== null,
    marginFreed: account.liquidation?.marginFreed ?? ZERO,
    finalMarginRatio: marginRatioAfter(account, market, rule),
  };
}

const refusalOf = ({ outcome }: LiquidationStep, expected: unknown) =>
  outcome === 'sufficient-collateral' ? { error: refusalName(outcome, expected, REFUSALS) } : {};

interface SequenceInput extends RuleInput {
  readonly quoteBalance: string;
  readonly position: PositionInput;
  readonly market: MarketInput;
}

interface SequenceStep {
  readonly slot: string;
  readonly liquidatorMaxBase: string;
  /** From this step on, where it moves. */
  readonly oraclePrice?: string;
  readonly expected?: unknown;
}

function liquidationSequence(inputs: SequenceInput, steps: readonly SequenceStep[]): CaseResult {
  const rule = liquidationRuleOf(inputs);
  let market = liquidationMarketOf(inputs.market);
  let account = liquidatedAccountOf(inputs.quoteBalance, inputs.position);
  let liquidator = NO_POSITION;
  return steps.map(({ slot, liquidatorMaxBase, oraclePrice, expected }) => {
    if (oraclePrice !== undefined) market = { ...market, oraclePrice: dec(oraclePrice) };
    const step = liquidatePerp(account, market, rule, dec(slot), dec(liquidatorMaxBase));
    account = step.account;
    liquidator = liquidatorAfter(liquidator, step);
    const { position, liquidation } = account;
    return {
      ...refusalOf(step, expected),
      size: position.size,
      quoteAmount: position.quoteAmount,
      entryQuoteAmount: position.entryQuoteAmount,
      openOrders: position.openOrders,
      inLiquidation: liquidation !== null,
      marginFreed: liquidation?.marginFreed ?? ZERO,
      liquidatorSize: liquidator.size,
      liquidatorQuote: liquidator.quote,
      insuranceFundDelta: step.transfer.insuranceFundDelta,
      marginRatio: marginRatioAfter(account, market, rule),
    };
  });
}

/** The largest integers of 64 and of 128 bits. */
const LARGEST_INTEGERS: readonly Decimal[] = [64, 128].map((bits) => dec(2).pow(bits).minus(1));

const expectedField = (expected: unknown, field: string): unknown =>
  (expected as Readonly<Record<string, unknown>> | undefined)?.[field];

/** An unlimited size is the source's largest integer, in its smallest units or on the grid, or a word of the file; else ours. */
function shownSize(size: TransferSize, decimals: number, theirs: unknown): unknown {
  if (size !== UNLIMITED || theirs === undefined) return size;
  const asserted = figureOf(theirs);
  if (asserted === undefined) return theirs;
  const grid = dec(10).pow(decimals);
  const unlimited = LARGEST_INTEGERS.some((largest) => asserted.eq(largest) || asserted.eq(largest.div(grid)));
  return unlimited ? asserted : size;
}

const runners: CaseRunners = {
  size_to_cover_shortage: runner<Figures>((inputs, expected) => {
    const size = sizeToCoverShortage(perpShortageOf(inputs), figure(inputs.insuranceFee));
    return { baseAmount: shownSize(size, BASE_DECIMALS, expectedField(expected, 'baseAmount')) };
  }),

  liability_transfer_to_cover_shortage: runner<Figures>((inputs, expected) => {
    const size = liabilityTransferToCoverShortage(spotShortageOf(inputs), figure(inputs.insuranceFee));
    const theirs = expectedField(expected, 'liabilityTransfer');
    return { liabilityTransfer: shownSize(size, decimalsOf(inputs.liabilityDecimals!), theirs) };
  }),

  liability_transfer_from_assets: runner<Figures>((inputs) => ({
    liabilityTransfer: liabilityTransferFromAssets(assetSideOf(inputs), spotPairOf(inputs)),
  })),

  asset_transfer_for_liability: runner<Figures>((inputs) => ({
    assetTransfer: assetTransferForLiability(assetSideOf(inputs), spotPairOf(inputs), dec(inputs.liabilityTransfer!)),
  })),

  perp_loss_socialisation: runner<Figures>(({ loss, longOpenInterest, shortOpenInterest }) => ({
    fundingDeltaPerUnit: perpLossPerUnit(dec(loss!), dec(longOpenInterest!), dec(shortOpenInterest!)),
  })),

  spot_loss_socialisation: runner<Figures>(({ borrowLoss, totalDeposits, cumulativeDepositInterest }) => ({
    depositIndexReduction: depositIndexReduction(
      dec(cumulativeDepositInterest!),
      dec(borrowLoss!),
      dec(totalDeposits!),
    ),
  })),

  perp_insurance_fee: runner<Figures>((inputs) => ({
    insuranceFee: perpInsuranceFee(perpShortageOf(inputs), dec(inputs.baseAmount!), dec(inputs.maxInsuranceFee!)),
  })),

  spot_insurance_fee: runner<Figures>((inputs) => ({
    insuranceFee: spotInsuranceFee(spotShortageOf(inputs), dec(inputs.tokenAmount!), dec(inputs.maxInsuranceFee!)),
  })),

  liquidation_pace: runner<Figures>((inputs) => ({
    maxPct: freeableShare(dec(inputs.marginShortage!), figure(inputs.alreadyFreed), dec(inputs.slotsSinceLastActive!), {
      initialShare: dec(inputs.initialPct!),
      durationSlots: dec(inputs.durationSlots!),
    }),
  })),

  liquidation_fee_ramp: runner<Figures>(({ slotsElapsed, baseFee, maxFee, graceSlots, feePerSlot }) => ({
    fee: rampedLiquidatorFee(dec(slotsElapsed!), {
      baseFee: dec(baseFee!),
      maxFee: dec(maxFee!),
      graceSlots: dec(graceSlots!),
      feePerSlot: dec(feePerSlot!),
    }),
  })),

  size_adjusted_weight: runner<WeightInput>((inputs) => ({ weight: sizeAdjustedWeight(inputs) })),

  deposit_scaled_weight: runner<Figures>(({ initialWeight, scaleStartValue, totalDeposits, oraclePrice }) => ({
    weight: depositScaledWeight(dec(initialWeight!), dec(scaleStartValue!), dec(totalDeposits!), dec(oraclePrice!)),
  })),

  perp_margin_ratio: runner<
    RatioInput & { readonly size: string; readonly requirement: RequirementKind; readonly highLeverage?: boolean }
  >((inputs) => ({
    marginRatio: perpMarginRatio(inputs.requirement, dec(inputs.size), ratiosOf(inputs), inputs.highLeverage ?? false),
  })),

  account_margin: runner<AccountInput>(accountMargin),

  liquidation_end_to_end: runner<EndToEndInput>(liquidationEndToEnd),

  liquidation_sequence: ({ inputs, steps }) =>
    liquidationSequence(inputs as SequenceInput, steps as readonly SequenceStep[]),
};

/** Cases of Drift: every kind of `drift.json`. */
export const driftRunners: CaseRunners = refusing(runners, REFUSALS);
