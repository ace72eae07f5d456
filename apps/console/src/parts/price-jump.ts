import type { MarketsView } from '@ballast/contracts';
import { exact } from '../format/amount';
import { utc } from '../format/time';

type Jump = NonNullable<MarketsView['markets'][number]['last']['jump']>;

/** Why prices are halted although sources quote. */
export const jumpText = ({ index, believedFrom }: Jump): string =>
  `all sources together make ${exact(index)} USD, which is not believed before ${utc(believedFrom)} UTC`;
