/** Who an actor is, however the name is written: blanks around it and its case make no other person. */
export const subjectOf = (actor: string): string => actor.normalize('NFKC').trim().toLowerCase();

/** Whether nobody is named. */
export const isNobody = (actor: string | null): actor is null => actor === null || subjectOf(actor) === '';
