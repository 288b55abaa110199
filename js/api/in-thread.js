// The way from a page's code into the worker's, taken by import() and only in a dedicated worker.
// A script, so that TypeScript, which checks both sides with the platform that each has, does not
// follow it: in-thread.d.ts says what comes of it.
export { hostInThread } from '../worker/in-thread';
