import { documentInForce, type DocumentChecks, type HouseRules } from '@ballast/documents';
import { ONE, dec, type Decimal } from '@ballast/kernel';
import { SURFACE_RULES, type SurfaceRules } from '@ballast/valuation';
import { halving, powerOver } from '../volatility/decay.js';
import { PRICING_RULES, type PricingRules } from './pricing-rules.js';
import { SCENARIO_SET, type ScenarioSet } from './scenario-set.js';

const KINDS = [PRICING_RULES, SURFACE_RULES, SCENARIO_SET];

/** What pricing is ruled by, and how a proposal of each kind is checked. */
export const PRICING_CHECKS: DocumentChecks = Object.fromEntries(KINDS.map(({ kind, defects }) => [kind, defects]));

/** Weights that fade with time, kept with their rules because their powers are dear. */
export interface Decays {
  readonly basis: (ms: number) => Decimal;
  readonly fast: (ms: number) => Decimal;
  readonly slow: (ms: number) => Decimal;
  readonly volume: (ms: number) => Decimal;
}

const decays = new WeakMap<PricingRules, Decays>();

function decaysUnder(rules: PricingRules): Decays {
  const known = decays.get(rules);
  if (known !== undefined) return known;
  const { basisWeight, basisStepMs } = rules.mark;
  const made = {
    basis: powerOver(ONE.minus(dec(basisWeight.numerator).div(basisWeight.denominator)), basisStepMs),
    fast: halving(rules.volatility.fastHalfLifeMs),
    slow: halving(rules.volatility.slowHalfLifeMs),
    volume: halving(rules.market.volumeHalfLifeMs),
  };
  decays.set(rules, made);
  return made;
}

/** Everything in force that a price set is decided by. */
export interface PricingFigures {
  readonly rules: PricingRules;
  readonly decays: Decays;
  readonly surface: SurfaceRules;
  readonly scenarios: ScenarioSet;
  /** `<name>@<version>` of the scenario set. */
  readonly scenarioSet: string;
}

/** @throws InvariantViolation when the log was opened without one of them */
export function figuresInForce(rules: HouseRules): PricingFigures {
  const pricing = PRICING_RULES.inForce(rules);
  return {
    rules: pricing,
    decays: decaysUnder(pricing),
    surface: SURFACE_RULES.inForce(rules),
    scenarios: SCENARIO_SET.inForce(rules),
    scenarioSet: documentInForce(rules, SCENARIO_SET.kind).id,
  };
}
