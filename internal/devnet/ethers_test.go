package devnet_test

import (
	"encoding/json"
	"strconv"
	"strings"
	"testing"

	"litsession/internal/devnet"
	"litsession/internal/devnet/ethers"
	"litsession/internal/require"
)

// needEthers ends a test of a build without ethers: on CI as a failure.
func needEthers(t *testing.T) {
	t.Helper()
	source, err := ethers.Source()
	if err != nil {
		t.Fatal(err)
	}
	require.That(t, source != nil, "this test was built without ethers. "+ethers.HowToGet)
}

// TestAnActionUsesEthersOnTheChain has an action read the network's contracts.
// What ethers computes by itself is for the tests of package action.
func TestAnActionUsesEthersOnTheChain(t *testing.T) {
	needEthers(t)
	d := start(t, devnet.Config{Nodes: 3}).Descriptor()
	_, sigs := newSession(t, d, everything)
	owner := d.Accounts[0]
	const code = `(async () => {
		const provider = new ethers.providers.JsonRpcProvider(rpcUrl);
		const pkps = new ethers.Contract(pkpNFT, ['function ownerOf(uint256) view returns (address)'], provider);
		const [block, chain, balance, holder] = await Promise.all([
			provider.getBlockNumber(), provider.getNetwork(), provider.getBalance(pkp), pkps.ownerOf(tokenId),
		]);
		Lit.Actions.setResponse({response: JSON.stringify({
			version: ethers.version,
			hash: ethers.utils.keccak256('0x'),
			address: ethers.utils.computeAddress(publicKey),
			block, chain: chain.chainId, balance: balance.toString(), holder,
		})});
	})()`
	request := executeBody(t, sigs[0], code)
	request["jsParams"] = map[string]string{
		"rpcUrl": d.RPCURL, "pkpNFT": d.ContractContext["PKPNFT"].Address, "tokenId": d.PKP.TokenID,
		"pkp": d.PKP.EthAddress, "publicKey": d.PKP.PublicKey,
	}
	e := execute(t, sigs[0], request)
	var got struct {
		Version, Hash, Address, Balance, Holder string
		Block, Chain                            uint64
	}
	if err := json.Unmarshal([]byte(e.Response), &got); err != nil {
		t.Fatalf("%v: %s", err, e.Response)
	}
	if got.Version != "ethers/"+ethers.Version || got.Address != d.PKP.EthAddress ||
		got.Hash != "0xc5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470" {
		t.Errorf("utils: %+v", got)
	}
	_, answer := call(t, "POST", d.RPCURL, `{"jsonrpc":"2.0","id":1,"method":"eth_blockNumber","params":[]}`)
	var newest struct{ Result string }
	if err := json.Unmarshal(answer, &newest); err != nil {
		t.Fatal(err)
	}
	block := must(strconv.ParseUint(strings.TrimPrefix(newest.Result, "0x"), 16, 64))(t)
	if got.Block == 0 || got.Block > block || got.Chain != d.ChainID || got.Holder != owner.Address || got.Balance != "0" {
		t.Errorf("provider: %+v, block %d", got, block)
	}
}
