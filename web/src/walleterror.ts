/** What a wallet's error says: its code may lie deep, because libraries and mobile wallets wrap it. */
import { isLitError, UnknownError, type LitError } from "./errors.js";
import { member } from "./member.js";

/** Where wrappers keep what they wrap. ethers has `info.error`, MetaMask `data.originalError`, viem `cause`. */
const WRAPPED = ["cause", "error", "originalError", "data", "info"];

/** As many levels, and as many objects, are looked at. */
const MAX_DEPTH = 8;
const MAX_LAYERS = 50;

/** Characters of a message that are looked at. */
const MAX_TEXT = 500;

interface Layer {
  /** As text: there are wallets that write `"4001"`. */
  code: string;
  message: string;
}

/** Every layer of a thrown value, the outermost first. Cycles, getters that throw and depth do no harm. */
function layers(thrown: unknown): Layer[] {
  const seen = new Set<unknown>();
  const found: Layer[] = [];
  let level = [thrown];
  for (let depth = 0; depth < MAX_DEPTH; depth++) {
    const next: unknown[] = [];
    for (const value of level) {
      if (typeof value !== "object" || value === null || seen.has(value) || seen.size === MAX_LAYERS) {
        continue;
      }
      seen.add(value);
      const [code, message] = [member(value, "code"), member(value, "message")];
      found.push({
        code: typeof code === "number" || typeof code === "string" ? String(code) : "",
        message: typeof message === "string" ? message.slice(0, MAX_TEXT) : "",
      });
      next.push(...WRAPPED.map((name) => member(value, name)));
    }
    level = next;
  }
  return found;
}

/** EIP-1193; CAIP-25 as WalletConnect uses it, for a request, chains, methods and events; ethers. */
const REJECTED = ["4001", "5000", "5001", "5002", "5003", "ACTION_REJECTED"];

/** Whether the user said no. */
export function isRejection(thrown: unknown): boolean {
  return layers(thrown).some(({ code }) => REJECTED.includes(code));
}

/** EIP-3326. Other wallets say so in words, under one of JSON-RPC's codes. */
const UNKNOWN_CHAIN = "4902";
const UNKNOWN_CHAIN_WORDS = /\b(unrecogni[sz]ed|unknown) chain|wallet_addEthereumChain/i;

/** Whether the wallet does not know the chain that it should switch to. */
export function isUnknownChain(thrown: unknown): boolean {
  return layers(thrown).some(({ code, message }) => code === UNKNOWN_CHAIN || UNKNOWN_CHAIN_WORDS.test(message));
}

/** JSON-RPC's and EIP-1193's. */
const UNSUPPORTED = ["-32601", "4200"];

/** Whether the wallet has no such method. */
export function isUnsupported(thrown: unknown): boolean {
  return layers(thrown).some(({ code }) => UNSUPPORTED.includes(code));
}

/** EIP-1474, resource unavailable: the same request is in front of the user already. */
const PENDING = "-32002";

/** Whether the wallet waits for the user to answer an earlier request. */
export function isPending(thrown: unknown): boolean {
  return layers(thrown).some(({ code }) => code === PENDING);
}

/** The typed error of what a wallet threw when it was asked; an error of ours stays as it is. */
export function walletError(method: string, cause: unknown): LitError {
  if (isLitError(cause) && typeof member(cause, "retryable") === "boolean") {
    return cause; // and no error of ethers, whose reasons may be called the same
  }
  const details = { method };
  const failed = (message: string, retryable: boolean) =>
    new UnknownError({ reason: "wallet_failed", message, details, retryable, cause });
  if (isRejection(cause)) {
    const message = `The user rejected the request (${method}).`;
    return new UnknownError({ reason: "user_rejected", message, details, cause });
  }
  if (isPending(cause)) {
    return failed(`The wallet has a request open already. Answer it in the wallet, then try again (${method}).`, true);
  }
  if (isUnsupported(cause)) {
    return failed(`The wallet does not support ${method}. Use another wallet.`, false);
  }
  return failed(`The wallet failed to answer ${method}. Try again.`, true);
}
