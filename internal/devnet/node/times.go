package node

import (
	"strings"
	"time"

	"litsession/internal/eth"
	"litsession/internal/siwe"
)

const (
	// grace is how far a client's clock may be off.
	grace = 60 * time.Second
	// maxSession bounds both a session's length and a block's age.
	maxSession = 30 * 24 * time.Hour
)

// checkTimes refuses messages that are not valid now. Source: protocol.md
// 8.4.2.
func checkTimes(message siwe.Message, now time.Time) error {
	issued, err := siwe.ParseTime(message.IssuedAt)
	if err != nil {
		return timeRefused("Session key issued_at is no time")
	}
	if issued.After(now.Add(grace)) {
		return timeRefused("Session key issued_at " + message.IssuedAt + " is in the future beyond the grace period of 60 seconds (now is " + siwe.FormatTime(now) + ")")
	}
	if message.ExpirationTime == "" {
		return timeRefused("Session key expiration time is not set")
	}
	expires, err := siwe.ParseTime(message.ExpirationTime)
	if err != nil {
		return timeRefused("Session key expiration is no time")
	}
	latest := issued.Add(maxSession)
	switch {
	case expires.Before(issued):
		return refuseCode("NodeExpWrongOrTooLarge", "Session key expiration "+message.ExpirationTime+" is in behind issue_at which is "+message.IssuedAt)
	case expires.Before(now.Add(-grace)):
		return timeRefused("Session key expiration " + message.ExpirationTime + " is in the past beyond the grace period of 60 seconds (now is " + siwe.FormatTime(now) + ")")
	case expires.After(latest):
		return timeRefused("Session key expiration " + message.ExpirationTime + " is beyond the max expiry timestamp of " + siwe.FormatTime(latest) + " (issued_at is " + message.IssuedAt + ")")
	}
	return nil
}

// timeRefused has the kind that the node raises time errors under.
func timeRefused(why string) *refusal { return refuseAs(kindValidation, "NodeSIWEMessageError", why) }

// nonceBlock finds the block that the message's nonce names, or makes up for
// it where that is allowed. Source: protocol.md 3.5.
func (n *Node) nonceBlock(message siwe.Message) (Block, error) {
	hash, err := eth.ParseHex("0x" + strings.TrimPrefix(message.Nonce, "0x"))
	if err != nil || len(hash) != 32 {
		return Block{}, refuseCode("NodeInvalidBlockhash", "Error fetching block from hash", "the nonce is not 32 bytes in hex")
	}
	block, known := n.config.Blocks.Block([32]byte(hash))
	if !known && n.config.StrictNonce {
		return Block{}, refuseCode("NodeInvalidBlockhash", "Error fetching block from hash", "no block has the hash "+eth.Hex(hash))
	}
	if !known {
		// The same on every node, and not after the clock of the client, who
		// would take a later signature for one of the future.
		issued, err := siwe.ParseTime(message.IssuedAt)
		if err != nil {
			return Block{}, timeRefused("Session key issued_at is no time")
		}
		block = Block{Hash: [32]byte(hash), Time: issued.UTC().Truncate(time.Second)}
	}
	if oldest := n.config.Now().Add(-maxSession); block.Time.Before(oldest) {
		return Block{}, timeRefused("Blocktime " + blockTime(block) + " is beyond the max expiry timestamp of " + siwe.FormatTime(oldest))
	}
	return block, nil
}

// blockTime is a block's time as messages carry it: RFC 3339, UTC, seconds.
func blockTime(b Block) string { return b.Time.UTC().Format("2006-01-02T15:04:05Z") }
