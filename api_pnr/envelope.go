package apipnr

import (
	"context"
	"crypto/sha256"
	"time"

	"github.com/google/uuid"
)

// Gateway is the door that something came through.
type Gateway string

// The gateways.
const (
	GatewayNATS        Gateway = "nats"
	GatewayInteractive Gateway = "iapi"
	GatewayHTTPS       Gateway = "https"
	GatewayFolder      Gateway = "folder"
	GatewayReplay      Gateway = "replay"
	GatewayPage        Gateway = "page" // the carriers' page
)

// Content types of what carriers send.
const (
	TypeEDIFACT = "application/edifact"
	TypeXML     = "text/xml"
)

// MaxBody is the largest body that any gateway takes, decompressed.
const MaxBody = 64 << 20

// Envelope is what came, before anything of it was read.
type Envelope struct {
	ID uuid.UUID
	// Carrier is whose door it came through: the account, the certificate, the folder. Never what the payload says.
	Carrier     string
	Gateway     Gateway
	Subject     string // NATS subject, path or file name: where exactly
	ContentType string // TypeEDIFACT, TypeXML, or "" when the sender did not say
	// Key is the sender's own idempotency key; "" without one. Two envelopes of a carrier with one key and one digest are one.
	Key        string
	ReceivedAt time.Time
	// Digest is SHA-256 of the bytes as they came, decompressed, before anything was overwritten. Body is what may be kept: the law in
	// force may have had sensitive data overwritten with filler of the same length (Dropped says how often).
	Digest  [sha256.Size]byte
	Dropped int
	Body    []byte
}

// Receipt is what a carrier is told once its bytes are safe.
type Receipt struct {
	ID         uuid.UUID `json:"id"`
	Digest     string    `json:"sha256"` // hexadecimal
	Bytes      int       `json:"bytes"`
	ReceivedAt time.Time `json:"received_at"`
	// Duplicate says that the same bytes were received before, under the ID that is given.
	Duplicate bool `json:"duplicate,omitempty"`
}

// Keeper makes what came durable: when Keep returns without an error, no crash loses it any more. It is idempotent.
type Keeper interface {
	Keep(ctx context.Context, e Envelope) (Receipt, error)
}

// Answerer answers an interactive request (a list or a change, PAXLST) with the State's message (CUSRES). The request is durable before
// the answer is given. The context's deadline is the carrier's; when it is near, the State's policy of time-outs answers.
type Answerer interface {
	Answer(ctx context.Context, e Envelope) ([]byte, error)
	// Acknowledge takes a carrier's acknowledgement (CUSRES 312) of an unsolicited message.
	Acknowledge(ctx context.Context, e Envelope) error
}

// Courier brings unsolicited messages and notices to a carrier, who takes them when he is there. It returns when the message is durable
// on the carrier's stream; id makes sending it again harmless.
type Courier interface {
	Send(ctx context.Context, carrier, id string, body []byte) error
	// Notify brings a notice that is no message of the standard (a receipt, a completeness notice), as JSON.
	Notify(ctx context.Context, carrier, id string, body []byte) error
}
