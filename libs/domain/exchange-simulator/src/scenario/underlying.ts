/** What the bundled scenarios are about. */
export type Underlying = 'BTC' | 'ETH';
