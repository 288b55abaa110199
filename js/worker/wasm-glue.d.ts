// The type of the glue that Emscripten writes to build/wasm/flowdb.mjs.
declare module '#wasm-glue' {
  const createFlowModule: import('./flow-module').CreateFlowModule;
  export default createFlowModule;
}
