//go:build !js

package storage_test

import (
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"litsession/internal/literr"
	"litsession/internal/require"
	"litsession/storage"
)

func TestFile(t *testing.T) {
	contract(t, func(t *testing.T) storage.Store {
		return storage.File{Dir: filepath.Join(t.TempDir(), "made", "when needed")}
	})
}

func TestFileIsForItsOwnerOnly(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "keys")
	set(t, storage.File{Dir: dir}, "lit-session-key", "secret")
	for path, want := range map[string]fs.FileMode{
		dir:                                   fs.ModeDir | 0o700,
		filepath.Join(dir, "lit-session-key"): 0o600,
	} {
		if info, err := os.Stat(path); err != nil || info.Mode() != want {
			t.Errorf("%s: mode %v, %v, want %v", path, info.Mode(), err, want)
		}
	}
}

func TestFileOutlivesTheStore(t *testing.T) {
	dir := t.TempDir()
	set(t, storage.File{Dir: dir}, "key", "value")
	wantValue(t, storage.File{Dir: dir}, "key", "value")
}

func TestFileLeavesNothingElseBehind(t *testing.T) {
	dir := t.TempDir()
	s := storage.File{Dir: dir}
	set(t, s, "key", "value")
	// A folder in its place: the rename fails, and the new file must go.
	if err := os.MkdirAll(filepath.Join(dir, "taken", "inside"), 0o700); err != nil {
		t.Fatal(err)
	}
	wantCode(t, s.Set(context.Background(), "taken", "value"), literr.StorageDenied, "taken")
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 2 {
		t.Errorf("%v, %v", entries, err)
	}
}

func TestFileFailures(t *testing.T) {
	ctx := context.Background()
	dir := t.TempDir()
	s := storage.File{Dir: dir}
	write := func(name string, content []byte) {
		if err := os.WriteFile(filepath.Join(dir, name), content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("binary", []byte{0xff, 0xfe})
	write("huge", make([]byte, 2<<20))
	write("folder", nil)
	tests := []struct {
		name string
		call func() error
		key  string
		want literr.Code
	}{
		{"what is not text", func() error { _, _, err := s.Get(ctx, "binary"); return err }, "binary", literr.StorageCorrupt},
		{"what is too long", func() error { _, _, err := s.Get(ctx, "huge"); return err }, "huge", literr.StorageCorrupt},
		{"a file where the folder should be, get", func() error { _, _, err := (storage.File{Dir: filepath.Join(dir, "folder")}).Get(ctx, "k"); return err }, "k", literr.StorageDenied},
		{"a file where the folder should be, set", func() error { return storage.File{Dir: filepath.Join(dir, "folder")}.Set(ctx, "k", "v") }, "k", literr.StorageDenied},
		{"a file where the folder should be, remove", func() error { return storage.File{Dir: filepath.Join(dir, "folder")}.Remove(ctx, "k") }, "k", literr.StorageDenied},
		{"a name the system refuses", func() error { return s.Set(ctx, strings.Repeat("k", 300), "v") }, strings.Repeat("k", 300), literr.StorageDenied},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) { wantCode(t, test.call(), test.want, test.key) })
	}
}

func TestFileOnAFullDisk(t *testing.T) {
	const full = "/dev/full" // the one file of Linux on which every write finds no space
	_, err := os.Stat(full)
	require.That(t, err == nil, "this system has no "+full)
	err = os.WriteFile(full, []byte("value"), 0)
	wantCode(t, storage.FileFailure("write", "key", err), literr.StorageFull, "key")
}
