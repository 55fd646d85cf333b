package chain

import (
	"encoding/binary"
	"math/big"
	"net/netip"

	"github.com/ethereum/go-ethereum/common"
)

// The contracts' structs, with the fields that go-ethereum's ABI codec looks for.
type (
	validatorTuple struct {
		Ip           uint32
		Ipv6         *big.Int
		Port         uint32
		NodeAddress  common.Address
		Reward       *big.Int
		SenderPubKey *big.Int

		ReceiverPubKey *big.Int
	}
	epochTuple struct {
		EpochLength, Number, EndTime, Retries, Timeout *big.Int
	}
	rootKeyTuple struct {
		Pubkey  []byte
		KeyType *big.Int
	}
	routingTuple struct {
		Pubkey       []byte
		KeyType      *big.Int
		DerivedKeyId [32]byte
	}
	authMethodTuple struct {
		AuthMethodType *big.Int
		Id             []byte
		UserPubkey     []byte
	}
	rateLimitTuple struct {
		RequestsPerKilosecond *big.Int
		ExpiresAt             *big.Int
	}
	restrictionTuple struct {
		RequestsPerPeriod *big.Int
		PeriodSeconds     *big.Int
	}
)

func validatorTuples(validators []Validator) []validatorTuple {
	tuples := make([]validatorTuple, len(validators))
	for i, v := range validators {
		ip := v.IP.As4()
		tuples[i] = validatorTuple{
			Ip:             binary.BigEndian.Uint32(ip[:]),
			Ipv6:           new(big.Int),
			Port:           uint32(v.Port),
			NodeAddress:    v.Address(),
			Reward:         new(big.Int),
			SenderPubKey:   new(big.Int),
			ReceiverPubKey: new(big.Int),
		}
	}
	return tuples
}

func (t validatorTuple) addrPort() netip.AddrPort {
	ip := binary.BigEndian.AppendUint32(nil, t.Ip)
	return netip.AddrPortFrom(netip.AddrFrom4([4]byte(ip)), uint16(t.Port))
}
