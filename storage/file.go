//go:build !js

package storage

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"unicode/utf8"

	"litsession/internal/literr"
)

// File is a [Store] for native programs: one file per key in the folder Dir,
// which is made when something is first written. Only the owner may read them
// (0600 in 0700). A value is replaced in one step: a crash leaves the old one
// or the new one.
type File struct {
	Dir string
}

var _ Store = File{}

// Get implements [Store]. Bytes that are not UTF-8 are [literr.StorageCorrupt].
func (f File) Get(ctx context.Context, key string) (value string, ok bool, err error) {
	if err := ended(ctx); err != nil {
		return "", false, err
	}
	content, err := readFile(f.path(key))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "", false, nil
	case err != nil:
		return "", false, fileFailure("read", key, err)
	case len(content) > maxValueLength:
		return "", false, corrupt(key, "too long")
	case !utf8.Valid(content):
		return "", false, corrupt(key, "not text")
	}
	return string(content), len(content) > 0, nil
}

// readFile reads one byte more than a value may have.
func readFile(path string) ([]byte, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	return io.ReadAll(io.LimitReader(file, maxValueLength+1))
}

// Set implements [Store].
func (f File) Set(ctx context.Context, key, value string) error {
	if err := ended(ctx); err != nil {
		return err
	}
	if err := f.replace(f.path(key), value); err != nil {
		return fileFailure("write", key, err)
	}
	return nil
}

func (f File) replace(path, value string) (err error) {
	if err := os.MkdirAll(f.Dir, 0o700); err != nil {
		return err
	}
	next, err := os.CreateTemp(f.Dir, ".next-*") // 0600, and no key begins with a dot
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = os.Remove(next.Name())
		}
	}()
	_, err = next.WriteString(value)
	if err == nil {
		err = next.Sync() // before the rename, or a crash could leave an empty file under the new name
	}
	if err = errors.Join(err, next.Close()); err != nil {
		return err
	}
	return os.Rename(next.Name(), path)
}

// Remove implements [Store].
func (f File) Remove(ctx context.Context, key string) error {
	if err := ended(ctx); err != nil {
		return err
	}
	if err := os.Remove(f.path(key)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fileFailure("remove", key, err)
	}
	return nil
}

// path names a key's file. All but digits, small letters, - and _ is written
// as %xx, so that no key leaves the folder, and none meets another where the
// file system takes A for a.
func (f File) path(key string) string {
	var name strings.Builder
	for _, c := range []byte(key) {
		if 'a' <= c && c <= 'z' || '0' <= c && c <= '9' || c == '-' || c == '_' {
			name.WriteByte(c)
		} else {
			fmt.Fprintf(&name, "%%%02x", c)
		}
	}
	if key == "" {
		name.WriteByte('%') // an empty name would be the folder
	}
	return filepath.Join(f.Dir, name.String())
}

func fileFailure(verb, key string, cause error) error {
	code := literr.StorageDenied
	if errors.Is(cause, syscall.ENOSPC) || errors.Is(cause, syscall.EDQUOT) {
		code = literr.StorageFull
	}
	return literr.Errorf(code, "storage: %s %q: %w", verb, key, cause).With("key", key)
}
