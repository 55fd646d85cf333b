/** The groups of functions that LitContracts has by contract: `…Utils.read` and `…Utils.write`. */
import { InvalidArgumentException, type LitError } from "../errors.js";
import { anything, optionsOf, type Check } from "../given.js";
import type { BigNumberish } from "./bignumber.js";
import { transactionError, type Core, type ModuleMinted } from "./core.js";
import * as multihash from "./multihash.js";
import { overridesOf, WRITE, writeOptions, type ReadOptions, type WriteOptions } from "./options.js";
import type { ContractReceipt, ContractTransaction } from "./shapes.js";
import { isAddress } from "./tokens.js";

export interface PKP {
  /** `0x` and 64 hex digits. */
  tokenId: string;
  /** 130 hex digits, without `0x`. */
  publicKey: string;
  ethAddress: string;
}

export interface MintResult {
  pkp: PKP;
  tx: ContractTransaction;
  tokenId: string;
  res: ContractReceipt;
}

/** Scope ids: 1 sign anything, 2 sign messages only. */
export type Scopes = readonly BigNumberish[];

export const pkpOf = ({ tokenId, publicKey, ethAddress }: ModuleMinted): PKP => ({
  tokenId,
  publicKey: publicKey.slice(2),
  ethAddress,
});

export function pkpWrites(core: Core) {
  return {
    /** Mints a PKP that belongs to the signer. */
    async mint(param?: WriteOptions): Promise<MintResult> {
      core.requireConnected();
      const options = writeOptions(param);
      const minted = await core.mint("PKPNFT", "mintNext", [2], options);
      const { tokenId, receipt, sent } = minted;
      return { pkp: pkpOf(minted), tx: core.transaction(sent, options), tokenId, res: core.receipt(receipt) };
    },
    /** Mints the PKP of a key that nodes signed for. */
    async claimAndMint(
      derivedKeyId: string | Uint8Array,
      signatures: readonly { r: string; s: string; v: number }[],
      txOpts?: WriteOptions,
    ): Promise<{ tx: ContractTransaction; res: ContractReceipt; tokenId: string }> {
      core.requireConnected();
      const options = writeOptions(txOpts);
      try {
        const { tokenId, sent, receipt } = await core.mint("PKPNFT", "claimAndMint", [2, derivedKeyId, signatures], options);
        return { tx: core.transaction(sent, options), res: core.receipt(receipt), tokenId };
      } catch (error) {
        throw transactionError("claimAndMint failed", { derivedKeyId, signatures }, error);
      }
    },
  };
}

export function permissionReads(core: Core) {
  const call = <Value>(name: string, args: unknown[], options?: ReadOptions) =>
    core.read<Value>("PKPPermissions", name, args, options);
  return {
    isPermittedAddress: async (tokenId: BigNumberish, address: string, options?: ReadOptions): Promise<boolean> =>
      call("isPermittedAddress", [tokenId, address], options),
    /** The owner first. */
    getPermittedAddresses: async (tokenId: BigNumberish, options?: ReadOptions): Promise<string[]> =>
      call("getPermittedAddresses", [tokenId], options),
    /** As on chain: `0x1220…`, see `utils.getMultihashFromBytes`. An empty list is an answer, and comes at once. */
    getPermittedActions: async (tokenId: BigNumberish, options?: ReadOptions): Promise<string[]> =>
      call("getPermittedActions", [tokenId], options),
    isPermittedAction: async (pkpId: BigNumberish, ipfsId: string, options?: ReadOptions): Promise<boolean> =>
      call("isPermittedAction", [pkpId, multihash.getBytesFromMultihash(ipfsId)], options),
  };
}

