import type { MarginGlobalEvents } from '@ballast/facts';
import { accepted, rejected, type Decision } from '@ballast/event-sourcing';
import type { MarginGlobalState } from '../schedule/margin-global.state.js';
import type { MarginCommands } from './parameters.commands.js';
import { parameterDefects } from './parameters.validation.js';

/** Expected refusals of a change of parameters. */
export interface ParametersRejection {
  readonly code:
    | 'actor-missing'
    | 'parameters-invalid'
    | 'parameters-id-taken'
    | 'proposal-exists'
    | 'proposal-unknown'
    | 'proposal-approved'
    | 'proposer-may-not-approve';
  readonly detail: string;
}

type Proposed = MarginGlobalEvents['ParametersProposed'];
type Approved = MarginGlobalEvents['ParametersApproved'];
type ParametersState = Pick<MarginGlobalState, 'parameters' | 'proposals'>;

const refuse = (
  code: ParametersRejection['code'],
  detail: string,
): { readonly accepted: false; readonly rejection: ParametersRejection } => rejected({ code, detail });

/** A set of parameters under an id that was never used, by a named person. */
export function proposeParameters(
  command: MarginCommands['ProposeParameters'],
  actor: string | null,
  { parameters, proposals }: ParametersState,
): Decision<Proposed, ParametersRejection> {
  const { proposalId, reason } = command;
  if (actor === null) return refuse('actor-missing', 'a proposal names the person who makes it');
  if (proposals.has(proposalId)) return refuse('proposal-exists', `proposal ${proposalId} was made before`);
  const defects = parameterDefects(command.parameters);
  if (defects.length > 0) return refuse('parameters-invalid', defects.join('; '));
  if (parameters.has(command.parameters.id))
    return refuse('parameters-id-taken', `${command.parameters.id} was proposed before`);
  return accepted({ proposalId, parameters: command.parameters, reason });
}

/** Four eyes: whoever approves is not who proposed. */
export function approveParameters(
  { proposalId }: MarginCommands['ApproveParameters'],
  actor: string | null,
  { proposals }: ParametersState,
): Decision<Approved, ParametersRejection> {
  if (actor === null) return refuse('actor-missing', 'an approval names the person who gives it');
  const proposal = proposals.get(proposalId);
  if (proposal === undefined) return refuse('proposal-unknown', `proposal ${proposalId} was never made`);
  if (proposal.approved) return refuse('proposal-approved', `proposal ${proposalId} is approved already`);
  if (proposal.proposer === actor) return refuse('proposer-may-not-approve', `${actor} proposed ${proposalId}`);
  return accepted({ proposalId, parameters: proposal.parameters });
}
