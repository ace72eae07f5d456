import { exp, log, normalCdf } from '@ballast/kernel';

/** A likelihood ratio and how probable a larger one would be if the hypothesis held. */
export interface LikelihoodRatio {
  readonly ratio: number;
  readonly pValue: number;
}

/** How often a bound was breached against how often it should be, and whether breaches come in clusters. */
export interface Coverage {
  readonly observations: number;
  readonly breaches: number;
  /** Breaches as often as expected? Kupiec 1995, chi-square with one degree of freedom. */
  readonly unconditional: LikelihoodRatio;
  /** As often after a breach as after none? Christoffersen 1998, one degree. */
  readonly independence: LikelihoodRatio;
  /** Both together, two degrees: the sum of the two ratios. */
  readonly conditional: LikelihoodRatio;
}

/** `count ln p`, where nothing that did not happen counts. */
const term = (count: number, probability: number): number => (count === 0 ? 0 : count * log(probability));

/** Log likelihood of so many breaches and passes. */
const likelihood = (breaches: number, passes: number, probability: number): number =>
  term(breaches, probability) + term(passes, 1 - probability);

const share = (part: number, whole: number): number => (whole === 0 ? 0 : part / whole);

const oneDegree = (ratio: number): LikelihoodRatio => ({ ratio, pValue: 2 * (1 - normalCdf(Math.sqrt(ratio))) });
const twoDegrees = (ratio: number): LikelihoodRatio => ({ ratio, pValue: exp(-ratio / 2) });

/**
 * `LR = 2 (ln L(x / n) - ln L(p))` of x breaches in n observations against the probability p.
 * @see Kupiec, Techniques for verifying the accuracy of risk measurement models, Journal of Derivatives 3 (1995)
 */
export function kupiec(observations: number, breaches: number, probability: number): LikelihoodRatio {
  const passes = observations - breaches;
  const free = likelihood(breaches, passes, share(breaches, observations));
  return oneDegree(Math.max(0, 2 * (free - likelihood(breaches, passes, probability))));
}

/**
 * First-order Markov chain against independence: `LR = 2 (ln L(p01, p11) - ln L(p))` over the transitions.
 * @param transitions counts by the state before and after: `[pass to pass, pass to breach, breach to pass, breach to breach]`
 * @see Christoffersen, Evaluating interval forecasts, International Economic Review 39 (1998)
 */
export function christoffersen([n00, n01, n10, n11]: readonly [number, number, number, number]): LikelihoodRatio {
  const chain = likelihood(n01, n00, share(n01, n00 + n01)) + likelihood(n11, n10, share(n11, n10 + n11));
  const alone = likelihood(n01 + n11, n00 + n10, share(n01 + n11, n00 + n01 + n10 + n11));
  return oneDegree(Math.max(0, 2 * (chain - alone)));
}

/** @param breached in order of time; observations must not overlap @param probability of a breach, expected */
export function coverageOf(breached: readonly boolean[], probability: number): Coverage {
  const transitions: [number, number, number, number] = [0, 0, 0, 0];
  for (let index = 1; index < breached.length; index++) {
    const place = (breached[index - 1] === true ? 2 : 0) + (breached[index] === true ? 1 : 0);
    transitions[place] = (transitions[place] as number) + 1;
  }
  const breaches = breached.filter(Boolean).length;
  const unconditional = kupiec(breached.length, breaches, probability);
  const independence = christoffersen(transitions);
  return {
    observations: breached.length,
    breaches,
    unconditional,
    independence,
    conditional: twoDegrees(unconditional.ratio + independence.ratio),
  };
}
