package contracts_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"litsession/internal/contracts"
	"litsession/internal/eth"
	"litsession/internal/literr"
)

func TestStakingReadsTheVector(t *testing.T) {
	v := readVectors(t)
	e := returning(unhex(t, v.Staking.Result))
	r := reader(e)
	staking, err := eth.ParseAddress(v.Staking.To)
	if err != nil {
		t.Fatal(err)
	}
	r.Addresses.Staking = staking
	set, err := r.Staking(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if got := e.calldata(t, staking); got != v.Staking.Data {
		t.Errorf("called with %s, want %s", got, v.Staking.Data)
	}
	if set.MinNodeCount != v.MinNodeCount {
		t.Errorf("threshold %d, want %d", set.MinNodeCount, v.MinNodeCount)
	}
	epoch := contracts.Epoch{Length: 3600, Number: v.EpochNumber, EndTime: 0x6968ddc8, Timeout: 60}
	if set.Epoch != epoch {
		t.Errorf("epoch %+v, want %+v", set.Epoch, epoch)
	}
	var urls []string
	for i, validator := range set.Validators {
		urls = append(urls, validator.URL("", "http://"))
		if want := (eth.Address{19: byte(i + 1)}); validator.NodeAddress != want {
			t.Errorf("validator %d is %s", i, validator.NodeAddress)
		}
	}
	if !slices.Equal(urls, v.NodeURLs) {
		t.Errorf("nodes %v, want %v", urls, v.NodeURLs)
	}
}

// The threshold is what the chain says; of the vectors, only the one-node network,
// whose threshold is 0, is refused.
func TestStakingTakesTheThresholdOfTheChain(t *testing.T) {
	for _, row := range readVectors(t).Threshold {
		set, err := reader(returning(stakingAnswer(uint64(row.ContractMinNodeCount), row.Nodes))).Staking(t.Context())
		if row.ContractMinNodeCount == 0 {
			checkNotEnoughNodes(t, err, "❌ Minimum validator count is not set", row.Nodes, 0)
			continue
		}
		if err != nil || set.MinNodeCount != row.ContractMinNodeCount || len(set.Validators) != row.Nodes {
			t.Errorf("%d nodes: %+v, %v", row.Nodes, set, err)
		}
	}
}

func TestStakingRefusesTooFewValidators(t *testing.T) {
	for _, row := range []struct {
		need uint64
		have int
		want string
	}{
		{0, 0, "❌ Minimum validator count is not set"},
		{0, 5, "❌ Minimum validator count is not set"},
		{1, 0, "❌ Active validator set does not meet the threshold. Required: 1 but got: 0"},
		{4, 3, "❌ Active validator set does not meet the threshold. Required: 4 but got: 3"},
		{1<<53 - 1, 3, "❌ Active validator set does not meet the threshold. Required: 9007199254740991 but got: 3"},
	} {
		_, err := reader(returning(stakingAnswer(row.need, row.have))).Staking(t.Context())
		checkNotEnoughNodes(t, err, row.want, row.have, int(row.need))
	}
}

func checkNotEnoughNodes(t *testing.T, err error, message string, have, need int) {
	t.Helper()
	var e *literr.Error
	if !errors.As(err, &e) || e.Code != literr.NotEnoughNodes {
		t.Fatalf("got %v", err)
	}
	if e.Message != message || e.Detail("have") != have || e.Detail("need") != need {
		t.Errorf("got %q %v, want %q have %d need %d", e.Message, e.Details, message, have, need)
	}
}

// Position of words in the answer of three validators.
const (
	wordLength     = 0
	wordNumber     = 1
	wordTimeout    = 4
	wordNeed       = 5
	wordOffset     = 6
	wordCount      = 7
	wordFirstIP    = 8
	wordFirstIPv6  = 9
	wordFirstPort  = 10
	wordFirstNode  = 11
	wordLastPubKey = 28
)

func TestStakingRefusesAnswersThatAreNotTheABIs(t *testing.T) {
	good := stakingAnswer(2, 3)
	rows := []struct {
		name   string
		answer []byte
	}{
		{"one byte", []byte{1}},
		{"only the head", good[:7*32]},
		{"one byte short", good[:len(good)-1]},
		{"one word short", good[:len(good)-32]},
		{"one byte more", append(bytes.Clone(good), 0)},
		{"one word more", append(bytes.Clone(good), make([]byte, 32)...)},
		{"one validator more than counted", replace(good, wordCount, word(t, "02"))},
		{"one validator less than counted", replace(good, wordCount, word(t, "04"))},
		{"count of 2^53-1", replace(good, wordCount, word(t, "1fffffffffffff"))},
		{"count that overflows when multiplied", replace(good, wordCount, word(t, "124924924924925"))},
		{"count of 2^64", replace(good, wordCount, word(t, "010000000000000000"))},
		{"count of 2^256-1", replace(good, wordCount, bytes.Repeat([]byte{0xff}, 32))},
		{"offset 0", replace(good, wordOffset, word(t, "00"))},
		{"offset into the head", replace(good, wordOffset, word(t, "20"))},
		{"offset one word too far", replace(good, wordOffset, word(t, "0100"))},
		{"offset between words", replace(good, wordOffset, word(t, "e1"))},
		{"offset of 2^64 and the right one", replace(good, wordOffset, word(t, "0100000000000000e0"))},
		{"offset of 2^256-1", replace(good, wordOffset, bytes.Repeat([]byte{0xff}, 32))},
		{"epoch length above 2^53", replace(good, wordLength, word(t, "20000000000000"))},
		{"epoch number above 2^64", replace(good, wordNumber, word(t, "010000000000000001"))},
		{"timeout of 2^256-1", replace(good, wordTimeout, bytes.Repeat([]byte{0xff}, 32))},
		{"threshold of 2^256-1", replace(good, wordNeed, bytes.Repeat([]byte{0xff}, 32))},
		{"IP of 33 bits", replace(good, wordFirstIP, word(t, "017f000001"))},
		{"IPv6 of 129 bits", replace(good, wordFirstIPv6, word(t, "01"+strings.Repeat("0", 32)))},
		{"port of 33 bits", replace(good, wordFirstPort, word(t, "01000001bb"))},
		{"node address of 161 bits", replace(good, wordFirstNode, word(t, "01"+strings.Repeat("0", 40)))},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			set, err := reader(returning(row.answer)).Staking(t.Context())
			if literr.CodeOf(err) != literr.ChainUnreachable {
				t.Errorf("got %v, %v", set, err)
			}
			if !reflect.DeepEqual(set, contracts.ValidatorSet{}) {
				t.Errorf("a set was returned with the error: %v", set)
			}
		})
	}
	full := replace(good, wordLastPubKey, bytes.Repeat([]byte{0xff}, 32))
	full = replace(full, wordFirstIPv6, word(t, strings.Repeat("f", 32)))
	full = replace(full, wordFirstIP, word(t, "ffffffff"))
	if _, err := reader(returning(full)).Staking(t.Context()); err != nil {
		t.Errorf("the largest values: %v", err)
	}
}

