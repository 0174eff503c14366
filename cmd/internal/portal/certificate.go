package portal

import (
	"crypto/tls"
	"fmt"
	"os"
	"sync"
	"time"
)

// fileCertificate is a certificate in files that another program renews: it is read again when it has changed.
type fileCertificate struct {
	cert, key string

	mu      sync.Mutex
	changed time.Time
	held    *tls.Certificate
}

// get gives the certificate. One that cannot be read any more does not take the place of the one that is held.
func (f *fileCertificate) get(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	info, err := os.Stat(f.cert)
	if err == nil && f.held != nil && info.ModTime().Equal(f.changed) {
		return f.held, nil
	}
	if err == nil {
		var read tls.Certificate
		if read, err = tls.LoadX509KeyPair(f.cert, f.key); err == nil {
			f.held, f.changed = &read, info.ModTime()
		}
	}
	if f.held == nil {
		return nil, fmt.Errorf("certificate: %w", err)
	}
	return f.held, nil
}
