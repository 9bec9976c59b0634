/** The first module of the bundle that runs: what loading the others takes is counted too. */
const firstMs = performance.now();
const firstCpu = process.cpuUsage();

const loading = { wallMs: 0, cpuMs: 0 };

/** To be called when all modules have run. The editor then waits for more than us before it activates the extension. */
export function allLoaded(): void {
  const { user, system } = process.cpuUsage(firstCpu);
  loading.wallMs = performance.now() - firstMs;
  loading.cpuMs = (user + system) / 1000;
}

/** What is ours of the way to a running server. */
export interface Clock {
  /** Milliseconds for loading all modules, and since the activation began. */
  elapsedMs(): number;
  /** Milliseconds of processor time for loading all modules: what a busy machine does not change. */
  readonly loadingCpuMs: number;
}

/** To be called when the activation begins. */
export function beginActivation(): Clock {
  const beganMs = performance.now();
  return { elapsedMs: () => loading.wallMs + performance.now() - beganMs, loadingCpuMs: loading.cpuMs };
}
