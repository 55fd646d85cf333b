/** Contracts by the names of their functions: `read` and `write` of the official SDK's contract objects. */
import { InvalidArgumentException, type LitError } from "../errors.js";
import type { Core } from "./core.js";
import type { WriteOptions } from "./options.js";
import type { ContractTransaction } from "./shapes.js";

/**
 * One contract. Functions take the contract's arguments; those of `write` also
 * overrides behind them. Numbers of more than 32 bits come as BigNumber, a
 * tuple as a list with names. A function that this package does not know
 * rejects with `invalid_param`. What else an ethers Contract has, such as
 * `filters` or `populateTransaction`, is not there: reading it throws
 * `invalid_param` with its name.
 */
export interface Contract {
  readonly read: Readonly<Record<string, (...args: unknown[]) => Promise<unknown>>>;
  readonly write: Readonly<Record<string, (...args: unknown[]) => Promise<ContractTransaction>>>;
  readonly address: string;
}

/** The contract called `name`, which LitContracts has under the name `member`. */
export function makeContract(core: Core, name: string, member: string): Contract {
  const address = () => core.addresses[name]?.address ?? "";
  const contract = {
    read: functions(`${member}.read`, address, (called, args) => core.read(name, called, args)),
    write: functions(`${member}.write`, address, (called, args) => {
      const options = isOptions(args.at(-1)) ? (args.pop() as WriteOptions) : undefined;
      return core.send(name, called, args, options);
    }),
    get address() {
      return address();
    },
  };
  return new Proxy(contract, {
    get: (target, property, receiver) =>
      Reflect.has(target, property) || isProbe(property) ? Reflect.get(target, property, receiver) : refuse(`${member}.${property}`),
  });
}

/** A contract of the official package that this one does not have. */
export function missingContract(member: string): Contract {
  const none = Object.create(null) as Contract;
  return new Proxy(none, {
    get: (_, property) => (isProbe(property) ? undefined : refuse(`${member}.${property}`)),
  });
}

/** What is asked of any object, by the language, tools and frameworks, and names nothing that a contract has. */
const PROBES: readonly string[] = ["then", "toJSON", "constructor", "toString", "toLocaleString", "valueOf", "hasOwnProperty", "inspect", "nodeType", "tagName", "asymmetricMatch"];

function isProbe(property: string | symbol): property is symbol {
  return typeof property === "symbol" || PROBES.includes(property) || /^[_$@]/.test(property);
}

/** Overrides are a plain object; a tuple by its names is one too, but never the last argument of our functions. */
function isOptions(value: unknown): boolean {
  try {
    return typeof value === "object" && value !== null && [Object.prototype, null].includes(Object.getPrototypeOf(value) as object | null);
  } catch {
    return false; // a Proxy that was revoked: the check of arguments says so
  }
}

function functions<Answer>(
  path: string,
  address: () => string,
  call: (name: string, args: unknown[]) => Promise<Answer>,
): Readonly<Record<string, (...args: unknown[]) => Promise<Answer>>> {
  const target: Record<string, (...args: unknown[]) => Promise<Answer>> = {};
  return new Proxy(target, {
    get(_, name) {
      if (name === "address") {
        return address();
      }
      if (isProbe(name)) {
        return undefined;
      }
      // A call goes to the contract; a group of functions, such as populateTransaction of ethers, is none.
      return new Proxy((...args: unknown[]) => call(name, args), {
        get: (called, property, receiver) =>
          Reflect.has(called, property) || isProbe(property)
            ? (Reflect.get(called, property, receiver) as unknown)
            : refuse(`${path}.${name}.${property}`),
      });
    },
  });
}

function refuse(path: string): never {
  throw notThere(path);
}

function notThere(path: string): LitError {
  return new InvalidArgumentException({
    reason: "invalid_param",
    message: `${path} is not there: contracts have read and write, with the functions that minting, permitting and paying need.`,
    details: { param: path, want: "read or write, with a function of the contract" },
  });
}
