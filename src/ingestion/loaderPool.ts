import type { ChunkLoader } from "./chunkLoader.ts";

/** Loaders to share out. */
export interface LoaderPool {
  /** Gives one that is free, or a new one; waits while all there may be are at work. */
  acquire(): Promise<ChunkLoader>;
  release(loader: ChunkLoader): void;
}

/**
 * @param make makes another loader; called only when none is free
 * @param most loaders there may be, at least 1
 */
export function loaderPool(make: () => ChunkLoader, most: number): LoaderPool {
  const free: ChunkLoader[] = [];
  const waiting: ((loader: ChunkLoader) => void)[] = [];
  let made = 0;
  return {
    acquire: () => {
      const loader = free.shift();
      if (loader !== undefined) return Promise.resolve(loader);
      if (made < most) {
        made += 1;
        return Promise.resolve(make());
      }
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
