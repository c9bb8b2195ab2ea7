// The part of WebAssembly that the embedded engine is loaded with: Node has it, and its types leave it to those of a browser.

declare namespace WebAssembly {
  interface Module {
    readonly [Symbol.toStringTag]: 'WebAssembly.Module';
  }
  function compile(bytes: Uint8Array): Promise<Module>;
}
