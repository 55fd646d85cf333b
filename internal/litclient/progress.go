package litclient

import "litsession/internal/jsjson"

// Phase names what a call is at.
type Phase string

// The phases, in the order in which calls go through those that they have.
const (
	PhaseChain     Phase = "chain"     // the validators are read from the chain
	PhaseHandshake Phase = "handshake" // nodes are asked who they are
	PhaseWallet    Phase = "wallet"    // the caller's callback is to bring an AuthSig
	PhaseGateway   Phase = "gateway"   // the action's code is fetched
	PhaseSign      Phase = "sign"      // nodes are asked for their shares
)

// Step says how far a call is.
type Step struct {
	Phase  Phase
	Node   string // URL of the node that this step is about, "" if it is about none
	Done   int    // of Needed; it may go beyond where more answer than are needed
	Needed int
}

// JSON returns {phase, node, done, needed}; node is null where there is none.
func (s Step) JSON() []byte {
	o := new(jsjson.Object).String("phase", string(s.Phase))
	if s.Node == "" {
		o.Raw("node", []byte("null"))
	} else {
		o.String("node", s.Node)
	}
	return o.Int("done", int64(s.Done)).Int("needed", int64(s.Needed)).Bytes()
}

// Progress is told of a call's steps, one after the other. It must not block.
// A nil one is not told.
type Progress func(Step)

func (p Progress) tell(s Step) {
	if p != nil {
		p(s)
	}
}
