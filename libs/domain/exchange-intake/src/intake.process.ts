import { defineProcess, type LogEntry, type OwnTable, type PartitionProcess } from '@ballast/event-sourcing';
import { EVENT_FAMILIES, READ_TOGETHER, type ProducerEvents } from '@ballast/facts';
import { noteEntry, type IntakeState } from './intake.state.js';

type Own = Readonly<Record<string, unknown>>;
type Evolution = {
  readonly [T in keyof ProducerEvents]: (state: IntakeState, event: LogEntry<T, ProducerEvents[T]>) => void;
};

const FAMILIES = EVENT_FAMILIES.filter(({ log }) => log.startsWith('exchange.'));

const PRODUCERS: Evolution = {
  ProducerBegan({ producers }, { payload: { producer, incarnation, continues } }) {
    const before = producers.get(producer);
    const ended = new Set(before?.ended);
    if (continues !== null) ended.add(continues);
    producers.set(producer, { incarnation, fork: null, proposal: null, ended });
  },
  ProducerForked({ producers }, { payload: { producer, ...fork } }) {
    const known = producers.get(producer);
    if (known !== undefined) known.fork = fork;
  },
  ProducerContinuationProposed({ producers }, { actor, payload: { producer, incarnation, reason } }) {
    const known = producers.get(producer);
    if (known !== undefined) known.proposal = { incarnation, reason, proposer: actor ?? '' };
  },
};

/** Every type that stands in a log of the exchange is taken note of, whoever reads it. */
const OWN = Object.fromEntries(
  FAMILIES.flatMap(({ events }) => Object.keys(events)).map((type) => [
    type,
    (state: IntakeState, event: LogEntry) => {
      noteEntry(state, event);
      if (Object.hasOwn(PRODUCERS, type)) PRODUCERS[type as keyof Evolution](state, event as never);
    },
  ]),
) as OwnTable<IntakeState, Own>;

/**
 * The log of an exchange that keeps none that Ballast could read: everything that its producers say, in all logs of the exchange. It
 * decides nothing; `judgeMessage` says what is taken.
 * @see docs/spec/exchange-intake.md
 */
export const intakeProcess: PartitionProcess<IntakeState> = defineProcess<IntakeState, Own>({
  log: 'exchange.quotes',
  hears: true,
  readTogether: READ_TOGETHER,
  alsoWrites: (partitions) =>
    FAMILIES.filter(({ partition }) => partition === 'numbered').flatMap(({ log }) =>
      Array.from({ length: partitions }, (_, partition) => ({ log, partition })),
    ),
  stateForm: { version: 2 },
  initialState: () => ({ producers: new Map(), sequences: new Map(), quotes: 0 }),
  reads: [],
  own: OWN,
});
