// Capacity credits, on a network that counts them: sessions of either side
// with good and bad delegations of the other side's making.
import { contractsOf, walletOf } from "../guide/chain.mjs";
import { both } from "../rows.mjs";
import { signAndRun } from "../signing.mjs";
import { base64 } from "./vocabulary.mjs";

/** The accounts with a credit and without one. */
const accounts = { holder: 7, poor: 8 };

const good = ["signed", "ran"];
const exceeded = ["rate_limit_exceeded", "rate_limit_exceeded"];
const invalid = ["NodeInvalidAuthSig", "NodeInvalidAuthSig"];
const unsent = ["InvalidSessionSigs", "InvalidSessionSigs"];

const spoilt = (sig) => `0x${sig[2] === "1" ? "2" : "1"}${sig.slice(3)}`;

/** A delegation of the holder's. */
async function delegation({ other, holder }, terms) {
  const made = await other.client.createCapacityDelegationAuthSig({ dAppOwnerWallet: holder, ...terms });
  return made.capacityDelegationAuthSig;
}

const delegated = (name, want, terms, edit = (authSig) => authSig) => ({
  name,
  want,
  make: async (at) => ({ capacityDelegationAuthSig: edit(await delegation(at, terms(at))) }),
});

const cases = [
  { name: "no credit", want: exceeded, make: () => ({}) },
  delegated("delegated to the PKP", good, ({ pkp, credit }) => ({
    capacityTokenId: credit,
    delegateeAddresses: [pkp.ethAddress],
  })),
  delegated("delegated to anybody", good, ({ credit }) => ({ capacityTokenId: credit })),
  delegated("delegated to nobody", exceeded, ({ credit }) => ({ capacityTokenId: credit, delegateeAddresses: [] })),
  delegated("delegated to somebody else", exceeded, ({ poor, credit }) => ({
    capacityTokenId: credit,
    delegateeAddresses: [poor.address],
  })),
  delegated("every credit of the holder's", good, ({ pkp }) => ({ delegateeAddresses: [pkp.ethAddress] })),
  delegated("every credit of one who has none", exceeded, ({ poor, pkp }) => ({
    dAppOwnerWallet: poor,
    delegateeAddresses: [pkp.ethAddress],
  })),
  delegated("another's credit (12.35)", good, ({ poor, pkp, credit }) => ({
    dAppOwnerWallet: poor,
    capacityTokenId: credit,
    delegateeAddresses: [pkp.ethAddress],
  })),
  delegated("a credit that is none", exceeded, ({ pkp }) => ({
    capacityTokenId: "4711",
    delegateeAddresses: [pkp.ethAddress],
  })),
  delegated("for no use", exceeded, ({ pkp, credit }) => ({
    uses: "0",
    capacityTokenId: credit,
    delegateeAddresses: [pkp.ethAddress],
  })),
  delegated("for one use, and used twice", ["signed", "rate_limit_exceeded"], ({ pkp, credit }) => ({
    uses: "1",
    capacityTokenId: credit,
    delegateeAddresses: [pkp.ethAddress],
  })),
  delegated("for two uses", good, ({ pkp, credit }) => ({
    uses: "2",
    capacityTokenId: credit,
    delegateeAddresses: [pkp.ethAddress],
  })),
  {
    name: "that is over",
    want: unsent,
    make: async (at) => {
      const { signedMessage } = await delegation(at, { capacityTokenId: at.credit });
      const toSign = signedMessage.replace(/^Expiration Time: .*$/m, "Expiration Time: 2024-01-01T00:00:00.000Z");
      return { capacityDelegationAuthSig: await at.other.classes.generateAuthSig({ signer: at.holder, toSign }) };
    },
  },
  delegated(
    "with another signature",
    invalid,
    ({ credit }) => ({ capacityTokenId: credit }),
    (authSig) => ({ ...authSig, sig: spoilt(authSig.sig) }),
  ),
  delegated(
    "with another message",
    invalid,
    ({ credit }) => ({ capacityTokenId: credit }),
    (authSig) => ({ ...authSig, signedMessage: authSig.signedMessage.replace("localhost", "example.org") }),
  ),
  {
    name: "a good delegation beside a bad one",
    want: invalid,
    make: async (at) => {
      const one = await delegation(at, { capacityTokenId: at.credit });
      return { capabilityAuthSigs: [one, { ...one, sig: spoilt(one.sig) }] };
    },
  },
  {
    name: "a SIWE message without a ReCap",
    want: exceeded,
    make: async ({ other: { client, classes }, holder }) => {
      const nonce = await client.getLatestBlockhash();
      const toSign = await classes.createSiweMessage({ walletAddress: holder.address, nonce, litNodeClient: client });
      return { capacityDelegationAuthSig: await classes.generateAuthSig({ signer: holder, toSign }) };
    },
  },
];

/** A session of one side that carries what a case makes with the other, used. */
async function attempt(at, side, other, make) {
  const { descriptor, pkp } = at;
  const change = await make({ ...at, other });
  side.storage.clear();
  const sessionSigs = await side.client.getLitActionSessionSigs({
    pkpPublicKey: pkp.publicKey,
    litActionCode: base64(descriptor.pkp.permittedAction.code),
    jsParams: { magicNumber: 42 },
    resourceAbilityRequests: side.requests,
    ...change,
  });
  return signAndRun(at.client, pkp, sessionSigs);
}

/** Rows for a network that counts credits. */
export async function creditRows(descriptor, sides) {
  const [holder, poor] = [accounts.holder, accounts.poor].map((i) => walletOf(descriptor, descriptor.accounts[i]));
  const contracts = await contractsOf(descriptor, holder);
  const minted = await contracts.mintCapacityCreditsNFT({
    requestsPerKilosecond: 100,
    daysUntilUTCMidnightExpiration: 2,
  });
  const at = {
    descriptor,
    client: sides.official.client,
    pkp: descriptor.pkp,
    holder,
    poor,
    credit: minted.capacityTokenIdStr,
  };
  const rows = [];
  for (const { name, want, make } of cases) {
    const ours = await attempt(at, sides.ours, sides.official, make);
    const official = await attempt(at, sides.official, sides.ours, make);
    rows.push(both(`credits: ${name}`, want, ours, official));
  }
  return rows;
}
