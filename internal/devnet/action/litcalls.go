package action

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"strconv"
)

func (x *run) askLatestNonce(args arguments) (answering, error) {
	if x.req.Host.Chains == nil {
		return nil, notOffered("getLatestNonce")
	}
	address, err := parseAddress(args.text(0))
	if err != nil {
		return nil, err
	}
	return func(ctx context.Context) (any, error) {
		nonce, err := x.req.Host.Chains.Nonce(ctx, args.text(1), address)
		return "0x" + strconv.FormatUint(nonce, 16), err
	}, nil
}

func (x *run) askRPCURL(args arguments) (answering, error) {
	if x.req.Host.Chains == nil {
		return nil, notOffered("getRpcUrl")
	}
	return func(ctx context.Context) (any, error) { return x.req.Host.Chains.RPCURL(ctx, args.text(0)) }, nil
}

func (x *run) askCallContract(args arguments) (answering, error) {
	if x.req.Host.Chains == nil {
		return nil, notOffered("callContract")
	}
	if err := x.budget.contractCalls.take(); err != nil {
		return nil, err
	}
	transaction, err := parseHex(args.text(1), "txn")
	if err != nil {
		return nil, err
	}
	return func(ctx context.Context) (any, error) {
		result, err := x.req.Host.Chains.CallContract(ctx, args.text(0), transaction)
		return "0x" + hex.EncodeToString(result), err
	}, nil
}

func (x *run) askElected(args arguments) (answering, error) {
	if x.req.Host.Elector == nil {
		return nil, notOffered("runOnce")
	}
	return func(ctx context.Context) (any, error) { return x.req.Host.Elector.Elected(ctx, args.text(0)) }, nil
}

func (x *run) askPublish(args arguments) (answering, error) {
	if err := x.budget.broadcasts.take(); err != nil {
		return nil, err
	}
	return func(ctx context.Context) (any, error) {
		return nil, x.req.Host.Elector.Publish(ctx, args.text(0), args.text(1))
	}, nil
}

func (x *run) askAwait(args arguments) (answering, error) {
	if err := x.budget.broadcasts.take(); err != nil {
		return nil, err
	}
	return func(ctx context.Context) (any, error) { return x.req.Host.Elector.Await(ctx, args.text(0)) }, nil
}

func (x *run) askBroadcastAndCollect(args arguments) (answering, error) {
	if x.req.Host.Broadcaster == nil {
		return nil, notOffered("broadcastAndCollect")
	}
	if err := x.budget.broadcasts.take(); err != nil {
		return nil, err
	}
	return func(ctx context.Context) (any, error) {
		return x.req.Host.Broadcaster.BroadcastAndCollect(ctx, args.text(0), args.text(1))
	}, nil
}

func (x *run) askCheckConditions(args arguments) (answering, error) {
	if x.req.Host.Conditions == nil {
		return nil, notOffered("checkConditions")
	}
	return func(ctx context.Context) (any, error) {
		return x.req.Host.Conditions.CheckConditions(ctx, x.req.CID, json.RawMessage(args.text(0)), json.RawMessage(args.text(1)), args.text(2))
	}, nil
}

// notOfferedHere is what the functions answer that need the hosted networks' encryption.
func notOfferedHere(function string) func(*run, arguments) (answering, error) {
	return func(*run, arguments) (answering, error) { return nil, notOffered(function) }
}
