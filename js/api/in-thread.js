// The way from a page's code into the worker's: an import of the worker's entry, so that both are
// bundled with what they share in that one script. A script, so that TypeScript, which checks both
// sides with the platform that each has, does not follow it: in-thread.d.ts says what comes of it.
export { hostInThread } from '../worker/main';
