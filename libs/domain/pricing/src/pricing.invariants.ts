import type { LogEntry } from '@ballast/event-sourcing';
import type { PricingEvents } from '@ballast/facts';
import { riskArraysHash } from './contracts/content-hash.js';

export type PricingInvariant = 'risk-arrays-match-their-hash' | 'risk-arrays-cover-their-scenarios';

/** A broken rule of section 6 of the architecture, and the figures that break it. */
export interface PricingViolation {
  readonly name: PricingInvariant;
  readonly detail: string;
}

type RiskArrays = PricingEvents['RiskArraysPublished'];

const broken = (name: PricingInvariant, detail: string): PricingViolation => ({ name, detail });

/** Risk arrays are what their content hash says, and every contract in them has one value per scenario. */
function ofRiskArrays({ number, scenarios, instruments, contentHash }: RiskArrays): readonly PricingViolation[] {
  const hash = riskArraysHash({ scenarios, instruments });
  const uncovered = instruments.filter(({ values }) => values.length !== scenarios.length);
  return [
    ...(hash === contentHash
      ? []
      : [
          broken(
            'risk-arrays-match-their-hash',
            `risk arrays ${number} name the content hash ${contentHash}, their content has ${hash}`,
          ),
        ]),
    ...uncovered.map(({ instrument, values }) =>
      broken(
        'risk-arrays-cover-their-scenarios',
        `${instrument} in risk arrays ${number} has ${values.length} values for ${scenarios.length} scenarios`,
      ),
    ),
  ];
}

/** Per event of pricing. */
function ofEvent({ type, payload }: LogEntry): readonly PricingViolation[] {
  return type === 'RiskArraysPublished' ? ofRiskArrays(payload as RiskArrays) : [];
}

export const pricingInvariants = { ofEvent, ofRiskArrays };
