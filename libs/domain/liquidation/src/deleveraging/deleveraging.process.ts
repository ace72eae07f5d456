import { dec } from '@ballast/kernel';
import type { DecisionContext, PartitionProcess } from '@ballast/event-sourcing';
import type { AdlEvents } from '@ballast/facts';
import { deleveragingEvent, deleveragingInput } from '../known-inputs.js';
import { conclusion, execution, nextRound } from './adl-round.decider.js';
import {
  closeName,
  evolveDeleveraging,
  initialDeleveraging,
  lotOf,
  noteCandidates,
  noteRequest,
  queueOf,
  type DeleveragingState,
} from './deleveraging.state.js';

/**
 * Auto-deleveraging, for all partitions: what neither the book nor the fund can take of a bankrupt account is closed
 * against the most leveraged accounts on the other side, at the bankruptcy price, one round at a time.
 */
export const deleveragingProcess: PartitionProcess<DeleveragingState> = {
  log: 'liquidation',

  initialState: initialDeleveraging,

  observe(state, entry) {
    const input = deleveragingInput(entry);
    switch (input.type) {
      case 'AdlRequested':
        noteRequest(state, input);
        break;
      case 'AdlCandidatesReported':
        noteCandidates(state, input.partition, input.payload);
        break;
      case 'AdlBooked': {
        const { roundId, role, quantity } = input.payload;
        if (role === 'candidate' && state.round?.roundId === roundId) {
          state.round.booked.set(closeName(input.payload), dec(quantity));
        }
        break;
      }
      case 'MarginRunCompleted':
        if (input.payload.kind === 'full') {
          state.newestFullRun = Math.max(state.newestFullRun, input.payload.schedule);
        }
        break;
      default:
    }
  },

  /** Executes, closes and opens rounds as far as it goes; a round without candidates is closed at once. */
  decide(state, _input, context) {
    const executed =
      state.round === null ? undefined : execution(state.round, lotOf(state, state.round), context.partitions);
    if (executed !== undefined) emit('AdlExecuted', executed, context);
    const closed = state.round === null ? undefined : conclusion(state.round);
    if (closed !== undefined) emit('AdlRoundClosed', closed, context);
    const opened = nextRound(state);
    if (opened !== undefined) emit('AdlRoundOpened', opened, context);
    return undefined;
  },

  settle: () => undefined,

  evolve(state, entry) {
    evolveDeleveraging(state, deleveragingEvent(entry));
  },

  dueTimers: () => [],

  fire: () => undefined,
};

function emit<T extends keyof AdlEvents>(type: T, payload: AdlEvents[T], context: DecisionContext): void {
  context.emit({ stream: `adl-${queueOf(payload)}`, type, schemaVersion: 1, payload });
}
