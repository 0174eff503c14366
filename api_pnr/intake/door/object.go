package door

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"

	"github.com/nats-io/nats.go/jetstream"

	apipnr "github.com/openbmis/openbmis/api_pnr"
	"github.com/openbmis/openbmis/internal/bus/gate"
)

// TypePointer is the content type of a message that stands for an object in the carrier's bucket.
const TypePointer = "application/vnd.openbmis.object+json"

// Pointer is such a message. Size and SHA256 are of the object as it lies in the bucket, compressed or not.
type Pointer struct {
	Bucket      string `json:"bucket"`
	Key         string `json:"key"`
	Size        uint64 `json:"size"`
	SHA256      string `json:"sha256"`
	ContentType string `json:"content_type,omitempty"`
	Encoding    string `json:"content_encoding,omitempty"`
}

var errPointer = Refuse(http.StatusUnprocessableEntity, "object", "a pointer to an object in the carrier's own bucket expected, with its size and SHA-256")

// takeObject takes what lies in the carrier's bucket, and then takes it away from there.
func (d *Door) takeObject(ctx context.Context, body []byte, a Arrival) (apipnr.Receipt, error) {
	var p Pointer
	if err := json.Unmarshal(body, &p); err != nil || p.Bucket != gate.Bucket(a.Carrier) || p.Key == "" || p.Size > apipnr.MaxBody {
		return apipnr.Receipt{}, errPointer
	}
	store, err := d.js.ObjectStore(ctx, p.Bucket)
	if err != nil {
		return apipnr.Receipt{}, fmt.Errorf("bucket %s: %w", p.Bucket, err)
	}
	object, err := store.Get(ctx, p.Key)
	if errors.Is(err, jetstream.ErrObjectNotFound) {
		return apipnr.Receipt{}, errPointer.Because(err)
	}
	if err != nil {
		return apipnr.Receipt{}, fmt.Errorf("bucket %s: %w", p.Bucket, err)
	}
	defer func() { _ = object.Close() }() // only read
	info, err := object.Info()
	if err != nil || info.Size != p.Size {
		return apipnr.Receipt{}, errPointer.Because(err)
	}
	checked := &checkedReader{r: object, want: p.SHA256, sum: newSum()}
	if a.Body, a.Encoding = checked, p.Encoding; p.ContentType != "" {
		a.ContentType = p.ContentType
	}
	receipt, err := d.Take(ctx, a)
	if err == nil {
		err = store.Delete(ctx, p.Key)
	}
	if err != nil && receipt.Bytes > 0 {
		d.Log.Warn("carriers' door: an object that was taken stays until its time is up", "carrier", a.Carrier, "error", err)
		err = nil
	}
	return receipt, err
}

var _ io.Reader = (*checkedReader)(nil)
