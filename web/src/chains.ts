/** Chains by the official SDK's names for them. */

/** Chain ids of the chains that wallets of Ethereum's kind sign for. */
export const EVM_CHAIN_IDS: Readonly<Record<string, number>> = {
  ethereum: 1, polygon: 137, fantom: 250, xdai: 100, bsc: 56, arbitrum: 42161, arbitrumSepolia: 421614,
  avalanche: 43114, fuji: 43113, harmony: 1666600000, mumbai: 80001, goerli: 5, cronos: 25, optimism: 10,
  celo: 42220, aurora: 1313161554, eluvio: 955305, alfajores: 44787, xdc: 50, evmos: 9001, evmosTestnet: 9000,
  bscTestnet: 97, baseGoerli: 84531, baseSepolia: 84532, moonbeam: 1284, moonriver: 1285, moonbaseAlpha: 1287,
  filecoin: 314, filecoinCalibrationTestnet: 314159, hyperspace: 3141, sepolia: 11155111, scrollSepolia: 534351,
  scroll: 534352, zksync: 324, base: 8453, lukso: 42, luksoTestnet: 4201, zora: 7777777, zoraGoerli: 999,
  zksyncTestnet: 280, lineaGoerli: 59140, lineaSepolia: 59141, yellowstone: 175188, chiado: 10200, zkEvm: 1101,
  mantleTestnet: 5001, mantle: 5000, klaytn: 8217, publicGoodsNetwork: 424, optimismGoerli: 420,
  waevEclipseTestnet: 91006, waevEclipseDevnet: 91006, verifyTestnet: 1833, fuse: 122, campNetwork: 325000,
  vanar: 78600, lisk: 1135, chilizMainnet: 88888, chilizTestnet: 88882, skaleTestnet: 37084624, skale: 1482601649,
  skaleCalypso: 1564830818, skaleCalypsoTestnet: 974399131, skaleEuropa: 2046399126, skaleEuropaTestnet: 1444673419,
  skaleTitan: 1350216234, skaleTitanTestnet: 1020352220, fhenixHelium: 8008135, fhenixNitrogen: 8008148,
  hederaTestnet: 296, hederaMainnet: 295, bitTorrentTestnet: 1028, storyOdyssey: 1516, campTestnet: 325000,
  hushedNorthstar: 42161, amoy: 80002, matchain: 698, coreDao: 1116, zkCandySepoliaTestnet: 302, vana: 1480,
  moksha: 1480, rootstock: 30, rootstockTestnet: 31, merlin: 4200, merlinTestnet: 686868, bsquared: 223,
  bsquaredTestnet: 1123, monadTestnet: 10143, bitlayer: 200901, bitlayerTestnet: 200810, "5ire": 995, bob: 60808,
  load: 9496, "0gGalileoTestnet": 16601, peaqTestnet: 9990, peaqMainnet: 3338, sonicMainnet: 146,
  sonicBlazeTestnet: 57054, holeskyTestnet: 17000, flowEvmMainnet: 747, flowEvmTestnet: 545,
  elastosSmartChainMainnet: 20, elastosSmartChainTestnet: 21, elastosIdentityChainMainnet: 22,
  elastosIdentityChainTestnet: 23, taikoAlethiaMainnet: 167000, taikoHeklaTestnet: 167009,
  confluxEspaceMainnet: 1030, statusNetworkSepolia: 1660990954, "0gMainnet": 16661,
};

/** Chains whose wallets sign in other ways. This package does not speak to them. */
export const OTHER_CHAINS: readonly string[] = [
  "solana", "solanaDevnet", "solanaTestnet",
  "cosmos", "kyve", "evmosCosmos", "evmosCosmosTestnet", "cheqdMainnet", "cheqdTestnet", "juno",
];
