// The type of the glue that Emscripten writes to build/wasm/flowdb.mjs.
declare module '#wasm-glue' {
  const createFlowExports: import('./flow-exports').CreateFlowExports;
  export default createFlowExports;
}
