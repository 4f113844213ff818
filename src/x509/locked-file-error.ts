interface LockedFileErrorOptions extends ErrorOptions {
  readonly isPasswordWrong?: boolean;
  readonly isMalformed?: boolean;
  readonly isForOpenssl?: boolean;
}

/** Why a file that a password protects, a PFX or an encrypted PKCS #8 key, cannot be opened. */
export class LockedFileError extends Error {
  override readonly name = 'LockedFileError';
  /** Whether another password might open it. */
  readonly isPasswordWrong: boolean;
  /** Whether it is no such file at all, which no password opens. */
  readonly isMalformed: boolean;
  /** Whether openssl is likely to open it, and so can write it anew in a form that is read here. */
  readonly isForOpenssl: boolean;

  constructor(detail: string, options: LockedFileErrorOptions = {}) {
    super(detail, options);
    this.isPasswordWrong = options.isPasswordWrong ?? false;
    this.isMalformed = options.isMalformed ?? false;
    this.isForOpenssl = options.isForOpenssl ?? false;
  }
}

/** A wrong password shows itself as octets that make no sense, and so does a damaged file. */
export function wrongPassword(cause?: unknown): LockedFileError {
  const detail = 'the password does not open it, or it is damaged';
  return new LockedFileError(detail, { cause, isPasswordWrong: true });
}

/** The end of a sentence about an algorithm that is too old, too new or too rare. */
export function unsupported(what: string): LockedFileError {
  return new LockedFileError(`${what}, which is not read here`, { isForOpenssl: true });
}
