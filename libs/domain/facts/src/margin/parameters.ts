import { event } from '../schema/event.js';
import {
  asset,
  count,
  identifier,
  nonNegativeDecimal,
  positiveDecimal,
  reason,
  underlying,
  versionedName,
} from '../schema/forms.js';
import { list, map, record, type RecordOf, type ValueOf } from '../schema/schema.js';

const rate = nonNegativeDecimal('Fraction.');
/** What closing out costs (LCP); docs/spec/liquidation.md. */
export const liquidationCostFields = {
  spread: nonNegativeDecimal('s: full bid-ask spread, fraction.'),
  impact: nonNegativeDecimal('Y: impact coefficient of the square-root law.'),
  zeta: nonNegativeDecimal('Price of the risk carried while unwinding.'),
  participation: positiveDecimal('phi: share of the daily volume that a close-out may take.'),
  fundShare: nonNegativeDecimal('f_IF: what the insurance fund gets on top, fraction of execution and time cost.'),
  operatingCost: nonNegativeDecimal('c_ops: fraction of notional.'),
  penaltyMin: nonNegativeDecimal('Least penalty, fraction of notional.'),
  penaltyMax: nonNegativeDecimal('Greatest penalty, fraction of notional.'),
  averageDailyVolume: positiveDecimal('ADV, USD per day.'),
};
export type LiquidationCostFigures = RecordOf<typeof liquidationCostFields>;

/** Parameters of one underlying; what each of them does stands in docs/spec/margin.md. */
export const underlyingParameters = record({
  sRef: positiveDecimal('Reference daily volatility: scalar 1.'),
  sBase: positiveDecimal('Daily volatility of the schedule at scalar 1.'),
  triggerK: positiveDecimal('Price trigger in standard deviations of an hour.'),
  weightFast: nonNegativeDecimal('Weight of the fast volatility.'),
  weightSlow: nonNegativeDecimal('Weight of the slow volatility.'),
  scalarMax: positiveDecimal('Upper bound of the scalar.'),
  risePerHour: nonNegativeDecimal('Fastest rise of the scalar without a trigger.'),
  decayPerHour: nonNegativeDecimal('Decay of the scalar.'),
  buffer: nonNegativeDecimal('Part of the scalar that is kept as a buffer.'),
  z: positiveDecimal('Standard deviations that the requirement covers.'),
  tau0Days: positiveDecimal('Days until a close-out begins.'),
  rateMin: rate,
  rateMax: rate,
  bracketFloors: list(nonNegativeDecimal(), 'Floors of the brackets, USD, increasing.'),
  ...liquidationCostFields,
});
export type UnderlyingParameters = ValueOf<typeof underlyingParameters>;

export const marginParameters = record({
  id: versionedName('`<name>@<version>`, cited by every decision.'),
  noticeMs: count('Notice before a higher scalar may liquidate, milliseconds.'),
  noticeAllowance: nonNegativeDecimal(),
  initialMultiple: positiveDecimal('Initial requirement over call requirement.'),
  warnUsage: positiveDecimal('Call requirement over equity at which an account is warned.'),
  exitFactor: positiveDecimal('A state is left at its entry level times this.'),
  targetHealth: positiveDecimal('Equity over call requirement at which a liquidation ends.'),
  haircuts: map(asset, rate),
  underlyings: map(underlying, underlyingParameters),
});
export type MarginParameters = ValueOf<typeof marginParameters>;

const proposal = { proposalId: identifier(), parameters: marginParameters, reason: reason() };

/** Commands of margin global, through REST and the bus. The actor of the entry is who proposes or approves. */
export const MARGIN_COMMANDS = {
  ProposeParameters: event({
    description: 'Propose margin parameters. Another person than the proposer must approve them.',
    stream: 'commands',
    payload: proposal,
  }),
  ApproveParameters: event({
    description: 'Approve proposed margin parameters.',
    stream: 'commands',
    payload: { proposalId: identifier() },
  }),
};

export const PARAMETER_EVENTS = {
  ParametersProposed: event({
    description: 'Margin parameters were proposed; nothing is decided by them yet.',
    stream: 'parameters',
    payload: proposal,
  }),
  ParametersApproved: event({
    description: 'Proposed parameters were approved by another person; in force from the next price set.',
    stream: 'parameters',
    payload: { proposalId: identifier(), parameters: versionedName('Id of the parameters.') },
  }),
};
