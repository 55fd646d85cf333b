package ipfs

import (
	"crypto/sha256"
	"encoding/binary"

	"github.com/ipfs/go-cid"
)

// What `ipfs add` does by default: chunks of a fixed size, and nodes with at most so
// many links, so that a second level of nodes begins at 45,613,057 bytes.
const (
	chunkSize       = 262144
	maxLinksPerNode = 174
)

// Sum returns the CID of content as a file: UnixFS in dag-pb, chunks of 256 KiB in
// a balanced tree, leaves that are file nodes too. It reads content once and copies
// none of it.
//
// Source: protocol 8.7; the UnixFS and DAG-PB specifications of IPFS.
func Sum(content []byte) CID {
	nodes := []node{leaf(content[:min(len(content), chunkSize)])}
	for start := chunkSize; start < len(content); start += chunkSize {
		nodes = append(nodes, leaf(content[start:min(len(content), start+chunkSize)]))
	}
	for len(nodes) > 1 {
		var parents []node
		for len(nodes) > 0 {
			count := min(len(nodes), maxLinksPerNode)
			parents = append(parents, inner(nodes[:count]))
			nodes = nodes[count:]
		}
		nodes = parents
	}
	return CID{cid.NewCidV0(nodes[0].multihash[:])}
}

// node is what a parent has to know about one block.
type node struct {
	multihash [multihashSize]byte
	treeBytes uint64 // size of the block and of all below it, encoded
	fileBytes uint64 // size of the part of the file that it holds
}

// Tags of protocol buffer fields: the number, three bits up, and the wire type, which
// is 2 for bytes and 0 for a number.
const (
	nodeData   = 1<<3 | 2
	nodeLinks  = 2<<3 | 2
	linkHash   = 1<<3 | 2
	linkName   = 2<<3 | 2
	linkSize   = 3 << 3
	fileType   = 1 << 3
	fileData   = 2<<3 | 2
	fileSize   = 3 << 3
	fileBlocks = 4 << 3
)

// typeFile is UnixFS's DataType.File.
const typeFile = 2

func leaf(chunk []byte) node {
	before := appendNumber(nil, fileType, typeFile)
	if len(chunk) > 0 {
		before = appendNumber(before, fileData, uint64(len(chunk)))
	}
	after := appendNumber(nil, fileSize, uint64(len(chunk)))
	head := appendNumber(nil, nodeData, uint64(len(before)+len(chunk)+len(after)))
	return newNode(0, uint64(len(chunk)), head, before, chunk, after)
}

// inner returns the parent of children. Its links come before its data, against the
// order of their numbers, as DAG-PB demands.
func inner(children []node) node {
	var links, sizes []byte
	var treeBytes, fileBytes uint64
	for _, child := range children {
		link := appendBytes(nil, linkHash, child.multihash[:])
		link = appendBytes(link, linkName, nil)
		link = appendNumber(link, linkSize, child.treeBytes)
		links = appendBytes(links, nodeLinks, link)
		sizes = appendNumber(sizes, fileBlocks, child.fileBytes)
		treeBytes += child.treeBytes
		fileBytes += child.fileBytes
	}
	data := appendNumber(nil, fileType, typeFile)
	data = appendNumber(data, fileSize, fileBytes)
	data = append(data, sizes...)
	return newNode(treeBytes, fileBytes, links, appendBytes(nil, nodeData, data))
}

// newNode hashes a block that is given in parts. below is the encoded size of all
// that it links to.
func newNode(below, fileBytes uint64, block ...[]byte) node {
	n := node{treeBytes: below, fileBytes: fileBytes}
	hash := sha256.New()
	for _, part := range block {
		hash.Write(part)
		n.treeBytes += uint64(len(part))
	}
	hash.Sum(append(n.multihash[:0], 0x12, sha256.Size))
	return n
}

func appendNumber(to []byte, tag byte, x uint64) []byte {
	return binary.AppendUvarint(append(to, tag), x)
}

func appendBytes(to []byte, tag byte, b []byte) []byte {
	return append(appendNumber(to, tag, uint64(len(b))), b...)
}
