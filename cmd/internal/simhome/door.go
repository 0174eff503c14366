package simhome

import (
	"context"
	"errors"
	"net"
	"net/http"

	"github.com/openbmis/openbmis/cmd/internal/node"
)

// Door is where a simulator answers over HTTPS.
type Door struct {
	home     *Home
	names    []string // of its certificate
	listener net.Listener
}

// Listen opens the door at host:port; nobody is answered before Serve.
func (h *Home) Listen(ctx context.Context, address string, names []string) (*Door, error) {
	listener, err := node.Listen(ctx, address)
	if err != nil {
		return nil, err
	}
	return &Door{home: h, names: names, listener: listener}, nil
}

// Address is where it answers, host:port.
func (d *Door) Address() string { return d.listener.Addr().String() }

// URL is where it answers.
func (d *Door) URL() string { return "https://" + d.Address() }

// Serve answers until ctx ends, and closes the door.
func (d *Door) Serve(ctx context.Context, handler http.Handler) error {
	tls, err := d.home.TLS(d.names)
	if err != nil {
		return errors.Join(err, d.listener.Close())
	}
	return node.Serve(ctx, d.listener, tls, handler, d.home.tools.Log, nil)
}
