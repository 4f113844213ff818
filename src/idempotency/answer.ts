/** What a request that issues is answered with, before it becomes HTTP. */
export interface Answer {
  readonly status: number;
  /** Where what was made can be found. */
  readonly location?: string;
  /** As JSON has it. */
  readonly body: unknown;
}

/** An answer as it is kept for whoever asks again. */
export interface KeptAnswer {
  /** Whose it is: digest of caller, operation and key. */
  readonly id: string;
  /** Digest of the request that it was given to. */
  readonly requestDigest: string;
  /** Sealed, since it may hold a private key. */
  readonly wrappedAnswer: Uint8Array;
}
