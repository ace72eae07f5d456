/** How the owners of a run answer a warning (below the initial requirement) and a margin call. */
export interface Reactions {
  /** Part of the owners who bring money, and part who reduce their positions; the others do nothing. */
  readonly topUp: number;
  readonly reduce: number;
  /** Part of the owners who act on the warning already. */
  readonly atWarning: number;
  /** Mean of the exponential delay from the news to the answer, minutes; it is at least a minute and at most three hours. */
  readonly meanDelayMinutes: number;
}

/** Distributions by the name that a scenario gives. @see docs/how-to/write-a-scenario.md */
export const REACTIONS = {
  attentive: { topUp: 0.5, reduce: 0.4, atWarning: 0.6, meanDelayMinutes: 5 },
  usual: { topUp: 0.35, reduce: 0.3, atWarning: 0.2, meanDelayMinutes: 20 },
  absent: { topUp: 0, reduce: 0, atWarning: 0, meanDelayMinutes: 20 },
} as const satisfies Readonly<Record<string, Reactions>>;

export type ReactionsName = keyof typeof REACTIONS;

export const REACTIONS_NAMES = Object.keys(REACTIONS) as ReactionsName[];

export const DEFAULT_REACTIONS: ReactionsName = 'usual';
