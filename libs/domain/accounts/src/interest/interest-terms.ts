import { documentKind, figure, readBody, record, whole, type HouseRules } from '@ballast/documents';
import type { Decimal } from '@ballast/kernel';

/** What a debt costs. */
export interface InterestTerms {
  /** `<name>@<version>`, cited by every booking. */
  readonly id: string;
  /** Fraction of the debt for a year, [0, 1]. */
  readonly yearlyRate: Decimal;
  /** Days that a year counts. */
  readonly daysInYear: number;
}

const BODY = record({ yearlyRate: figure({ min: '0', max: '1' }), daysInYear: whole(360, 366) });

/** The `debt-interest` document. No log begins with one: until two persons have put one in force, debts cost nothing. */
export const INTEREST_DOCUMENTS = documentKind<InterestTerms>('debt-interest', (body, id) => {
  const reading = readBody(body, BODY);
  return 'defects' in reading ? reading : { figures: { id, ...reading.figures } };
});

/** Undefined while no document is in force. */
export const interestInForce = (rules: HouseRules): InterestTerms | undefined => INTEREST_DOCUMENTS.ifInForce(rules);
