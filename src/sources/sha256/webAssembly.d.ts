/** What is used of Node's WebAssembly, which neither the language's types nor Node's declare. */
declare namespace WebAssembly {
  function validate(bytes: Uint8Array): boolean;
  class Module {
    readonly #compiled: true;
    constructor(bytes: Uint8Array);
  }
  class Instance {
    readonly exports: Readonly<Record<string, unknown>>;
    constructor(module: Module);
  }
}
