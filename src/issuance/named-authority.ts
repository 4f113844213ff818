import { PkiError, type PkiErrorCode } from '../errors.ts';

const OF_AN_AUTHORITY: readonly PkiErrorCode[] = ['authority-unknown', 'authority-cannot-issue'];

/** Does `work` by the authority that the member at `pointer` names: that there is none, or that it cannot, is its fault. */
export async function namedAt<T>(pointer: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof PkiError) || !OF_AN_AUTHORITY.includes(error.code)) throw error;
    const { code, message, cause } = error;
    throw new PkiError(code, message, { cause, violations: [{ pointer, detail: message }] });
  }
}
