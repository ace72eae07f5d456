import { setImmediate as breathe } from 'node:timers/promises';
import type { AccountSeries } from '@ballast/contracts';
import { PartitionMachine, type LogEntry } from '@ballast/event-sourcing';
import type { AccountMarginState, AccountsEvents, MarginEvents } from '@ballast/facts';
import { dec, ownerOf, partitionOfAccount, text, type AccountId, type Instant, type OwnerId } from '@ballast/kernel';
import {
  assessedNow,
  holdingsOf,
  marginProcess,
  scheduleOf,
  standingOf,
  type AssessedNow,
  type MarginState,
} from '@ballast/margin-domain';
import { ForwardReader } from '@ballast/partition-worker';
import type { LogDirectory } from '@ballast/event-log';
import { isAbout } from '../explain/account-history.js';
import { accountOf } from '../causes/node-text.js';
import { eventText } from '../explain/explained-event.js';
import { LazyReader } from '../explain/lazy-reader.js';
import { decimated } from './decimated.js';
import { inputsOf } from './margin-at.js';

const PAGE = 500;

/** Own events between two turns that others of the thread get. */
const BREATH = 40;

type Holding = Omit<AccountSeries['holdings'][number], 'point'>;
type Told = Omit<AccountSeries['events'][number], 'point'>;
type Underlying = Omit<AccountSeries['underlyings'][number], 'underlying'>;

/** Every figure of one assessment; what does not change from run to run is shared between points. */
interface Point {
  readonly at: Instant;
  readonly position: number;
  readonly schedule: number;
  state: AccountMarginState;
  readonly figures: AssessedNow['figures'];
  readonly shares: ReadonlyMap<string, string>;
}

/** Reassessments of a liquidation are points of the lines, not marks on them. */
const isMark = ({ type }: LogEntry): boolean => type !== 'LiquidatingAccountAssessed';

export interface SeriesRange {
  readonly from?: Instant | undefined;
  readonly to?: Instant | undefined;
  readonly points: number;
}

/**
 * One account at every margin run since its opening: the margin partition is rebuilt from the logs, nothing is decided again,
 * and after each run the account is assessed as the run did. Follows the logs: what was read once is not read again.
 */
export class AccountStory {
  readonly partition: number;
  readonly #owner: OwnerId;
  readonly #machine: PartitionMachine<MarginState>;
  readonly #forward: ForwardReader;
  readonly #points: Point[] = [];
  readonly #marks = new Map<number, ReadonlyMap<string, { readonly [Name in keyof Underlying]: string }>>();
  readonly #events: { readonly told: Told; readonly point: number }[] = [];
  readonly #holdings: { readonly holding: Holding; readonly point: number }[] = [];
  readonly #equity: number[] = [];
  readonly #cushion: number[] = [];
  readonly #turned: boolean[] = [];
  /** Something of its owner has changed since its last assessment: rates depend on all that the owner holds. */
  #isTouched = true;
  #advancing: Promise<void> = Promise.resolve();

  constructor(
    private readonly logs: LogDirectory,
    readonly accountId: AccountId,
  ) {
    this.#owner = ownerOf(accountId);
    this.partition = partitionOfAccount(accountId, logs.partitions);
    this.#machine = new PartitionMachine<MarginState>(marginProcess, this.partition, logs.partitions);
    this.#forward = new ForwardReader(new LazyReader(logs));
  }

