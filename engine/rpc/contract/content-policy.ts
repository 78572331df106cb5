/**
 * The content security policy of the page, wherever it is shown: no inline script, no eval, nothing from another host.
 * Style attributes are allowed (charts position their tooltips by them), style elements are not. `sockets` are the engines that
 * the page may talk to; the default is any on this machine.
 */
export function contentPolicy(sockets = 'ws://127.0.0.1:* ws://localhost:*'): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "style-src-attr 'unsafe-inline'",
    "img-src 'self' data: blob:",
    "font-src 'self'",
    `connect-src 'self' ${sockets}`,
    "worker-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "object-src 'none'",
    "frame-src 'none'",
  ].join('; ')
}
