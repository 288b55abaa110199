// In the place of flowdb-wasm/auto: the browser's own stays.
export {};
