import { type Decimal, dec } from '@ballast/kernel';
import {
  accountRisk,
  bankruptcyQuoteDelta,
  compareRisk,
  deleverage,
  fillablePrice,
  fundingClamp,
  initialRequirement,
  insuranceFundDelta,
  isInitialCollateralised,
  isLiquidatable,
  isMaintenanceCollateralised,
  liquidationBounds,
  maintenanceFractionOfNotional,
  maintenanceRequirement,
  netNotional,
  openInterestScaledFraction,
  remainingBlockLimit,
  sizeOf,
  type TransitionVerdict,
  undercollateralisedTransition,
} from '@ballast/venue-rules';
import type { CaseResult, CaseRunner, CaseRunners } from '../case-runner.js';
import { refusalName, refusing } from '../refusal.js';
import {
  type AccountInput,
  accountOf,
  type CloseInput,
  DYDX_REFUSALS,
  fractionOf,
  openInterestCaps,
  type OpenInterestParams,
  ppmOf,
  quoteOf,
  unitsOf,
} from './dydx.case-reading.js';

interface RiskInput {
  readonly netCollateral: string;
  readonly maintenance: string;
  readonly initial?: string;
}

/** A runner that reads the inputs and parameters of its kind in their shape. */
const runner =
  <Inputs, Params = unknown>(run: (inputs: Inputs, params: Params, expected: unknown) => CaseResult): CaseRunner =>
  ({ inputs, params, expected }) =>
    run(inputs as Inputs, params as Params, expected);

const riskOf = ({ netCollateral, maintenance, initial }: RiskInput) => ({
  netCollateral: dec(netCollateral),
  maintenance: dec(maintenance),
  initial: dec(initial ?? '0'),
});

const TRANSITION_NAMES: Readonly<Record<TransitionVerdict, string>> = {
  accepted: 'Success',
  'newly-undercollateralised': 'NewlyUndercollateralized',
  'still-undercollateralised': 'StillUndercollateralized',
};

/** `mantissa x 10^exponent` */
const scaled = (mantissa: string, exponent: string): Decimal => dec(mantissa).times(dec(10).pow(dec(exponent)));

