import { event, type EventsOf } from './schema/event.js';
import { code, identifier, label, reason, sha256Hex, versionedName } from './schema/forms.js';
import { anything, list, record, type ValueOf } from './schema/schema.js';

const citation = {
  kind: code('What it rules, such as `margin-parameters`.'),
  id: versionedName('`<name>@<version>`, never used for another content.'),
  hash: sha256Hex('SHA-256 of the canonical text of the body.'),
};

const documentCitation = record(citation, 'Where a set of rules stands and what it says.');
/** Where a set of rules stands and what it says, as one text. */
export type DocumentCitation = ValueOf<typeof documentCitation>;

const recordedDocument = record({ ...citation, body: anything('As its kind has it; its own reader judged it.') });
/** A versioned set of rules with all of its figures. */
export type RecordedDocument = ValueOf<typeof recordedDocument>;

const person = label('A person, or `genesis`.');

/** Every partition of every service's log. */
export const OPENING_EVENTS = {
  DocumentsEstablished: event({
    description: 'First event of a log partition: the rules it begins with, and the persons who answer for them.',
    stream: 'rules',
    payload: { author: person, approver: person, documents: list(recordedDocument) },
  }),
  ReleaseInForce: event({
    description: 'A writer started whose program or rules are not those of the writer before.',
    stream: 'release',
    payload: {
      release: label(),
      build: sha256Hex('SHA-256 of the built program.'),
      documents: list(documentCitation, 'In force at the start.'),
    },
  }),
};

/** Global partition of every service's log. */
export const DOCUMENT_EVENTS = {
  DocumentProposed: event({
    description: 'Rules were proposed; nothing is decided by them yet.',
    stream: 'rules',
    payload: { proposalId: identifier(), document: recordedDocument, reason: reason() },
  }),
  DocumentApproved: event({
    description: 'Proposed rules were approved by another person; in force from here on.',
    stream: 'rules',
    payload: { proposalId: identifier(), kind: citation.kind, id: citation.id },
  }),
};

/** Commands of the global partition of every service. The actor of the entry is the person who asks. */
export const DOCUMENT_COMMANDS = {
  ProposeDocument: event({
    description: 'Propose rules. Another person than the proposer must approve them.',
    stream: 'commands',
    payload: {
      proposalId: identifier(),
      kind: citation.kind,
      id: citation.id,
      body: anything('As its kind has it.'),
      reason: reason(),
    },
  }),
  ApproveDocument: event({
    description: 'Approve proposed rules.',
    stream: 'commands',
    payload: { proposalId: identifier() },
  }),
};

export interface OpeningEvents extends EventsOf<typeof OPENING_EVENTS> {}
export interface DocumentEvents extends EventsOf<typeof DOCUMENT_EVENTS> {}
export interface DocumentCommands extends EventsOf<typeof DOCUMENT_COMMANDS> {}
