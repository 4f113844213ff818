/** One extension as it stands there (RFC 5280 §4.2). */
export interface Extension {
  /** Object identifier. */
  readonly id: string;
  readonly isCritical: boolean;
  /** The content of the OCTET STRING. */
  readonly value: Uint8Array;
}
