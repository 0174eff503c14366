package replication

import "context"

// AuditPush hands the centre audit leaves of a station and the station's signed checkpoint over them.
type AuditPush struct {
	From       int64    `json:"from"`       // leaf number of Leaves[0]; leaves are numbered from 0
	Leaves     [][]byte `json:"leaves"`     // leaf content, in order
	Checkpoint []byte   `json:"checkpoint"` // signed note whose tree holds exactly From+len(Leaves) leaves
}

// AuditReply is the witness's answer.
type AuditReply struct {
	CoSigned []byte `json:"cosigned,omitempty"` // the note with the centre's signature added; nil when it was not given
	Have     int64  `json:"have"`               // number of leaves the centre holds: the next push begins there
	Code     Code   `json:"code,omitempty"`     // CodeGap: From is not Have; CodeChainBroken: the tree forked or shrank
	Detail   string `json:"detail,omitempty"`
}

// Witness is the centre's side: it stores the leaves, checks the checkpoint against what it holds and co-signs it.
// A fork or a shrunken tree is a reply with CodeChainBroken (the Receiver raises the alert), not an error.
type Witness interface {
	CoSign(ctx context.Context, station string, push AuditPush) (AuditReply, error)
}

// AuditSource is the station's side of the witness.
type AuditSource interface {
	// Unwitnessed gives leaves from number "from" (at most limit, at most maxBytes together) and a signed checkpoint over the
	// tree that ends with the last of them. No leaves: nothing new.
	Unwitnessed(ctx context.Context, from int64, limit, maxBytes int) (AuditPush, error)
	// Witnessed stores the co-signed note; the tree it covers is proven to exist elsewhere.
	Witnessed(ctx context.Context, coSigned []byte) error
}
