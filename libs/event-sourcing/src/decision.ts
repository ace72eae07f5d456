/** What a pure decision of an aggregate answers: the facts that follow, or a refusal with a stable code. */
export type Decision<Fact, Rejection extends { readonly code: string }> =
  | { readonly accepted: true; readonly facts: readonly Fact[] }
  | { readonly accepted: false; readonly rejection: Rejection };

export const accepted = <Fact>(
  ...facts: readonly Fact[]
): { readonly accepted: true; readonly facts: readonly Fact[] } => ({
  accepted: true,
  facts,
});

export const rejected = <Rejection extends { readonly code: string }>(
  rejection: Rejection,
): { readonly accepted: false; readonly rejection: Rejection } => ({ accepted: false, rejection });
