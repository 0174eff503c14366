package enrol

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/openbmis/openbmis/internal/ca"
)

// ErrNotEnrolled says that the station has neither an identity nor a token to get one.
var ErrNotEnrolled = errors.New("the station is not enrolled: expected an enrolment token from the centre")

const (
	centreFile    = "centre.json" // what the centre answered, beside the identity's own files
	renewInterval = time.Minute   // how often a membership looks whether its certificate is due
)

// MembershipConfig is what a station needs to join.
type MembershipConfig struct {
	Station  string
	Dir      string // where the identity is kept; only its owner may read it
	BaseURL  string // https address of the centre
	Token    string // of the enrolment; not needed once the station has joined
	AuditKey string // public key of the station's audit log
	Random   io.Reader
	Now      func() time.Time
	Log      *slog.Logger
}

// Membership is a station that has joined: its certificate, kept fresh, and where the centre is.
type Membership struct {
	*ca.Source
	config MembershipConfig

	mu       sync.Mutex
	identity ca.Identity
	centre   centre
}

// centre is what is kept of an Answer.
type centre struct {
	NATS       []string `json:"nats"`
	WitnessKey string   `json:"witness_key"`
}

// Join loads the station's identity, or trades the token for one. An identity that has expired (the station was away longer than
// a certificate lives) needs a new token.
func Join(ctx context.Context, config MembershipConfig) (*Membership, error) {
	m := &Membership{config: config}
	err := m.load()
	switch {
	case err == nil && config.Now().Before(m.identity.Certificate.Leaf.NotAfter):
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("station's identity: %w", err)
	case strings.TrimSpace(config.Token) == "":
		return nil, ErrNotEnrolled
	default:
		if err := m.redeem(ctx); err != nil {
			return nil, err
		}
	}
	if m.identity.Station != config.Station {
		return nil, fmt.Errorf("station's identity in %s is of station %q, expected %q", config.Dir, m.identity.Station, config.Station)
	}
	m.Source, err = ca.NewSource(ctx, m.identity.Certificate, m.renew, config.Now, config.Log)
	return m, err
}

// Run keeps the certificate fresh until ctx ends.
func (m *Membership) Run(ctx context.Context) error { return m.Source.Run(ctx, renewInterval) }

// NATS are the addresses (host:port) at which the centre's bus is reached.
func (m *Membership) NATS() []string {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.centre.NATS
}

// WitnessKey is the public key with which the centre co-signs audit checkpoints.
func (m *Membership) WitnessKey() string {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.centre.WitnessKey
}

// Roots is the pool that verifies the centre.
func (m *Membership) Roots() *x509.CertPool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.identity.Roots()
}

func (m *Membership) load() error {
	identity, err := ca.LoadIdentity(m.config.Dir)
	if err != nil {
		return err
	}
	text, err := os.ReadFile(filepath.Join(m.config.Dir, centreFile))
	if err != nil {
		return err
	}
	if err := json.Unmarshal(text, &m.centre); err != nil {
		return fmt.Errorf("%s: %w", centreFile, err)
	}
	m.identity = identity
	return nil
}

func (m *Membership) redeem(ctx context.Context) error {
	token, err := ca.ParseToken(m.config.Token)
	if err != nil {
		return err
	}
	if token.Station != m.config.Station {
		return fmt.Errorf("the enrolment token is for station %q, this is %q", token.Station, m.config.Station)
	}
	if err := os.MkdirAll(m.config.Dir, 0o700); err != nil { // before the token is spent
		return fmt.Errorf("station's identity: %w", err)
	}
	request, err := ca.NewRequest(m.config.Random, m.config.Station)
	if err != nil {
		return err
	}
	answer, err := Redeem(ctx, m.config.BaseURL, token, request.DER, m.config.AuditKey, m.config.Now)
	if err != nil {
		return err
	}
	return m.accept(request, answer, token.Pin)
}

// renew is the Issue of the certificate's Source.
func (m *Membership) renew(ctx context.Context) (*tls.Certificate, error) {
	m.mu.Lock()
	identity := m.identity
	m.mu.Unlock()
	request, err := ca.NewRequest(m.config.Random, m.config.Station)
	if err != nil {
		return nil, err
	}
	answer, err := Renew(ctx, m.config.BaseURL, identity, request.DER, m.config.Now)
	if err != nil {
		return nil, err
	}
	if err := m.accept(request, answer, identity.Pin()); err != nil {
		return nil, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.identity.Certificate, nil
}

// accept checks an answer and keeps it. The centre's addresses are written first: without them an identity counts as none.
func (m *Membership) accept(request ca.Request, answer Answer, pin ca.Pin) error {
	chain, err := answer.Certificates()
	if err != nil {
		return fmt.Errorf("answer of the centre: %w", err)
	}
	identity, err := request.Accept(chain, pin, m.config.Now())
	if err != nil {
		return err
	}
	if identity.Station != m.config.Station {
		return fmt.Errorf("answer of the centre: the certificate is of station %q, expected %q", identity.Station, m.config.Station)
	}
	known := centre{answer.NATS, answer.WitnessKey}
	text, err := json.MarshalIndent(known, "", "  ")
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(m.config.Dir, centreFile), text, 0o600); err != nil {
		return fmt.Errorf("station's identity: %w", err)
	}
	if err := identity.Save(m.config.Dir); err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.identity, m.centre = identity, known
	return nil
}