export function permissionWrites(core: Core) {
  const send = (name: string, args: unknown[], options?: WriteOptions) => core.send("PKPPermissions", name, args, options);
  return {
    /** With scope 1; not waited for: `tx.wait()` does. */
    addPermittedAction: async (pkpId: BigNumberish, ipfsId: string, options?: WriteOptions): Promise<ContractTransaction> =>
      send("addPermittedAction", [pkpId, multihash.getBytesFromMultihash(ipfsId), [1]], options),
    /** With scope 1; not waited for. */
    addPermittedAddress: async (pkpId: BigNumberish, ownerAddress: string, options?: WriteOptions): Promise<ContractTransaction> =>
      send("addPermittedAddress", [pkpId, ownerAddress, [1]], options),
    /** Not waited for. */
    revokePermittedAction: async (pkpId: BigNumberish, ipfsId: string, options?: WriteOptions): Promise<ContractTransaction> =>
      send("removePermittedAction", [pkpId, multihash.getBytesFromMultihash(ipfsId)], options),
  };
}

export function creditWrites(core: Core) {
  return {
    /** Buys a credit until a midnight, Unix time in seconds, for the value of txOpts. */
    async mint(params: { txOpts: WriteOptions; timestamp: number }): Promise<{ tx: ContractTransaction; tokenId: string | undefined }> {
      const { txOpts, timestamp } = optionsOf("params", params, { txOpts: anything as Check<WriteOptions>, timestamp: anything });
      const tx = await core.send("RateLimitNFT", "mint", [timestamp], txOpts);
      const res = await tx.wait();
      return { tx, tokenId: res.events[0]?.topics[1] };
    },
    async transfer(params: { fromAddress: string; toAddress: string; RLITokenAddress: BigNumberish }): Promise<ContractTransaction> {
      const names = { fromAddress: anything, toAddress: anything, RLITokenAddress: anything };
      const { fromAddress, toAddress, RLITokenAddress } = optionsOf("params", params, names);
      return core.send("RateLimitNFT", "transferFrom", [fromAddress, toAddress, RLITokenAddress]);
    },
    /** Burns the expired credits of an address; anybody may. */
    async pruneExpired(ownerAddress: string, options?: WriteOptions): Promise<{ txHash: string; actualTokensBurned: number }> {
      core.requireConnected();
      if (!isAddress(ownerAddress)) {
        throw invalid("A valid owner address is required to prune expired tokens", "ownerAddress", "0x and 40 hex digits");
      }
      try {
        const tx = await core.send("RateLimitNFT", "pruneExpired", [ownerAddress], options);
        const { events } = await tx.wait();
        const nobody = `0x${"0".repeat(40)}`;
        const burned = events.filter(({ event, args }) => event === "Transfer" && args?.["to"] === nobody);
        return { txHash: tx.hash, actualTokensBurned: burned.length };
      } catch (error) {
        throw transactionError("Pruning expired capacity credits NFTs failed", { ownerAddress }, error);
      }
    },
  };
}

const MINT = {
  ...WRITE,
  keyType: anything,
  permittedAuthMethodTypes: anything,
  permittedAuthMethodIds: anything,
  permittedAuthMethodPubkeys: anything,
  permittedAuthMethodScopes: anything,
  addPkpEthAddressAsPermittedAddress: anything,
  sendPkpToItself: anything,
};

export function helperWrites(core: Core) {
  return {
    /** Not waited for. It is not protected against happening twice: `mintWithAuth` is. */
    async mintNextAndAddAuthMethods(params: {
      keyType: BigNumberish;
      permittedAuthMethodTypes: readonly BigNumberish[];
      permittedAuthMethodIds: readonly (string | Uint8Array)[];
      permittedAuthMethodPubkeys: readonly (string | Uint8Array)[];
      permittedAuthMethodScopes: readonly Scopes[];
      addPkpEthAddressAsPermittedAddress: boolean;
      sendPkpToItself: boolean;
    } & WriteOptions): Promise<ContractTransaction> {
      const given = optionsOf("params", params, MINT);
      const args = [
        given.keyType,
        given.permittedAuthMethodTypes,
        given.permittedAuthMethodIds,
        given.permittedAuthMethodPubkeys,
        given.permittedAuthMethodScopes,
        given.addPkpEthAddressAsPermittedAddress,
        given.sendPkpToItself,
      ];
      const options = overridesOf(given) as WriteOptions;
      return core.send("PKPHelper", "mintNextAndAddAuthMethods", args, options, { priced: true });
    },
  };
}

export function invalid(message: string, param: string, want: string): LitError {
  return new InvalidArgumentException({ reason: "invalid_param", message, details: { param, want } });
}
