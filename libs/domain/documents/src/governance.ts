import { emitterOf, type CommandHandler, type CommandResult, type DecisionContext } from '@ballast/event-sourcing';
import { DOCUMENT_EVENTS, type DocumentCommands, type DocumentEvents } from '@ballast/facts';
import { approveDocument, proposeDocument, type DocumentChecks } from './documents.decider.js';
import type { HouseRules } from './house-rules.js';

const emit = emitterOf(DOCUMENT_EVENTS);

/** The commands by which the rules of a service change: for the global partition of its log. */
export function documentCommands<State>(
  rulesOf: (state: State) => HouseRules,
  checksOf: (state: State) => DocumentChecks,
): Readonly<Record<keyof DocumentCommands, CommandHandler<State>>> {
  const answered = <T extends keyof DocumentEvents>(
    context: DecisionContext,
    type: T,
    decision: ReturnType<typeof proposeDocument> | ReturnType<typeof approveDocument>,
  ): CommandResult => {
    if (!decision.accepted) return { outcome: 'rejected', ...decision.rejection };
    const [fact] = decision.facts as readonly DocumentEvents[T][];
    if (fact !== undefined) emit(context, type, fact);
    return { outcome: 'accepted', data: { proposalId: fact?.proposalId } };
  };
  return {
    ProposeDocument: (state, { payload, actor }, context) => {
      const command = payload as DocumentCommands['ProposeDocument'];
      const decision = proposeDocument(command, actor, rulesOf(state), checksOf(state));
      return answered(context, 'DocumentProposed', decision);
    },
    ApproveDocument: (state, { payload, actor }, context) => {
      const command = payload as DocumentCommands['ApproveDocument'];
      const decision = approveDocument(command, actor, rulesOf(state), checksOf(state));
      return answered(context, 'DocumentApproved', decision);
    },
  };
}
