// Whether flowdb.wasm can run here, found out without waiting for it: a page's policy may forbid
// WebAssembly, and an old browser lacks its SIMD instructions.

// (module (func (result v128) (v128.const i64x2 0 0)))
// prettier-ignore
const probe = new Uint8Array([
  0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00, // magic, version
  0x01, 0x05, 0x01, 0x60, 0x00, 0x01, 0x7b, // type 0: () -> v128
  0x03, 0x02, 0x01, 0x00, // function 0 of type 0
  0x0a, 0x16, 0x01, 0x14, 0x00, 0xfd, 0x0c, ...new Array<number>(16).fill(0), 0x0b,
]);

export function canRunModule(): boolean {
  try {
    new WebAssembly.Module(probe);
    return true;
  } catch {
    return false;
  }
}