func replace(answer []byte, index int, with []byte) []byte {
	changed := bytes.Clone(answer)
	copy(changed[index*32:], with)
	return changed
}

// stakingAnswer encodes an epoch, a threshold and n validators on 127.0.0.1.
func stakingAnswer(need uint64, n int) []byte {
	numbers := []uint64{3600, 7, 1768477000, 0, 60, need, 7 * 32, uint64(n)}
	for i := range n {
		numbers = append(numbers, 0x7f000001, 0, 7470+uint64(i), 1+uint64(i), 0, 0, 0)
	}
	var answer []byte
	for _, number := range numbers {
		answer = append(answer, make([]byte, 24)...)
		answer = binary.BigEndian.AppendUint64(answer, number)
	}
	return answer
}

func TestNodeURL(t *testing.T) {
	v := readVectors(t)
	for _, row := range v.NodeURL {
		network, ok := contracts.KnownNetwork(row.Network)
		if !ok {
			t.Fatalf("network %s", row.Network)
		}
		if got := (contracts.Validator{IP: row.IP, Port: row.Port}).URL("", network.NodeScheme); got != row.URL {
			t.Errorf("got %s, want %s", got, row.URL)
		}
	}
	for _, row := range v.IntToIP {
		if got, want := (contracts.Validator{IP: row.Int, Port: 1}).URL("", "http://"), "http://"+row.IP+":1"; got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
	local := contracts.Validator{IP: 0x7f000001, Port: 443}
	if got := local.URL("http://", "https://"); got != "http://127.0.0.1:443" {
		t.Errorf("nodeProtocol does not win: %s", got)
	}
}

func TestCurrentEpochNumber(t *testing.T) {
	for _, row := range readVectors(t).CurrentEpochNumber {
		epoch := contracts.Epoch{Length: row.EpochLength, Number: row.Number, EndTime: row.EndTime}
		if got := epoch.CurrentNumber(time.Unix(row.Now, 0)); got != row.Result {
			t.Errorf("%+v: got %d", row, got)
		}
	}
	rows := []struct {
		name  string
		epoch contracts.Epoch
		now   time.Time
		want  uint64
	}{
		{"the last millisecond before", contracts.Epoch{Length: 100, Number: 9, EndTime: 1100}, time.UnixMilli(1044_999), 8},
		{"the first of it", contracts.Epoch{Length: 100, Number: 9, EndTime: 1100}, time.UnixMilli(1045_000), 9},
		{"no start", contracts.Epoch{Length: 100, Number: 9, EndTime: 100}, time.Unix(0, 0), 9},
		{"no number", contracts.Epoch{Length: 100, Number: 0, EndTime: 1100}, time.Unix(1000, 0), 0},
		{"a start before 1970", contracts.Epoch{Length: 1000, Number: 9, EndTime: 100}, time.Unix(0, 0), 9},
		{"the largest numbers", contracts.Epoch{Length: 1<<53 - 1, Number: 1<<53 - 1, EndTime: 0}, time.Unix(0, 0), 1<<53 - 1},
	}
	for _, row := range rows {
		if got := row.epoch.CurrentNumber(row.now); got != row.want {
			t.Errorf("%s: got %d, want %d", row.name, got, row.want)
		}
	}
}
