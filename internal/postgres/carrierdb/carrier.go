package carrierdb

import (
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/openbmis/openbmis/internal/bus/gate"
	"github.com/openbmis/openbmis/internal/problem"
)

// Carrier is one that may send passenger data.
type Carrier struct {
	Code        string // designator
	Name        string
	Connections int // NATS connections open at once
	Payload     int // bytes of one NATS message
	Rate        int // messages a second, over all doors
	CreatedAt   time.Time
	ShutAt      time.Time // zero while the carrier may come in
	ShutReason  string

	Credentials  []Credential  // the newest first
	Certificates []Certificate // the newest first
}

// Credential is a NATS credential as it is listed.
type Credential struct {
	PublicKey    string
	Carrier      string
	Label        string
	IssuedAt     time.Time
	IssuedBy     string
	ExpiresAt    time.Time
	RevokedAt    time.Time // zero while it holds; may lie ahead
	RevokeReason string
}

// Certificate is a client certificate for HTTPS as it is listed.
type Certificate struct {
	Serial     string
	Carrier    string
	NotBefore  time.Time
	NotAfter   time.Time
	IssuedAt   time.Time
	IssuedBy   string
	DeniedAt   time.Time
	DenyReason string
}

// Holds reports whether the credential lets in at an instant.
func (c Credential) Holds(now time.Time) bool {
	return now.Before(c.ExpiresAt) && (c.RevokedAt.IsZero() || now.Before(c.RevokedAt))
}

// Holds reports whether the certificate lets in at an instant.
func (c Certificate) Holds(now time.Time) bool { return now.Before(c.NotAfter) && c.DeniedAt.IsZero() }

// Shut reports whether the carrier may not come in at all.
func (c Carrier) Shut() bool { return !c.ShutAt.IsZero() }

// Account is the carrier's account at an instant.
func (c Carrier) Account(now time.Time) gate.Carrier {
	account := gate.Carrier{
		Code: c.Code, Shut: c.Shut(), Limits: gate.Limits{Connections: c.Connections, Payload: c.Payload}, Revoked: map[string]time.Time{},
	}
	for _, credential := range c.Credentials {
		if !credential.RevokedAt.IsZero() && !now.Before(credential.RevokedAt) && now.Before(credential.ExpiresAt) {
			account.Revoked[credential.PublicKey] = credential.RevokedAt
		}
	}
	return account
}

// The defaults and bounds of what a carrier may do.
const (
	maxName        = 80
	maxReason      = 400
	maxConnections = 1000
	minPayload     = 1024
	maxRate        = 100_000
	DefaultRate    = 1000
	DefaultValid   = 366 * 24 * time.Hour
	maxValid       = 3 * 366 * 24 * time.Hour
	maxOverlap     = 30 * 24 * time.Hour
)

func (c Carrier) orDefault() Carrier {
	if c.Connections == 0 {
		c.Connections = gate.DefaultConnections
	}
	if c.Payload == 0 {
		c.Payload = gate.MaxPayload
	}
	if c.Rate == 0 {
		c.Rate = DefaultRate
	}
	c.Name = strings.TrimSpace(c.Name)
	return c
}

func (c Carrier) check() error {
	switch {
	case gate.CheckCarrier(c.Code) != nil:
		return problem.New(problem.Invalid, "carrier_code_invalid").At("code")
	case !plain(c.Name, maxName) || c.Name == "":
		return problem.New(problem.Invalid, "carrier_name_invalid").At("name").With("max", maxName)
	}
	return c.checkLimits()
}

func (c Carrier) checkLimits() error {
	switch {
	case c.Connections < 1 || c.Connections > maxConnections:
		return problem.New(problem.Invalid, "carrier_limit").At("connections").With("min", 1).With("max", maxConnections)
	case c.Payload < minPayload || c.Payload > gate.MaxPayload:
		return problem.New(problem.Invalid, "carrier_limit").At("payload").With("min", minPayload).With("max", gate.MaxPayload)
	case c.Rate < 1 || c.Rate > maxRate:
		return problem.New(problem.Invalid, "carrier_limit").At("rate").With("min", 1).With("max", maxRate)
	}
	return nil
}

func plain(text string, most int) bool {
	return utf8.ValidString(text) && utf8.RuneCountInString(text) <= most && strings.IndexFunc(text, unicode.IsControl) < 0
}

func checkReason(reason string) error {
	if strings.TrimSpace(reason) == "" || !plain(reason, maxReason) {
		return problem.New(problem.Invalid, "carrier_reason").At("reason").With("max", maxReason)
	}
	return nil
}
