/** The first module of the bundle that runs: what loading the others takes is counted too. */
const firstMs = performance.now();

let loadingMs = 0;

/** To be called when all modules have run. The editor then waits for more than us before it activates the extension. */
export function allLoaded(): void {
  loadingMs = performance.now() - firstMs;
}

/** What is ours of the way to a running server. */
export interface Clock {
  /** Milliseconds for loading all modules, and since the activation began. */
  elapsedMs(): number;
}

/** To be called when the activation begins. */
export function beginActivation(): Clock {
  const beganMs = performance.now();
  return { elapsedMs: () => loadingMs + performance.now() - beganMs };
}
