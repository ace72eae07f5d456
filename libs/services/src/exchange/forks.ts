import type { ExchangeIntake } from './exchange-intake.js';

type Standings = Pick<ExchangeIntake, 'producers'>;

/**
 * Producers of which nothing is taken any more until two persons say how they go on: what they tell is missing from the books.
 * @see docs/spec/exchange-intake.md CLR-XCH-003
 */
export const forkReasons = (intake: Standings): readonly string[] =>
  intake
    .producers()
    .filter(({ fork }) => fork !== null)
    .map(({ producer }) => `nothing is taken of ${producer}, which contradicts itself; see GET /exchange/producers`);
