package contracts

import (
	"context"
	"strconv"
	"strings"
	"time"
)

// LatestBlockTime returns the timestamp of the chain's latest block, in whole
// seconds. Errors are those of [HTTPNode.Request].
func (n HTTPNode) LatestBlockTime(ctx context.Context) (time.Time, error) {
	block, err := n.Request(ctx, "eth_getBlockByNumber", []byte(`["latest",false]`))
	if err != nil {
		return time.Time{}, err
	}
	text, _ := block.Get("timestamp").Text()
	digits, ok := strings.CutPrefix(text, "0x")
	seconds, err := strconv.ParseUint(digits, 16, 40) // beyond that lies the year 36,000
	if !ok || err != nil {
		return time.Time{}, n.unusable("has no latest block")
	}
	return time.Unix(int64(seconds), 0), nil
}
