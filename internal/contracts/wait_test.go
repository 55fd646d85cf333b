package contracts_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"litsession/internal/contracts"
	"litsession/internal/jsjson"
	"litsession/internal/literr"
)

// scripted answers each method with a text.
type scripted map[string]string

func (s scripted) Request(_ context.Context, method string, _ []byte) (jsjson.Value, error) {
	v, err := jsjson.Parse([]byte(s[method]))
	if err != nil {
		return v, literr.Errorf(literr.ChainUnreachable, "no answer")
	}
	return v, nil
}

// FuzzWait lets a node answer what it likes: never a panic, and a receipt only of
// the form that receipts have.
func FuzzWait(f *testing.F) {
	const receipt = `{"transactionHash":"0x0000000000000000000000000000000000000000000000000000000000000000","status":"0x1","blockNumber":"0x1","logs":[{"address":"0x0000000000000000000000000000000000000001","topics":["0x3b2cc0657d0387a736293d66389f78e4c8025e413c7a1ee67b7707d4418c46b8"],"data":"0x"}]}`
	f.Add(receipt, `null`, `"0x1"`, `{}`)
	f.Add(strings.Replace(receipt, `"0x1"`, `"0x0"`, 1), `{"hash":"0x00"}`, `"0x1"`, `{}`)
	f.Add(`null`, `{"hash":"0x00","from":"0x0000000000000000000000000000000000000001","to":null,"input":"0x","nonce":"0x0","value":"0x0"}`, `"0x1"`, `{"transactions":[]}`)
	f.Fuzz(func(t *testing.T, receipt, transaction, number, block string) {
		c := contracts.Client{
			Node: scripted{"eth_getTransactionReceipt": receipt, "eth_getTransactionByHash": transaction,
				"eth_getTransactionCount": number, "eth_blockNumber": number, "eth_getBlockByNumber": block},
			Timing: contracts.Timing{Receipt: time.Millisecond, Poll: time.Microsecond, Outage: 1, DropAfter: 1},
		}
		got, err := c.Wait(t.Context(), contracts.Sent{}, 0, 1)
		if err == nil && !json.Valid(got.JSON()) {
			t.Errorf("a receipt %s", got.JSON())
		}
		if err != nil && literr.CodeOf(err) == literr.Internal {
			t.Errorf("no code: %v", err)
		}
	})
}
