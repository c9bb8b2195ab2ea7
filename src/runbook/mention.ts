// How a sentence of a runbook mentions a check.

/** `{cache-hit-rate}` in a sentence stands for the summary of that check. */
export const mentionPattern = /\{([^{}]*)\}/g;
