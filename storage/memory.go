package storage

import (
	"context"
	"maps"
	"slices"
	"sync"
)

// Memory is a [Store] that lasts as long as the program. Its zero value is
// empty and ready. It never fails.
type Memory struct {
	mu     sync.Mutex
	values map[string]string
}

var _ Lister = (*Memory)(nil)

// Get implements [Store].
func (m *Memory) Get(ctx context.Context, key string) (value string, ok bool, err error) {
	if err := ended(ctx); err != nil {
		return "", false, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	value = m.values[key]
	return value, value != "", nil
}

// Set implements [Store].
func (m *Memory) Set(ctx context.Context, key, value string) error {
	if err := ended(ctx); err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.values == nil {
		m.values = make(map[string]string)
	}
	m.values[key] = value
	return nil
}

// Remove implements [Store].
func (m *Memory) Remove(ctx context.Context, key string) error {
	if err := ended(ctx); err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.values, key)
	return nil
}

// Keys implements [Lister].
func (m *Memory) Keys(ctx context.Context) ([]string, error) {
	if err := ended(ctx); err != nil {
		return nil, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Collect(maps.Keys(m.values)), nil
}

// Clear forgets everything.
func (m *Memory) Clear() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.values = nil
}
