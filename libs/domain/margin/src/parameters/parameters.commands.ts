import type { MarginParameters } from '@ballast/facts';

/** Commands of margin's global partition. The actor of the entry is the person who asks. */
export interface MarginCommands {
  ProposeParameters: { readonly proposalId: string; readonly parameters: MarginParameters; readonly reason: string };
  /** By another person than the proposer; in force from the next price set. */
  ApproveParameters: { readonly proposalId: string };
}
