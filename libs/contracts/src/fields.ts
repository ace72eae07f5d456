import { z } from 'zod';
import { GLOBAL } from '@ballast/event-sourcing';
import {
  ACCOUNT_ID,
  CODE,
  DECIMAL,
  IDENTIFIER,
  INSTRUMENT_ID,
  NON_NEGATIVE_DECIMAL,
  REASON,
  SHA256_HEX,
  VERSIONED_NAME,
} from '@ballast/kernel';
import * as facts from '@ballast/facts';
import { zodOf, zodShapeOf, zodText } from './schema-to-zod.js';

// What envelopes, requests and views are made of: the same forms and records as in the events.

export const decimal = zodText(DECIMAL);
export const nonNegativeDecimal = zodText(NON_NEGATIVE_DECIMAL);
export const accountId = zodText(ACCOUNT_ID);
export const code = zodText(CODE);
export const identifier = zodText(IDENTIFIER);
export const instrument = zodText(INSTRUMENT_ID);
export const reason = zodText(REASON);
export const sha256Hex = zodText(SHA256_HEX);
export const versionedName = zodText(VERSIONED_NAME);

const fields = facts.fields;
export const asset = zodOf(fields.asset());
export const underlying = zodOf(fields.underlying());
export const instant = zodOf(fields.instant());
export const count = zodOf(fields.count());
export const ordinal = zodOf(fields.ordinal());
export const partitionNumber = zodOf(fields.partitionNumber());
/** Of an event in any log. */
export const partitionOfEvent = z
  .int()
  .min(GLOBAL)
  .max(4095)
  .meta({ description: 'Partition of the log; -1 is the global one.', example: 0 });
export const side = zodOf(fields.side());
export const tradeSide = zodOf(fields.tradeSide());
export const priceStatus = zodOf(fields.priceStatus());

export const amountByAsset = zodOf(facts.amountByAsset());
export const posting = zodOf(facts.posting);
export const positionShape = zodShapeOf(facts.positionFigures());
export const marginFigures = zodOf(facts.marginFigures());
export const accountMarginState = zodOf(facts.accountMarginState);
export const assessmentDetail = zodOf(facts.assessmentDetail);
export const contractTerms = zodShapeOf(facts.contractSpecification);
