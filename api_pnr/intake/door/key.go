package door

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"

	"github.com/nats-io/nats.go/jetstream"

	apipnr "github.com/openbmis/openbmis/api_pnr"
)

var errKeyTaken = Refuse(http.StatusConflict, "key_taken", "the idempotency key was used for another body before")

// claimKey remembers for a day what a sender's key stands for: the same key for other bytes is the sender's mistake, and is said. A key
// that was claimed for a message which then was not stored does no harm: the same bytes are welcome under it.
func (d *Door) claimKey(ctx context.Context, e apipnr.Envelope) error {
	if e.Key == "" {
		return nil
	}
	sum := sha256.Sum256([]byte(e.Key)) // a key may hold anything; a subject may not
	name := e.Carrier + "." + hex.EncodeToString(sum[:])
	_, err := d.keys.Create(ctx, name, e.Digest[:])
	if !errors.Is(err, jetstream.ErrKeyExists) {
		return wrapKey(err)
	}
	entry, err := d.keys.Get(ctx, name)
	switch {
	case errors.Is(err, jetstream.ErrKeyNotFound): // its day has just ended
		return nil
	case err != nil:
		return wrapKey(err)
	case !bytes.Equal(entry.Value(), e.Digest[:]):
		return errKeyTaken
	}
	return nil
}

func wrapKey(err error) error {
	if err != nil {
		return fmt.Errorf("idempotency key: %w", err)
	}
	return nil
}
