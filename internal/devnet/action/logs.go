package action

import (
	"fmt"
	"strings"
	"sync"
)

// logs is what the console of a run and its child runs printed. Several goroutines write it.
type logs struct {
	mu   sync.Mutex
	text strings.Builder
	max  int // bytes
}

// print appends line, which ends in "\n", or refuses it.
func (l *logs) print(line string) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.text.Len()+len(line) > l.max {
		return fmt.Errorf("Console output is too long. Max length is %d bytes", l.max)
	}
	l.text.WriteString(line)
	return nil
}

func (l *logs) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}
