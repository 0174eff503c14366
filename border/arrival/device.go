package arrival

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"io"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/internal/problem"
)

// Problems of devices.
var (
	ErrNoDevice  = problem.New(problem.NotFound, "reader.none")
	ErrToken     = problem.New(problem.Forbidden, "reader.token")
	ErrNameTaken = problem.New(problem.Conflict, "reader.name_taken").At("name")
)

// Device is a document reader that may post to the station, bound to one lane.
type Device struct {
	ID        uuid.UUID
	Name      string
	Lane      string
	IssuedAt  time.Time
	IssuedBy  string    // log-in name
	LastSeen  time.Time // zero: never
	RevokedAt time.Time // zero: it may post
	RevokedBy string
}

// maxName is the longest name of a device, in bytes.
const maxName = 40

// Check says what is wrong with a new device; lanes are those of the station.
func (d Device) Check(lanes []string) error {
	switch {
	case strings.TrimSpace(d.Name) == "":
		return problem.New(problem.Invalid, "reader.name").At("name").With("max", maxName)
	case len(d.Name) > maxName || !utf8.ValidString(d.Name):
		return problem.New(problem.Invalid, "reader.name").At("name").With("max", maxName)
	}
	for _, lane := range lanes {
		if lane == d.Lane {
			return nil
		}
	}
	return problem.New(problem.Invalid, "counter.lane").At("lane")
}

// Token is the secret that a device's agent shows. It is given out once; the station keeps its hash.
type Token string

// TokenHash is the SHA-256 of a token, which is drawn at random and needs no slow hash.
type TokenHash [sha256.Size]byte

const (
	tokenPrefix = "bmr_" // so that a secret found somewhere is known for what it is
	tokenBytes  = 32
)

// NewToken draws a token.
func NewToken(random io.Reader) (Token, error) {
	var raw [tokenBytes]byte
	if _, err := io.ReadFull(random, raw[:]); err != nil {
		return "", fmt.Errorf("draw a reader's token: %w", err)
	}
	return Token(tokenPrefix + base64.RawURLEncoding.EncodeToString(raw[:])), nil
}

// Hash is what is kept of the token; ok is false when it is none.
func (t Token) Hash() (hash TokenHash, ok bool) {
	body, found := strings.CutPrefix(string(t), tokenPrefix)
	raw, err := base64.RawURLEncoding.Strict().DecodeString(body)
	if !found || err != nil || len(raw) != tokenBytes {
		return TokenHash{}, false
	}
	return sha256.Sum256(raw), true
}

// Secret is the token itself, to be shown once.
func (t Token) Secret() string { return string(t) }

// String hides the token from logs.
func (Token) String() string { return tokenPrefix + "…" }
