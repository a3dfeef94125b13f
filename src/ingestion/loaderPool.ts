import type { ChunkLoader } from "./chunkLoader.ts";

/** Loaders to share out. */
export interface LoaderPool {
  /** Waits for one that is free. */
  acquire(): Promise<ChunkLoader>;
  release(loader: ChunkLoader): void;
}

export function loaderPool(loaders: readonly ChunkLoader[]): LoaderPool {
  const free = [...loaders];
  const waiting: ((loader: ChunkLoader) => void)[] = [];
  return {
    acquire: () => {
      const loader = free.shift();
      if (loader !== undefined) return Promise.resolve(loader);
      return new Promise((resolve) => {
        waiting.push(resolve);
      });
    },
    release: (loader) => {
      const next = waiting.shift();
      if (next === undefined) free.push(loader);
      else next(loader);
    },
  };
}
