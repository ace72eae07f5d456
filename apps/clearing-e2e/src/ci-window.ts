/** The part of the bundled crash that CI replays: 12 March 2020 09:00 to 13:00, 200 accounts. */
export const CI_WINDOW = {
  scenario: 'crash-2020-03',
  from: '2020-03-12T09:00:00Z',
  to: '2020-03-12T13:00:00Z',
  accounts: 200,
  seed: '1',
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

/** The CI window as options of `ballast simulate`. */
export const CI_WINDOW_OPTIONS: readonly string[] = [
  ...['--scenario', CI_WINDOW.scenario],
  ...['--from', CI_WINDOW.from],
  ...['--to', CI_WINDOW.to],
  ...['--accounts', String(CI_WINDOW.accounts)],
  ...['--seed', CI_WINDOW.seed],
];

/** What `ballast simulate --json` prints, as far as tests read it. */
export interface Summary {
  readonly events: number;
  readonly liquidations: number;
  readonly marginCalls: number;
  readonly digests: Readonly<Record<'accounts' | 'pricing' | 'margin' | 'liquidation', string>>;
}
