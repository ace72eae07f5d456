import type { DecimalString, Instant } from '@ballast/kernel';
import { publishedText } from './published-figure.js';
import type { ExpirySurface, RejectedForm, Surface, SurfaceForm, SurfaceStatus } from './surface.js';
import type { SurfaceGate } from './surface-gates.js';

/** What an event says of one expiry. Every figure is a decimal text, and the one the gates were held against. */
export interface PublishedExpiry {
  readonly expiry: Instant;
  readonly forward: DecimalString;
  readonly forwardSource: ExpirySurface['forwardSource'];
  readonly status: SurfaceStatus;
  readonly form?: SurfaceForm;
  /** Raw SVI of total variance in ln(K / F). Absent when MISSING. */
  readonly slice?: {
    readonly a: DecimalString;
    readonly b: DecimalString;
    readonly rho: DecimalString;
    readonly m: DecimalString;
    readonly sigma: DecimalString;
  };
  readonly gates: readonly PublishedGate[];
  readonly rejected: readonly RejectedForm[];
  readonly marks: readonly PublishedMark[];
}

export interface PublishedGate {
  readonly gate: SurfaceGate;
  readonly passed: boolean;
  readonly room: DecimalString;
  /** Absent where the gate is missed nowhere in particular (a wing's end). */
  readonly at?: DecimalString;
}

export interface PublishedMark {
  readonly instrument: string;
  readonly volatility: DecimalString;
  readonly mark: DecimalString;
  readonly isHeld: boolean;
}

export interface PublishedSurface {
  readonly underlying: string;
  readonly asOf: Instant;
  readonly rules: string;
  readonly expiries: readonly PublishedExpiry[];
}

function publishedExpiry(surface: ExpirySurface): PublishedExpiry {
  const { expiry, forward, forwardSource, status, form, slice, gates, rejected, marks } = surface;
  return {
    expiry,
    forward: publishedText(forward),
    forwardSource,
    status,
    ...(form ? { form } : {}),
    ...(slice
      ? {
          slice: {
            a: publishedText(slice.a),
            b: publishedText(slice.b),
            rho: publishedText(slice.rho),
            m: publishedText(slice.m),
            sigma: publishedText(slice.sigma),
          },
        }
      : {}),
    gates: gates.map(({ gate, passed, room, at }) => ({
      gate,
      passed,
      room: publishedText(Number.isFinite(room) ? room : -1e12),
      ...(Number.isFinite(at) ? { at: publishedText(at) } : {}),
    })),
    rejected,
    marks: marks.map(({ instrument, volatility, mark, isHeld }) => ({
      instrument,
      volatility: publishedText(volatility),
      mark: publishedText(mark),
      isHeld,
    })),
  };
}

/** The decimal figures of a surface, per expiry, as an event carries them. Pure: the same surface gives the same text. */
export function surfacePublished({ underlying, asOf, rules, expiries }: Surface): PublishedSurface {
  return { underlying, asOf, rules, expiries: expiries.map(publishedExpiry) };
}
