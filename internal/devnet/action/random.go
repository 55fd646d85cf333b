package action

import (
	"crypto/rand"
	"fmt"
)

func (x *run) opRandom(args arguments) (any, error) {
	n := int(args.number(0))
	if n < 0 || n > 65536 {
		return nil, fmt.Errorf("internal error: %d random bytes", n)
	}
	b := make([]byte, n)
	_, err := rand.Read(b)
	return b, err
}

// opUUID returns a random UUID, version 4.
func (x *run) opUUID(arguments) (any, error) {
	var b [16]byte
	if _, err := rand.Read(b[:]); err != nil {
		return nil, err
	}
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:]), nil
}
