/** Who proposed something and who approved it, if somebody has. */
export const personsText = ({ proposer, approver }: { readonly proposer: string; readonly approver: string | null }) =>
  approver === null ? proposer : `${proposer}, approved by ${approver}`;