  get isKnown(): boolean {
    return standingOf(this.#machine.state, this.accountId) !== undefined;
  }

  /** Reads on to where the logs end. */
  advance(): Promise<void> {
    this.#advancing = this.#advancing.then(() => this.#read());
    return this.#advancing;
  }

  async #read(): Promise<void> {
    const log = this.logs.log('margin');
    for (;;) {
      const own = await log.read(this.partition, this.#machine.size, PAGE);
      for (const [each, event] of own.entries()) {
        if (each % BREATH === 0) await breathe();
        for await (const entry of inputsOf(this.#machine, this.#forward, event)) {
          this.#machine.recall(entry);
          if (entry.log !== 'accounts' && entry.log !== 'liquidation') continue;
          this.#isTouched ||= this.#concernsOwner(entry);
          this.#happened(entry);
        }
        this.#machine.recallOwn(event);
        if (event.type === 'MarginRunCompleted') this.#assessed(event);
        else {
          this.#isTouched ||= isAbout(event, this.accountId);
          this.#happened(event);
        }
      }
      if (own.length < PAGE) return;
    }
  }

  #assessed({ position, time }: LogEntry): void {
    const { state } = this.#machine;
    const standing = standingOf(state, this.accountId);
    const schedule = scheduleOf(state);
    if (standing === undefined || schedule === null) return;
    // A run over others, on the schedule that it was assessed on last, says nothing new of it.
    if (!this.#isTouched && this.#points.at(-1)?.schedule === schedule.position) return;
    const assessed = assessedNow(state, this.accountId);
    if (assessed === null) return;
    this.#isTouched = false;
    const { figures } = assessed;
    const { equity, initial, call, maintenance, liquidation } = figures;
    const last = this.#points.at(-1);
    const { state: name } = standing;
    // Touched, and yet the same in every figure.
    const isSame =
      last !== undefined &&
      last.schedule === schedule.position &&
      last.state === name &&
      last.figures.equity === equity &&
      last.figures.call === call &&
      last.figures.maintenance === maintenance &&
      last.figures.initial === initial &&
      last.figures.liquidation === liquidation;
    if (isSame) return;
    const shares = assessed.detail().positions;
    this.#points.push({
      at: time.clearing,
      position,
      schedule: schedule.position,
      state: name,
      figures,
      shares: new Map(shares.map(({ instrument, maintenance: share }) => [instrument, share])),
    });
    this.#equity.push(Number(equity));
    this.#cushion.push(Number(equity) - Number(call));
    this.#turned.push(last === undefined || last.state !== name);
    if (!this.#marks.has(schedule.position)) {
      this.#marks.set(
        schedule.position,
        new Map(
          schedule.source.underlyings.map(
            ({ underlying, mark, scalarEffective, liquidationScalar: { long, short } }) => [
              underlying,
              { mark, callScalar: scalarEffective, liquidationScalarLong: long, liquidationScalarShort: short },
            ],
          ),
        ),
      );
    }
  }

  #happened(entry: LogEntry): void {
    if (!isAbout(entry, this.accountId)) return;
    const { log, partition, position, time, type } = entry;
    const point = this.#points.length;
    if (type === 'AccountStateChanged') {
      const last = this.#points.at(-1);
      if (last !== undefined) {
        last.state = (entry.payload as MarginEvents['AccountStateChanged']).to;
        this.#turned[point - 1] = true;
      }
    }
    if (log === 'accounts') this.#held(point);
    if (!isMark(entry)) return;
    // An own event follows from the run before it, an input comes before the run that takes it.
    const belongsTo = log === 'margin' ? Math.max(0, point - 1) : point;
    const fill = type === 'PositionChanged' ? fillOf(entry.payload as AccountsEvents['PositionChanged']) : null;
    const told = { partition, position, at: time.clearing, type, summary: eventText(entry), fill };
    this.#events.push({ told: { log: log as Told['log'], ...told }, point: belongsTo });
  }

  #concernsOwner(entry: LogEntry): boolean {
    const accountId = accountOf(entry);
    return accountId !== null && ownerOf(accountId) === this.#owner;
  }

  #held(point: number): void {
    const held = holdingsOf(this.#machine.state, this.accountId);
    if (held === undefined) return;
    const holding: Holding = { ...held, positions: [...held.positions] };
    if (this.#holdings.at(-1)?.point === point) this.#holdings.pop();
    this.#holdings.push({ holding, point });
  }

  /** The points of a range, at most so many, with what happened between them. */
  series({ from = 0, to = Infinity, points: most }: SeriesRange): AccountSeries {
    const all = this.#points;
    const start = firstAtLeast(all, from);
    const end = firstAtLeast(all, to + 1);
    const measured = { equity: this.#equity, cushion: this.#cushion, turned: this.#turned };
    const kept = decimated(measured, start, end, most);
    const points = kept.map((each) => all[each] as Point);
    /** Index among the kept of the first that is not before a point. */
    const placeOf = (point: number): number => {
      let low = 0;
      let high = kept.length;
      while (low < high) {
        const middle = (low + high) >>> 1;
        if ((kept[middle] ?? 0) < point) low = middle + 1;
        else high = middle;
      }
      return low;
    };
    const holdings = this.#holdings.filter(({ point }) => point < end);
    const before = holdings.findLastIndex(({ point }) => point <= start);
    const names = new Set(points.flatMap(({ shares }) => [...shares.keys()]));
    const first = all[0];
    const last = all.at(-1);
    return {
      accountId: this.accountId,
      partition: this.partition,
      asOf: {
        clearing: this.#machine.clearing,
        positions: { [`margin/${this.#machine.partition}`]: this.#machine.size },
      },
      span: first === undefined || last === undefined ? null : { from: first.at, to: last.at },
      assessed: end - start,
      points: {
        at: points.map(({ at }) => at),
        position: points.map(({ position }) => position),
        schedule: points.map(({ schedule }) => schedule),
        state: points.map(({ state }) => state),
        equity: points.map(({ figures }) => figures.equity),
        initial: points.map(({ figures }) => figures.initial),
        call: points.map(({ figures }) => figures.call),
        maintenance: points.map(({ figures }) => figures.maintenance),
        liquidation: points.map(({ figures }) => figures.liquidation),
      },
      underlyings: this.#underlyingsOf(points),
      shares: [...names].sort().map((instrument) => ({
        instrument,
        maintenance: points.map(({ shares }) => shares.get(instrument) ?? '0'),
      })),
      holdings: holdings
        .slice(Math.max(0, before))
        .map(({ holding, point }) => ({ point: placeOf(point), ...holding })),
      events: this.#events
        .filter(({ told: { at } }) => at >= from && at <= to)
        .map(({ told, point }) => ({ ...told, point: Math.min(placeOf(point), Math.max(0, kept.length - 1)) })),
    };
  }

  #underlyingsOf(points: readonly Point[]): AccountSeries['underlyings'] {
    const marks = points.map(({ schedule }) => this.#marks.get(schedule) ?? new Map());
    const names = [...new Set(marks.flatMap((each) => [...each.keys()] as string[]))].sort();
    return names.map((underlying) => {
      const column = (name: keyof Underlying): string[] =>
        marks.map(
          (each) => (each.get(underlying) as { [Name in keyof Underlying]: string } | undefined)?.[name] ?? '0',
        );
      return {
        underlying,
        mark: column('mark'),
        callScalar: column('callScalar'),
        liquidationScalarLong: column('liquidationScalarLong'),
        liquidationScalarShort: column('liquidationScalarShort'),
      };
    });
  }
}

const fillOf = ({ side, quantity, price, position }: AccountsEvents['PositionChanged']): Told['fill'] => ({
  instrument: position.instrument,
  side,
  quantity: text(dec(quantity)),
  price,
});

function firstAtLeast(points: readonly Point[], at: Instant): number {
  let low = 0;
  let high = points.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((points[middle]?.at ?? 0) < at) low = middle + 1;
    else high = middle;
  }
  return low;
}
