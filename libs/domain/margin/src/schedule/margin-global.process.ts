import type { CommandResult, Decision, DecisionContext, LogEntry, PartitionProcess } from '@ballast/event-sourcing';
import type { DocumentEvents, MarginGlobalEvents, OpeningEvents, PricingEvents } from '@ballast/facts';
import { invariant, InvariantViolation } from '@ballast/kernel';
import type { MarginCommands } from '../parameters/parameters.commands.js';
import { approveParameters, proposeParameters, type ParametersRejection } from '../parameters/parameters.decider.js';
import { UNDERLYINGS } from '../underlyings.js';
import { evaluateSchedule } from './evaluate-schedule.js';
import {
  initialMarginGlobalState,
  putScheduleInForce,
  rememberMark,
  underlyingState,
  type MarginGlobalState,
} from './margin-global.state.js';

const STREAM: Readonly<Record<keyof MarginGlobalEvents, string>> = {
  ScheduleInForce: 'schedule',
  ParametersProposed: 'parameters',
  ParametersApproved: 'parameters',
};

/** Facts of pricing that no schedule depends on. */
const OF_NO_INTEREST: ReadonlySet<string> = new Set<keyof PricingEvents | keyof OpeningEvents | keyof DocumentEvents>([
  'DocumentsEstablished',
  'ReleaseInForce',
  'DocumentProposed',
  'DocumentApproved',
  'SourceStateChanged',
  'FundingRateFixed',
  'InstrumentAdmitted',
  'InstrumentRefused',
  'SurfacePublished',
  'RiskArraysPublished',
  'SettlementPriceFixed',
  'VariationPriceFixed',
]);

function emit<Type extends keyof MarginGlobalEvents>(
  context: DecisionContext,
  type: Type,
  payload: MarginGlobalEvents[Type],
): void {
  context.emit({ stream: STREAM[type], type, schemaVersion: 1, payload });
}

/** Answers a command: its fact is appended, or its refusal returned. */
function answer<Type extends 'ParametersProposed' | 'ParametersApproved'>(
  context: DecisionContext,
  type: Type,
  decision: Decision<MarginGlobalEvents[Type], ParametersRejection>,
): CommandResult {
  if (!decision.accepted) return { outcome: 'rejected', ...decision.rejection };
  for (const fact of decision.facts) emit(context, type, fact);
  const [{ proposalId } = { proposalId: '' }] = decision.facts;
  return { outcome: 'accepted', data: { proposalId } };
}

/**
 * Margin's global partition: one ScheduleInForce per price set, and the parameters by four eyes.
 * @see docs/spec/margin.md
 */
export const marginGlobalProcess: PartitionProcess<MarginGlobalState> = {
  log: 'margin',

  initialState: () => initialMarginGlobalState(),

  observe(state, input) {
    if (input.log === 'margin.commands') return;
    switch (input.type) {
      case 'PriceSetPublished': {
        const { asOf, marks, underlyings } = input.payload as PricingEvents['PriceSetPublished'];
        for (const { underlying, mark } of marks) rememberMark(underlyingState(state, underlying), asOf, mark);
        for (const underlying of UNDERLYINGS) {
          const prices = underlyings[underlying];
          if (prices !== undefined) underlyingState(state, underlying).lastIndex = prices.index;
        }
        return;
      }
      case 'VolatilitySeeded': {
        const { underlying, lastHour } = input.payload as PricingEvents['VolatilitySeeded'];
        for (const { at, mark } of lastHour) rememberMark(underlyingState(state, underlying), at, mark);
        return;
      }
      default:
        invariant(OF_NO_INTEREST.has(input.type), `margin doesn't know ${input.type} of ${input.log}`);
    }
  },

  decide(state, input, context) {
    switch (input.type) {
      case 'PriceSetPublished':
        emit(
          context,
          'ScheduleInForce',
          evaluateSchedule(state, input.payload as PricingEvents['PriceSetPublished'], input.position),
        );
        return undefined;
      case 'ProposeParameters': {
        const command = input.payload as MarginCommands['ProposeParameters'];
        return answer(context, 'ParametersProposed', proposeParameters(command, input.actor, state));
      }
      case 'ApproveParameters': {
        const command = input.payload as MarginCommands['ApproveParameters'];
        return answer(context, 'ParametersApproved', approveParameters(command, input.actor, state));
      }
      default:
        if (input.log !== 'margin.commands') return undefined;
        return { outcome: 'rejected', code: 'command-unknown', detail: `margin has no command ${input.type}` };
    }
  },

  settle: () => undefined,

  evolve(state, event: LogEntry) {
    invariant(event.schemaVersion === 1, `${event.type} has version ${event.schemaVersion}, newest known is 1`);
    switch (event.type as keyof MarginGlobalEvents) {
      case 'ScheduleInForce': {
        const schedule = event.payload as MarginGlobalEvents['ScheduleInForce'];
        state.schedules = schedule.number;
        state.lastAsOf = schedule.asOf;
        for (const underlying of schedule.underlyings) {
          putScheduleInForce(
            underlyingState(state, underlying.underlying),
            schedule.asOf,
            schedule.parameters,
            underlying,
          );
        }
        return;
      }
      case 'ParametersProposed': {
        const { proposalId, parameters } = event.payload as MarginGlobalEvents['ParametersProposed'];
        invariant(event.actor !== null, 'a proposal has an actor');
        state.parameters.set(parameters.id, parameters);
        state.proposals.set(proposalId, { parameters: parameters.id, proposer: event.actor, approved: false });
        return;
      }
      case 'ParametersApproved': {
        const { proposalId, parameters } = event.payload as MarginGlobalEvents['ParametersApproved'];
        const proposal = state.proposals.get(proposalId);
        invariant(proposal, `proposal ${proposalId} was never made`);
        proposal.approved = true;
        state.parametersInForce = parameters;
        return;
      }
      default:
        throw new InvariantViolation(`margin's global partition never wrote ${event.type}`);
    }
  },

  dueTimers: () => [],

  fire(_state, timer) {
    throw new InvariantViolation(`margin's global partition has no timer ${timer.id}`);
  },
};
