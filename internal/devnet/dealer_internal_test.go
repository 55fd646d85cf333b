package devnet

import (
	"testing"
	"time"

	"litsession/internal/devnet/node"
)

func TestWhatTheDealerRemembers(t *testing.T) {
	now := time.Unix(1_800_000_000, 0)
	d := &dealer{
		threshold: 2, validators: threeNodes, alive: func(int) bool { return true },
		now: func() time.Time { return now }, dealt: map[node.ECDSARequest]*dealtSignature{},
	}
	deal := func(request node.ECDSARequest) *dealtSignature {
		signature, err := d.once(request, [32]byte{31: 7})
		if err != nil {
			t.Fatal(err)
		}
		return signature
	}
	one := node.ECDSARequest{RequestID: "one"}
	first := deal(one)
	if len(first.shares) != 2 {
		t.Errorf("%d shares of a signature that needs 2", len(first.shares))
	}
	for name, other := range map[string]node.ECDSARequest{
		"request": {RequestID: "two"}, "digest": {RequestID: "one", Digest: [32]byte{1}},
	} {
		if deal(other).bigR == first.bigR {
			t.Errorf("another %s has the same nonce", name)
		}
	}
	now = now.Add(presignatureLife)
	if deal(one) != first {
		t.Error("a request's signature is dealt twice")
	}
	now = now.Add(time.Second)
	if deal(one) == first {
		t.Error("a signature outlives its time")
	}
	for i := range maxPresignatures {
		deal(node.ECDSARequest{RequestID: "many", Digest: [32]byte{byte(i), byte(i >> 8)}})
	}
	if len(d.dealt) != maxPresignatures || len(d.order) != maxPresignatures {
		t.Errorf("the dealer remembers %d signatures, want %d", len(d.dealt), maxPresignatures)
	}
	if _, ok := d.dealt[one]; ok {
		t.Error("the oldest signature did not make room")
	}
}

func TestTheDealerNeedsThresholdManyNodes(t *testing.T) {
	d := &dealer{
		threshold: 2, validators: threeNodes, alive: func(i int) bool { return i == 1 },
		now: time.Now, dealt: map[node.ECDSARequest]*dealtSignature{},
	}
	if _, err := d.once(node.ECDSARequest{}, [32]byte{1}); err == nil {
		t.Error("one node that is up is enough")
	}
}

func threeNodes(uint64) []int { return []int{0, 1, 2} }
