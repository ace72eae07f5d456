import { z } from 'zod';
import {
  asset,
  identifier,
  nonNegativeDecimal,
  positiveDecimal,
  prose,
  underlying,
  versionedName,
} from '../common/fields.js';
import { payload } from '../event-schema.js';

const rate = nonNegativeDecimal.describe('Fraction.');

/** What closing out costs (LCP); docs/spec/liquidation.md. */
export const liquidationCostFields = {
  spread: rate,
  impact: nonNegativeDecimal,
  zeta: nonNegativeDecimal,
  participation: positiveDecimal.describe('Share of the daily volume that a close-out may take.'),
  fundShare: rate,
  operatingCost: rate,
  penaltyMin: rate,
  penaltyMax: rate,
  averageDailyVolume: positiveDecimal.describe('USD.'),
};

/** Parameters of one underlying; what each of them does stands in docs/spec/margin.md. */
export const underlyingParameters = z.strictObject({
  sRef: positiveDecimal.describe('Reference daily volatility: scalar 1.'),
  sBase: positiveDecimal.describe('Daily volatility of the schedule at scalar 1.'),
  triggerK: positiveDecimal.describe('Price trigger in standard deviations of an hour.'),
  weightFast: nonNegativeDecimal.describe('Weight of the fast volatility.'),
  weightSlow: nonNegativeDecimal.describe('Weight of the slow volatility.'),
  scalarMax: positiveDecimal.describe('Upper bound of the scalar.'),
  risePerHour: nonNegativeDecimal.describe('Fastest rise of the scalar without a trigger.'),
  decayPerHour: nonNegativeDecimal.describe('Decay of the scalar.'),
  buffer: nonNegativeDecimal.describe('Part of the scalar that is kept as a buffer.'),
  z: positiveDecimal.describe('Standard deviations that the requirement covers.'),
  tau0Days: positiveDecimal.describe('Days until a close-out begins.'),
  rateMin: rate,
  rateMax: rate,
  bracketFloors: z.array(nonNegativeDecimal).describe('Floors of the brackets, USD, increasing.'),
  ...liquidationCostFields,
});

export const marginParameters = z.strictObject({
  id: versionedName.describe('`<name>@<version>`, cited by every decision.'),
  noticeMs: z.int().nonnegative().describe('Notice before a higher scalar may liquidate, milliseconds.'),
  noticeAllowance: nonNegativeDecimal,
  initialMultiple: positiveDecimal.describe('Initial requirement over call requirement.'),
  warnUsage: positiveDecimal.describe('Call requirement over equity at which an account is warned.'),
  exitFactor: positiveDecimal.describe('A state is left at its entry level times this.'),
  targetHealth: positiveDecimal.describe('Equity over call requirement at which a liquidation ends.'),
  haircuts: z.record(asset, rate),
  underlyings: z.record(underlying, underlyingParameters),
});

const proposal = { proposalId: identifier, parameters: marginParameters, reason: prose.min(1) };

export const proposeParametersV1 = payload(proposal, {
  stream: 'commands',
  description: 'Propose margin parameters. Another person than the proposer must approve them.',
});

export const approveParametersV1 = payload(
  { proposalId: identifier },
  { stream: 'commands', description: 'Approve proposed margin parameters.' },
);

export const parametersProposedV1 = payload(proposal, {
  stream: 'parameters',
  description: 'Margin parameters were proposed; nothing is decided by them yet.',
});

export const parametersApprovedV1 = payload(
  { proposalId: identifier, parameters: versionedName.describe('Id of the parameters.') },
  {
    stream: 'parameters',
    description: 'Proposed parameters were approved by another person; in force from the next price set.',
  },
);
