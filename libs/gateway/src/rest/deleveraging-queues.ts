import { isDeepStrictEqual } from 'node:util';
import {
  accountIdForm,
  type AsOf,
  type AccountDeleveraging,
  type DeleveragingQueue,
  type DeleveragingView,
} from '@ballast/contracts';
import { GLOBAL } from '@ballast/event-sourcing';
import type { AccountId, InstrumentId, Side } from '@ballast/facts';
import { dec, text } from '@ballast/kernel';
import { compareRanks, inOrderOfDeleveraging, type RankedPosition } from '@ballast/liquidation-domain';
import { questions } from '@ballast/services';
import { asOfTold, type ClearingGateway } from './clearing.gateway.js';
import { cutPage, noPlace } from './list-page.js';
import { parsed } from './problem.js';
import { unknownAccount } from './account-views.js';

type Place = DeleveragingQueue['items'][number];

/** A queue as it was when margin's logs ended where they did. */
interface MeasuredQueue {
  readonly asOf: AsOf;
  readonly schedule: number | null;
  readonly places: readonly Place[];
}

const NEED_DIGITS = 8;

const otherSide = (side: Side): Side => (side === 'long' ? 'short' : 'long');

/** What may be asked of deleveraging before it is there. A queue is measured once, as long as margin has decided nothing since. */
export class DeleveragingQueues {
  readonly #measured = new Map<string, MeasuredQueue>();

  constructor(private readonly clearing: ClearingGateway) {}

  async view(): Promise<DeleveragingView> {
    const { fund, queues } = await this.#outlook();
    return { clearing: this.clearing.clearing, fund, queues: [...queues] };
  }

  /** @param side of the bankrupt positions */
  async queue(
    instrument: InstrumentId,
    side: Side,
    { after, limit }: { readonly after?: string | undefined; readonly limit: number },
  ): Promise<DeleveragingQueue> {
    const last = after === undefined ? null : rankIn(after);
    const { asOf, schedule, places } = await this.#measure(instrument, side);
    const behind = last === null ? places : places.filter((place) => compareRanks(rankOf(place), last) > 0);
    return {
      ...cutPage(behind, limit, rankText),
      ...{ asOf, schedule, instrument, side },
      phase: (await this.#of(instrument, side))?.phase ?? 'off',
      total: places.length,
    };
  }

  /** @throws Problem account-unknown */
  async ofAccount(accountId: AccountId): Promise<AccountDeleveraging> {
    const partition = this.clearing.partitionOf(accountId);
    const holdings = await this.clearing.ask(questions.margin.holdings, partition, accountId);
    if (holdings === undefined) throw unknownAccount(accountId);
    const positions: AccountDeleveraging['positions'] = [];
    for (const { instrument, quantity } of holdings.positions) {
      if (dec(quantity).isZero()) continue;
      const side = dec(quantity).isNegative() ? 'short' : 'long';
      const { places } = await this.#measure(instrument, otherSide(side));
      const outlook = await this.#of(instrument, otherSide(side));
      const isOff = outlook === undefined || outlook.phase === 'off';
      positions.push({
        instrument,
        side,
        phase: outlook?.phase ?? 'off',
        place: places.find((each) => each.accountId === accountId)?.place ?? null,
        of: places.length,
        triggerDistance: isOff ? null : outlook.triggerDistance,
        stopDistance: isOff ? null : outlook.stopDistance,
      });
    }
    return { clearing: this.clearing.clearing, accountId, positions };
  }

  #outlook() {
    return this.clearing.ask(questions.deleveraging.outlook, GLOBAL);
  }

  async #of(instrument: InstrumentId, side: Side): Promise<DeleveragingView['queues'][number] | undefined> {
    const { queues } = await this.#outlook();
    return queues.find((queue) => queue.instrument === instrument && queue.side === side);
  }

  async #measure(instrument: InstrumentId, side: Side): Promise<MeasuredQueue> {
    const { clearing } = this;
    const standings = await clearing.tellAll(questions.margin.schedulePosition);
    const asOf = asOfTold(standings);
    const known = this.#measured.get(`${instrument} ${side}`);
    if (known !== undefined && isDeepStrictEqual(known.asOf.positions, asOf.positions)) return { ...known, asOf };
    const candidates = (await clearing.askAll(questions.margin.deleverageable, instrument, side)).flat();
    const schedule = standings[0]?.answer ?? null;
    const order = inOrderOfDeleveraging(candidates.map((told) => ({ told, ...rankOf(told) })));
    const places = order.map(({ told, requirement, equity }, index) => ({
      place: index + 1,
      ...told,
      need: text(requirement.div(equity).toDecimalPlaces(NEED_DIGITS)),
    }));
    const measured = { asOf, schedule, places };
    // Of former moments nothing is kept.
    for (const [key, each] of this.#measured) {
      if (!isDeepStrictEqual(each.asOf.positions, asOf.positions)) this.#measured.delete(key);
    }
    this.#measured.set(`${instrument} ${side}`, measured);
    return measured;
  }
}

type Ranked = Pick<Place, 'accountId' | 'quantity' | 'requirement' | 'equity'>;

/** What the queue is ordered by. */
const rankOf = ({ accountId, quantity, requirement, equity }: Ranked): RankedPosition => ({
  accountId,
  ...{ quantity: dec(quantity), requirement: dec(requirement), equity: dec(equity) },
});

/** A rank as a client is told it: where a position stands among others, whatever becomes of them. */
const rankText = ({ accountId, quantity, requirement, equity }: Ranked): string =>
  [quantity, requirement, equity, accountId].join('~');

const RANK = /^(\d+(?:\.\d+)?)~(-?\d+(?:\.\d+)?)~(\d+(?:\.\d+)?)~([^~]+)$/;

/** @throws Problem for what is no rank */
function rankIn(after: string): RankedPosition {
  const [, quantity = '', requirement = '', equity = '', accountId = ''] = RANK.exec(after) ?? [];
  if (accountId === '') throw noPlace('the queue');
  return rankOf({ quantity, requirement, equity, accountId: parsed(accountIdForm, accountId, 'after') });
}
