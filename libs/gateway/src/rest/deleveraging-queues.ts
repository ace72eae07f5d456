import type { AccountDeleveraging, DeleveragingQueue, DeleveragingView } from '@ballast/contracts';
import { GLOBAL } from '@ballast/event-sourcing';
import type { AccountId, InstrumentId, Side } from '@ballast/facts';
import { dec, text } from '@ballast/kernel';
import { inOrderOfDeleveraging } from '@ballast/liquidation-domain';
import { questions } from '@ballast/services';
import type { ClearingGateway } from './clearing.gateway.js';
import { unknownAccount } from './account-views.js';

type Place = DeleveragingQueue['places'][number];

/** A queue as it was when margin's logs ended where they did. */
interface MeasuredQueue {
  readonly asOf: string;
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
    { offset, limit }: { readonly offset: number; readonly limit: number },
  ): Promise<DeleveragingQueue> {
    const { schedule, places } = await this.#measure(instrument, side);
    return {
      clearing: this.clearing.clearing,
      schedule,
      instrument,
      side,
      phase: (await this.#of(instrument, side))?.phase ?? 'off',
      offset,
      total: places.length,
      places: places.slice(offset, offset + limit),
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
    const standings = await Promise.all(
      clearing.numbers.map((partition) => clearing.tell(questions.margin.schedulePosition, partition)),
    );
    const asOf = standings.map(({ position }) => position).join();
    const known = this.#measured.get(`${instrument} ${side}`);
    if (known?.asOf === asOf) return known;
    const candidates = (await clearing.askAll(questions.margin.deleverageable, instrument, side)).flat();
    const schedule = standings[0]?.answer ?? null;
    const order = inOrderOfDeleveraging(
      candidates.map((told) => ({
        accountId: told.accountId,
        told,
        quantity: dec(told.quantity),
        requirement: dec(told.requirement),
        equity: dec(told.equity),
      })),
    );
    const places = order.map(({ told, requirement, equity }, index) => ({
      place: index + 1,
      ...told,
      need: text(requirement.div(equity).toDecimalPlaces(NEED_DIGITS)),
    }));
    const measured = { asOf, schedule, places };
    // Of former moments nothing is kept.
    for (const [key, each] of this.#measured) if (each.asOf !== asOf) this.#measured.delete(key);
    this.#measured.set(`${instrument} ${side}`, measured);
    return measured;
  }
}
