// Command devnet starts a local Lit network from Go, as a test would, makes one
// node misbehave and says what a client needs to reach the network.
package main

import (
	"context"
	"fmt"
	"log"

	"litsession/internal/devnet"
)

func main() {
	network, err := devnet.Start(context.Background(), devnet.Config{Nodes: 4, Threshold: 3})
	if err != nil {
		log.Fatal(err)
	}
	defer network.Close()

	if err := network.SetFault(3, devnet.Fault{Kind: "slow", DelayMS: 500}); err != nil {
		log.Fatal(err)
	}
	d := network.Descriptor()
	fmt.Println("chain  ", d.RPCURL)
	fmt.Println("staking", d.ContractContext["Staking"].Address)
	fmt.Println("key    ", d.NetworkPublicKey)
	fmt.Println("PKP    ", d.PKP.PublicKey)
	for _, node := range d.Nodes {
		fmt.Println("node   ", node.URL)
	}
}
