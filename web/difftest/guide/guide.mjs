// The official SDK's guide from the first transaction to a signature, walked
// once with the official session functions and once with ours; the contracts
// are the official package's both times.
import { both } from "../rows.mjs";
import { chainSteps, contractsOf, walletOf } from "./chain.mjs";
import { creditSteps } from "./credits.mjs";
import { pkpSteps, transferSteps } from "./pkps.mjs";
import { helperSteps, revokedSteps, sessionSteps } from "./sessions.mjs";
import { walk } from "./steps.mjs";

const [revoke, ...transfer] = [transferSteps.slice(0, 2), ...transferSteps.slice(2)];

const steps = [
  ...chainSteps,
  ...pkpSteps,
  ...creditSteps,
  ...sessionSteps,
  ...revoke,
  ...revokedSteps,
  ...helperSteps,
  ...transfer,
];

/** Walks the guide with both sides, each with two accounts of its own: those from `first` on. */
export async function guide(descriptor, sides, first) {
  const came = {};
  for (const [i, [name, side]] of Object.entries(sides).entries()) {
    const [wallet, friend] = [0, 1].map((j) => walletOf(descriptor, descriptor.accounts[first + 2 * i + j]));
    friend.contracts = await contractsOf(descriptor, friend);
    const g = {
      descriptor,
      side,
      official: sides.official,
      wallet,
      friend,
      action: descriptor.pkp.permittedAction,
      contracts: await contractsOf(descriptor, wallet),
    };
    came[name] = await walk(steps, g);
  }
  return steps.map(({ name, want }, i) => both(`guide: ${name}`, want, came.ours[i], came.official[i]));
}
