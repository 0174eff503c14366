package interpolhttp

import "github.com/openbmis/openbmis/alerts/interpol"

// Protocol is the version of the protocol, which begins every path.
const Protocol = "v1"

// Paths of a service, below its address. Questions are posted: what they ask never stands in an address.
const (
	StatusPath    = "/" + Protocol + "/status/"    // GET, and the kind: interpol.Service
	SearchPath    = "/" + Protocol + "/search"     // POST interpol.Query: interpol.Answer
	DetailPath    = "/" + Protocol + "/detail"     // POST DetailRequest: interpol.Record
	FilterPath    = "/" + Protocol + "/filter/"    // GET, and the kind: the encoded filter, its version as ETag
	FilterKeyPath = "/" + Protocol + "/filter-key" // POST KeyRequest: KeyAnswer
)

// DetailRequest is the second step.
type DetailRequest struct {
	Kind interpol.Kind `json:"kind"`
	ID   string        `json:"id"`
}

// KeyRequest asks for the key of a filter.
type KeyRequest struct {
	Kind interpol.Kind `json:"kind"`
	ID   string        `json:"id"`
}

// KeyAnswer is the key.
type KeyAnswer struct {
	Key []byte `json:"key"`
}

// Longest bodies taken, in bytes.
const (
	MaxQuery  = 16 << 10
	MaxAnswer = 1 << 20
	MaxRecord = 16 << 20 // with pictures
	MaxStatus = 16 << 10
)
