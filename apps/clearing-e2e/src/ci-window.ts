/** The part of the bundled crash that CI replays: 12 March 2020 09:00 to 13:00, 200 accounts. */
export const CI_WINDOW = {
  scenario: 'crash-2020-03',
  from: '2020-03-12T09:00:00Z',
  to: '2020-03-12T13:00:00Z',
  accounts: 200,
  seed: '6',
  partitions: 8,
} as const;

/** Half an hour in which the price falls by a fifth: the shortest run with trades, calls for money and close-outs. */
export const SHORT_WINDOW = {
  ...CI_WINDOW,
  from: '2020-03-12T10:05:00Z',
  to: '2020-03-12T10:40:00Z',
  accounts: 60,
  partitions: 4,
} as const;

/** The fall with options, futures and inverse perpetuals listed: option writers are closed out. */
export const OPTION_FALL = {
  ...SHORT_WINDOW,
  scenario: 'option-writers',
  from: '2020-03-12T10:10:00Z',
  to: '2020-03-12T10:50:00Z',
} as const;

/** The last hour of an expiry, its delivery, and the settlement of variation at the same time. */
export const OPTION_EXPIRY = {
  ...OPTION_FALL,
  from: '2020-03-13T07:15:00Z',
  to: '2020-03-13T08:05:00Z',
} as const;

/** What makes a window of a scenario a run. */
export type RunWindow = Readonly<
  Record<'scenario' | 'from' | 'to' | 'seed', string> & Record<'accounts' | 'partitions', number>
>;

/** A window as options of `ballast simulate`. */
export const optionsOf = (window: RunWindow): readonly string[] => [
  ...['--scenario', window.scenario],
  ...['--from', window.from],
  ...['--to', window.to],
  ...['--accounts', String(window.accounts)],
  ...['--seed', window.seed],
  ...['--partitions', String(window.partitions)],
];

/** The CI window as options of `ballast simulate`. */
export const CI_WINDOW_OPTIONS: readonly string[] = optionsOf(CI_WINDOW);

/** What `ballast simulate --json` prints, as far as tests read it. */
export interface Summary {
  readonly events: number;
  readonly liquidations: number;
  readonly marginCalls: number;
  readonly digests: Readonly<Record<'accounts' | 'pricing' | 'margin' | 'liquidation', string>>;
}
