/** Where a set of rules stands and what it says, as one text: `hash` is the SHA-256 of its canonical form. */
export interface DocumentCitation {
  /** What it rules, such as `margin-parameters`. */
  readonly kind: string;
  /** `<name>@<version>`, never used for another content. */
  readonly id: string;
  readonly hash: string;
}

/** A versioned set of rules with all of its figures. */
export interface RecordedDocument extends DocumentCitation {
  readonly body: unknown;
}

/** Every partition of every service's log. Streams `rules` and `release`. */
export interface OpeningEvents {
  /** First event of a log partition: the rules that it begins with, and the persons who answer for them. */
  DocumentsEstablished: {
    readonly author: string;
    readonly approver: string;
    readonly documents: readonly RecordedDocument[];
  };
  /** A writer started whose program or rules are not those of the writer before. */
  ReleaseInForce: {
    readonly release: string;
    /** SHA-256 of the built program, hex. */
    readonly build: string;
    readonly documents: readonly DocumentCitation[];
  };
}

/** Global partition of every service's log. Stream `rules`. */
export interface DocumentEvents {
  DocumentProposed: { readonly proposalId: string; readonly document: RecordedDocument; readonly reason: string };
  /** By another person than the proposer; in force from here on. */
  DocumentApproved: { readonly proposalId: string; readonly kind: string; readonly id: string };
}

/** Commands of the global partition of every service. The actor of the entry is the person who asks. */
export interface DocumentCommands {
  ProposeDocument: {
    readonly proposalId: string;
    readonly kind: string;
    readonly id: string;
    readonly body: unknown;
    readonly reason: string;
  };
  ApproveDocument: { readonly proposalId: string };
}
