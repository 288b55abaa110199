// Shows an exception that a listener threw as an uncaught one, as the browser would.
// Specification: https://html.spec.whatwg.org/multipage/webappapis.html#report-the-exception

export function reportException(exception: unknown): void {
  if (typeof globalThis.reportError === 'function') {
    globalThis.reportError(exception);
  } else {
    // Node has no reportError; a rejection that nobody handles is what comes nearest.
    void Promise.reject(exception);
  }
}
