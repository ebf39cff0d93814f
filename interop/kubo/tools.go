//go:build tools

// Package tools names the command the interop tests build, so that go.mod keeps what it needs.
// Not 0.43.1: it replaces go-libp2p with a fork, and such a line counts only in Kubo's own repository.
package tools

import _ "github.com/ipfs/kubo/cmd/ipfs"
