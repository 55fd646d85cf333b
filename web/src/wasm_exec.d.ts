/** The Go runtime's half in JavaScript; `make build` writes it next to the compiled files. */
export interface Go {
  readonly importObject: WebAssembly.Imports;
  /** Called with the program's exit code. */
  exit(code: number): void;
  /** Resolves when the program ends. */
  run(instance: WebAssembly.Instance): Promise<void>;
  /** Timers that the program waits for, by its own number. */
  readonly _scheduledTimeouts: Map<number, ReturnType<typeof setTimeout>>;
  /** Every entry into the program after its start goes through here. */
  _resume(): void;
}

/** Defines the runtime class on scope, which is what the program sees as its global object, and returns it. */
export function defineGo(scope: object): new () => Go;
