import {
  checked,
  choice,
  documentKind,
  figure,
  list,
  readBody,
  record,
  textOf,
  type DocumentReading,
} from '@ballast/documents';
import { GAINS_STEP, LAST_STEPS, LOSS_STEPS, OWNER_STEP, OWN_STEPS, PAYING_STEPS } from '@ballast/facts';
import { IDENTIFIER, type Decimal } from '@ballast/kernel';

/** A step that pays money out of something that the house keeps for losses. */
export type PayingStep = (typeof PAYING_STEPS)[number];

/** Who bears a loss, first to last, and how much each may lose. */
export interface LossWaterfall {
  /** `<name>@<version>`. */
  readonly id: string;
  /** Whether accounts of the same owner that answer for the debtor are asked before anybody else. */
  readonly asksOtherAccounts: boolean;
  /** Whether gains of settlements of variation are cut before the residual party bears a loss. */
  readonly cutsGains: boolean;
  /** Of all steps those that pay, in their order. */
  readonly payingSteps: readonly PayingStep[];
  /** Fraction of its worth at the index that a coin is taken over below, [0, 1), for as long as its owner has that left. */
  readonly takeOverDiscount: Decimal;
  /** Part of every penalty remainder that goes to the reserve of its underlying, [0, 1]. */
  readonly reserveShare: Decimal;
  /** USD of the house's own capital that losses may take altogether. */
  readonly houseTranche: Decimal;
  /** Name of the party that bears what no other step pays. */
  readonly residualParty: string;
}

const ENDS = OWN_STEPS.length + LAST_STEPS.length;

const BODY = checked(
  record({
    steps: list(choice(LOSS_STEPS), ENDS, LOSS_STEPS.length),
    takeOverDiscount: figure({ min: '0', below: '1' }),
    reserveShare: figure({ min: '0', max: '1' }),
    houseTranche: figure({ min: '0' }),
    residualParty: textOf(IDENTIFIER),
  }),
  ({ steps }, refuse) => {
    const first = steps[OWN_STEPS.length] === OWNER_STEP ? [...OWN_STEPS, OWNER_STEP] : OWN_STEPS;
    const [others, residual] = LAST_STEPS;
    const last = steps.at(-2) === GAINS_STEP ? [others, GAINS_STEP, residual] : LAST_STEPS;
    const paying = steps.slice(first.length, -last.length);
    const ends = [...steps.slice(0, first.length), ...steps.slice(-last.length)];
    const isFramed = ends.join() === [...first, ...last].join();
    const isPaying = paying.every((step, index) => isPayingStep(step) && paying.indexOf(step) === index);
    if (isFramed && isPaying) return;
    refuse(
      'steps',
      `begin with ${OWN_STEPS.join(', ')}, go on with ${OWNER_STEP} or without, end with ${LAST_STEPS.join(', ')} (between them ${GAINS_STEP} or not), ` +
        `and put each of ${PAYING_STEPS.join(', ')} between them at most once`,
    );
  },
);

const isPayingStep = (step: string): step is PayingStep => (PAYING_STEPS as readonly string[]).includes(step);

function readWaterfall(body: unknown, id: string): DocumentReading<LossWaterfall> {
  const reading = readBody(body, BODY);
  if ('defects' in reading) return reading;
  const { steps, ...figures } = reading.figures;
  const asksOtherAccounts = steps.some((step) => step === OWNER_STEP);
  const cutsGains = steps.some((step) => step === GAINS_STEP);
  return { figures: { id, asksOtherAccounts, cutsGains, payingSteps: steps.filter(isPayingStep), ...figures } };
}

/** Who bears a loss, as the house has laid it down. @see docs/spec/accounts.md CLR-ACC-043 */
export const WATERFALL_DOCUMENTS = documentKind('loss-waterfall', readWaterfall);
