// What a dapp changes to move from the official SDK on a hosted network to
// ours on the local network: import lines, and lines that name the network,
// its RPC or the key. Each function takes and returns the program's text.

const quoted = JSON.stringify;

/** Replaces every line that fits; there has to be one. */
function lines(text, fits, replace) {
  const changed = text.replace(new RegExp(fits, "gm"), replace);
  if (changed === text) {
    throw new Error(`no line fits ${fits}`);
  }
  return changed;
}

/** The import lines: our package has under the same names what several official ones have. */
export function importOurs(text) {
  const ours = lines(text, '"@lit-protocol/(constants|auth-helpers|lit-node-client)"', '"litsession"');
  return lines(ours, '"@lit-protocol/contracts-sdk"', '"litsession/contracts"');
}

/** The lines that name the network, its RPC and the key. */
export function onNetwork(text, { rpcUrl, contractContext }, { privateKey }) {
  const [rpc, contracts] = [rpcUrl, contractContext].map((value) => quoted(value));
  text = lines(text, "litNetwork: [\\w.]+,$", `litNetwork: "custom", rpcUrl: ${rpc}, contractContext: ${contracts},`);
  text = lines(text, " network: [\\w.]+,$", ` network: "custom", rpc: ${rpc}, customContext: ${contracts},`);
  text = lines(text, "JsonRpcProvider\\(.*\\)", `JsonRpcProvider(${rpc})`);
  return lines(text, "PRIVATE_KEY = .*;$", `PRIVATE_KEY = ${quoted(privateKey)};`);
}

/** The older spelling, as dapps have it that are written for v6. */
export function asV6(text) {
  text = lines(text, "^import \\{ LIT_ABILITY, LIT_NETWORK, (.*)$", "import { LitNetwork, $1");
  text = lines(text, "^import \\{ LitActionResource, (.*)$", "import { LitAbility, LitActionResource, $1");
  return lines(lines(text, "LIT_NETWORK\\.", "LitNetwork."), "LIT_ABILITY\\.", "LitAbility.");
}

/** The session in a folder, as dapps have it in Node. */
export function storedIn(text, folder) {
  text = lines(text, "^import Hash .*$", '$&\nimport { LocalStorage } from "node-localstorage";');
  const provider = `storageProvider: { provider: new LocalStorage(${quoted(folder)}) },`;
  return lines(text, "^( *)litNetwork: .*$", `$&\n$1${provider}`);
}
