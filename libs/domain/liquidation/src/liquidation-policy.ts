import { DAY_MS, dec, invariant, type Decimal, type Instant } from '@ballast/kernel';
import type { HouseDocument } from '@ballast/event-sourcing';
import { documentInForce, documentOf, type DocumentChecks, type HouseRules } from '@ballast/documents';
import type { LiquidationCostFigures } from '@ballast/facts';

/**
 * The rules by which accounts are closed out. What closing costs on an underlying, and the health at which a liquidation ends,
 * are margin parameters: they come with the schedule.
 * @see docs/spec/liquidation.md CLR-LIQ-001
 */
export interface LiquidationPolicy {
  /** `<name>@<version>`, cited by every order. */
  readonly id: string;
  /** Share of the attributable equity that a penalty may take, in (0, 1): a penalty alone never makes equity negative. */
  readonly theta: Decimal;
  /** Share of unused modelled execution cost that is returned to the client, in [0, 1]. */
  readonly psi: Decimal;
  /** One order takes at most what participation allows in this time: phi * ADV * time / day. */
  readonly sliceDurationMs: Instant;
  /** USD. No slice is smaller, and no remainder is left smaller: dust goes whole. */
  readonly minimumSliceNotional: Decimal;
  /** Highest bankruptcy price of an inverse contract, in marks. */
  readonly highestBankruptcyPrice: Decimal;
  /** An assessment on a schedule that is not among so many newest ones is no basis for a step. */
  readonly newestSchedules: number;
}

export const LIQUIDATION_POLICY = 'liquidation-policy';

/** Most schedules that a partition keeps, whatever the policy says. */
export const MOST_SCHEDULES = 64;

const DECIMAL_TEXT = /^(0|[1-9]\d{0,14})(\.\d{1,16})?$/;

/** What a figure of the policy may be, and what to write instead. */
interface FigureRule {
  readonly holds: (value: unknown) => boolean;
  readonly remedy: string;
}

const decimalWhere = (remedy: string, holds: (value: Decimal) => boolean): FigureRule => ({
  remedy,
  holds: (value) => typeof value === 'string' && DECIMAL_TEXT.test(value) && holds(dec(value)),
});

const wholeFrom = (least: number, most: number, unit: string): FigureRule => ({
  remedy: `a whole number of ${unit} from ${least} to ${most}`,
  holds: (value) => Number.isInteger(value) && (value as number) >= least && (value as number) <= most,
});

const FIGURES: Readonly<Record<Exclude<keyof LiquidationPolicy, 'id'>, FigureRule>> = {
  theta: decimalWhere('a fraction above 0 and below 1, such as "0.8"', (theta) => theta.gt(0) && theta.lt(1)),
  psi: decimalWhere('a fraction from 0 to 1, such as "1"', (psi) => psi.lte(1)),
  sliceDurationMs: wholeFrom(1, DAY_MS, 'milliseconds'),
  minimumSliceNotional: decimalWhere('an amount in USD of 0 or more, such as "10000"', () => true),
  highestBankruptcyPrice: decimalWhere('a multiple of the mark of 1 or more, such as "1000"', (most) => most.gte(1)),
  newestSchedules: wholeFrom(1, MOST_SCHEDULES, 'schedules'),
};

type Fields = Readonly<Record<string, unknown>>;

/** What keeps a document from being a liquidation policy, each with field and remedy. */
export function liquidationPolicyDefects(_id: string, body: unknown): readonly string[] {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    return [`a ${LIQUIDATION_POLICY} is a record with the fields ${Object.keys(FIGURES).join(', ')}`];
  }
  const unknown = Object.keys(body)
    .filter((name) => !Object.hasOwn(FIGURES, name))
    .map((name) => `${name} is no figure of a ${LIQUIDATION_POLICY}; leave it out`);
  const wrong = Object.entries(FIGURES)
    .filter(([name, { holds }]) => !holds((body as Fields)[name]))
    .map(([name, { remedy }]) => `${name} is ${shown((body as Fields)[name])}; write ${remedy}`);
  return [...unknown, ...wrong];
}

const shown = (value: unknown): string => (value === undefined ? 'missing' : JSON.stringify(value));

/** What the rules of liquidation are held against before they come into force. */
export const LIQUIDATION_DOCUMENTS: DocumentChecks = { [LIQUIDATION_POLICY]: liquidationPolicyDefects };

/** Documents never change, so each is read once. */
const READ = new WeakMap<HouseDocument, LiquidationPolicy>();

/** The figures of a policy. @throws InvariantViolation on a document that could not have been approved */
export function readLiquidationPolicy(document: HouseDocument): LiquidationPolicy {
  const known = READ.get(document);
  if (known !== undefined) return known;
  const { id, body } = document;
  const defects = liquidationPolicyDefects(id, body);
  invariant(defects.length === 0, `${id} is no ${LIQUIDATION_POLICY}: ${defects.join('; ')}`);
  const figures = body as Record<Exclude<keyof LiquidationPolicy, 'id'>, string & number>;
  const policy: LiquidationPolicy = {
    id,
    theta: dec(figures.theta),
    psi: dec(figures.psi),
    sliceDurationMs: figures.sliceDurationMs,
    minimumSliceNotional: dec(figures.minimumSliceNotional),
    highestBankruptcyPrice: dec(figures.highestBankruptcyPrice),
    newestSchedules: figures.newestSchedules,
  };
  READ.set(document, policy);
  return policy;
}

/** The policy that decides now. */
export const policyInForce = (rules: HouseRules): LiquidationPolicy =>
  readLiquidationPolicy(documentInForce(rules, LIQUIDATION_POLICY));

/** The policy that an order cites: what was placed under it is settled under it. */
export function policyOf(rules: HouseRules, id: string): LiquidationPolicy {
  const document = documentOf(rules, LIQUIDATION_POLICY, id);
  invariant(document, `${id} is no ${LIQUIDATION_POLICY} of this log`);
  return readLiquidationPolicy(document);
}

/**
 * Largest notional of one order: phi * ADV * slice duration / day.
 * @returns USD, unrounded
 */
export function largestSliceNotional(
  { sliceDurationMs }: Pick<LiquidationPolicy, 'sliceDurationMs'>,
  { participation, averageDailyVolume }: Pick<LiquidationCostFigures, 'participation' | 'averageDailyVolume'>,
): Decimal {
  return dec(participation).times(averageDailyVolume).times(sliceDurationMs).div(DAY_MS);
}
