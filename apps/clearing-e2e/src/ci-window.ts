/** The part of the bundled crash that CI replays: 12 March 2020 09:00 to 13:00, 200 accounts. */
export const CI_WINDOW = [
  '--scenario',
  'crash-2020-03',
  '--from',
  '2020-03-12T09:00:00Z',
  '--to',
  '2020-03-12T13:00:00Z',
  '--accounts',
  '200',
  '--seed',
  '1',
] as const;

export interface Summary {
  readonly events: number;
  readonly liquidations: number;
  readonly marginCalls: number;
  readonly digests: Readonly<Record<'accounts' | 'pricing' | 'margin' | 'liquidation', string>>;
}
