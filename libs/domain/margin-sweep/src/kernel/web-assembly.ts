/**
 * The part of WebAssembly that the kernel uses. TypeScript declares it only together with a browser; on an engine without it the
 * variable is undefined and everything runs in TypeScript.
 */
export interface SharedMemory {
  readonly buffer: SharedArrayBuffer;
}

/** A compiled module. May be sent to another thread, as memories may. */
export type KernelModule = object;

interface Engine {
  readonly Memory: new (limits: { initial: number; maximum: number; shared: true }) => SharedMemory;
  readonly Module: new (bytes: Uint8Array) => KernelModule;
  readonly Instance: new (
    module: KernelModule,
    imports: { readonly env: { readonly memory: SharedMemory } },
  ) => { readonly exports: unknown };
  validate(bytes: Uint8Array): boolean;
}

declare const WebAssembly: Engine | undefined;

export const webAssembly: Engine | undefined = typeof WebAssembly === 'undefined' ? undefined : WebAssembly;
