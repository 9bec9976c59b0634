/** The first module of the bundle that runs: what loading the others takes is counted too. */
const firstMs = performance.now();

let loadedAfterMs = 0;

/** To be called when all modules have run. The editor then waits for more than us before it activates the extension. */
export function allLoaded(): void {
  loadedAfterMs = performance.now() - firstMs;
}

/** Counts what is ours from the start of the activation on, with what loading took. */
export function beginActivation(): () => number {
  const beganMs = performance.now();
  return () => loadedAfterMs + performance.now() - beganMs;
}
