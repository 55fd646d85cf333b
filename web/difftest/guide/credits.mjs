// The guide's second part: capacity credits.
import { ethers } from "ethers";
import { eventsOf, step } from "./steps.mjs";

const requestsPerKilosecond = 80;
const days = 2;
const secondsOfDay = 86_400;

const credits = (g) => g.contracts.rateLimitNftContractUtils;

export const creditSteps = [
  step("mintCapacityCreditsNFT", [true, true], async (g) => {
    g.credit = await g.contracts.mintCapacityCreditsNFT({
      requestsPerKilosecond,
      daysUntilUTCMidnightExpiration: days,
    });
    const { rliTxHash, capacityTokenId, capacityTokenIdStr } = g.credit;
    return [/^0x[0-9a-f]{64}$/.test(rliTxHash), capacityTokenId.toString() === capacityTokenIdStr];
  }),
  step("mintCapacityCreditsNFT: events", ["Transfer"], async (g) => {
    const receipt = await g.wallet.provider.getTransactionReceipt(g.credit.rliTxHash);
    return eventsOf(receipt, g.contracts.rateLimitNftContract);
  }),
  step("mintCapacityCreditsNFT: by requests per day", 12, async (g) => {
    const wanted = { requestsPerDay: 1000, daysUntilUTCMidnightExpiration: 1 };
    const { capacityTokenIdStr } = await g.contracts.mintCapacityCreditsNFT(wanted);
    return (await credits(g).read.getCapacityByIndex(capacityTokenIdStr)).requestsPerMillisecond;
  }),
  step(
    "mintCapacityCreditsNFT: 43 per day are none (12.31)",
    "refused: Effective requests per kilosecond is required and must be more than 0",
    (g) => g.contracts.mintCapacityCreditsNFT({ requestsPerDay: 43, daysUntilUTCMidnightExpiration: 1 }),
  ),
  step("mintCapacityCreditsNFT: not until yesterday", "refused: The expiresAt must be in the future", (g) =>
    g.contracts.mintCapacityCreditsNFT({ requestsPerKilosecond, daysUntilUTCMidnightExpiration: -1 }),
  ),
  step(
    "mintCapacityCreditsNFT: not for 31 days",
    "refused: You cannot purchase an expiration time that is more than the maxExpirationSeconds in the future",
    (g) => g.contracts.mintCapacityCreditsNFT({ requestsPerKilosecond, daysUntilUTCMidnightExpiration: 31 }),
  ),
  step(
    "a credit lasts until a midnight only",
    "refused: Expiration time must be set to midnight on any given day",
    (g) => {
      const noon = (Math.floor(Date.now() / 1000 / secondsOfDay) + 1.5) * secondsOfDay;
      return g.contracts.rateLimitNftContract.write.estimateGas.mint(noon, { value: 1_000_000 });
    },
  ),
  step("getCapacityByIndex", [true, true, true], async (g) => {
    const { requestsPerMillisecond, expiresAt } = await credits(g).read.getCapacityByIndex(g.credit.capacityTokenIdStr);
    const midnight = (Math.floor(Date.now() / 1000 / secondsOfDay) + days) * secondsOfDay;
    return [
      requestsPerMillisecond === requestsPerKilosecond, // sic: the official name is wrong
      Math.abs(expiresAt.timestamp - midnight) <= secondsOfDay && expiresAt.timestamp % secondsOfDay === 0,
      /^\d{4}\/\d\d\/\d\d /.test(expiresAt.formatted),
    ];
  }),
  step("getTokenURIByIndex", true, async (g) => {
    const { name } = await credits(g).read.getTokenURIByIndex(g.credit.capacityTokenIdStr);
    return name.includes(g.credit.capacityTokenIdStr);
  }),
  step("getTokensByOwnerAddress", [2, true, false], async (g) => {
    const tokens = await credits(g).read.getTokensByOwnerAddress(g.wallet.address);
    const [first] = tokens;
    return [tokens.length, String(first.tokenId) === g.credit.capacityTokenIdStr, first.isExpired];
  }),
  step("getTokens finds them among all", true, async (g) => {
    const all = await credits(g).read.getTokens();
    return all.some(({ tokenId }) => String(tokenId) === g.credit.capacityTokenIdStr);
  }),
  step("pruneExpired burns what is expired only", [0, 2], async (g) => {
    const { actualTokensBurned } = await credits(g).write.pruneExpired(g.wallet.address);
    return [actualTokensBurned, (await credits(g).read.getTokensByOwnerAddress(g.wallet.address)).length];
  }),
  step("pruneExpired: no address", "refused: A valid owner address is required to prune expired tokens", (g) =>
    credits(g).write.pruneExpired("0x12"),
  ),
  step("transfer of a credit", [["Transfer"], true], async (g) => {
    const { tokenId } = (await credits(g).read.getTokensByOwnerAddress(g.wallet.address))[1];
    const sent = await credits(g).write.transfer({
      fromAddress: g.wallet.address,
      toAddress: g.friend.address,
      RLITokenAddress: ethers.BigNumber.from(tokenId),
    });
    const names = eventsOf(await sent.wait(), g.contracts.rateLimitNftContract);
    return [names, (await g.contracts.rateLimitNftContract.read.ownerOf(tokenId)) === g.friend.address];
  }),
];
