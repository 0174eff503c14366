package ca

import (
	"crypto/x509"
	"errors"
	"maps"
	"sync"
)

// ErrDenied is the answer to a certificate on the deny list.
var ErrDenied = errors.New("the certificate has been denied")

// DenyList holds the serial numbers of certificates that are valid and no longer wanted. The zero value denies nothing. It is
// safe for concurrent use.
type DenyList struct {
	mu      sync.RWMutex
	serials map[string]struct{}
}

// Replace makes serials (as Serial writes them) the whole list, and tells whether it was another before.
func (d *DenyList) Replace(serials []string) (changed bool) {
	fresh := make(map[string]struct{}, len(serials))
	for _, serial := range serials {
		fresh[serial] = struct{}{}
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	changed = !maps.Equal(d.serials, fresh)
	d.serials = fresh
	return changed
}

// Add denies one more certificate at once.
func (d *DenyList) Add(serials ...string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	fresh := maps.Clone(d.serials)
	if fresh == nil {
		fresh = make(map[string]struct{})
	}
	for _, serial := range serials {
		fresh[serial] = struct{}{}
	}
	d.serials = fresh
}

// Check gives ErrDenied for a certificate on the list.
func (d *DenyList) Check(cert *x509.Certificate) error {
	d.mu.RLock()
	defer d.mu.RUnlock()
	if _, found := d.serials[Serial(cert)]; found {
		return ErrDenied
	}
	return nil
}
