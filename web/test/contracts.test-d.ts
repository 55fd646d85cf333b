/** The guide's first half, as a dapp writes it, compiles; what would be a mistake does not. */
import { LitContracts, type BigNumber, type ContractReceipt } from "litsession/contracts";

declare const ethereum: { request(args: { method: string; params?: unknown }): Promise<unknown> };
declare const customContext: { PKPNFT: { address: string; abi: object[] } };

const contracts = new LitContracts({ network: "custom", customContext, rpc: "http://127.0.0.1:8545", signer: ethereum, debug: false });
await contracts.connect({ signal: AbortSignal.timeout(1000) });
const { pkp, tx, tokenId, res } = await contracts.pkpNftContractUtils.write.mint({ gasLimit: 1_000_000 });
const id: string = tokenId ?? pkp.tokenId;
const mined: ContractReceipt = await tx.wait();
const gas: BigNumber = res.gasUsed.add(mined.gasUsed);
const { capacityTokenIdStr } = await contracts.mintCapacityCreditsNFT({ requestsPerKilosecond: 80, daysUntilUTCMidnightExpiration: 2 });
await contracts.addPermittedAction({ ipfsId: "Qm", pkpTokenId: id, authMethodScopes: [1] });
await contracts.mintWithAuth({ authMethod: { authMethodType: 1, accessToken: "" }, scopes: ["1", 2n] });
export const seen: [string, BigNumber] = [capacityTokenIdStr, gas];

// @ts-expect-error: no raw key belongs in a page
new LitContracts({ privateKey: "0x" });
// @ts-expect-error: how long it lasts is required
await contracts.mintCapacityCreditsNFT({ requestsPerDay: 1000 });
// @ts-expect-error: a number cannot sign
new LitContracts({ signer: 7 });