const runners: CaseRunners = {
  bankruptcy_price: runner<CloseInput>((inputs) => ({
    bankruptcyQuoteDelta: bankruptcyQuoteDelta(accountOf(inputs), inputs.closeMarket, dec(inputs.closeDelta)),
  })),

  fillable_price: runner<
    CloseInput,
    { readonly bankruptcyAdjustment: string; readonly spreadToMaintenanceMarginRatio: string }
  >((inputs, params) => ({
    fillablePrice: fillablePrice(accountOf(inputs), inputs.closeMarket, dec(inputs.closeDelta), {
      bankruptcyAdjustment: dec(params.bankruptcyAdjustment),
      spreadToMaintenance: dec(params.spreadToMaintenanceMarginRatio),
    }),
  })),

  insurance_fund_delta: runner<CloseInput & { readonly fillPrice: string }, { readonly maxLiquidationFee: string }>(
    (inputs, params) => ({
      insuranceFundDelta: insuranceFundDelta(
        accountOf(inputs),
        inputs.closeMarket,
        dec(inputs.closeDelta),
        dec(inputs.fillPrice),
        dec(params.maxLiquidationFee),
      ),
    }),
  ),

  is_liquidatable: runner<RiskInput>((inputs) => ({ liquidatable: isLiquidatable(riskOf(inputs)) })),

  is_liquidatable_account: runner<AccountInput>((inputs) => ({
    liquidatable: isLiquidatable(accountRisk(accountOf(inputs))),
  })),

  initial_collateralized: runner<{ readonly netCollateral: string; readonly initial: string }>((inputs) => ({
    ok: isInitialCollateralised({ netCollateral: dec(inputs.netCollateral), initial: dec(inputs.initial) }),
  })),

  maintenance_collateralized: runner<RiskInput>((inputs) => ({ ok: isMaintenanceCollateralised(riskOf(inputs)) })),

  risk_priority: runner<{ readonly first: RiskInput; readonly second: RiskInput }>(({ first, second }) => ({
    compare: compareRisk(riskOf(first), riskOf(second)),
  })),

  undercollateralized_transition: runner<{ readonly old: RiskInput; readonly new: RiskInput }>((inputs) => ({
    result: TRANSITION_NAMES[undercollateralisedTransition(riskOf(inputs.old), riskOf(inputs.new))],
  })),

  position_liquidation_bounds: runner<
    { readonly size: string; readonly oraclePrice: string },
    { readonly minPositionNotionalLiquidated: string; readonly maxPositionPortionLiquidated: string }
  >(({ size, oraclePrice }, params) => {
    const { min, max } = liquidationBounds(dec(size), dec(oraclePrice), {
      minNotional: dec(params.minPositionNotionalLiquidated),
      maxPortion: dec(params.maxPositionPortionLiquidated),
    });
    return { minNotional: min, maxNotional: max };
  }),

  /** A case may state one of the two limits only. */
  subaccount_block_limits: runner<
    { readonly previousNotionalLiquidated?: string; readonly previousInsuranceLost?: string },
    { readonly maxNotionalLiquidated?: string; readonly maxInsuranceLost?: string }
  >(
    (
      { previousNotionalLiquidated = '0', previousInsuranceLost = '0' },
      { maxNotionalLiquidated, maxInsuranceLost },
    ) => {
      const remaining = (limit: string, used: string, field: string): Decimal =>
        remainingBlockLimit(dec(limit), dec(used), field);
      return {
        ...(maxNotionalLiquidated && {
          maxNotionalLiquidatable: remaining(maxNotionalLiquidated, previousNotionalLiquidated, 'notionalLiquidated'),
        }),
        ...(maxInsuranceLost && {
          maxInsuranceLost: remaining(maxInsuranceLost, previousInsuranceLost, 'insuranceLost'),
        }),
      };
    },
  ),

  oi_scaled_imf: runner<{ readonly openInterestNotionalUnits: string }, OpenInterestParams>((inputs, params) => ({
    imfPpm: ppmOf(
      openInterestScaledFraction(
        fractionOf(params.imfPpm),
        openInterestCaps(params),
        quoteOf(inputs.openInterestNotionalUnits),
      ),
    ),
  })),

  oi_scaled_initial_margin: runner<
    { readonly notionalUnits: string; readonly openInterestNotionalUnits: string },
    OpenInterestParams
  >((inputs, params) => {
    const openInterest = quoteOf(inputs.openInterestNotionalUnits);
    const fraction = openInterestScaledFraction(fractionOf(params.imfPpm), openInterestCaps(params), openInterest);
    return { initialMarginUnits: unitsOf(initialRequirement(quoteOf(inputs.notionalUnits), fraction)) };
  }),

  margin_requirements: runner<
    {
      readonly priceMantissa: string;
      readonly priceExponent: string;
      readonly baseAtomicResolution: string;
      readonly baseUnits: string;
      readonly openInterestBaseUnits: string;
    },
    OpenInterestParams & { readonly maintenanceFractionPpm: string }
  >((inputs, params) => {
    const price = scaled(inputs.priceMantissa, inputs.priceExponent);
    const notionalOf = (baseUnits: string) => netNotional(scaled(baseUnits, inputs.baseAtomicResolution), price);
    const notional = notionalOf(inputs.baseUnits);
    const openInterest = notionalOf(inputs.openInterestBaseUnits).abs();
    const base = fractionOf(params.imfPpm);
    const fraction = openInterestScaledFraction(base, openInterestCaps(params), openInterest);
    const maintenance = maintenanceRequirement(notional, base, fractionOf(params.maintenanceFractionPpm));
    return {
      initialMarginUnits: unitsOf(initialRequirement(notional, fraction)),
      maintenanceMarginUnits: unitsOf(maintenance),
    };
  }),

  maintenance_fraction: runner<unknown, { readonly imfPpm: string; readonly maintenanceFractionPpm: string }>(
    (_inputs, { imfPpm, maintenanceFractionPpm }) => ({
      maintenancePpm: ppmOf(maintenanceFractionOfNotional(fractionOf(imfPpm), fractionOf(maintenanceFractionPpm))),
    }),
  ),

  funding_clamp: runner<
    unknown,
    { readonly clampFactorPpm: string; readonly imfPpm: string; readonly maintenanceFractionPpm: string }
  >((_inputs, { clampFactorPpm, imfPpm, maintenanceFractionPpm }) => ({
    maxAbsFundingPpm: ppmOf(
      fundingClamp(fractionOf(clampFactorPpm), fractionOf(imfPpm), fractionOf(maintenanceFractionPpm)),
    ),
  })),

  deleveraging: runner<{
    readonly liquidated: AccountInput;
    readonly offsetting: AccountInput;
    readonly closeMarket: string;
    readonly closeDelta: string;
  }>(({ liquidated, offsetting, closeMarket, closeDelta }, _params, expected) => {
    const result = deleverage(accountOf(liquidated), accountOf(offsetting), closeMarket, dec(closeDelta));
    if (!result.done) return { error: refusalName('state-transition-rejected', expected, DYDX_REFUSALS) };
    return {
      liquidatedQuoteBalance: result.liquidated.quoteBalance,
      offsettingQuoteBalance: result.offsetting.quoteBalance,
      liquidatedPosition: sizeOf(result.liquidated, closeMarket),
      offsettingPosition: sizeOf(result.offsetting, closeMarket),
    };
  }),
};

/** Cases of dYdX: every kind of `dydx_v4.json`. */
export const dydxRunners: CaseRunners = refusing(runners, DYDX_REFUSALS);
