package chain

import (
	"bytes"
	"embed"
	"encoding/json"
	"fmt"
	"strings"
	"sync"

	"github.com/ethereum/go-ethereum/accounts/abi"
	"github.com/ethereum/go-ethereum/common/hexutil"
)

//go:embed contracts/compiled/*.json
var compiled embed.FS

// artifact is a compiled contract. It is never changed once parsed.
type artifact struct {
	abi      abi.ABI
	abiText  json.RawMessage
	bytecode []byte
}

// artifacts are the compiled contracts by name.
var artifacts = sync.OnceValues(func() (map[string]artifact, error) {
	entries, err := compiled.ReadDir("contracts/compiled")
	if err != nil {
		return nil, err
	}
	all := make(map[string]artifact, len(entries))
	for _, entry := range entries {
		text, err := compiled.ReadFile("contracts/compiled/" + entry.Name())
		if err != nil {
			return nil, err
		}
		if all[strings.TrimSuffix(entry.Name(), ".json")], err = parseArtifact(text); err != nil {
			return nil, fmt.Errorf("compiled contract %s: %w", entry.Name(), err)
		}
	}
	return all, nil
})

func parseArtifact(text []byte) (artifact, error) {
	var file struct {
		ABI      json.RawMessage
		Bytecode hexutil.Bytes
	}
	if err := json.Unmarshal(text, &file); err != nil {
		return artifact{}, err
	}
	parsed, err := abi.JSON(bytes.NewReader(file.ABI))
	if err != nil {
		return artifact{}, err
	}
	return artifact{abi: parsed, abiText: file.ABI, bytecode: file.Bytecode}, nil
}
