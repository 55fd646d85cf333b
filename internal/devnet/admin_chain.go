package devnet

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net/http"

	"github.com/ethereum/go-ethereum/common"

	"litsession/internal/devnet/chain"
	"litsession/internal/eth"
	"litsession/internal/ipfs"
)

// maxScope is the last bit of a uint256.
const maxScope = 255

// readJSON reads a request's body, unknown members refused.
func readJSON(w http.ResponseWriter, r *http.Request, into any) error {
	decoder := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxBodyBytes))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(into); err != nil {
		return fmt.Errorf("read body: %w", err)
	}
	if _, err := decoder.Token(); err != io.EOF {
		return errors.New("read body: text after the value")
	}
	return nil
}

// readOptionalJSON is readJSON for a body that may be empty.
func readOptionalJSON(w http.ResponseWriter, r *http.Request, into any) error {
	body := bufio.NewReader(r.Body)
	if _, err := body.Peek(1); err == io.EOF {
		return nil
	}
	r.Body = io.NopCloser(body)
	return readJSON(w, r, into)
}

// readAddress reads an account that can own something.
func readAddress(name, text string) (common.Address, error) {
	address, err := eth.ParseAddress(text)
	if err != nil {
		return common.Address{}, fmt.Errorf("%s: %w", name, err)
	}
	if address == (eth.Address{}) {
		return common.Address{}, fmt.Errorf("%s: the zero address is nobody's", name)
	}
	return common.Address(address), nil
}

// putFaults gives every node the same fault.
func (n *Network) putFaults(w http.ResponseWriter, r *http.Request) {
	fault, err := readFault(w, r)
	if err != nil {
		answerError(w, http.StatusBadRequest, err)
		return
	}
	for i := range n.nodes {
		if err := n.SetFault(i, fault); err != nil {
			answerError(w, http.StatusInternalServerError, err)
			return
		}
	}
	answerJSON(w, http.StatusOK, n.nodes[0].Fault())
}

// epochChange is the body of POST /epoch, and with the number its answer.
type epochChange struct {
	Epoch uint64 `json:"epoch"`
	Nodes []int  `json:"nodes"`
}

func (n *Network) postEpoch(w http.ResponseWriter, r *http.Request) {
	var asked struct{ Nodes []int }
	if err := readOptionalJSON(w, r, &asked); err != nil {
		answerError(w, http.StatusBadRequest, err)
		return
	}
	err := n.AdvanceEpoch(r.Context(), asked.Nodes)
	if refused := new(ConfigError); errors.As(err, &refused) {
		answerError(w, http.StatusBadRequest, refused)
		return
	}
	if err != nil {
		answerError(w, http.StatusInternalServerError, err)
		return
	}
	now := n.epochs.Load()
	answerJSON(w, http.StatusOK, epochChange{Epoch: now.current, Nodes: now.validators[now.current]})
}

// fund is the body of POST /fund, and its answer.
type fund struct {
	Address string `json:"address"`
	Wei     string `json:"wei"` // decimal
}

func (n *Network) postFund(w http.ResponseWriter, r *http.Request) {
	var asked fund
	err := readJSON(w, r, &asked)
	if err != nil {
		answerError(w, http.StatusBadRequest, err)
		return
	}
	address, err := readAddress("address", asked.Address)
	if err != nil {
		answerError(w, http.StatusBadRequest, err)
		return
	}
	wei, ok := new(big.Int).SetString(asked.Wei, 10)
	if !ok || wei.Sign() <= 0 || wei.BitLen() > 256 {
		answerError(w, http.StatusBadRequest, fmt.Errorf("wei %q is not a decimal text between 1 and 2^256 - 1", asked.Wei))
		return
	}
	if err := n.chain.Fund(r.Context(), address, wei); err != nil {
		answerError(w, http.StatusInternalServerError, err)
		return
	}
	answerJSON(w, http.StatusOK, fund{Address: address.Hex(), Wei: wei.String()})
}

// mint is the body of POST /pkps.
type mint struct {
	Owner  string   `json:"owner"`
	Permit []permit `json:"permit"`
}

type permit struct {
	CID    string   `json:"cid"`
	Scopes []uint64 `json:"scopes"`
}

func (p permit) check() error {
	if _, err := ipfs.ParseCID(p.CID); err != nil {
		return fmt.Errorf("permit cid %q: %w", p.CID, err)
	}
	for _, scope := range p.Scopes {
		if scope == 0 || scope > maxScope {
			return fmt.Errorf("permit scope %d is not between 1 and %d", scope, maxScope)
		}
	}
	return nil
}

func (n *Network) postPKP(w http.ResponseWriter, r *http.Request) {
	var asked mint
	if err := readJSON(w, r, &asked); err != nil {
		answerError(w, http.StatusBadRequest, err)
		return
	}
	owner, err := readAddress("owner", asked.Owner)
	if err != nil {
		answerError(w, http.StatusBadRequest, err)
		return
	}
	for _, p := range asked.Permit {
		if err := p.check(); err != nil {
			answerError(w, http.StatusBadRequest, err)
			return
		}
	}
	pkp, err := n.mint(r, owner, asked.Permit)
	if err != nil {
		answerError(w, http.StatusInternalServerError, err)
		return
	}
	answerJSON(w, http.StatusOK, n.describePKP(r, pkp, asked.Permit))
}

// mint mints to the network's own account, which may permit, and hands the key
// over when all is permitted.
func (n *Network) mint(r *http.Request, owner common.Address, permits []permit) (chain.PKP, error) {
	ctx := r.Context()
	pkp, err := n.chain.MintPKP(ctx, n.keys.owner)
	if err != nil {
		return pkp, err
	}
	for _, p := range permits {
		cid, err := ipfs.ParseCID(p.CID)
		if err != nil {
			return pkp, err
		}
		if err := n.chain.PermitAction(ctx, n.keys.owner, pkp.TokenID, cid.Multihash(), p.Scopes); err != nil {
			return pkp, err
		}
	}
	return pkp, n.chain.TransferPKP(ctx, n.keys.owner, pkp.TokenID, owner)
}

// describePKP names the first permitted action, with its source if the network
// has it.
func (n *Network) describePKP(r *http.Request, pkp chain.PKP, permits []permit) PKP {
	d := PKP{
		TokenID:    eth.Hex(pkp.TokenID[:]),
		PublicKey:  eth.Hex(pkp.PublicKey[:]),
		EthAddress: pkp.Address.Hex(),
	}
	if len(permits) > 0 {
		d.PermittedAction.CID = permits[0].CID
		if source, err := n.sources.ActionCode(r.Context(), permits[0].CID); err == nil {
			d.PermittedAction.Code = source
		}
	}
	return d
}
