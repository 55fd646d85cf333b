package contracts

import (
	"context"
	"strconv"
	"time"

	"litsession/internal/eth"
	"litsession/internal/literr"
)

// getActiveUnkickedValidatorStructsAndCounts() of Staking.
const selectorValidators = 0xc51d020e

// ValidatorSet is who makes up the network now.
type ValidatorSet struct {
	Epoch        Epoch
	MinNodeCount int         // the threshold: so many nodes must answer alike. At least 1 and at most len(Validators)
	Validators   []Validator // of the current epoch without the kicked ones, in the contract's order
}

// Epoch is a period with a fixed set of validators. Numbers are at most 2⁵³−1.
type Epoch struct {
	Length  uint64 // seconds
	Number  uint64
	EndTime uint64 // Unix time, seconds
	Retries uint64
	Timeout uint64 // seconds
}

// Validator is one node as the contract lists it. Its other fields (IPv6 address,
// reward, communication keys) are checked for their form and left out.
type Validator struct {
	IP          uint32 // IPv4 in network byte order: 0x7f000001 is 127.0.0.1
	Port        uint32 // not checked to be a port: such a node is just not reached
	NodeAddress eth.Address
}

// Staking reads the validators of the current epoch and their threshold from
// Addresses.Staking. A threshold of 0 or above the number of validators is
// [literr.NotEnoughNodes] with details have and need; every other failure is
// [literr.ChainUnreachable].
//
// Source: protocol 3.2.
func (c *Client) Staking(ctx context.Context) (ValidatorSet, error) {
	var set ValidatorSet
	var need uint64 // which may be too large for an int
	err := c.fixed(ctx, c.Addresses.Staking, "getActiveUnkickedValidatorStructsAndCounts", encodeCall(selectorValidators),
		func(r *wordReader) { need = r.validatorSet(&set) })
	if err != nil {
		return ValidatorSet{}, err
	}
	have := len(set.Validators)
	if need == 0 {
		return ValidatorSet{}, literr.Errorf(literr.NotEnoughNodes, "❌ Minimum validator count is not set").
			With("have", have).With("need", 0)
	}
	if uint64(have) < need {
		return ValidatorSet{}, literr.Errorf(literr.NotEnoughNodes,
			"❌ Active validator set does not meet the threshold. Required: %d but got: %d", need, have).
			With("have", have).With("need", int(need))
	}
	set.MinNodeCount = int(need)
	return set, nil
}

// validatorSet reads (Epoch, uint256, Validator[]) and returns the threshold.
func (r *wordReader) validatorSet(set *ValidatorSet) (need uint64) {
	const headWords, validatorWords = 7, 7
	set.Epoch = Epoch{
		Length:  r.number(maxNumber),
		Number:  r.number(maxNumber),
		EndTime: r.number(maxNumber),
		Retries: r.number(maxNumber),
		Timeout: r.number(maxNumber),
	}
	need = r.number(maxNumber)
	r.offset(headWords * wordSize)
	set.Validators = make([]Validator, r.length(validatorWords*wordSize))
	for i := range set.Validators {
		set.Validators[i] = r.validator()
	}
	return need
}

func (r *wordReader) validator() Validator {
	const maxUint32 = 1<<32 - 1
	v := Validator{IP: uint32(r.number(maxUint32))}
	r.low(16) // ipv6
	v.Port = uint32(r.number(maxUint32))
	v.NodeAddress = r.address()
	r.take(3 * wordSize) // reward, senderPubKey, receiverPubKey
	return v
}

// URL returns the node's address as it is called, signed and used as a key: scheme,
// dotted quad and port, which is always there, and no slash at the end. A scheme
// ends in ://. nodeProtocol, if not empty, wins; port 443 is https; else the
// network's scheme is taken.
//
// Source: protocol 2.4.
func (v Validator) URL(nodeProtocol, networkScheme string) string {
	scheme := networkScheme
	switch {
	case nodeProtocol != "":
		scheme = nodeProtocol
	case v.Port == 443:
		scheme = "https://"
	}
	url := []byte(scheme)
	for shift := 24; shift >= 0; shift -= 8 {
		url = strconv.AppendUint(url, uint64(byte(v.IP>>shift)), 10)
		if shift > 0 {
			url = append(url, '.')
		}
	}
	url = append(url, ':')
	return string(strconv.AppendUint(url, uint64(v.Port), 10))
}

// epochPropagation is how long nodes may take to notice a new epoch. Value: official
// SDK 7.4.0, EPOCH_PROPAGATION_DELAY.
const epochPropagation = 45 * time.Second

// CurrentNumber returns the epoch number to send to nodes at now: while a new epoch
// is not yet known everywhere, that of the one before.
//
// Source: protocol 3.3.
func (e Epoch) CurrentNumber(now time.Time) uint64 {
	start := int64(e.EndTime) - int64(e.Length)
	isNew := now.Unix() < start+int64(epochPropagation/time.Second)
	if isNew && start != 0 && e.Number >= 3 {
		return e.Number - 1
	}
	return e.Number
}
