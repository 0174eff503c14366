package client

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"net/http"
	"sync"

	"github.com/nats-io/nats.go"

	"github.com/openbmis/openbmis/api_pnr/intake/door"
)

// Denied is that the State does not let the carrier in with what it shows: a credential or certificate that was taken back, has expired, is
// another carrier's or none of the State's. Trying again does not help; a new one is asked of the State.
type Denied struct{ Err error }

// Error says what to do, and what the door said.
func (d *Denied) Error() string {
	return "the State does not admit this carrier with this credential or certificate (taken back, expired, or another carrier's): ask it for a new one: " +
		d.Err.Error()
}

// Unwrap is what the door said.
func (d *Denied) Unwrap() error { return d.Err }

// denied makes an error that is about who the carrier is a Denied.
func denied(err error) error {
	var already *Denied
	var refusal *door.Refusal
	var remote *net.OpError
	switch {
	case err == nil || errors.As(err, &already):
		return err
	case errors.As(err, &refusal):
		if refusal.Status == http.StatusUnauthorized || refusal.Status == http.StatusForbidden {
			return &Denied{err}
		}
	case natsDenies(err), errors.As(err, &remote) && remote.Op == "remote error": // an alert of TLS: the certificate is not taken
		return &Denied{err}
	}
	return err
}

// natsDenies reports whether a door over NATS keeps the carrier out.
func natsDenies(err error) bool {
	for _, known := range []error{
		nats.ErrAuthorization, nats.ErrAuthExpired, nats.ErrAuthRevoked, nats.ErrAccountAuthExpired, nats.ErrPermissionViolation,
	} {
		if errors.Is(err, known) {
			return true
		}
	}
	return false
}

// stranger reports whether the peer is not whom the carrier trusts.
func stranger(err error) bool {
	var unknown x509.UnknownAuthorityError
	var name x509.HostnameError
	var certificate *tls.CertificateVerificationError
	return errors.As(err, &unknown) || errors.As(err, &name) || errors.As(err, &certificate)
}

// verdict is what the door said of the carrier while something was under way: a question that is not permitted gets no answer.
type verdict struct {
	once sync.Once
	said chan struct{}
	err  error
}

// watch has the connection's errors tell the verdict, and whoever heard them before as well.
func watch(conn *nats.Conn) *verdict {
	v := &verdict{said: make(chan struct{})}
	before := conn.ErrorHandler()
	conn.SetErrorHandler(func(c *nats.Conn, sub *nats.Subscription, err error) {
		if natsDenies(err) {
			v.once.Do(func() { v.err = err; close(v.said) })
		}
		if before != nil {
			before(c, sub, err)
		}
	})
	return v
}

// within ends a context when the door says that the carrier is not admitted.
func (v *verdict) within(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(ctx)
	go func() {
		select {
		case <-v.said:
			cancel()
		case <-ctx.Done():
		}
	}()
	return ctx, cancel
}

// of is the verdict in place of an error that came of it.
func (v *verdict) of(err error) error {
	select {
	case <-v.said:
		if err != nil {
			return &Denied{v.err}
		}
	default:
	}
	return denied(err)
}
