package door

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"net/http"

	"github.com/klauspost/compress/zstd"
)

// Content encodings (RFC 9110 8.4.1, RFC 8878).
const (
	Identity = "identity"
	Gzip     = "gzip"
	Zstd     = "zstd"
)

// maxWindow bounds the memory that a zstd frame may ask for (RFC 8878 recommends decoders to support 8 MiB).
const maxWindow = 8 << 20

var (
	errTooLarge = Refuse(http.StatusRequestEntityTooLarge, "too_large", fmt.Sprintf("at most %d MiB expected, decompressed", mebibytes))
	errEmpty    = Refuse(http.StatusBadRequest, "empty", "a message expected, nothing came")
	errBroken   = Refuse(http.StatusUnprocessableEntity, "encoding_broken", "the body is not what Content-Encoding says")
	errEncoding = Refuse(http.StatusUnsupportedMediaType, "encoding_unknown", "Content-Encoding zstd, gzip or identity expected")
)

// Decode reads a body that is compressed as encoding says. It stops as soon as limit bytes are passed, however small the body is, so
// that what unpacks without end costs no more than what is allowed.
func Decode(encoding string, body io.Reader, limit int) ([]byte, error) {
	return decode(encoding, body, limit, func(r io.Reader) io.Reader { return r })
}

// decode is Decode with something put around what comes out.
func decode(encoding string, body io.Reader, limit int, around func(io.Reader) io.Reader) ([]byte, error) {
	switch encoding {
	case "", Identity:
		return readAll(around(body), limit, errTooLarge)
	case Gzip:
		r, err := gzip.NewReader(body)
		if err != nil {
			return nil, errBroken.Because(err)
		}
		return readAll(around(r), limit, errBroken)
	case Zstd:
		r, err := zstd.NewReader(body, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(maxWindow), zstd.WithDecoderLowmem(true))
		if err != nil {
			return nil, errBroken.Because(err)
		}
		defer r.Close()
		return readAll(around(r), limit, errBroken)
	}
	return nil, errEncoding
}

// Readable is as much of a body as can be read of it, at most limit bytes: what is left to keep of a body that Decode refuses.
func Readable(encoding string, body io.ReadSeeker, limit int) ([]byte, error) {
	var out bytes.Buffer
	all := func(r io.Reader) io.Reader { return io.TeeReader(io.LimitReader(r, int64(limit)), &out) }
	if _, err := decode(encoding, body, limit, all); err == nil || encoding == "" || encoding == Identity || out.Len() > 0 {
		return out.Bytes(), nil
	}
	// It is not packed as it says: what lies there may be read by anybody as it is.
	if _, err := body.Seek(0, io.SeekStart); err != nil {
		return nil, fmt.Errorf("read what was sent: %w", err)
	}
	return Readable("", body, limit)
}

func readAll(r io.Reader, limit int, broken *Refusal) ([]byte, error) {
	var out bytes.Buffer
	n, err := out.ReadFrom(io.LimitReader(r, int64(limit)+1))
	var known *Refusal
	var tooLarge *http.MaxBytesError
	switch {
	case n > int64(limit), errors.As(err, &tooLarge):
		return nil, errTooLarge
	case errors.As(err, &known):
		return nil, known
	case err != nil && broken == errBroken:
		return nil, errBroken.Because(err)
	case err != nil:
		return nil, fmt.Errorf("read what was sent: %w", err)
	case n == 0:
		return nil, errEmpty
	}
	return out.Bytes(), nil
}

// packers compress what is kept for the way; each is safe for concurrent use by EncodeAll.
func newPacker() (*zstd.Encoder, error) {
	return zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithEncoderConcurrency(2), zstd.WithWindowSize(maxWindow/2))
}
