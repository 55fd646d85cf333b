/** Contracts by the names of their functions: `read` and `write` of the official SDK's contract objects. */
import type { Core, WriteOptions } from "./core.js";
import type { ContractTransaction } from "./shapes.js";

/**
 * One contract. Functions take the contract's arguments; those of `write` also
 * overrides behind them. Numbers of more than 32 bits come as BigNumber, a
 * tuple as a list with names. A function that this package does not know
 * rejects with `invalid_param`.
 */
export interface Contract {
  readonly read: Readonly<Record<string, (...args: unknown[]) => Promise<unknown>>>;
  readonly write: Readonly<Record<string, (...args: unknown[]) => Promise<ContractTransaction>>>;
  readonly address: string;
}

/** What is asked of any object and names no function. */
const NO_FUNCTIONS: readonly (string | symbol)[] = ["then", "toJSON", "constructor", "toString", "valueOf"];

export function makeContract(core: Core, name: string): Contract {
  const address = () => core.addresses[name]?.address ?? "";
  return {
    read: functions(address, (called, args) => core.read(name, called, args)),
    write: functions(address, (called, args) => {
      const last = args.at(-1);
      const options = isOptions(last) ? (args.pop() as WriteOptions) : {};
      return core.send(name, called, args, options);
    }),
    get address() {
      return address();
    },
  };
}

/** Overrides are a plain object; a tuple by its names is one too, but never the last argument of our functions. */
function isOptions(value: unknown): boolean {
  return typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}

function functions<Answer>(
  address: () => string,
  call: (name: string, args: unknown[]) => Promise<Answer>,
): Readonly<Record<string, (...args: unknown[]) => Promise<Answer>>> {
  const target: Record<string, (...args: unknown[]) => Promise<Answer>> = {};
  return new Proxy(target, {
    get(_, name) {
      if (name === "address") {
        return address();
      }
      if (typeof name === "symbol" || NO_FUNCTIONS.includes(name)) {
        return undefined;
      }
      return (...args: unknown[]) => call(name, args);
    },
  });
}
