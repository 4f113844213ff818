const CONNECTION_FAILURES: ReadonlyMap<string, string> = new Map([
  ['ECONNREFUSED', 'the connection is refused'],
  ['EHOSTUNREACH', 'there is no route to it'],
  ['ENETUNREACH', 'there is no route to it'],
  ['ENOTFOUND', 'its name is not known'],
  ['EAI_AGAIN', 'its name cannot be looked up'],
  ['ETIMEDOUT', 'no connection in time'],
  ['ERR_SSL_WRONG_VERSION_NUMBER', 'does not speak TLS'],
  ['ERR_SSL_PACKET_LENGTH_TOO_LONG', 'does not speak TLS'],
  ['ERR_SSL_UNEXPECTED_MESSAGE', 'does not speak TLS as it should'],
  ['ERR_SSL_UNSUPPORTED_PROTOCOL', 'speaks neither TLS 1.2 nor TLS 1.3'],
]);
/** An alert that came, as OpenSSL names it: `ERR_SSL_TLSV1_UNRECOGNIZED_NAME`, `ERR_SSL_SSL/TLS_ALERT_HANDSHAKE_FAILURE`. */
const ALERT = /^ERR_SSL_(?:SSL\/TLS|SSLV3|TLSV\d+)_(?:ALERT_)?([A-Z_]+)$/;

/**
 * Why a handshake showed no certificate, in words. They hold nothing that the other side has chosen, but the
 * name of the alert that it sent: whoever may declare targets learns no more of a place than whether it speaks TLS.
 */
export function handshakeFailure(
  error: unknown,
  { isConnected }: { readonly isConnected: boolean },
): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (code === 'ABORT_ERR') {
    return isConnected ? 'does not answer the TLS handshake in time' : 'no connection in time';
  }
  const known = CONNECTION_FAILURES.get(code);
  if (known !== undefined) return known;
  const [, alert] = ALERT.exec(code) ?? [];
  if (alert !== undefined) {
    return `ends the handshake with the alert ${alert.toLowerCase().replaceAll('_', ' ')}`;
  }
  // Envoy closes without a word where no filter chain is for the name, or has its certificate not yet.
  if (['ECONNRESET', 'EPIPE'].includes(code)) {
    return 'closes the connection during the handshake, as Envoy does where it has no certificate for the name';
  }
  return 'the TLS handshake fails';
}
