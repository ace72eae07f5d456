import { canonicalText, ModelInputError, sha256 } from '@ballast/kernel';

/** Content hash of a parameter document: SHA-256 of its canonical text, hex. The same whatever the order of its keys. */
export function parameterHash(document: unknown): string {
  return sha256(canonicalText(document)).toString('hex');
}

/**
 * Holds a parameter document against the hash that it was announced under.
 * @throws ModelInputError `parameters-hash-mismatch`
 */
export function requireParameterHash(document: unknown, announced: string): void {
  const hash = parameterHash(document);
  if (hash === announced) return;
  const message = `parametersHash: the document hashes to ${hash}, not to ${announced}; give the document that was meant, or its hash`;
  throw new ModelInputError('parameters-hash-mismatch', 'parametersHash', message);
}
