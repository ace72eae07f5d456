import { emitterOf, type CommandHandler, type CommandResult, type DecisionContext } from '@ballast/event-sourcing';
import { DOCUMENT_EVENTS, type DocumentCommands, type DocumentEvents } from '@ballast/facts';
import { CODE, IDENTIFIER, REASON, VERSIONED_NAME } from '@ballast/kernel';
import { anything, readBody, record, textOf } from './document-form.js';
import { approveDocument, proposeDocument, type DocumentChecks } from './documents.decider.js';
import type { HouseRules } from './house-rules.js';

const emit = emitterOf(DOCUMENT_EVENTS);

const PROPOSAL = record({
  proposalId: textOf(IDENTIFIER),
  kind: textOf(CODE),
  id: textOf(VERSIONED_NAME),
  body: anything(),
  reason: textOf(REASON),
});
const APPROVAL = record({ proposalId: textOf(IDENTIFIER) });

/** Refuses a command that cannot be read: whoever may write commands must not be able to stop the partition. */
const malformed = (defects: readonly string[]): CommandResult => ({
  outcome: 'rejected',
  code: 'document-invalid',
  detail: defects.join('; '),
});

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
      const command = readBody(payload, PROPOSAL);
      if ('defects' in command) return malformed(command.defects);
      const decision = proposeDocument(command.figures, actor, rulesOf(state), checksOf(state));
      return answered(context, 'DocumentProposed', decision);
    },
    ApproveDocument: (state, { payload, actor }, context) => {
      const command = readBody(payload, APPROVAL);
      if ('defects' in command) return malformed(command.defects);
      const decision = approveDocument(command.figures, actor, rulesOf(state), checksOf(state));
      return answered(context, 'DocumentApproved', decision);
    },
  };
}
